/** Whole requests to servers that listen: the API without accounts, and the log-in of one that has users. */
import { Agent, type IncomingMessage, request } from 'node:http';
import { StreamVizError } from '../../../src/core/errors.ts';
import { parseOptionsObject } from '../../../standalone/server/options.ts';
import { type RunningServer, startServer } from '../../../standalone/server/server.ts';
import type { SeededRandom } from '../../faults/seeded-random.ts';
import type { FuzzTarget } from '../fuzz-target.ts';
import { mutatedText } from '../text-mutation.ts';
import { changedQuery, changedRow, QUERIES } from './http-targets.ts';

interface HttpInput {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
}

const REQUESTS: readonly (readonly [method: string, path: string])[] = [
  ...QUERIES.map((query) => ['GET', `/api/query?${query}`] as const),
  ...([
    ['GET', '/api/metrics?refresh=5s'],
    ['GET', '/api/dashboard/app'],
    ['GET', '/api/health'],
    ['GET', '/'],
  ] as const),
  ...([
    ['GET', '/api/plot/app/metric:a?width=300&start=-5m&end=now'],
    ['GET', '/viewer.mjs'],
    ['OPTIONS', '/api/query'],
  ] as const),
  ...([
    ['POST', '/api/ingest?session=fuzz'],
    ['GET', '/favicon'],
    ['HEAD', '/'],
    ['PUT', '/api/ingest'],
  ] as const),
];
const HEADERS: readonly (readonly [name: string, value: string])[] = [
  ...([
    ['accept', 'text/csv'],
    ['accept', 'application/json;q=0.5, */*'],
    ['origin', 'http://evil.example'],
  ] as const),
  ...([
    ['host', '127.0.0.1:1'],
    ['authorization', 'Bearer x'],
    ['cookie', 'streamviz-1=abc; a=b'],
    ['range', 'bytes=0-1'],
  ] as const),
  ...([
    ['content-type', 'application/x-ndjson'],
    ['idempotency-key', 'k1'],
    ['content-encoding', 'gzip'],
  ] as const),
  ...([
    ['accept-encoding', 'gzip, br'],
    ['if-none-match', '"x"'],
    ['x-forwarded-for', '1.2.3.4'],
  ] as const),
];

/** What Node's own client refuses to send is not to be sent. */
const sendable = (text: string): string =>
  text.replace(/[^\x21-\x7e]/g, (c) => (/[\ud800-\udfff]/.test(c) ? '%ED%A0%80' : encodeURIComponent(c)));

function changedHeaders(random: SeededRandom): Record<string, string> {
  const headers: Record<string, string> = {};
  for (let n = random.pick([0, 0, 1, 2]); n > 0; n -= 1) {
    const [name, value] = random.pick(HEADERS);
    headers[name] = (random.chance(0.5) ? value : mutatedText(random, value)).replace(/[^\x20-\x7e]/g, '?').trim();
  }
  return headers;
}

