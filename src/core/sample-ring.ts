import { clearSummary, MinMaxPyramid } from './min-max-pyramid.ts';

/*
 * 1. Samples stand in event-time order, equal times in arrival order, whatever order they came in.
 * 2. Of all samples ever appended the newest `capacity` by that order are held.
 * 3. Summaries are exact over any index range, also after growth, eviction, wrap-around and late rows.
 * 4. Appending in order is amortised O(1) a sample without allocation per sample; a late row costs O(samples after it).
 * 5. At most 17.5 bytes a sample when full, from about 10,000 samples on; at most twice that while it grows.
 *
 * Slots are a circle: logical index i stands in slot (head + i) mod slots. The number of slots is a multiple of the
 * pyramid's block, so a block inside a run of live slots was always completed by the same lap.
 */

const BLOCK = 32;
const INITIAL_SLOTS = 256;
/** Below this many samples single stores are faster than two bulk copies. */
const BULK_MIN_COUNT = 10;

const toBlocks = (count: number): number => Math.ceil(count / BLOCK) * BLOCK;

/** Raw samples of one series, sorted by time, with summaries for drawing. See the guarantees above. */
export class SampleRing {
  readonly capacity: number;
  #time: Float64Array;
  #value: Float64Array;
  readonly #pyramid = new MinMaxPyramid();
  readonly #scratch = new Float64Array(4);
  #head = 0;
  #length = 0;

  /** @param capacity Most samples held; a positive integer. */
  constructor(capacity: number) {
    this.capacity = Math.max(1, Math.floor(capacity));
    const slots = Math.min(INITIAL_SLOTS, toBlocks(this.capacity));
    this.#time = new Float64Array(slots);
    this.#value = new Float64Array(slots);
    this.#pyramid.grow(slots);
  }

  get length(): number {
    return this.#length;
  }

  /** Bytes held, the pyramid's included. */
  get bytes(): number {
    return this.#time.byteLength + this.#value.byteLength + this.#pyramid.bytes;
  }

  /** Time of the oldest sample, NaN while there is none. */
  get firstTimeUs(): number {
    return this.#length === 0 ? Number.NaN : this.timeAt(0);
  }

  /** Time of the newest sample, missing ones included; NaN while there is none. */
  get lastTimeUs(): number {
    return this.#length === 0 ? Number.NaN : this.timeAt(this.#length - 1);
  }

  /** Time of sample `i`, which must be in `[0, length)`. */
  timeAt(i: number): number {
    const slot = this.#head + i;
    return this.#time[slot < this.#time.length ? slot : slot - this.#time.length]!;
  }

  /** Value of sample `i`, which must be in `[0, length)`; NaN is a missing value. */
  valueAt(i: number): number {
    const slot = this.#head + i;
    return this.#value[slot < this.#value.length ? slot : slot - this.#value.length]!;
  }

  /**
   * Adds the samples `[from, to)` of two columns, which are copied.
   *
   * Rows in order are the fast path; rows that are late, among themselves or against what is held, are merged in with
   * the same result. Times must be finite; a value that is not finite is held and drawn as missing.
   *
   * @returns whether they were in order: then row `to - 1` is the newest sample.
   */
  append(times: Float64Array, values: Float64Array, from: number, to: number): boolean {
    for (let i = from + 1; i < to; i++) {
      if (times[i]! < times[i - 1]!) {
        this.#merge(times, values, from, to);
        return false;
      }
    }
    return this.appendRising(times, values, from, to);
  }

  /** {@link append} of rows of which the caller knows that no time is smaller than the one before it. */
  appendRising(times: Float64Array, values: Float64Array, from: number, to: number): boolean {
    if (from >= to) return true;
    if (this.#length > 0 && times[from]! < this.timeAt(this.#length - 1)) {
      this.#merge(times, values, from, to);
      return false;
    }
    this.#appendSorted(times, values, from, to);
    return true;
  }

  /** Forgets all samples, then adds the given ones. */
  replaceAll(times: Float64Array, values: Float64Array, from: number, to: number): void {
    this.clear();
    this.append(times, values, from, to);
  }

  /** Forgets all samples; the memory stays. */
  clear(): void {
    this.#head = 0;
    this.#length = 0;
  }

