import { get } from 'node:http';
import type { RuntimeEntry } from './runtime-file.ts';

/** The address at which this machine reaches a server that listens on `host`. */
export function reachableHost(host: string): string {
  const name = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;
  return name.includes(':') ? `[${name}]` : name;
}

/**
 * Whether the server of a runtime file answers and is that one: its health is asked with its token.
 *
 * @param timeoutMs After so long without an answer it counts as gone. Default 1000.
 */
export function isAlive(entry: RuntimeEntry, timeoutMs = 1000): Promise<boolean> {
  return new Promise((resolve) => {
    const headers = entry.token === null ? {} : { authorization: `Bearer ${entry.token}` };
    const url = `http://${reachableHost(entry.host)}:${entry.port}/api/health`;
    const request = get(url, { headers, timeout: timeoutMs, agent: false }, (answer) => {
      let text = '';
      answer.setEncoding('utf8');
      answer.on('data', (piece: string) => {
        text += piece;
        if (text.length > 10_000) request.destroy();
      });
      answer.on('end', () => resolve(answer.statusCode === 200 && isHealthOf(entry, text)));
      answer.on('error', () => resolve(false));
    });
    request.on('timeout', () => request.destroy());
    request.on('error', () => resolve(false));
    request.on('close', () => resolve(false));
  });
}

function isHealthOf({ pid }: RuntimeEntry, text: string): boolean {
  try {
    const health = JSON.parse(text) as Record<string, unknown> | null;
    return health?.status === 'ok' && health.pid === pid;
  } catch {
    return false; // another program took the port
  }
}
