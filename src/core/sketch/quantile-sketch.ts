import { signedKeyOf } from './bucket-key.ts';
import { BucketStore } from './bucket-store.ts';
import { BucketWalk } from './bucket-walk.ts';
import { nearestRank } from './nearest-rank.ts';
import { EXACT_VALUES, readSketch, writeBuckets, writeValues } from './sketch-bytes.ts';

/*
 * Quantiles of any number of finite values in bounded memory.
 *
 * 1. Up to 32 values are held one by one and their quantiles are exact. The 33rd turns them into counts of log buckets,
 *    64 per octave: from then on a quantile is within 1/128 of the value at the nearest rank, with its sign; 0 is exact,
 *    a subnormal counts as 0.
 * 2. What a sketch holds, its quantiles and its bytes depend on the values alone: not on their order, and not on how
 *    they were spread over sketches that were merged. NaN and infinities are ignored; -0 is 0.
 * 3. `subtract` undoes `merge`. Buckets stay buckets while a value is left, however few: single values are not known
 *    again. What was never merged takes nothing out: no count falls below 0.
 * 4. Counts are exact up to 2^53 - 1 values.
 * 5. Memory: 256 bytes for 32 values; then 4 bytes a bucket of the range between the smallest and the largest magnitude
 *    of each sign (8 beyond 2^32 - 1 values): 4 kB for three decades and a half of one sign, 0.5 MB for every float of
 *    one sign. `clear` keeps the room, and adding in it allocates nothing.
 */

const FIRST_ROOM = 8;
/** A count of 32 bits holds so many. */
const MOST_NARROW = 2 ** 32 - 1;
/** A shorter run is not worth a view of its buffer. */
const VIEW_RUN = 32;
const NO_VALUES = new Float64Array(0);
const skipped = new Float64Array(1);
let viewed: ArrayBufferLike | null = null;
let view = new Uint32Array(0);

/** The words of a whole buffer; the view of the last one is kept. */
function wordsOf(buffer: ArrayBufferLike): Uint32Array {
  if (buffer !== viewed) {
    view = new Uint32Array(buffer as ArrayBuffer, 0, buffer.byteLength >>> 2);
    viewed = buffer;
  }
  return view;
}

/** Quantiles of any number of finite values in bounded memory. See the guarantees above. */
export class QuantileSketch {
  #values = NO_VALUES;
  #sorted = true;
  #exact = true;
  #wide = false;
  #count = 0;
  #buckets = new BucketStore();

  /** Finite values held. */
  get count(): number {
    return this.#count;
  }

  /** Bytes held, spare room included. */
  get bytes(): number {
    return this.#values.byteLength + this.#buckets.counts.byteLength;
  }

  /** Whether the values are held one by one, which makes quantiles exact: so while at most 32 were ever held at once. */
  get exact(): boolean {
    return this.#exact;
  }