  /** Index of the first sample at or after `timeUs`; `length` when there is none. O(log n). */
  lowerBound(timeUs: number): number {
    let low = 0;
    let high = this.#length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.timeAt(middle) < timeUs) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** {@link lowerBound} among samples `[from, to)`, `to` when there is none: O(log of the distance from `from`). */
  lowerBoundFrom(from: number, timeUs: number, to: number): number {
    let low = from;
    let step = 1;
    while (low + step < to && this.timeAt(low + step) < timeUs) {
      low += step;
      step *= 2;
    }
    let high = Math.min(to, low + step);
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.timeAt(middle) < timeUs) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Number of finite values among samples `[i, j)`. */
  finiteCount(i: number, j: number): number {
    this.minMaxSum(i, j, this.#scratch);
    return this.#scratch[3]!;
  }

  /** Writes min, max, sum and count of the finite values of samples `[i, j)` into `out`; of none `Infinity, -Infinity, 0, 0`. O(log n). */
  minMaxSum(i: number, j: number, out: Float64Array): void {
    clearSummary(out);
    const from = Math.max(0, i);
    const to = Math.min(this.#length, j);
    if (from >= to) return;
    const slots = this.#time.length;
    const start = this.#head + from;
    const end = this.#head + to;
    if (start >= slots) this.#pyramid.add(this.#value, start - slots, end - slots, out);
    else if (end <= slots) this.#pyramid.add(this.#value, start, end, out);
    else {
      this.#pyramid.add(this.#value, start, slots, out);
      this.#pyramid.add(this.#value, 0, end - slots, out);
    }
  }

  #appendSorted(times: Float64Array, values: Float64Array, from: number, to: number): void {
    let at = from;
    if (to - at >= this.capacity) {
      this.clear();
      at = to - this.capacity;
    }
    this.#grow(this.#length + to - at);
    const slots = this.#time.length;
    const excess = this.#length + to - at - this.capacity;
    if (excess > 0) {
      this.#head = (this.#head + excess) % slots;
      this.#length -= excess;
    }
    while (at < to) {
      const slot = (this.#head + this.#length) % slots;
      const count = Math.min(to - at, slots - slot);
      if (count < BULK_MIN_COUNT) {
        for (let i = 0; i < count; i++) {
          this.#time[slot + i] = times[at + i]!;
          this.#value[slot + i] = values[at + i]!;
        }
      } else {
        this.#time.set(times.subarray(at, at + count), slot);
        this.#value.set(values.subarray(at, at + count), slot);
      }
      this.#length += count;
      this.#pyramid.complete(this.#value, slot, slot + count);
      at += count;
    }
  }

  /** Doubles the slots up to the capacity. Before that nothing was evicted, so the samples stand from slot 0 on. */
  #grow(length: number): void {
    const most = toBlocks(this.capacity);
    let slots = this.#time.length;
    if (length <= slots || slots === most) return;
    while (slots < length && slots < most) slots = Math.min(most, slots * 2);
    const time = new Float64Array(slots);
    const value = new Float64Array(slots);
    time.set(this.#time);
    value.set(this.#value);
    this.#time = time;
    this.#value = value;
    this.#pyramid.grow(slots);
  }

  /** The slow path: takes out what is newer than the oldest new row, and appends both in order. */
  #merge(times: Float64Array, values: Float64Array, from: number, to: number): void {
    const order = new Uint32Array(to - from);
    for (let i = 0; i < order.length; i++) order[i] = from + i;
    order.sort((a, b) => times[a]! - times[b]! || a - b);
    const oldest = times[order[0]!]!;
    let keep = this.lowerBound(oldest);
    while (keep < this.#length && this.timeAt(keep) === oldest) keep++;
    const total = this.#length - keep + order.length;
    const time = new Float64Array(total);
    const value = new Float64Array(total);
    let held = keep;
    let next = 0;
    for (let i = 0; i < total; i++) {
      const row = next < order.length ? order[next]! : -1;
      if (row < 0 || (held < this.#length && this.timeAt(held) <= times[row]!)) {
        time[i] = this.timeAt(held);
        value[i] = this.valueAt(held);
        held++;
      } else {
        time[i] = times[row]!;
        value[i] = values[row]!;
        next++;
      }
    }
    this.#length = keep;
    this.#appendSorted(time, value, 0, total);
  }
}
