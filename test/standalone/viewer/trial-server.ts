// A server for trials of the page: the hub and the sockets of the real one, with a made-up shop as its producer.
// Alone: `node test/standalone/viewer/trial-server.ts <folder with viewer.html, viewer.mjs, viewer.css> [port]`
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { writeMessageFrame } from '../../../src/wire/message-writer.ts';
import { SessionHub } from '../../../standalone/server/hub/session-hub.ts';
import { DEFAULT_LIMITS } from '../../../standalone/server/limits.ts';
import { createSockets, type UpgradeAdmission } from '../../../standalone/server/ws/sockets.ts';
import { TrialShop } from './trial-shop.ts';

const TYPES: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  mjs: 'text/javascript',
  css: 'text/css',
};
const CSP =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; connect-src 'self'; base-uri 'none'; form-action 'none'";

export interface TrialServer {
  readonly url: string;
  /** Starts a producer of this name; the returned function ends it, orderly. */
  join(session: string): () => void;
  /** What new connections get. */
  admission: UpgradeAdmission;
  /** Cuts all connections, and refuses new ones for so long. */
  cut(ms: number): Promise<void>;
  close(): Promise<void>;
}

export async function startTrialServer(folder: string, port = 0): Promise<TrialServer> {
  const environment = {
    now: () => Date.now() * 1000,
    schedule: (run: () => void, ms: number) => {
      const timer = setTimeout(run, ms);
      return () => clearTimeout(timer);
    },
    limits: DEFAULT_LIMITS,
  };
  const hub = new SessionHub(environment);
  let admission: UpgradeAdmission = { ok: true };
  const face = () => ({ serverId: 'trial', version: '0.1.0', title: 'Checkout service', options: {} });
  const sockets = createSockets({ hub, environment, face, admit: () => admission });
  const server = createServer((request, response) => {
    const path = (request.url ?? '/').split('?')[0];
    if (path === '/api/health') {
      response.writeHead(admission.ok ? 200 : admission.status).end('{}');
      return;
    }
    const file = path === '/' ? 'viewer.html' : path?.slice(1);
    try {
      const bytes = readFileSync(join(folder, `${file}`));
      const type = TYPES[file?.split('.').at(-1) ?? ''] ?? 'application/octet-stream';
      response.writeHead(200, { 'Content-Type': type, 'Content-Security-Policy': CSP }).end(bytes);
    } catch {
      response.writeHead(404).end();
    }
  });
  sockets.attach(server);
  const connections = new Set<import('node:net').Socket>();
  server.on('connection', (socket) => {
    connections.add(socket);
    socket.on('close', () => connections.delete(socket));
  });
  const listen = (at: number) => new Promise<void>((done) => server.listen(at, '127.0.0.1', done));
  await listen(port);
  const { port: bound } = server.address() as AddressInfo;
  const leave = new Set<() => void>();
  return {
    url: `http://127.0.0.1:${bound}/`,
    get admission() {
      return admission;
    },
    set admission(next) {
      admission = next;
    },
    join: (session) => {
      const shop = new TrialShop(session);
      const { producer } = shop;
      const seat = hub.join({
        ...{ session, name: session, epoch: producer.epoch, seq: 0, from: 1 },
        ...{ pid: null, host: null, version: null },
      });
      seat.take(writeMessageFrame(producer.message()));
      const timer = setInterval(() => {
        shop.step();
        seat.take(writeMessageFrame(producer.message()));
      }, 100);
      const end = (): void => {
        clearInterval(timer);
        leave.delete(end);
        seat.leave(true);
      };
      leave.add(end);
      return end;
    },
    cut: async (ms) => {
      server.close();
      for (const socket of connections) socket.destroy();
      await new Promise((done) => setTimeout(done, ms));
      await listen(bound);
    },
    close: async () => {
      for (const end of [...leave]) end();
      sockets.close();
      hub.close();
      for (const socket of connections) socket.destroy();
      await new Promise((done) => server.close(done));
    },
  };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const server = await startTrialServer(process.argv[2] ?? '.', Number(process.argv[3] ?? 8650));
  server.join('checkout');
  console.log(server.url);
}
