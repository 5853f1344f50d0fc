import type { DistinctSet } from '../distinct-set.ts';
import type { QuantileSketch } from '../sketch/quantile-sketch.ts';
import type { SpanWalk } from '../span-walk.ts';
import { CounterPanes } from './counter-panes.ts';
import type { CounterSamples } from './counter-samples.ts';
import { PaneExtras, type PaneKeeping } from './pane-extras.ts';
import { addRun, addSpread, COUNT, INCREASE, INDEX, LAST, M2, MARKS, MEAN, ROW, ROW_SHIFT } from './pane-row.ts';

/**
 * The panes of one stream that windows can still need, in time order.
 *
 * 1. Only panes that hold a sample are stored.
 * 2. A *place* is where a pane's row lies in `rows`, as long as the pane is stored. A *slot* is its rank in time, in
 *    `[head, tail)`; slots hold from {@link arrange} or {@link seek} to the next {@link ensure}.
 * 3. Appending and evicting are O(1) amortised. Panes made between others wait outside of the order until slots are asked
 *    for: k of them among n cost O(k log n) and a move of n numbers together, in whatever order they came.
 * 4. Of what is evicted the last value is remembered: the one before every window still open.
 */
export class WindowPanes {
  rows = new Float64Array(ROW * 2);
  head = 0;
  tail = 0;
  /** Panes ever made. */
  made = 0;
  /** Last value among what was evicted, where values before a window are asked for; NaN: there is none. */
  evictedValue = Number.NaN;
  /** First and last pane of each fold that lies in several; it is held in the last. */
  readonly spans: (readonly [number, number])[] = [];
  readonly counters: CounterPanes | null;
  readonly extras: PaneExtras | null;
  readonly #spread: boolean;
  readonly #anchored: boolean;
  /** Places by slot. */
  #places = new Int32Array(4);
  /** Places that panes have left; those from `#used` on were never taken. */
  readonly #free: number[] = [];
  #used = 0;
  /** Places of panes that are not in the order yet, by number; all are before the last one in it. */
  #waiting: Map<number, number> | null = null;
  #firstWaiting = Number.POSITIVE_INFINITY;

  constructor(keep: PaneKeeping) {
    this.#spread = keep.spread;
    this.#anchored = keep.anchored;
    this.counters = keep.counter ? new CounterPanes() : null;
    this.extras = keep.sketch || keep.distinct ? new PaneExtras(keep) : null;
  }

