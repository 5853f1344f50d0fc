/**
 * A TCP proxy that is a bad network.
 *
 * 1. Bytes pass in order and unchanged, `latencyMs` late, or not at all: a connection that lost bytes never passes any again.
 * 2. `cut()` breaks every connection at once, `cutWithin(bytes)` as soon as so many more have passed: within a frame.
 */
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

interface Pair {
  readonly client: Socket;
  readonly server: Socket;
}

/** Bytes of one direction that pass late, in order. */
class Lane {
  readonly #pass: (bytes: Buffer, isCut: boolean) => void;
  readonly #waiting: { readonly bytes: Buffer; readonly isCut: boolean; readonly dueMs: number }[] = [];

  constructor(pass: (bytes: Buffer, isCut: boolean) => void) {
    this.#pass = pass;
  }

  push(bytes: Buffer, isCut: boolean, dueMs: number): void {
    this.#waiting.push({ bytes, isCut, dueMs });
    if (this.#waiting.length === 1) this.#flow();
  }

  #flow(): void {
    for (;;) {
      const next = this.#waiting[0];
      if (next === undefined) return;
      const waitMs = next.dueMs - performance.now();
      if (waitMs > 0) {
        setTimeout(() => this.#flow(), waitMs);
        return;
      }
      this.#pass(next.bytes, next.isCut);
      this.#waiting.shift();
    }
  }
}

export class TcpProxy {
  /** How late bytes pass, either way. */
  latencyMs = 0;
  /** Whether new connections are closed at once. */
  isClosed = false;
  /** Connections made since the start. */
  connections = 0;
  /** Connections broken on purpose. */
  cuts = 0;
  readonly #target: () => number | null;
  readonly #server: Server;
  readonly #pairs = new Set<Pair>();
  #isDropping = false;
  #left = Number.POSITIVE_INFINITY;

  private constructor(target: () => number | null) {
    this.#target = target;
    this.#server = createServer((client) => this.#join(client));
    onTestFinished(() => {
      this.isClosed = true;
      this.#end();
      this.#server.close();
    });
  }

  /** Starts a proxy on a free loopback port. @param target Port it leads to, asked at each connection; null: nobody is there. */
  static async open(target: () => number | null): Promise<TcpProxy> {
    const proxy = new TcpProxy(target);
    await new Promise<void>((resolve) => proxy.#server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get open(): number {
    return this.#pairs.size;
  }

  /** Breaks every connection now. */
  cut(): void {
    this.cuts += this.#pairs.size;
    this.#end();
  }

  /** Breaks every connection after so many more bytes have passed, either way. */
  cutWithin(bytes: number): void {
    this.#left = bytes;
  }

  /** Loses all bytes from now on, as a cable that was pulled. */
  drop(): void {
    this.#isDropping = true;
  }

  /** The cable is back: what lost bytes breaks. */
  mend(): void {
    if (this.#isDropping) this.cut();
    this.#isDropping = false;
  }

  #end(): void {
    for (const { client, server } of this.#pairs) {
      client.destroy();
      server.destroy();
    }
    this.#pairs.clear();
  }

  #join(client: Socket): void {
    const port = this.#target();
    if (this.isClosed || port === null) {
      client.destroy();
      return;
    }
    this.connections += 1;
    const server = connect(port, '127.0.0.1');
    const pair = { client, server };
    this.#pairs.add(pair);
    for (const [from, to] of [
      [client, server],
      [server, client],
    ] as const) {
      from.setNoDelay(true);
      const lane = new Lane((bytes, isCut) => {
        if (to.destroyed) return;
        to.write(bytes, () => {
          if (isCut) this.cut();
        });
      });
      from.on('data', (bytes: Buffer) => {
        if (this.#isDropping) return;
        const passed = bytes.subarray(0, this.#left);
        this.#left -= passed.length;
        const isCut = this.#left <= 0;
        if (isCut) this.#left = Number.POSITIVE_INFINITY;
        lane.push(passed, isCut, performance.now() + this.latencyMs);
      });
      from.on('error', () => to.destroy());
      from.on('close', () => {
        this.#pairs.delete(pair);
        to.end();
        to.destroySoon();
      });
    }
  }
}
