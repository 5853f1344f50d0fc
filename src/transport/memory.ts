/** How an in-memory channel misbehaves. All chances are in [0, 1]. */
export interface MemoryChannelOptions {
  readonly onMessage: (header: unknown, buffers: readonly Uint8Array[]) => void;
  /** Start of the pseudo-random sequence: equal seeds misbehave alike. */
  readonly seed: number;
  /** Chance that a message is never delivered. Default 0. */
  readonly loss?: number;
  /** Chance that a message is delivered twice. Default 0. */
  readonly doubling?: number;
  /** Each delivery waits 0 to this many ms, which reorders. Default 0. */
  readonly maxDelayMs?: number;
}

/** A small generator of equally spread numbers in [0, 1): xorshift on 32 bits. */
function randomFrom(seed: number): () => number {
  let state = (seed ^ 0x9e3779b9) | 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 0x100000000;
  };
}

/**
 * A channel inside one process that loses, doubles and delays by a seed, on a clock of its own: for tests and examples.
 *
 * 1. Nothing is delivered inside `send`; `advance` delivers what is due, by due time, then by order of sending.
 * 2. Buffers are copied at `send`, as a real channel does.
 */
export class MemoryChannel {
  /** Messages that were never delivered, and extra deliveries. */
  lost = 0;
  doubled = 0;
  /** While true everything is lost: a cut connection. */
  cut = false;
  nowMs = 0;

  readonly #options: MemoryChannelOptions;
  readonly #random: () => number;
  #waiting: {
    readonly dueMs: number;
    readonly order: number;
    readonly header: unknown;
    readonly buffers: Uint8Array[];
  }[] = [];
  #sent = 0;

  constructor(options: MemoryChannelOptions) {
    this.#options = options;
    this.#random = randomFrom(options.seed);
  }

  send(header: unknown, buffers: readonly Uint8Array[] = []): void {
    const { loss = 0, doubling = 0, maxDelayMs = 0 } = this.#options;
    if (this.cut || this.#random() < loss) {
      this.lost += 1;
      return;
    }
    const copies = this.#random() < doubling ? 2 : 1;
    this.doubled += copies - 1;
    for (let i = 0; i < copies; i += 1) {
      const dueMs = this.nowMs + Math.floor(this.#random() * (maxDelayMs + 1));
      this.#waiting.push({ dueMs, order: this.#sent, header, buffers: buffers.map((buffer) => buffer.slice()) });
      this.#sent += 1;
    }
  }

  /** Moves the clock and delivers everything due by then. */
  advance(ms: number): void {
    this.nowMs += ms;
    const due = this.#waiting.filter((message) => message.dueMs <= this.nowMs);
    this.#waiting = this.#waiting.filter((message) => message.dueMs > this.nowMs);
    due.sort((a, b) => a.dueMs - b.dueMs || a.order - b.order);
    for (const { header, buffers } of due) this.#options.onMessage(header, buffers);
  }
}
