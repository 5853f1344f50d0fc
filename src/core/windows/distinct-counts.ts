import { type DistinctSet, slotOf } from '../distinct-set.ts';

const FIRST_SLOTS = 16;

/**
 * How many distinct values a changing group of sets holds together: sets come and go, at O(size of the set) each.
 *
 * Always what merging the sets afresh gives, overflow included. Memory: 20 to 40 bytes a value, for no more values than
 * the sets hold; those that went are let go when room is made.
 */
export class DistinctCounts {
  readonly #limit: number;
  /** As in a DistinctSet: NaN in free slots, at most half full. */
  #slots = new Float64Array(FIRST_SLOTS).fill(Number.NaN);
  /** Sets that hold the value of a slot; 0: it went, and keeps its slot. At most 1000 panes are in a window. */
  #counts = new Uint16Array(FIRST_SLOTS);
  #taken = 0;
  #held = 0;
  #overflowedSets = 0;

  /** @param limit Values counted exactly. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Distinct values; once {@link overflowed} the limit, and there were more. */
  get size(): number {
    return this.overflowed ? this.#limit : this.#held;
  }

  get overflowed(): boolean {
    return this.#overflowedSets > 0 || this.#held > this.#limit;
  }

  /** Bytes held. */
  get bytes(): number {
    return this.#slots.byteLength + this.#counts.byteLength;
  }

  /** `set` comes; it must not change before it goes. */
  merge(set: DistinctSet): void {
    if (set.overflowed) this.#overflowedSets += 1;
    for (const value of set.slots) if (value - value === 0) this.#add(value);
  }

  /** `set`, which came before, goes. */
  subtract(set: DistinctSet): void {
    if (set.overflowed) this.#overflowedSets -= 1;
    for (const value of set.slots) {
      if (value - value !== 0) continue;
      const slot = slotOf(this.#slots, value);
      const count = this.#counts[slot]! - 1;
      this.#counts[slot] = count;
      if (count === 0) this.#held -= 1;
    }
  }

  clear(): void {
    this.#slots.fill(Number.NaN);
    this.#counts.fill(0);
    this.#taken = 0;
    this.#held = 0;
    this.#overflowedSets = 0;
  }

  #add(value: number): void {
    let slot = slotOf(this.#slots, value);
    if (this.#slots[slot] !== value) {
      if (this.#taken * 2 >= this.#slots.length) {
        this.#makeRoom();
        slot = slotOf(this.#slots, value);
      }
      this.#slots[slot] = value;
      this.#taken += 1;
    }
    if (this.#counts[slot] === 0) this.#held += 1;
    this.#counts[slot] = this.#counts[slot]! + 1;
  }

  /** Lets go of what went, and doubles the room unless that freed half of it. */
  #makeRoom(): void {
    const slots = this.#slots;
    const counts = this.#counts;
    const room = this.#held * 4 < slots.length ? slots.length : slots.length * 2;
    this.#slots = new Float64Array(room).fill(Number.NaN);
    this.#counts = new Uint16Array(room);
    this.#taken = this.#held;
    for (let from = 0; from < slots.length; from += 1) {
      if (counts[from] === 0) continue;
      const slot = slotOf(this.#slots, slots[from]!);
      this.#slots[slot] = slots[from]!;
      this.#counts[slot] = counts[from]!;
    }
  }
}
