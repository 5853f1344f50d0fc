/** A server with accounts, with a line of samples that a program sends with its key. */
import { type Place, type Program, serverScript } from './place.ts';
import { until } from './until.ts';

export const PASSWORD = 'correct horse';
export const SEND_KEY = 's'.repeat(32);
export const VIEW_KEY = 'v'.repeat(32);

export const ACCOUNTS = {
  type: 'basic',
  users: { Ann: PASSWORD, bob: 'battery staple' },
  keys: { ci: { role: 'send', key: SEND_KEY }, wall: { role: 'view', key: VIEW_KEY } },
};

export interface AccountServer {
  readonly program: Program;
  readonly url: string;
  readonly port: number;
  readonly token: string;
  readonly pid: number;
}

/** Starts it with options as a program does. */
export async function startAccounts(
  place: Place,
  options: Readonly<Record<string, unknown>> = {},
): Promise<AccountServer> {
  const program = place.run(process.execPath, [serverScript]);
  program.tell(JSON.stringify({ port: 0, auth: ACCOUNTS, ...options }));
  const line = await program.said('\\{');
  const { url, port, token, pid } = JSON.parse(`{${line}`) as AccountServer;
  const server = { program, url, port, token, pid };
  await send(server, 60);
  return server;
}

/** Sends as many samples, one a second until now, with the key that may. */
export async function send({ url }: Pick<AccountServer, 'url'>, count: number): Promise<void> {
  const nowMs = Date.now();
  const rows = Array.from({ length: count }, (_, i) => {
    const time = new Date(nowMs - (count - i) * 1000).toISOString();
    return { metric: 'load', value: 50 + 40 * Math.sin(i / 9), time };
  });
  await until('a server that takes samples', async () => {
    const answer = await fetch(`${url}/api/ingest`, {
      method: 'POST',
      headers: { authorization: `Bearer ${SEND_KEY}`, 'content-type': 'application/json' },
      body: JSON.stringify(rows),
    });
    return answer.status === 200;
  });
}
