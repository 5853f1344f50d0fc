import type { Message } from '../../../src/wire/message-types.ts';

/** Seconds over which rates are meant. */
const SECONDS = 5;

/** Samples and messages in all, and a second over the last five whole seconds. Allocates nothing after construction. */
export class RateMeter {
  /** Since the meter was made. */
  samples = 0;
  messages = 0;
  readonly #now: () => number;
  readonly #samples = new Float64Array(SECONDS + 1);
  readonly #messages = new Float64Array(SECONDS + 1);
  readonly #second = new Float64Array(SECONDS + 1).fill(Number.NEGATIVE_INFINITY);

  /** @param now Clock in us. */
  constructor(now: () => number) {
    this.#now = now;
  }

  add(message: Message): void {
    const second = Math.floor(this.#now() / 1e6);
    const slot = ((second % (SECONDS + 1)) + SECONDS + 1) % (SECONDS + 1);
    if (this.#second[slot] !== second) {
      this.#second[slot] = second;
      this.#samples[slot] = 0;
      this.#messages[slot] = 0;
    }
    let count = message.samples?.length ?? 0;
    for (let row = 0; row < (message.folds?.length ?? 0); row += 1) count += message.folds!.count[row]!;
    this.samples += count;
    this.messages += 1;
    this.#samples[slot]! += count;
    this.#messages[slot]! += 1;
  }

  get samplesPerSecond(): number {
    return this.#mean(this.#samples);
  }

  get messagesPerSecond(): number {
    return this.#mean(this.#messages);
  }

  #mean(counts: Float64Array): number {
    const now = Math.floor(this.#now() / 1e6);
    let sum = 0;
    for (let i = 0; i <= SECONDS; i += 1) {
      if (this.#second[i]! < now && this.#second[i]! >= now - SECONDS) sum += counts[i]!;
    }
    return sum / SECONDS;
  }
}
