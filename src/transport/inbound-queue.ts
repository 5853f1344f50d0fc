/** What came over a socket, in order. */
export type Inbound = string | ArrayBuffer;

/**
 * Messages between their arrival and their use: taken at once, given on in a later task, in order.
 *
 * 1. What comes while a task runs gets a task of its own, so that the page can breathe.
 * 2. `clear` drops what waits. What `take` throws surfaces in its task; the messages behind it are given on in the next.
 */
export class InboundQueue {
  bytes = 0;
  readonly #take: (message: Inbound) => void;
  readonly #later: (task: () => void) => void;
  #waiting: Inbound[] = [];
  #batch: Inbound[] = [];
  #scheduled = false;

  constructor(take: (message: Inbound) => void, later: (task: () => void) => void) {
    this.#take = take;
    this.#later = later;
  }

  push(message: Inbound): void {
    this.#waiting.push(message);
    this.bytes += sizeOf(message);
    this.#wake();
  }

  /** Drops what waits, also the rest of what is being given on. */
  clear(): void {
    this.#waiting.length = 0;
    this.#batch.length = 0;
    this.bytes = 0;
  }

  /** Gives on everything that waits now. */
  drain(): void {
    const batch = this.#waiting;
    this.#waiting = [];
    this.#batch = batch;
    let next = 0;
    try {
      while (next < batch.length) {
        const message = batch[next]!;
        next += 1;
        this.bytes -= sizeOf(message);
        this.#take(message);
      }
    } finally {
      if (next < batch.length) this.#waiting = [...batch.slice(next), ...this.#waiting];
      if (this.#waiting.length > 0) this.#wake();
    }
  }

  #wake(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#later(() => {
      this.#scheduled = false;
      this.drain();
    });
  }
}

/** Bytes of a message, at least 1; a text's are about its characters. */
function sizeOf(message: Inbound): number {
  return 1 + (typeof message === 'string' ? message.length : message.byteLength);
}
