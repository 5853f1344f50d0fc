import { hostname, networkInterfaces } from 'node:os';
import { isLoopback } from '../options.ts';

/** A server as its starter is told of it. */
export interface Announced {
  readonly url: string;
  readonly host: string;
  readonly port: number;
  readonly token: string | null;
  readonly pid: number;
  readonly joined: boolean;
}

/** What a person opens: it carries the token. */
export function linkOf(url: string, token: string | null): string {
  return token === null ? `${url}/` : `${url}/?token=${encodeURIComponent(token)}`;
}

/** Links for other machines; none where only this one reaches the server. */
export function farLinks({ host, port, token }: Pick<Announced, 'host' | 'port' | 'token'>): readonly string[] {
  if (isLoopback(host)) return [];
  const isEvery = host === '0.0.0.0' || host === '::';
  const addresses = isEvery ? ownAddresses() : [host.includes(':') ? `[${host}]` : host];
  return addresses.map((address) => linkOf(`http://${address}:${port}`, token));
}

function ownAddresses(): readonly string[] {
  const found = Object.values(networkInterfaces()).flatMap((entries) =>
    (entries ?? []).flatMap(({ internal, family, address }) => (internal || family !== 'IPv4' ? [] : [address])),
  );
  return found.length > 0 ? found : [hostname()];
}

/** The one line of JSON for a program that started the server. */
export function readyLine(server: Announced): string {
  const { url, host, port, token, pid, joined } = server;
  return JSON.stringify({
    ready: true,
    url,
    link: linkOf(url, token),
    links: farLinks(server),
    host,
    port,
    token,
    pid,
    joined,
  });
}

/** The lines for a person at a terminal. */
export function readyText(server: Announced, environment: Readonly<Record<string, string | undefined>>): string {
  const { url, port, token, joined } = server;
  const lines = [`StreamViz ${joined ? 'runs already' : 'runs'}: ${linkOf(url, token)}`];
  for (const link of farLinks(server)) lines.push(`  from other machines: ${link}`);
  if (environment.SSH_CONNECTION && isLoopback(server.host)) {
    lines.push(
      `  over SSH: ssh -L ${port}:127.0.0.1:${port} ${environment.USER ?? 'you'}@${hostname()}, then open the link there`,
    );
  }
  return lines.join('\n');
}
