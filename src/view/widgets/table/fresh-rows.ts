const FLASHES_PER_SEC = 5;
const SPAN_MS = 1000;

/** Decides whether new and changed rows flash: not while more than 5 rows changed within the last second. */
export class FreshRows {
  readonly #times: number[] = [];
  readonly #counts: number[] = [];

  /** Counts `rows` changes at `nowMs` and returns whether they may flash. Amortised O(1). */
  mayFlash(rows: number, nowMs: number): boolean {
    this.#times.push(nowMs);
    this.#counts.push(rows);
    while (this.#times.length > 0 && this.#times[0]! <= nowMs - SPAN_MS) {
      this.#times.shift();
      this.#counts.shift();
    }
    let sum = 0;
    for (const count of this.#counts) sum += count;
    return sum > 0 && sum <= FLASHES_PER_SEC;
  }
}
