/** One event as it came. */
export interface EventRecord {
  readonly timeUs: number;
  readonly key: string;
  /** null: the event named nobody. */
  readonly actor: string | null;
  /** Bit `i` is set where flag `i` was. */
  readonly flags: number;
}

/** The newest events in order of arrival, at most `capacity`; the oldest goes first. `add` is O(1). */
export class RecentEvents {
  readonly capacity: number;
  /** Events ever added. */
  added = 0;
  readonly #times: Float64Array;
  readonly #flags: Uint32Array;
  readonly #keys: string[] = [];
  readonly #actors: (string | null)[] = [];

  /** @param capacity 0 keeps none. */
  constructor(capacity: number) {
    this.capacity = capacity;
    this.#times = new Float64Array(capacity);
    this.#flags = new Uint32Array(capacity);
  }

  get length(): number {
    return Math.min(this.added, this.capacity);
  }

  add(key: string, actor: string | null, flags: number, timeUs: number): void {
    if (this.capacity > 0) {
      const at = this.added % this.capacity;
      this.#times[at] = timeUs;
      this.#flags[at] = flags;
      this.#keys[at] = key;
      this.#actors[at] = actor;
    }
    this.added += 1;
  }

  /** The newest `most` events, oldest arrival first: copies. */
  newest(most: number = this.capacity): EventRecord[] {
    const out: EventRecord[] = [];
    for (let i = this.added - Math.min(most, this.length); i < this.added; i += 1) {
      const at = i % this.capacity;
      out.push({
        timeUs: this.#times[at]!,
        key: this.#keys[at]!,
        actor: this.#actors[at]!,
        flags: this.#flags[at]!,
      });
    }
    return out;
  }
}
