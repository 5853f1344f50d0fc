/** A reverse proxy with TLS before a server, as nginx or Caddy are: requests and upgrades, with or without a path of its own. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { type IncomingMessage, request } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { onTestFinished } from 'vitest';

export interface TlsProxyOptions {
  readonly port: number;
  /** Path under which the server is seen, such as `/dash`. Default: none. */
  readonly path?: string;
  /** Whether that path is taken off before a request goes on. Default true. */
  readonly strips?: boolean;
  /** Whether the server sees its own address as Host, and the real one as `X-Forwarded-Host`. Default false. */
  readonly ownHost?: boolean;
}

/** A key and a certificate of one day for this machine. */
export function selfMade(): { readonly key: Buffer; readonly cert: Buffer } {
  const folder = mkdtempSync(join(tmpdir(), 'streamviz-tls-'));
  try {
    const words =
      'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 1 -subj /CN=localhost -keyout key -out cert';
    const made = spawnSync('openssl', words.split(' '), { cwd: folder, encoding: 'utf8' });
    if (made.status !== 0) throw new Error(`openssl: ${made.stderr}`);
    return { key: readFileSync(join(folder, 'key')), cert: readFileSync(join(folder, 'cert')) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export class TlsProxy {
  /** What the server got: method and path of each request. */
  readonly passed: string[] = [];
  readonly #options: TlsProxyOptions;
  readonly #server: Server;

  private constructor(options: TlsProxyOptions) {
    this.#options = options;
    this.#server = createServer(selfMade(), (incoming, outgoing) => {
      const sent = request(this.#onward(incoming), (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      });
      sent.on('error', () => outgoing.destroy());
      incoming.pipe(sent);
    });
    this.#server.on('upgrade', (incoming: IncomingMessage, stream: Duplex, head: Buffer) =>
      this.#upgrade(incoming, stream, head),
    );
  }

  /** Ends with the test. */
  static async open(options: TlsProxyOptions): Promise<TlsProxy> {
    const proxy = new TlsProxy(options);
    await new Promise<void>((resolve) => proxy.#server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => {
      proxy.#server.closeAllConnections();
      proxy.#server.close();
    });
    return proxy;
  }

  /** Where people find the server. */
  get url(): string {
    const { port } = this.#server.address() as AddressInfo;
    return `https://localhost:${port}${this.#options.path ?? ''}`;
  }

  #onward({ url = '/', method = 'GET', headers, socket }: IncomingMessage) {
    const { port, path: base = '', strips = true, ownHost = false } = this.#options;
    const path = strips && url.startsWith(base) ? url.slice(base.length) || '/' : url;
    this.passed.push(`${method} ${path}`);
    return {
      ...{ host: '127.0.0.1', port, method, path },
      headers: {
        ...headers,
        ...(ownHost ? { host: `127.0.0.1:${port}`, 'x-forwarded-host': headers.host } : {}),
        'x-forwarded-proto': 'https',
        'x-forwarded-for': [headers['x-forwarded-for'], socket.remoteAddress].filter(Boolean).join(', '),
      },
    };
  }

  #upgrade(incoming: IncomingMessage, stream: Duplex, head: Buffer): void {
    stream.on('error', () => undefined);
    const sent = request(this.#onward(incoming));
    sent.on('error', () => stream.destroy());
    sent.on('response', (answer) => {
      stream.end(`HTTP/1.1 ${answer.statusCode} refused\r\nContent-Length: 0\r\n\r\n`);
    });
    sent.on('upgrade', (answer, onward, first) => {
      const lines = Object.entries(answer.headers).map(([name, value]) => `${name}: ${String(value)}`);
      stream.write(`HTTP/1.1 101 Switching Protocols\r\n${lines.join('\r\n')}\r\n\r\n`);
      stream.write(first);
      onward.write(head);
      onward.on('error', () => stream.destroy());
      onward.pipe(stream).pipe(onward);
      stream.on('close', () => onward.destroy());
    });
    sent.end();
  }
}
