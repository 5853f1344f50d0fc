import type { LineBuffer } from './line-buffer.ts';
import { BLOCK, clearSummary } from './min-max-pyramid.ts';
import { fillColumns } from './retention/fill-columns.ts';
import { mergeLateRows } from './retention/late-rows.ts';
import { areSlots, SlotCircle, toBlocks } from './slot-circle.ts';
import { doublesIn, isRising, metaNumber, numberIn, stateInvalid, tableNamed, wholeIn } from './state-input.ts';
import type { StateTable } from './state-table.ts';
import { isRisingRun } from './time-runs.ts';

/*
 * 1. Samples stand in event-time order, equal times in arrival order, whatever order they came in.
 * 2. Of all samples ever appended the newest `capacity` by that order are held, less what `evictBefore` dropped; what
 *    left is counted, and `lostUpToUs` says from where on nothing has.
 * 3. Summaries are exact over any index range, also after growth, eviction, wrap-around and late rows.
 * 4. Appending in order is amortised O(1) a sample without allocation per sample; a late row costs O(samples after it).
 * 5. At most 17.5 bytes a sample when full, from about 10,000 samples on; at most twice that while it grows.
 */

/** Largest capacity that a restored state may ask for: a typed array's practical limit. */
const MOST_SAMPLES = 2 ** 28;
/** Samples of a block in states that were saved before blocks were larger. */
const OLD_BLOCK = 64;
/** A summary that is read at once. */
const SCRATCH = new Float64Array(4);

/** Raw samples of one series, sorted by time, with summaries for drawing. See the guarantees above. */
export class SampleRing extends SlotCircle {
  #lost = 0;
  #lostUpToUs = Number.NEGATIVE_INFINITY;

  /** Time of the oldest sample, NaN while there is none. */
  get firstTimeUs(): number {
    return this.held === 0 ? Number.NaN : this.timeAt(0);
  }

  /** Time of the newest sample, missing ones included; NaN while there is none. */
  get lastTimeUs(): number {
    return this.held === 0 ? Number.NaN : this.timeAt(this.held - 1);
  }

  /**
   * Adds the samples `[from, to)` of two columns, which are copied.
   *
   * Rows in order are the fast path; rows that are late, among themselves or against what is held, are merged in with
   * the same result. Times must be finite; a value that is not finite is held and drawn as missing.
   *
   * @param areRising No time is smaller than the one before it, so nobody needs to look. Default false: not known.
   * @returns whether they were in order: then row `to - 1` is the newest sample.
   */
  append(times: Float64Array, values: Float64Array, from: number, to: number, areRising: boolean = false): boolean {
    if (from >= to) return true;
    const isLate = this.held > 0 && times[from]! < this.timeAt(this.held - 1);
    if (isLate || !(areRising || isRisingRun(times, from, to))) {
      this.#merge(times, values, from, to);
      return false;
    }
    if (to - from === 1) {
      if (this.held === this.capacity) this.#dropOldest(1);
      if (this.held === this.times.length) this.grow(this.held + 1);
      this.putOne(times[from]!, values[from]!);
    } else this.#appendSorted(times, values, from, to);
    return true;
  }

  /** Forgets all samples, then adds the given ones. */
  replaceAll(times: Float64Array, values: Float64Array, from: number, to: number): void {
    this.clear();
    this.append(times, values, from, to);
  }

  /** Forgets all samples and that there were any; the memory stays. */
  clear(): void {
    this.empty();
    this.#lost = 0;
    this.#lostUpToUs = Number.NEGATIVE_INFINITY;
  }

  /** Drops the samples before `timeUs`. Returns how many they were. O(log n); the memory stays. */
  evictBefore(timeUs: number): number {
    const count = this.lowerBound(timeUs);
    if (count > 0) this.#dropOldest(count);
    return count;
  }

  /** Samples that left since the last `clear`. */
  get lost(): number {
    return this.#lost;
  }

  /** Every sample ever appended that is newer than this is held; -Infinity while none has left. */
  get lostUpToUs(): number {
    return this.#lostUpToUs;
  }

