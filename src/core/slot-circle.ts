import { BLOCK, MinMaxPyramid } from './min-max-pyramid.ts';

/** Slots of a circle that has had no more samples than these: far less than a block, for there may be thousands that get few. */
const INITIAL_SLOTS = 16;
/** Below this many samples single stores are faster than two bulk copies. */
const BULK_MIN_COUNT = 64;

/** Whether a circle may have so many slots: whole blocks of the pyramid, or a part of one. */
export const areSlots = (count: number): boolean =>
  count % BLOCK === 0 || (count < BLOCK && BLOCK % count === 0 && count >= INITIAL_SLOTS);

/** The largest number of slots that a circle may have with room for at most `count`; at least the first ones. */
export function slotsWithin(count: number): number {
  if (count >= BLOCK) return Math.floor(count / BLOCK) * BLOCK;
  let slots = INITIAL_SLOTS;
  while (slots * 2 <= count) slots *= 2;
  return slots;
}

/** So many, in whole blocks of the pyramid. */
export const toBlocks = (count: number): number => Math.ceil(count / BLOCK) * BLOCK;

/**
 * Samples in slots that go round, with a pyramid over the slots: where they stand, whatever their order means.
 *
 * Sample i stands in slot (head + i) mod slots. The number of slots is a multiple of the pyramid's block or a part of
 * one, so a block inside a run of live slots was always completed by the same lap. Slots double with the samples up
 * to the capacity.
 */
export class SlotCircle {
  readonly capacity: number;
  protected readonly pyramid = new MinMaxPyramid();
  protected times: Float64Array;
  protected values: Float64Array;
  protected head = 0;
  /** Samples held. */
  protected held = 0;
  protected moved = 0;

  /** @param capacity Most samples held; a positive integer. */
  constructor(capacity: number) {
    this.capacity = Math.max(1, Math.floor(capacity));
    this.times = new Float64Array(INITIAL_SLOTS);
    this.values = new Float64Array(INITIAL_SLOTS);
  }

  get length(): number {
    return this.held;
  }

  /** Bytes held, the pyramid's included. */
  get bytes(): number {
    return this.times.byteLength + this.values.byteLength + this.pyramid.bytes;
  }

  /** Changes when samples move to other slots: columns filled before need no longer equal those filled after. */
  get moves(): number {
    return this.moved;
  }

  /** Time of sample `i`, which must be in `[0, length)`. */
  timeAt(i: number): number {
    return this.times[this.#slot(i)]!;
  }

  /** Value of sample `i`, which must be in `[0, length)`; NaN is a missing value. */
  valueAt(i: number): number {
    return this.values[this.#slot(i)]!;
  }

  /** Where sample `i` stands, or will; at most as many as there are slots. */
  #slot(i: number): number {
    const slot = this.head + i;
    return slot < this.times.length ? slot : slot - this.times.length;
  }

  /** Visits samples `[i, j)` as at most two runs of slots: sample number = slot + `offset`. Read, never write. */
  eachRun(
    i: number,
    j: number,
    visit: (times: Float64Array, values: Float64Array, from: number, to: number, offset: number) => void,
  ): void {
    const slots = this.times.length;
    const start = this.head + i;
    const end = this.head + j;
    if (start < Math.min(slots, end)) visit(this.times, this.values, start, Math.min(slots, end), -this.head);
    if (end > slots) visit(this.times, this.values, Math.max(0, start - slots), end - slots, slots - this.head);
  }

  /** {@link put} of one sample, which thousands of slow series get at a time. */
  protected putOne(time: number, value: number): void {
    const slot = this.#slot(this.held);
    this.times[slot] = time;
    this.values[slot] = value;
    this.held += 1;
    if (((slot + 1) & (BLOCK - 1)) === 0) this.pyramid.complete(this.times, this.values, slot, slot + 1);
  }

  /** Puts the samples `[from, to)` of two columns after those held; there must be free slots for them. */
  protected put(times: Float64Array, values: Float64Array, from: number, to: number): void {
    const slots = this.times.length;
    for (let at = from; at < to; ) {
      const slot = this.#slot(this.held);
      const count = Math.min(to - at, slots - slot);
      if (count < BULK_MIN_COUNT) {
        for (let i = 0; i < count; i++) {
          this.times[slot + i] = times[at + i]!;
          this.values[slot + i] = values[at + i]!;
        }
      } else {
        this.times.set(times.subarray(at, at + count), slot);
        this.values.set(values.subarray(at, at + count), slot);
      }
      this.held += count;
      this.pyramid.complete(this.times, this.values, slot, slot + count);
      at += count;
    }
  }

  /** Forgets the oldest samples. */
  protected drop(count: number): void {
    this.head = this.#slot(count);
    this.held -= count;
  }

  /** Forgets all samples; the memory stays. */
  protected empty(): void {
    this.moved += 1;
    this.head = 0;
    this.held = 0;
  }

  /** Doubles the slots up to the capacity; the samples then stand from slot 0 on. */
  protected grow(length: number): void {
    const most = toBlocks(this.capacity);
    let slots = this.times.length;
    if (length <= slots || slots === most) return;
    while (slots < length && slots < most) slots = Math.min(most, slots * 2);
    const time = new Float64Array(slots);
    const value = new Float64Array(slots);
    this.copyOut(0, time, value);
    this.times = time;
    this.values = value;
    this.pyramid.grow(slots);
    if (this.head === 0) return;
    this.pyramid.complete(time, value, 0, this.held);
    this.head = 0;
    this.moved += 1;
  }

  /** Copies the samples from number `from` on, oldest first. */
  protected copyOut(from: number, time: Float64Array, value: Float64Array): void {
    this.eachRun(from, this.held, (times, values, start, end, offset) => {
      time.set(times.subarray(start, end), start + offset - from);
      value.set(values.subarray(start, end), start + offset - from);
    });
  }

  /** Puts samples where they stood in a circle that was saved. */
  protected place(slots: number, head: number, time: Float64Array, value: Float64Array): void {
    this.times = new Float64Array(slots);
    this.values = new Float64Array(slots);
    this.head = head;
    this.held = time.length;
    this.pyramid.grow(slots);
    const untilWrap = Math.min(time.length, slots - head);
    this.times.set(time.subarray(0, untilWrap), head);
    this.values.set(value.subarray(0, untilWrap), head);
    this.times.set(time.subarray(untilWrap), 0);
    this.values.set(value.subarray(untilWrap), 0);
    this.pyramid.complete(this.times, this.values, head, head + untilWrap);
    this.pyramid.complete(this.times, this.values, 0, time.length - untilWrap);
  }
}