/** A server for requests, started with the first of them. */
class AskedServer {
  readonly #options: Readonly<Record<string, unknown>>;
  readonly #logged: string[] = [];
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 4 });
  #running: Promise<RunningServer> | null = null;

  constructor(options: Readonly<Record<string, unknown>>) {
    this.#options = options;
  }

  /** Asks, and throws what was answered where that is no success. */
  async take({ method, path, headers, body }: HttpInput): Promise<void> {
    this.#running ??= this.#start();
    const { port } = await this.#running;
    const lines = this.#logged.length;
    const target = path.startsWith('/') ? path : `/${path}`;
    const [answer, text] = await this.#ask({ method, path: target, headers, body }, port);
    const status = answer.statusCode ?? 0;
    const said = `${status} ${this.#logged.slice(lines).join(' ')} ${text.slice(0, 300)}`;
    if (this.#logged.length > lines || (status >= 500 && status !== 503)) throw new Error(said);
    if (status < 400 || method === 'HEAD' || text === '') return;
    // Pages for people say it in words.
    if (answer.headers['content-type']?.startsWith('text/')) throw new StreamVizError(`STATUS_${status}`, 'a page');
    const { error } = JSON.parse(text) as { readonly error?: { readonly code?: unknown; readonly message?: unknown } };
    if (typeof error?.code !== 'string' || typeof error.message !== 'string') throw new Error(`no code: ${said}`);
    throw new StreamVizError(error.code, error.message);
  }

  async close(): Promise<void> {
    this.#agent.destroy();
    await (await this.#running)?.close();
    this.#running = null;
  }

  #ask({ method, path, headers, body }: HttpInput, port: number): Promise<readonly [IncomingMessage, string]> {
    const agent = this.#agent;
    return new Promise((resolve, reject) => {
      const sent = request({ agent, port, host: '127.0.0.1', path, method, headers }, (answer) => {
        let said = '';
        answer.on('data', (piece: Buffer) => {
          said += piece.toString('latin1');
          // An event stream has no end.
          if (answer.headers['content-type']?.startsWith('text/event-stream')) answer.destroy();
        });
        answer.on('error', () => resolve([answer, said]));
        answer.on('close', () => resolve([answer, said]));
      });
      sent.setTimeout(20_000, () => sent.destroy(new Error('no answer in 20 s')));
      sent.on('error', reject);
      sent.end(body ?? undefined);
    });
  }

  #start(): Promise<RunningServer> {
    const options = { port: 0, linger: '1h', limit: { ingestRowsPerSecond: 'off' }, ...this.#options };
    return startServer(parseOptionsObject(options), {
      version: '0.1.0',
      log: {
        write: (level, event, fields) => {
          if (level === 'error') this.#logged.push(`${event} ${JSON.stringify(fields)} ${String(fields?.error)}`);
        },
        hide: () => undefined,
        isOn: () => true,
      },
    });
  }
}

const open = new AskedServer({ auth: false });

export const requestTarget: FuzzTarget<HttpInput> = {
  name: 'HTTP request',
  share: 0.3,
  make(random) {
    const [method, path] = random.pick(REQUESTS);
    const asked = random.chance(0.3) && path.includes('/api/query') ? `/api/query?${changedQuery(random)}` : path;
    const body = method === 'POST' ? changedRow(random) : null;
    const headers = changedHeaders(random);
    return { method, path: sendable(random.chance(0.7) ? mutatedText(random, asked) : asked), headers, body };
  },
  take: (input) => open.take(input),
};

const guarded = new AskedServer({
  auth: { type: 'basic', users: { ann: 'correct-horse-battery' }, keys: { bot: 'send' } },
});
const FORMS = ['name=ann&password=correct-horse-battery', 'name=bob&password=x', 'name=&password=', 'name=ann', '%'];

export const logInTarget: FuzzTarget<HttpInput> = {
  name: 'log-in form',
  share: 0.05,
  // Passwords are hashed, which is meant to take time.
  mostMs: 10_000,
  make(random) {
    const path = random.pick(['/login', '/login?range=5m&kiosk', '/logout', '/', '/api/metrics', '/login?token=x']);
    const method = random.chance(0.7) ? 'POST' : random.pick(['GET', 'HEAD', 'PUT']);
    const form = random.pick(FORMS);
    const headers = {
      ...changedHeaders(random),
      'content-type': random.chance(0.9)
        ? 'application/x-www-form-urlencoded'
        : random.pick(['text/plain', 'x', 'multipart/form-data']),
    };
    const body = method === 'POST' ? (random.chance(0.7) ? mutatedText(random, form, random.pick(FORMS)) : form) : null;
    return { method, path: sendable(random.chance(0.4) ? mutatedText(random, path) : path), headers, body };
  },
  take: (input) => guarded.take(input),
};

/** Ends the servers. */
export async function closeServers(): Promise<void> {
  await Promise.all([open.close(), guarded.close()]);
}