  /** A copy of everything: `restore` goes on from it. O(n). */
  save(): readonly StateTable[] {
    const time = new Float64Array(this.held);
    const value = new Float64Array(this.held);
    this.copyOut(0, time, value);
    const meta = {
      capacity: this.capacity,
      slots: this.times.length,
      head: this.head,
      lost: this.#lost,
      lostUpTo: metaNumber(this.#lostUpToUs),
    };
    return [{ name: 'ring', meta, columns: { time, value } }];
  }

  /**
   * The ring whose `save` gave these tables; every sample stands in the slot it stood in, so that sums round alike. From
   * slot 0 on where the saved ring had as many slots as none has now ({@link OLD_BLOCK}).
   *
   * @throws StreamVizError `STATE_INVALID`
   */
  static restore(tables: readonly StateTable[]): SampleRing {
    const table = tableNamed(tables, 'ring');
    const time = doublesIn(table, 'time');
    const value = doublesIn(table, 'value', time.length);
    const ring = new SampleRing(wholeIn(table, 'capacity', 1, MOST_SAMPLES));
    const most = toBlocks(ring.capacity);
    const slots = wholeIn(table, 'slots', 1, most);
    if (!areSlots(slots) && slots % OLD_BLOCK !== 0) {
      throw stateInvalid(`ring.slots is ${slots}, expected a part or a multiple of ${BLOCK}`);
    }
    if (time.length > Math.min(slots, ring.capacity))
      throw stateInvalid('the ring holds more samples than it has room');
    if (!isRising(time) || !Number.isFinite(time[0] ?? 0) || !Number.isFinite(time.at(-1) ?? 0)) {
      throw stateInvalid('the times of the ring are not finite or not in order');
    }
    const lost = wholeIn(table, 'lost', 0, Number.MAX_SAFE_INTEGER);
    const lostUpTo = numberIn(table, 'lostUpTo');
    if (Number.isNaN(lostUpTo)) throw stateInvalid('ring.lostUpTo is no time');
    const head = wholeIn(table, 'head', 0, slots - 1);
    if (areSlots(slots)) ring.place(slots, head, time, value);
    else ring.place(toBlocks(slots), 0, time, value);
    ring.#lost = lost;
    ring.#lostUpToUs = lostUpTo;
    return ring;
  }

  /** A late row that leaves at once can be older than what left before. */
  #lose(timeUs: number): void {
    if (timeUs > this.#lostUpToUs) this.#lostUpToUs = timeUs;
  }

  #dropOldest(count: number): void {
    this.#lose(this.timeAt(count - 1));
    this.#lost += count;
    this.drop(count);
  }

  /** Index of the first sample at or after `timeUs`; `length` when there is none. O(log n). */
  lowerBound(timeUs: number): number {
    let low = 0;
    let high = this.held;
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
    this.minMaxSum(i, j, SCRATCH);
    return SCRATCH[3]!;
  }

  /** Writes min, max, sum and count of the finite values of samples `[i, j)` into `out`; of none `Infinity, -Infinity, 0, 0`. O(log n). */
  minMaxSum(i: number, j: number, out: Float64Array): void {
    clearSummary(out);
    const from = Math.max(0, i);
    const to = Math.min(this.held, j);
    if (from >= to) return;
    const slots = this.times.length;
    const start = this.head + from;
    const end = this.head + to;
    if (start >= slots) this.pyramid.add(this.values, start - slots, end - slots, out);
    else if (end <= slots) this.pyramid.add(this.values, start, end, out);
    else {
      this.pyramid.add(this.values, start, slots, out);
      this.pyramid.add(this.values, 0, end - slots, out);
    }
  }

  /** Widens the dense pixel columns of `out`, entry 0 being column `firstColumn`, by samples `[i, j)`: {@link fillColumns}. */
  fillColumns(i: number, j: number, columnUs: number, firstColumn: number, out: LineBuffer): void {
    const { levels, starts } = this.pyramid;
    const [time, value] = [this.times, this.values];
    const slots = time.length;
    const start = this.head + i;
    const end = this.head + j;
    const heldEnd = this.head + this.held;
    const laps = { time, value, levels, starts, lastUs: this.timeAt(j - 1) };
    const missing = i > 0 && Number.isNaN(this.valueAt(i - 1));
    if (start < slots) {
      const heldTo = Math.min(slots, heldEnd);
      const nextUs = heldEnd > slots ? time[0]! : Number.POSITIVE_INFINITY;
      const run = { ...laps, from: start, to: Math.min(slots, end), heldTo, nextUs, followsMissing: missing };
      fillColumns(run, columnUs, firstColumn, out);
    }
    if (end > slots) {
      const from = Math.max(0, start - slots);
      const followsMissing = from > 0 ? missing : Number.isNaN(value[slots - 1]!);
      const nextUs = Number.POSITIVE_INFINITY;
      const run = { ...laps, from, to: end - slots, heldTo: heldEnd - slots, nextUs, followsMissing };
      fillColumns(run, columnUs, firstColumn, out);
    }
  }

  #appendSorted(times: Float64Array, values: Float64Array, from: number, to: number): void {
    let at = from;
    if (to - at >= this.capacity) {
      at = to - this.capacity;
      if (at > from) this.#lose(times[at - 1]!);
      else if (this.held > 0) this.#lose(this.timeAt(this.held - 1));
      this.#lost += this.held + at - from;
      this.empty();
    }
    this.grow(this.held + to - at);
    const excess = this.held + to - at - this.capacity;
    if (excess > 0) this.#dropOldest(excess);
    this.put(times, values, at, to);
  }

  /** The slow path: takes out what is newer than the oldest new row, and appends all in order. */
  #merge(times: Float64Array, values: Float64Array, from: number, to: number): void {
    let oldest = Number.POSITIVE_INFINITY;
    for (let i = from; i < to; i++) if (times[i]! < oldest) oldest = times[i]!;
    let keep = this.lowerBound(oldest);
    while (keep < this.held && this.timeAt(keep) === oldest) keep++;
    const held = this.held - keep;
    const heldTime = new Float64Array(held);
    const heldValue = new Float64Array(held);
    this.copyOut(keep, heldTime, heldValue);
    const { time, value } = mergeLateRows(heldTime, heldValue, times, values, from, to);
    this.held = keep;
    this.#appendSorted(time, value, 0, time.length);
  }
}
