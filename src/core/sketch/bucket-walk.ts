import type { Counts } from './bucket-kernel.ts';
import { bucketMiddle } from './bucket-key.ts';
import type { BucketStore } from './bucket-store.ts';

/** Walks the buckets in ascending order of value: ranks that ascend are found in one pass, a lower one starts anew. */
export class BucketWalk {
  readonly #low: number;
  readonly #negative: Counts;
  readonly #zeros: number;
  readonly #positive: Counts;
  /** Values in the buckets passed. */
  #passed = 0;
  /** Negative buckets not passed; the one of the largest magnitude comes first. */
  #left: number;
  #at = 0;

  constructor(buckets: BucketStore) {
    this.#low = buckets.low;
    this.#negative = buckets.negative;
    this.#zeros = buckets.zeros;
    this.#positive = buckets.positive;
    this.#left = this.#negative.length;
  }

  /** The middle of the bucket that holds the value of this rank (from 1), 0 among the zeros; NaN beyond the last. */
  valueAt(rank: number): number {
    if (rank <= this.#passed) {
      this.#passed = 0;
      this.#left = this.#negative.length;
      this.#at = 0;
    }
    let passed = this.#passed;
    if (this.#left > 0) {
      const counts = this.#negative;
      let left = this.#left;
      while (left > 0 && passed + counts[left - 1]! < rank) passed += counts[--left]!;
      this.#left = left;
      this.#passed = passed;
      if (left > 0) return -bucketMiddle(this.#low + left - 1);
    }
    // The zeros lie before the first positive bucket and are passed together with it.
    if (this.#at === 0) {
      if (passed + this.#zeros >= rank) return 0;
      passed += this.#zeros;
    }
    const counts = this.#positive;
    let at = this.#at;
    while (at < counts.length && passed + counts[at]! < rank) passed += counts[at++]!;
    if (at > 0) {
      this.#at = at;
      this.#passed = passed;
    }
    return at < counts.length ? bucketMiddle(this.#low + at) : Number.NaN;
  }
}
