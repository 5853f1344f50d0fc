/** Seconds over which a rate is averaged: so long a burst may come at once. */
const SECONDS = 10;

/** Bounds how often something may happen: `perSecond` on average over ten seconds. `Infinity` bounds nothing. */
export class TokenBucket {
  readonly #perSecond: number;
  readonly #now: () => number;
  #tokens: number;
  #atUs: number;

  /** @param now Clock in us. */
  constructor(perSecond: number, now: () => number) {
    this.#perSecond = perSecond;
    this.#now = now;
    this.#tokens = SECONDS * perSecond;
    this.#atUs = now();
  }

  /** Takes `count` where so many may come now; else takes nothing and returns false. */
  take(count = 1): boolean {
    if (this.#perSecond === Number.POSITIVE_INFINITY) return true;
    const nowUs = this.#now();
    const earned = (Math.max(0, nowUs - this.#atUs) / 1e6) * this.#perSecond;
    this.#tokens = Math.min(SECONDS * this.#perSecond, this.#tokens + earned);
    this.#atUs = nowUs;
    if (count > this.#tokens) return false;
    this.#tokens -= count;
    return true;
  }
}
