import { hostname, networkInterfaces } from 'node:os';
import type { MadeAccounts } from '../accounts/made-accounts.ts';
import { isLoopback } from '../options.ts';

const NONE_MADE = { passwords: {}, keys: {} };

/** A server as its starter is told of it. */
export interface Announced {
  readonly url: string;
  readonly host: string;
  readonly port: number;
  readonly token: string | null;
  readonly pid: number;
  readonly joined: boolean;
  /** Whether people log in. Default false. */
  readonly hasUsers?: boolean;
  /** Passwords and keys that were made at this start. Default: none. */
  readonly made?: MadeAccounts['made'];
  /** Options asked for that a server which was there has otherwise, by the names of `sv.configure`. Default: none. */
  readonly differing?: readonly string[];
  /** Why its history is not kept on disk, although that was asked for. Default: nothing is wrong. */
  readonly historyProblem?: string | null;
}

/** What a person opens: it carries the token, but where people log in. */
export function linkOf(url: string, token: string | null, hasUsers = false): string {
  return token === null || hasUsers ? `${url}/` : `${url}/?token=${encodeURIComponent(token)}`;
}

/** Links for other machines; none where only this one reaches the server. */
export function farLinks({
  host,
  port,
  token,
  hasUsers,
}: Pick<Announced, 'host' | 'port' | 'token' | 'hasUsers'>): readonly string[] {
  if (isLoopback(host)) return [];
  const isEvery = host === '0.0.0.0' || host === '::';
  const addresses = isEvery ? ownAddresses() : [host.includes(':') ? `[${host}]` : host];
  return addresses.map((address) => linkOf(`http://${address}:${port}`, token, hasUsers));
}

function ownAddresses(): readonly string[] {
  const found = Object.values(networkInterfaces()).flatMap((entries) =>
    (entries ?? []).flatMap(({ internal, family, address }) => (internal || family !== 'IPv4' ? [] : [address])),
  );
  return found.length > 0 ? found : [hostname()];
}

/** The one line of JSON for a program that started the server. */
export function readyLine(server: Announced): string {
  const { url, host, port, token, pid, joined, hasUsers = false, made = NONE_MADE } = server;
  return JSON.stringify({
    ready: true,
    url,
    link: linkOf(url, token, hasUsers),
    links: farLinks(server),
    host,
    port,
    token,
    pid,
    joined,
    hasUsers,
    made,
    differing: server.differing ?? [],
    historyProblem: server.historyProblem ?? null,
  });
}

/** The lines for a person at a terminal. */
export function readyText(server: Announced, environment: Readonly<Record<string, string | undefined>>): string {
  const { url, port, token, joined, hasUsers, made = NONE_MADE } = server;
  const lines = [`StreamViz ${joined ? 'runs already' : 'runs'}: ${linkOf(url, token, hasUsers)}`];
  for (const link of farLinks(server)) lines.push(`  from other machines: ${link}`);
  if (environment.SSH_CONNECTION && isLoopback(server.host)) {
    lines.push(
      `  over SSH: ssh -L ${port}:127.0.0.1:${port} ${environment.USER ?? 'you'}@${hostname()}, then open the link there`,
    );
  }
  const differing = (server.differing ?? []).map((name) => `--${name.replaceAll('_', '-')}`);
  if (differing.length > 0) {
    lines.push(
      `  ${differing.join(', ')}: it was started with others and stays as it is; end it first, or set STREAM_VIZ_KEY to a name of its own`,
    );
  }
  for (const [name, password] of Object.entries(made.passwords))
    lines.push(`  password of ${name}, told once: ${password}`);
  for (const [name, key] of Object.entries(made.keys)) lines.push(`  key of ${name}, told once: ${key}`);
  return lines.join('\n');
}
