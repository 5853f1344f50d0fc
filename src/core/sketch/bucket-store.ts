import { type Counts, countKeys } from './bucket-kernel.ts';
import { FIRST_KEY, KEY_END, KEY_MASK, SIGN_KEY } from './bucket-key.ts';

const SPARE = 32;
const NONE: Counts = new Uint32Array(0);

/**
 * The counts of all buckets: a dense range of keys that grows with what is added. O(1) to add.
 *
 * `counts` holds the positive keys from `low` on, the same keys of negative values once there was one, and the zeros in
 * its last slot. A store that never counted anything has no slots.
 */
export class BucketStore {
  /** The key of the first slot. */
  low = FIRST_KEY;
  /** Keys of one sign. */
  size = 0;
  counts: Counts = NONE;

  get zeros(): number {
    return this.counts[this.counts.length - 1] ?? 0;
  }

  /** Counts of the positive keys from `low` on; a view until the store grows. */
  get positive(): Counts {
    return this.counts.subarray(0, this.size);
  }

  /** Counts of the negative keys from `low` on, or nothing; a view until the store grows. */
  get negative(): Counts {
    return this.counts.subarray(this.size, Math.max(this.size, this.counts.length - 1));
  }

  /** Makes room for the keys `[from, to)`, of both signs where `signed`, and some more on the side that grew. */
  cover(from: number, to: number, signed: boolean): void {
    const { low, size, counts, negative } = this;
    const both = signed || negative.length > 0;
    const fits = from >= low && to <= low + size;
    if (counts.length > 0 && both === negative.length > 0 && fits) return;
    const spare = Math.max(SPARE, size >> 3);
    const nextLow = size > 0 && from >= low ? low : Math.max(FIRST_KEY, from - spare);
    const nextEnd = size > 0 && to <= low + size ? low + size : Math.min(KEY_END, to + spare);
    const nextSize = nextEnd - nextLow;
    const slots = nextSize * (both ? 2 : 1) + 1;
    const next = counts instanceof Uint32Array ? new Uint32Array(slots) : new Float64Array(slots);
    if (size > 0) next.set(this.positive, low - nextLow);
    if (negative.length > 0) next.set(negative, nextSize + low - nextLow);
    next[slots - 1] = this.zeros;
    this.low = nextLow;
    this.size = nextSize;
    this.counts = next;
  }

  /** Puts so many zeros in place of those counted. */
  setZeros(zeros: number): void {
    if (this.counts.length === 0)
      this.counts = this.counts instanceof Uint32Array ? new Uint32Array(1) : new Float64Array(1);
    this.counts[this.counts.length - 1] = zeros;
  }

  /** Counts one value by its shifted high word. */
  add(signedKey: number): void {
    const place = signedKey - this.low;
    if (place >= 0 && place < this.size) {
      this.counts[place]!++;
      return;
    }
    let slot = this.#slotOf(signedKey);
    if (slot < 0) {
      const key = signedKey & KEY_MASK;
      if (key < FIRST_KEY) this.setZeros(0);
      else this.cover(key, key + 1, signedKey >= SIGN_KEY);
      slot = this.#slotOf(signedKey);
    }
    this.counts[slot]!++;
  }

  /** Counts values by their high words until one has no bucket yet; returns its index, or `to`. See {@link countKeys}. */
  addWords(words: Uint32Array, from: number, to: number, skipped: Float64Array): number {
    if (this.counts.length === 0) return from;
    return countKeys(words, from, to, this.counts, this.low, this.size, skipped);
  }

  /** Adds every count of `other`, which may be this store. */
  merge(other: BucketStore): void {
    const { counts, low, size } = other;
    if (counts.length === 0) return;
    const above = usedRange(counts, 0, size);
    const below = usedRange(counts, size, counts.length - 1);
    const from = Math.min(above.from, below.from - size);
    const to = Math.max(above.to, below.to - size);
    if (from < to) this.cover(low + from, low + to, below.from < below.to);
    const shift = low - this.low;
    addCounts(this.counts, shift, counts, above.from, above.to);
    addCounts(this.counts, shift + this.size - size, counts, below.from, below.to);
    this.setZeros(this.zeros + other.zeros);
  }

  /** Takes the counts of `other` out, none below 0; returns how many were taken. */
  subtract(other: BucketStore): number {
    const shift = other.low - this.low;
    const from = Math.max(0, -shift);
    const to = Math.min(other.size, this.size - shift);
    const zeros = Math.min(this.zeros, other.zeros);
    if (zeros > 0) this.counts[this.counts.length - 1]! -= zeros;
    return (
      zeros +
      subtractCounts(this.positive, shift, other.positive, from, to) +
      (this.negative.length > 0 && other.negative.length > 0
        ? subtractCounts(this.negative, shift, other.negative, from, to)
        : 0)
    );
  }

  /** Takes one value out of its bucket; returns how many there were, 0 or 1. */
  take(signedKey: number): number {
    const slot = this.#slotOf(signedKey);
    if (slot < 0 || this.counts[slot] === 0) return 0;
    this.counts[slot]!--;
    return 1;
  }

  /** From now on counts may pass 2^32 - 1. */
  widen(): void {
    this.counts = Float64Array.from(this.counts);
  }

  /** Empties every bucket; the room stays. */
  clear(): void {
    this.counts.fill(0);
  }

  /** A copy without spare room. */
  clone(): BucketStore {
    const copy = new BucketStore();
    if (this.counts instanceof Float64Array) copy.widen();
    copy.merge(this);
    return copy;
  }

  /** -1 where there is no slot. */
  #slotOf(signedKey: number): number {
    const key = signedKey & KEY_MASK;
    if (key < FIRST_KEY) return this.counts.length - 1;
    const place = key - this.low;
    if (place < 0 || place >= this.size) return -1;
    if (signedKey < SIGN_KEY) return place;
    return this.counts.length > this.size + 1 ? this.size + place : -1;
  }
}

function addCounts(into: Counts, shift: number, counts: Counts, from: number, to: number): void {
  for (let i = from; i < to; i++) into[i + shift]! += counts[i]!;
}

function subtractCounts(outOf: Counts, shift: number, counts: Counts, from: number, to: number): number {
  let taken = 0;
  for (let i = from; i < to; i++) {
    const count = Math.min(counts[i]!, outOf[i + shift]!);
    outOf[i + shift]! -= count;
    taken += count;
  }
  return taken;
}

/** From the first count above 0 to behind the last of `[from, to)`; from Infinity to -Infinity where there is none. */
function usedRange(counts: Counts, from: number, to: number): { readonly from: number; readonly to: number } {
  let last = to;
  while (last > from && counts[last - 1] === 0) last--;
  if (last <= from) return { from: Number.POSITIVE_INFINITY, to: Number.NEGATIVE_INFINITY };
  let first = from;
  while (counts[first] === 0) first++;
  return { from: first, to: last };
}