  /** Number of the first pane, or a lower one that was taken back; +Infinity: none is stored. */
  get first(): number {
    if (this.head === this.tail) return Number.POSITIVE_INFINITY;
    return Math.min(this.#firstWaiting, this.rows[this.at(this.head) + INDEX]!);
  }

  /** Where the row of a slot begins. */
  at(slot: number): number {
    return this.#places[slot]! << ROW_SHIFT;
  }

  sketchAt(slot: number): QuantileSketch | null {
    return this.extras === null ? null : this.extras.sketch(this.#places[slot]!);
  }

  distinctAt(slot: number): DistinctSet | null {
    return this.extras === null ? null : this.extras.distinct(this.#places[slot]!);
  }

  samplesAt(slot: number): CounterSamples | null {
    return this.counters === null ? null : this.counters.samples(this.#places[slot]!);
  }

  /** First slot whose INDEX is at least `index`, or `tail`. O(1) where panes lie side by side up to it, else O(log n). */
  seek(index: number): number {
    this.arrange();
    return this.#slotOf(index, this.tail);
  }

  /** Puts panes that were made between others in order, so that every pane has a slot. */
  arrange(): void {
    if (this.#waiting !== null) this.#putWaiting(this.#waiting);
  }

  /** The place of pane `index`, made where it is not stored. */
  ensure(index: number): number {
    const slot = this.#slotOf(index, this.tail);
    if (slot < this.tail) {
      if (this.rows[this.at(slot) + INDEX] === index) return this.#places[slot]!;
      this.#waiting ??= new Map();
      const waiting = this.#waiting.get(index);
      if (waiting !== undefined) return waiting;
      const place = this.#make(index);
      this.#waiting.set(index, place);
      if (index < this.#firstWaiting) this.#firstWaiting = index;
      return place;
    }
    const place = this.#make(index);
    this.#reserve(1);
    this.#places[this.tail] = place;
    this.tail += 1;
    return place;
  }

  /** Takes back what {@link ensure} made last, to which nothing was added. */
  unmake(place: number): void {
    const index = this.rows[(place << ROW_SHIFT) + INDEX]!;
    if (!this.#waiting?.delete(index)) this.tail -= 1;
    this.#release(place);
  }

  /** Adds samples to a pane; returns how many were finite. `ends` as of {@link addRun}. */
  addRun(
    place: number,
    times: Float64Array,
    values: Float64Array,
    from: number,
    to: number,
    ends: Pick<SpanWalk, 'first' | 'last'> | null = null,
  ): number {
    const row = place << ROW_SHIFT;
    const { rows } = this;
    if (this.#spread) addSpread(rows, row, rows[row + COUNT]!, values, from, to);
    if (this.counters !== null) this.counters.addRun(rows, place, times, values, from, to);
    const count = addRun(rows, row, times, values, from, to, ends);
    if (count > 0 && this.extras !== null) this.extras.addRun(place, values, from, to);
    return count;
  }

  /** Brings `increase` of the slots `[from, to)` up to date. */
  settle(from: number, to: number): void {
    if (!this.counters?.unsettled) return;
    for (let slot = from; slot < to; slot += 1) this.counters.settle(this.rows, this.#places[slot]!);
  }

  /** The last value before slot `slot`, evicted panes included; NaN: none. Never -0, which a snapshot's texts do not keep. */
  lastBefore(slot: number): number {
    return (slot === this.head ? this.evictedValue : this.rows[this.at(slot - 1) + LAST]!) + 0;
  }

  /** A fold lies in the panes `[from, to]` and is held in `to`. */
  addSpan(from: number, to: number): void {
    this.spans.push([from, to]);
  }

  /** Whether a fold crosses an edge of the panes `[from, end)`; with `inside` also whether one lies within. */
  isSpanned(from: number, end: number, inside: boolean): boolean {
    for (const [first, last] of this.spans) {
      if (last < from || first >= end) continue;
      if (inside || first < from || last >= end) return true;
    }
    return false;
  }

  /** Drops the panes before pane `index`, and the folds that end before it. */
  evict(index: number): void {
    if (this.spans.length > 0) {
      let held = 0;
      for (const span of this.spans) if (span[1] >= index) this.spans[held++] = span;
      this.spans.length = held;
    }
    const slot = this.seek(index);
    if (this.#anchored && slot > this.head) this.evictedValue = this.rows[this.at(slot - 1) + LAST]! + 0;
    for (; this.head < slot; this.head += 1) this.#release(this.#places[this.head]!);
  }

  /** First slot in `[head, end)` whose INDEX is at least `index`, or `end`. */
  #slotOf(index: number, end: number): number {
    const { rows, head } = this;
    if (head === end) return end;
    const last = rows[this.at(end - 1) + INDEX]!;
    if (index > last) return end;
    const guess = end - 1 - (last - index);
    if (guess >= head && rows[this.at(guess) + INDEX] === index) return guess;
    let low = head;
    let high = end - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (rows[this.at(middle) + INDEX]! < index) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** From the last on, so that each run of slots moves once. */
  #putWaiting(waiting: ReadonlyMap<number, number>): void {
    const indices = Float64Array.from(waiting.keys()).sort();
    this.#reserve(indices.length);
    const places = this.#places;
    let end = this.tail;
    this.tail += indices.length;
    for (let left = indices.length - 1; left >= 0; left -= 1) {
      const index = indices[left]!;
      const slot = this.#slotOf(index, end);
      places.copyWithin(slot + left + 1, slot, end);
      places[slot + left] = waiting.get(index)!;
      end = slot;
    }
    this.#waiting = null;
    this.#firstWaiting = Number.POSITIVE_INFINITY;
  }

  /** Room for `more` slots after the last; half of it stays free, so that a move pays for as many slots. */
  #reserve(more: number): void {
    if (this.tail + more <= this.#places.length) return;
    const held = this.#places.subarray(this.head, this.tail);
    const needed = (held.length + more) * 2;
    if (needed > this.#places.length) {
      const wider = new Int32Array(Math.max(needed, this.#places.length * 2));
      wider.set(held);
      this.#places = wider;
    } else this.#places.copyWithin(0, this.head, this.tail);
    this.tail = held.length;
    this.head = 0;
  }

  #make(index: number): number {
    const place = this.#free.pop() ?? this.#used++;
    const row = place << ROW_SHIFT;
    if (row === this.rows.length) {
      const wider = new Float64Array(this.rows.length * 2);
      wider.set(this.rows);
      this.rows = wider;
    }
    const { rows } = this;
    rows[row + INDEX] = index;
    rows[row + COUNT] = 0;
    rows[row + MEAN] = 0;
    rows[row + M2] = 0;
    rows[row + INCREASE] = 0;
    rows[row + MARKS] = 0;
    this.made += 1;
    return place;
  }

  #release(place: number): void {
    this.counters?.drop(this.rows, place);
    this.extras?.clear(place);
    this.#free.push(place);
  }
}
