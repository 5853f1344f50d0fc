import { HttpProblem } from '../http-problem.ts';

/** Seconds of rows that may come at once. */
const BURST_SECONDS = 10;

/** How many rows all HTTP producers together may send. */
export class RowRate {
  readonly #perSecond: number;
  readonly #now: () => number;
  #left: number;
  #atUs: number;

  /** @param now The clock, us. */
  constructor(perSecond: number, now: () => number) {
    this.#perSecond = perSecond;
    this.#now = now;
    this.#left = perSecond * BURST_SECONDS;
    this.#atUs = now();
  }

  /** Counts rows. @throws HttpProblem 429 with the seconds after which there is room for them */
  take(rows: number): void {
    if (this.#perSecond === Number.POSITIVE_INFINITY) return;
    const nowUs = this.#now();
    const gained = (Math.max(0, nowUs - this.#atUs) / 1e6) * this.#perSecond;
    this.#atUs = nowUs;
    this.#left = Math.min(this.#perSecond * BURST_SECONDS, this.#left + gained);
    // A request larger than a burst may begin once a burst is saved up.
    if (this.#left < Math.min(rows, this.#perSecond * BURST_SECONDS)) {
      const retryAfter = Math.max(1, (rows - this.#left) / this.#perSecond);
      throw new HttpProblem(429, 'LIMIT_RATE', `more than ${this.#perSecond} rows a second`, { retryAfter });
    }
    this.#left -= rows;
  }
}
