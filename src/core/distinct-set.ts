import { StreamVizError } from './errors.ts';

/*
 * Counts distinct float64 values exactly up to a limit, and says "at least" beyond it.
 *
 * 1. NaN and infinities are ignored; 0 and -0 are one value.
 * 2. One value more than the limit overflows the set: its values are let go and `size` stays the limit, a lower bound.
 * 3. `merge` is associative and commutative, overflow included; of two limits the lower one holds from then on. What a set
 *    is depends on the values alone, and so do the numbers of `save`.
 * 4. Memory: 16 to 32 bytes a value and nothing once overflowed. `clear` keeps the room.
 */

/** Distinct values counted exactly where nothing else is asked for. */
export const DISTINCT_LIMIT = 10_000;

const FIRST_SLOTS = 16;
const HEADER = 2;
const float = new Float64Array(1);
const words = new Uint32Array(float.buffer);

/** How many distinct values there were, exact up to a limit. See the guarantees above. */
export class DistinctSet {
  #limit: number;
  /** Open addressing, NaN in free slots, a power of two long and at most half full. */
  #slots = new Float64Array(0);
  #size = 0;
  #overflowed = false;

  /** @param limit Values counted exactly: a whole number from 1. Default 10,000. */
  constructor(limit: number = DISTINCT_LIMIT) {
    this.#limit = limit;
  }

  /** Values counted exactly. */
  get limit(): number {
    return this.#limit;
  }

  /** Distinct values; once {@link overflowed} the limit, and there were more. */
  get size(): number {
    return this.#overflowed ? this.#limit : this.#size;
  }

  /** Whether there were more distinct values than the limit. */
  get overflowed(): boolean {
    return this.#overflowed;
  }

  /** Bytes held. */
  get bytes(): number {
    return this.#slots.byteLength;
  }

  /** Its values in no order, with NaN between them; none once {@link overflowed}. A view, valid until it changes. */
  get slots(): Readonly<Float64Array> {
    return this.#slots;
  }

  /** Adds one value. Amortised O(1). */
  add(value: number): void {
    if (value - value !== 0 || this.#overflowed) return;
    if (this.#slots.length > 0) {
      const slot = slotOf(this.#slots, value);
      if (this.#slots[slot] === value) return;
      if (this.#size < this.#limit && this.#size * 2 < this.#slots.length) {
        this.#slots[slot] = value + 0;
        this.#size++;
        return;
      }
    }
    if (this.#size >= this.#limit) {
      this.#overflow();
      return;
    }
    this.#grow();
    this.#slots[slotOf(this.#slots, value)] = value + 0;
    this.#size++;
  }

  /** Adds the values `[from, to)`: the same as each by {@link add}. */
  addMany(values: Float64Array, from: number, to: number): void {
    for (let i = from; i < to && !this.#overflowed; i++) {
      i = skipHeld(this.#slots, values, i, to);
      if (i < to) this.add(values[i]!);
    }
  }

  /** Adds what `other` holds: what adding both inputs to one set of the lower limit gives. O(slots of `other`). */
  merge(other: DistinctSet): void {
    this.#limit = Math.min(this.#limit, other.#limit);
    if (other.#overflowed || this.#size > this.#limit) this.#overflow();
    this.addMany(other.#slots, 0, other.#slots.length);
  }

  /** Takes everything out; the limit and the room stay. */
  clear(): void {
    this.#slots.fill(Number.NaN);
    this.#size = 0;
    this.#overflowed = false;
  }

  /** A copy that shares nothing. */
  clone(): DistinctSet {
    const copy = new DistinctSet(this.#limit);
    copy.#slots = this.#slots.slice();
    copy.#size = this.#size;
    copy.#overflowed = this.#overflowed;
    return copy;
  }

  /** The limit, 1 where overflowed else 0, and the values ascending; the same for the same values. A copy. */
  save(): Float64Array {
    const saved = new Float64Array(HEADER + this.#size);
    saved[0] = this.#limit;
    saved[1] = this.#overflowed ? 1 : 0;
    let next = HEADER;
    for (const value of this.#slots) if (!Number.isNaN(value)) saved[next++] = value;
    saved.subarray(HEADER).sort();
    return saved;
  }

  /** The set whose `save` gave these numbers. @throws StreamVizError `STATE_INVALID` */
  static restore(saved: Float64Array): DistinctSet {
    const limit = saved[0] ?? Number.NaN;
    const overflowed = saved[1] === 1;
    if (!Number.isSafeInteger(limit) || limit < 1 || (!overflowed && saved[1] !== 0)) {
      throw invalid(`the limit is ${limit} and the mark of overflow ${saved[1]}`);
    }
    const set = new DistinctSet(limit);
    set.addMany(saved, HEADER, saved.length);
    if (set.#overflowed || set.#size !== saved.length - HEADER || (overflowed && set.#size > 0)) {
      throw invalid(`${saved.length - HEADER} values are no distinct finite ones within the limit of ${limit}`);
    }
    if (overflowed) set.#overflow();
    return set;
  }

  #overflow(): void {
    this.#overflowed = true;
    this.#size = 0;
    this.#slots = new Float64Array(0);
  }

  #grow(): void {
    const held = this.#slots;
    this.#slots = new Float64Array(Math.max(FIRST_SLOTS, held.length * 2)).fill(Number.NaN);
    for (const value of held) if (value - value === 0) this.#slots[slotOf(this.#slots, value)] = value;
  }
}

/** The slot that holds `value`, or the free one where it belongs: open addressing, a power of two long, NaN in free slots. */
export function slotOf(slots: Float64Array, value: number): number {
  const mask = slots.length - 1;
  float[0] = value + 0;
  let hash = Math.imul(words[0]!, 0x85ebca6b) ^ Math.imul(words[1]!, 0x9e3779b1);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  let slot = (hash ^ (hash >>> 13)) & mask;
  for (let held = slots[slot]!; !Number.isNaN(held) && held !== value; held = slots[slot]!) slot = (slot + 1) & mask;
  return slot;
}

/** The first index from `from` on whose value is finite and not held yet, or `to`. */
function skipHeld(slots: Float64Array, values: Float64Array, from: number, to: number): number {
  if (slots.length === 0) return from;
  let i = from;
  for (; i < to; i++) {
    const value = values[i]!;
    if (value - value === 0 && slots[slotOf(slots, value)] !== value) break;
  }
  return i;
}

function invalid(what: string): StreamVizError {
  return new StreamVizError('STATE_INVALID', `the state of a distinct set cannot be restored: ${what}`);
}
