const MINUTE_MS = 60_000;
/** Addresses remembered; with more the oldest is forgotten. */
const MOST_ADDRESSES = 10_000;

/** Counts failures of each address in the running minute. Memory is bounded whoever tries. */
export class FailureRate {
  readonly #most: number;
  readonly #now: () => number;
  readonly #minutes = new Map<string, { startMs: number; failures: number }>();

  constructor(options: { readonly mostPerMinute: number; readonly now: () => number }) {
    this.#most = options.mostPerMinute;
    this.#now = options.now;
  }

  /** Whether an address has failed as often as it may within the minute since its first failure. */
  isExceeded(address: string): boolean {
    const minute = this.#minutes.get(address);
    if (minute === undefined) return false;
    if (this.#now() - minute.startMs < MINUTE_MS) return minute.failures >= this.#most;
    this.#minutes.delete(address);
    return false;
  }

  /** Takes one failure back that was noted before it was known to be none. */
  takeBack(address: string): void {
    const minute = this.#minutes.get(address);
    if (minute !== undefined && minute.failures > 0) minute.failures -= 1;
  }

  note(address: string): void {
    const minute = this.#minutes.get(address);
    if (minute !== undefined && this.#now() - minute.startMs < MINUTE_MS) {
      minute.failures += 1;
      return;
    }
    this.#minutes.delete(address);
    if (this.#minutes.size >= MOST_ADDRESSES) {
      const [oldest] = this.#minutes.keys();
      if (oldest !== undefined) this.#minutes.delete(oldest);
    }
    this.#minutes.set(address, { startMs: this.#now(), failures: 1 });
  }
}
