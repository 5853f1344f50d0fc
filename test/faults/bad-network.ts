/**
 * A proxy that is a bad network, by bytes and by messages.
 *
 * 1. By default every byte passes, in order and unchanged, `latencyMs` late and at most `bytesPerSecond` of each direction.
 * 2. `cut`, `cutWithin` and `drop` are what TCP knows: a connection that lost bytes never passes any again.
 * 3. `worry` is what no TCP does by itself, but a broken gateway: whole messages are lost, doubled or overtaken, or a bit
 *    changes. It is counted in `lost`, `doubled`, `overtaken` and `changed`.
 */
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import type { SeededRandom } from './seeded-random.ts';
import { type StreamUnit, WebSocketFrames } from './websocket-frames.ts';

export type Worry = 'lose' | 'double' | 'overtake' | 'change';

interface Pair {
  readonly client: Socket;
  readonly server: Socket;
}

/** Bytes of one direction that pass late, in order. */
class Lane {
  readonly #pass: (bytes: Buffer) => boolean;
  readonly #net: BadNetwork;
  readonly #waiting: { readonly bytes: Buffer; readonly dueMs: number }[] = [];
  #freeMs = 0;
  #timer: NodeJS.Timeout | null = null;

  constructor(net: BadNetwork, pass: (bytes: Buffer) => boolean) {
    this.#net = net;
    this.#pass = pass;
  }

  get bytes(): number {
    return this.#waiting.reduce((sum, { bytes }) => sum + bytes.length, 0);
  }

  push(bytes: Buffer): void {
    this.#waiting.push({ bytes, dueMs: performance.now() + this.#net.latencyMs });
    if (this.#timer === null) this.#flow();
  }

  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#waiting.length = 0;
  }

  #flow(): void {
    this.#timer = null;
    for (;;) {
      const next = this.#waiting[0];
      if (next === undefined) return;
      const nowMs = performance.now();
      const waitMs = Math.max(next.dueMs, this.#freeMs) - nowMs;
      if (waitMs > 0) {
        this.#timer = setTimeout(() => this.#flow(), waitMs);
        return;
      }
      this.#waiting.shift();
      this.#freeMs = Math.max(nowMs, this.#freeMs) + (1000 * next.bytes.length) / this.#net.bytesPerSecond;
      if (!this.#pass(next.bytes)) return;
    }
  }
}

/** A reader that has so much waiting takes no more: then its writer sees that it is slow. */
const MOST_WAITING = 64 * 1024;

export class BadNetwork {
  /** How late bytes pass, either way. */
  latencyMs = 0;
  bytesPerSecond = Number.POSITIVE_INFINITY;
  /** Nothing is read from the server any more: the client is stuck. */
  isStuck = false;
  /** Connections made since the start. */
  connections = 0;
  /** Connections broken on purpose. */
  cuts = 0;
  lost = 0;
  doubled = 0;
  overtaken = 0;
  changed = 0;
  readonly #target: () => number | null;
  readonly #server: Server;
  readonly #pairs = new Set<Pair>();
  #isDropping = false;
  #left = Number.POSITIVE_INFINITY;
  #worry: { readonly what: Worry; readonly random: SeededRandom; readonly chance: number } | null = null;

  private constructor(target: () => number | null) {
    this.#target = target;
    this.#server = createServer((client) => this.#join(client));
  }

  /** Starts on a free loopback port. @param target Port it leads to, asked at each connection; null: nobody is there. */
  static async open(target: () => number | null): Promise<BadNetwork> {
    const net = new BadNetwork(target);
    await new Promise<void>((resolve) => net.#server.listen(0, '127.0.0.1', resolve));
    return net;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get isWorried(): boolean {
    return this.#worry !== null;
  }

  /** Breaks every connection now. */
  cut(): void {
    this.cuts += this.#pairs.size;
    for (const { client, server } of this.#pairs) {
      client.destroy();
      server.destroy();
    }
    this.#pairs.clear();
  }

  /** Breaks every connection after so many more bytes have passed, either way. */
  cutWithin(bytes: number): void {
    this.#left = bytes;
  }

  /** Loses all bytes from now on, as a cable that was pulled. */
  drop(): void {
    this.#isDropping = true;
  }

  /** Messages suffer from now on, each with this probability, until `mend`. */
  worry(what: Worry, chance: number, random: SeededRandom): void {
    this.#worry = { what, chance, random };
  }

  /** All is well again: what lost bytes breaks. */
  mend(): void {
    this.latencyMs = 0;
    this.bytesPerSecond = Number.POSITIVE_INFINITY;
    this.#worry = null;
    this.#left = Number.POSITIVE_INFINITY;
    if (this.#isDropping || this.isStuck) this.cut();
    this.#isDropping = false;
    this.isStuck = false;
  }

  close(): void {
    this.cut();
    this.#server.close();
  }

  #join(client: Socket): void {
    const port = this.#target();
    if (port === null) {
      client.destroy();
      return;
    }
    this.connections += 1;
    const server = connect(port, '127.0.0.1');
    const pair = { client, server };
    this.#pairs.add(pair);
    this.#lead(pair, client, server, false);
    this.#lead(pair, server, client, true);
  }

  #lead(pair: Pair, from: Socket, to: Socket, isDown: boolean): void {
    from.setNoDelay(true);
    const frames = new WebSocketFrames();
    let held: Buffer | null = null;
    const lane = new Lane(this, (bytes) => {
      if (to.destroyed) return false;
      to.write(bytes);
      if (from.isPaused() && !(isDown && this.isStuck) && lane.bytes < MOST_WAITING) from.resume();
      return true;
    });
    const pass = (unit: Buffer): void => {
      const bytes = unit.subarray(0, this.#left);
      this.#left -= bytes.length;
      lane.push(bytes);
      if (this.#left <= 0) {
        this.#left = Number.POSITIVE_INFINITY;
        setTimeout(() => this.cut(), this.latencyMs + 2);
      }
      if (lane.bytes > MOST_WAITING) from.pause();
    };
    from.on('data', (bytes: Buffer) => {
      if (isDown && this.isStuck) from.pause();
      if (this.#isDropping) return;
      for (const unit of frames.push(bytes)) {
        const made = this.#suffered(unit);
        if (made === 'overtaken' && held === null) {
          held = unit.bytes;
          continue;
        }
        for (const one of made === 'overtaken' ? [unit.bytes] : made) pass(one);
        if (held !== null && unit.kind === 'binary') {
          pass(held);
          held = null;
        }
      }
    });
    from.on('error', () => to.destroy());
    from.on('close', () => {
      this.#pairs.delete(pair);
      lane.stop();
      to.destroySoon();
    });
  }

  /** What becomes of a unit: nothing, one, two, or that the next one overtakes it. */
  #suffered({ kind, bytes }: StreamUnit): readonly Buffer[] | 'overtaken' {
    const worry = this.#worry;
    if (worry === null || kind !== 'binary' || !worry.random.chance(worry.chance)) return [bytes];
    switch (worry.what) {
      case 'lose':
        this.lost += 1;
        return [];
      case 'double':
        this.doubled += 1;
        return [bytes, bytes];
      case 'overtake':
        this.overtaken += 1;
        return 'overtaken';
      case 'change': {
        this.changed += 1;
        const changed = Buffer.from(bytes);
        const at = worry.random.whole(0, changed.length - 1);
        changed[at] = changed[at]! ^ (1 << worry.random.whole(0, 7));
        return [changed];
      }
    }
  }
}
