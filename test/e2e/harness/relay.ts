/**
 * A proxy between a browser and a Jupyter server that loses and damages StreamViz messages on purpose.
 *
 * 1. Everything but our own comm messages passes unchanged and in order.
 * 2. `lose(rule)` decides per message; `cut()` closes every websocket and refuses new ones until `mend()`.
 * 3. `alter(rule)` may change header and buffers of a message that is not lost; null leaves it as it is.
 * 4. `seen` records every one of our messages, lost or not, with the bytes the kernel sent.
 */
import { createServer, type IncomingMessage, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type WebSocket as Socket, WebSocket, WebSocketServer } from 'ws';
import { type Alterable, alterStreamVizFrame, readKernelFrame, streamVizMessage } from './kernel-frame.ts';

export interface RelayedMessage {
  readonly seq: number;
  readonly epoch: string;
  /** Producer's clock when it was built, us. */
  readonly sentUs: number;
  readonly slow: boolean;
  readonly bytes: number;
  readonly atMs: number;
  readonly lost: boolean;
  readonly altered: boolean;
}

export type LossRule = (message: { readonly seq: number; readonly atMs: number }) => boolean;
export type AlterRule = (message: Alterable) => Alterable | null;

export class Relay {
  readonly seen: RelayedMessage[] = [];
  readonly #server: Server;
  readonly #target: URL;
  readonly #sockets = new Set<Socket>();
  #rule: LossRule = () => false;
  #alter: AlterRule = () => null;
  #isCut = false;

  private constructor(target: string) {
    this.#target = new URL(target);
    this.#server = createServer((incoming, outgoing) => {
      const options = {
        host: this.#target.hostname,
        port: this.#target.port,
        path: incoming.url,
        method: incoming.method,
        headers: incoming.headers,
      };
      const forward = request(options, (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      });
      forward.on('error', () => outgoing.destroy());
      incoming.pipe(forward);
    });
    const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false });
    this.#server.on('upgrade', (incoming, socket, head) => {
      if (this.#isCut) {
        socket.destroy();
        return;
      }
      this.#openUpstream(incoming, (upstream) => {
        sockets.handleUpgrade(incoming, socket, head, (downstream) =>
          this.#join(incoming.url ?? '', upstream, downstream),
        );
      });
    });
  }

  /** Starts a relay to `target` on a free loopback port. */
  static async open(target: string): Promise<Relay> {
    const relay = new Relay(target);
    await new Promise<void>((resolve) => relay.#server.listen(0, '127.0.0.1', resolve));
    return relay;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  lose(rule: LossRule): void {
    this.#rule = rule;
  }

  alter(rule: AlterRule): void {
    this.#alter = rule;
  }

  cut(): void {
    this.#isCut = true;
    for (const socket of this.#sockets) socket.terminate();
  }

  mend(): void {
    this.#isCut = false;
  }

  async close(): Promise<void> {
    this.cut();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #openUpstream(incoming: IncomingMessage, ready: (upstream: Socket) => void): void {
    const protocols = (incoming.headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim());
    const headers: Record<string, string> = {};
    for (const name of ['cookie', 'origin', 'host', 'authorization']) {
      const value = incoming.headers[name];
      if (typeof value === 'string') headers[name] = value;
    }
    const url = `ws://${this.#target.host}${incoming.url}`;
    const upstream = new WebSocket(url, protocols.filter(Boolean), {
      headers,
      perMessageDeflate: false,
      maxPayload: 0,
    });
    upstream.once('open', () => ready(upstream));
    upstream.on('error', () => incoming.socket.destroy());
  }

  #join(path: string, upstream: Socket, downstream: Socket): void {
    const isKernel = /\/api\/kernels\/[^/]+\/channels/.test(path);
    this.#sockets.add(upstream).add(downstream);
    upstream.on('message', (data, binary) => {
      const passed = isKernel && binary ? this.#pass(data as Buffer) : data;
      if (passed !== null && downstream.readyState === WebSocket.OPEN) downstream.send(passed, { binary });
    });
    downstream.on('message', (data, binary) => {
      if (upstream.readyState === WebSocket.OPEN) upstream.send(data, { binary });
    });
    for (const [from, to] of [
      [upstream, downstream],
      [downstream, upstream],
    ] as const) {
      from.on('close', () => {
        this.#sockets.delete(from);
        to.close();
      });
      from.on('error', () => to.terminate());
    }
  }

  /** What goes on to the page of a kernel's frame; null where it is lost. */
  #pass(data: Buffer): Buffer | null {
    const message = streamVizMessage(readKernelFrame(data));
    if (!message) return data;
    const atMs = performance.now();
    const lost = this.#rule({ seq: message.seq, atMs });
    let altered = false;
    let passed = data;
    if (!lost) {
      passed = alterStreamVizFrame(data, (original) => {
        const changed = this.#alter(original);
        altered = changed !== null;
        return changed ?? original;
      });
    }
    this.seen.push({ ...message, atMs, lost, altered });
    if (lost) return null;
    return altered ? passed : data;
  }
}