  /** Adds one value; NaN and infinities are ignored. O(1). */
  add(value: number): void {
    if (value - value !== 0) return;
    if (this.#exact) {
      if (this.#count < EXACT_VALUES) {
        this.#hold(value + 0);
        return;
      }
      this.#toBuckets();
    }
    if (this.#count >= MOST_NARROW) this.#reserve(1);
    this.#buckets.add(signedKeyOf(value));
    this.#count++;
  }

  /** Adds the values `[from, to)`: the same as each by {@link add}, about 2 ns each. Allocates where the range grows only. */
  addMany(values: Float64Array, from: number, to: number): void {
    let i = from;
    if (this.#exact || to - from < VIEW_RUN) {
      const short = to - from < VIEW_RUN;
      for (; i < to && (short || this.#exact); i++) this.add(values[i]!);
      if (i === to) return;
    }
    this.#reserve(to - i);
    const words = wordsOf(values.buffer);
    const first = values.byteOffset >>> 3;
    skipped[0] = 0;
    this.#count += to - i;
    while (i < to) {
      i = this.#buckets.addWords(words, first + i, first + to, skipped) - first;
      if (i === to) break;
      this.#buckets.add(signedKeyOf(values[i]!));
      i++;
    }
    this.#count -= skipped[0]!;
  }

  /** Adds what `other` holds: exactly what adding both inputs to one sketch gives. O(range of `other`). */
  merge(other: QuantileSketch): void {
    if (other.#exact) {
      const values = other.#values;
      for (let i = 0, n = other.#count; i < n; i++) this.add(values[i]!);
      return;
    }
    if (this.#exact) this.#toBuckets();
    this.#reserve(other.#count);
    this.#buckets.merge(other.#buckets);
    this.#count += other.#count;
  }

  /**
   * Takes out what was merged before: the exact inverse of {@link merge}.
   *
   * A sketch of buckets stays one until it is empty; then it is as new. Taking buckets out of single values turns them
   * into buckets. Of what is not there nothing is taken, and nothing throws.
   */
  subtract(other: QuantileSketch): void {
    if (other === this) {
      this.clear();
      return;
    }
    if (this.#exact && other.#exact) {
      this.#release(other);
      return;
    }
    if (this.#exact) this.#toBuckets();
    let taken = 0;
    if (other.#exact) {
      for (let i = 0; i < other.#count; i++) taken += this.#buckets.take(signedKeyOf(other.#values[i]!));
    } else {
      taken = this.#buckets.subtract(other.#buckets);
    }
    this.#count -= taken;
    if (this.#count === 0) this.#exact = true;
  }

  /** The value at the nearest rank `ceil(q n)`, `q` in [0, 1]; exact or the middle of its bucket. NaN when empty. */
  quantile(q: number): number {
    const count = this.#count;
    if (count === 0 || Number.isNaN(q)) return Number.NaN;
    const rank = nearestRank(q, count);
    if (!this.#exact) return new BucketWalk(this.#buckets).valueAt(rank);
    this.#sort();
    return this.#values[rank - 1]!;
  }

  /** Several quantiles at once, ascending `qs`, in one pass over the buckets (one more where `qs` falls). */
  quantiles(qs: readonly number[], out: Float64Array): void {
    const count = this.#count;
    const walk = this.#exact ? null : new BucketWalk(this.#buckets);
    for (let i = 0; i < qs.length; i++) {
      const q = qs[i]!;
      if (walk === null) out[i] = this.quantile(q);
      else out[i] = Number.isNaN(q) ? Number.NaN : walk.valueAt(nearestRank(q, count));
    }
  }

  /** Takes everything out; the room stays. */
  clear(): void {
    if (!this.#exact) this.#buckets.clear();
    this.#count = 0;
    this.#sorted = true;
    this.#exact = true;
  }

  /** A copy that shares nothing, without spare room. */
  clone(): QuantileSketch {
    const copy = new QuantileSketch();
    copy.#values = this.#exact ? this.#values.slice(0, this.#count) : copy.#values;
    copy.#sorted = this.#sorted;
    copy.#exact = this.#exact;
    copy.#wide = this.#wide;
    copy.#count = this.#count;
    if (!this.#exact) copy.#buckets = this.#buckets.clone();
    else if (this.#wide) copy.#buckets.widen();
    return copy;
  }

  /** Compact bytes (`sketch-bytes.ts`), the same for the same values in any order, and the same in Python. */
  encode(): Uint8Array {
    if (!this.#exact) return writeBuckets(this.#buckets);
    this.#sort();
    return writeValues(this.#values.subarray(0, this.#count));
  }

  /** The sketch whose `encode` gave these bytes; a copy. @throws StreamVizError `SKETCH_INVALID` */
  static decode(bytes: Uint8Array): QuantileSketch {
    const parts = readSketch(bytes);
    const sketch = new QuantileSketch();
    if (parts instanceof Float64Array) {
      sketch.addMany(parts, 0, parts.length);
      return sketch;
    }
    sketch.#exact = false;
    sketch.#buckets = parts.buckets;
    sketch.#count = parts.count;
    sketch.#wide = parts.buckets.counts instanceof Float64Array;
    return sketch;
  }

  #hold(value: number): void {
    if (this.#count === this.#values.length) {
      const next = new Float64Array(Math.min(EXACT_VALUES, Math.max(FIRST_ROOM, this.#count * 2)));
      next.set(this.#values);
      this.#values = next;
    }
    this.#values[this.#count++] = value;
    this.#sorted = this.#count === 1;
  }

  /** Takes out of this one's values each that is one of `other`'s. */
  #release(other: QuantileSketch): void {
    for (let i = 0; i < other.#count; i++) {
      const at = this.#values.indexOf(other.#values[i]!);
      if (at < 0 || at >= this.#count) continue;
      this.#count--;
      this.#values[at] = this.#values[this.#count]!;
      this.#sorted = false;
    }
  }

  #sort(): void {
    if (this.#sorted) return;
    this.#values.subarray(0, this.#count).sort();
    this.#sorted = true;
  }

  #toBuckets(): void {
    this.#exact = false;
    for (let i = 0; i < this.#count; i++) this.#buckets.add(signedKeyOf(this.#values[i]!));
  }

  /** Room for counts of `more` values than now. */
  #reserve(more: number): void {
    if (this.#wide || this.#count + more <= MOST_NARROW) return;
    this.#wide = true;
    this.#buckets.widen();
  }
}
