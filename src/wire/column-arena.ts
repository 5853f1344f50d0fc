const FIRST_CAPACITY = 16_384;
const MOST_CAPACITY = 1 << 18;

/**
 * Room for the columns a decoded message cannot keep as views on its bytes: one block, used again for each message.
 *
 * 1. What `take` gave is valid until `reset`; after `release` it is its holder's for good.
 * 2. A message that does not fit gets columns of its own, and the next one a larger block: at most 2 MB.
 */
export class ColumnArena {
  #block = new Float64Array(0);
  #used = 0;
  #wanted = 0;

  /** A column of `length` numbers with undefined contents. */
  take(length: number): Float64Array {
    this.#wanted += length;
    const from = this.#used;
    if (from + length > this.#block.length) return new Float64Array(length);
    this.#used = from + length;
    return this.#block.subarray(from, this.#used);
  }

  /** All that was taken is read and no longer needed. */
  reset(): void {
    if (this.#wanted > this.#block.length && this.#block.length < MOST_CAPACITY) {
      let capacity = Math.max(FIRST_CAPACITY, this.#block.length);
      while (capacity < this.#wanted && capacity < MOST_CAPACITY) capacity *= 2;
      this.#block = new Float64Array(capacity);
    }
    this.#used = 0;
    this.#wanted = 0;
  }

  /** Somebody keeps what was taken: it is not given out again. */
  release(): void {
    this.#block = new Float64Array(0);
    this.#used = 0;
    this.#wanted = 0;
  }
}
