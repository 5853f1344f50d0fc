/** So many names are remembered one by one. */
const MOST_NAMES = 10_000;

/**
 * Up to when sessions that left memory have samples, by name: their past is on disk, and a session that takes the name goes on
 * from there.
 *
 * It is never too early. Of names beyond the newest ten thousand the latest end of all is remembered: for one of them more is
 * read from disk than had to be.
 */
export class PastEnds {
  readonly #ends = new Map<string, number>();
  readonly #most: number;
  #othersUs = Number.NEGATIVE_INFINITY;

  constructor(most = MOST_NAMES) {
    this.#most = most;
  }

  /** A session of this name that is not in memory has samples up to here, us; -Infinity: none. */
  note(session: string, endUs: number): void {
    const latestUs = Math.max(endUs, this.of(session));
    if (latestUs === Number.NEGATIVE_INFINITY) return;
    // Deleted first, so that it is the newest.
    this.#ends.delete(session);
    this.#ends.set(session, latestUs);
    if (this.#ends.size <= this.#most) return;
    for (const [oldest, oldestUs] of this.#ends) {
      this.#ends.delete(oldest);
      this.#othersUs = Math.max(this.#othersUs, oldestUs);
      return;
    }
  }

  /** No sample of that name that left memory is later, us; -Infinity: there is none. */
  of(session: string): number {
    return this.#ends.get(session) ?? this.#othersUs;
  }
}
