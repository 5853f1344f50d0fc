import type { WindowCounters, WindowOperator } from '../core/windows/window-operator.ts';

/** One stream of many. */
export interface Key {
  readonly name: string;
  readonly operator: WindowOperator;
  /** Its place in the order of first appearance. */
  readonly index: number;
  /** Largest time of its samples: no window of it ends later than that plus the window's length. */
  maxTime: number;
  /** Largest time of its rows, missing values included. */
  seenTime: number;
  /** The number of its newest row among all rows. */
  touched: number;
  /** The time for which it lies in the heap; +Infinity: not there. */
  due: number;
}

/** The keys in memory, in the order of their first appearance, and what was counted of those that left. */
export class KeyTable implements Iterable<Key> {
  readonly #byName = new Map<string, Key>();
  readonly #byIndex = new Map<number, Key>();
  readonly #left: WindowCounters = { late: 0, dropped: 0, missing: 0, invalid: 0, outOfOrder: 0 };
  #created = 0;

  /** Keys in memory. */
  get size(): number {
    return this.#byIndex.size;
  }

  /** Keys ever made; one that left and came back counts again. */
  get created(): number {
    return this.#created;
  }

  [Symbol.iterator](): Iterator<Key> {
    return this.#byIndex.values();
  }

  get(name: string): Key | undefined {
    return this.#byName.get(name);
  }

  /** Undefined: it left. */
  at(index: number): Key | undefined {
    return this.#byIndex.get(index);
  }

  create(name: string, operator: WindowOperator): Key {
    const key = {
      name,
      operator,
      index: this.#created,
      maxTime: Number.NEGATIVE_INFINITY,
      seenTime: Number.NEGATIVE_INFINITY,
      touched: 0,
      due: Number.POSITIVE_INFINITY,
    };
    this.#created += 1;
    this.#byName.set(name, key);
    this.#byIndex.set(key.index, key);
    return key;
  }

  remove(key: Key): void {
    addTo(this.#left, key.operator.counters);
    this.#byName.delete(key.name);
    this.#byIndex.delete(key.index);
  }

  /** The `count` keys whose newest row is the longest ago, in the order of their first appearance. O(keys log keys). */
  quietest(count: number): readonly Key[] {
    const quiet = [...this].sort((a, b) => a.touched - b.touched).slice(0, count);
    return quiet.sort((a, b) => a.index - b.index);
  }

  /** Sums over all keys, also those that left. O(keys). */
  counters(): WindowCounters {
    const sum = { ...this.#left };
    for (const { operator } of this) addTo(sum, operator.counters);
    return sum;
  }
}

function addTo(sum: WindowCounters, more: WindowCounters): void {
  sum.late += more.late;
  sum.dropped += more.dropped;
  sum.missing += more.missing;
  sum.invalid += more.invalid;
  sum.outOfOrder += more.outOfOrder;
}
