import { LineBuffer } from '../line-buffer.ts';
import type { SampleRing } from '../sample-ring.ts';
import { columnOf } from './column-of.ts';
import { UNSETTLED } from './fill-columns.ts';
import type { LineMemory } from './line-memory.ts';

/** Most columns of one picture; a finer wish is widened, so that no call can ask for more memory than a wide screen needs. */
export const MAX_COLUMNS = 65_536;

/** Times are whole microseconds: a narrower column could hold no more than one of them. */
const MIN_COLUMN_US = 1;

/** Fewer columns cost more to restore than to read. */
const FEWEST_KEPT = 8;

/**
 * Pixel columns being filled: absolute ones, so that a sliding picture merges the same samples in the same column on every frame.
 *
 * 1. Rows, folds and envelopes may come in any order; the value is the mean by weight. Each sample is in one column, at most
 *    0.26 of a column from its place: `fill-columns.ts` says in which.
 * 2. Fills a {@link LineBuffer} in place: dense first, then `finish` leaves out the columns without samples.
 */
export class LineColumns {
  columnUs = 1;
  /** Columns `[first, end)`. */
  first = 0;
  end = 0;
  #out = new LineBuffer();
  /** Entries `[from, to)` that are finished already: they came out of a memory, or went into it. */
  #doneFrom = 0;
  #doneTo = 0;

  /** Starts the columns that cover `[startUs, endUs)`. */
  start(startUs: number, endUs: number, columnUs: number, out: LineBuffer): void {
    const wishedUs = Number.isFinite(columnUs) ? columnUs : 0;
    this.columnUs = Math.max(MIN_COLUMN_US, wishedUs, (endUs - startUs) / (MAX_COLUMNS - 2));
    this.first = columnOf(startUs, this.columnUs);
    this.end = columnOf(endUs, this.columnUs);
    if (this.end * this.columnUs < endUs) this.end += 1;
    const count = this.end - this.first;
    this.#out = out;
    this.#doneFrom = 0;
    this.#doneTo = 0;
    out.ensure(count);
    out.length = 0;
    out.value.fill(0, 0, count);
    out.weight.fill(0, 0, count);
    out.min.fill(Number.POSITIVE_INFINITY, 0, count);
    out.max.fill(Number.NEGATIVE_INFINITY, 0, count);
    out.breakBefore.fill(0, 0, count);
  }

  /**
   * Adds all rows of a ring, of which those of columns that a memory holds are not read again, and lets it keep what no
   * sample in order can change. Nothing else may be added before or after it.
   *
   * The columns equal those that reading all rows gives. The first and the last one are read always: they depend on where the
   * picture ends (`fill-columns.ts`, 3).
   */
  addRing(ring: SampleRing, memory: LineMemory): void {
    const { first, end } = this;
    const isSame = memory.columnUs === this.columnUs && memory.moves === ring.moves && memory.first <= first;
    const kept = isSame ? Math.min(memory.end, end - 1) : first;
    if (kept - first < FEWEST_KEPT) this.#addColumns(ring, first, end);
    else {
      // One column more on each side, so that what lies at its edge is read whole; what is kept takes its place.
      this.#addColumns(ring, first, first + 2);
      this.#addColumns(ring, kept - 1, end);
      copyColumns(memory.columns, first + 1 - memory.first, kept - memory.first, this.#out, 1);
      this.#doneFrom = 1;
      this.#doneTo = kept - first;
    }
    if (ring.length > 0) this.#store(memory, ring);
  }

  #addColumns(ring: SampleRing, first: number, end: number): void {
    this.addRows(ring, ring.lowerBound(first * this.columnUs), ring.lowerBound(end * this.columnUs));
  }

  /**
   * Keeps the columns that no sample in order can change, but for the last, beside those a memory of the same columns holds
   * further left: strips at the right do not make it forget the rest of the picture. The first is kept but never restored.
   */
  #store(memory: LineMemory, ring: SampleRing): void {
    const settledUs = ring.lastTimeUs - this.columnUs * UNSETTLED;
    const end = settledUs >= this.startUs ? Math.min(this.end - 1, columnOf(settledUs, this.columnUs)) : this.first;
    const isSame = memory.columnUs === this.columnUs && memory.moves === ring.moves;
    const joins = isSame && memory.first <= this.first && this.first < memory.end;
    if (joins && end <= memory.end) return;
    if (!joins) memory.restart(this.columnUs, this.first, ring.moves);
    memory.makeRoom(this.first, this.end);
    if (memory.end >= end) return;
    const low = memory.end - this.first;
    const high = end - this.first;
    this.#findMeans(low, high, 0);
    // What came out of the memory ends where it goes on, or lies inside where it begins anew.
    this.#doneFrom = this.#doneTo === 0 ? low : Math.min(low, this.#doneFrom);
    this.#doneTo = high;
    copyColumns(this.#out, low, high, memory.columns, memory.end - memory.first);
    memory.end = end;
  }

  /** Finishes the entries `[low, high)` but for those finished already; they stand `lead` places further left. */
  #findMeans(low: number, high: number, lead: number): void {
    const middle = this.first + lead + 0.5;
    meansOf(this.#out, low - lead, Math.min(high, this.#doneFrom) - lead, middle, this.columnUs);
    meansOf(this.#out, Math.max(low, this.#doneTo) - lead, high - lead, middle, this.columnUs);
  }

  /** Start of the first column in us: what is drawn begins here. */
  get startUs(): number {
    return this.first * this.columnUs;
  }

  /** End of the last column in us. */
  get endUs(): number {
    return this.end * this.columnUs;
  }

  /** Adds raw rows `[from, to)`, which lie inside the columns, each to one column. A missing value before a column's first row breaks the line there. */
  addRows(ring: SampleRing, from: number, to: number): void {
    if (from < to) ring.fillColumns(from, to, this.columnUs, this.first, this.#out);
  }

  /** Adds a summary of samples somewhere in `[firstTimeUs, lastTimeUs]`: its envelope stands in every column it touches. */
  addEnvelope(
    firstTimeUs: number,
    lastTimeUs: number,
    summary: { min: Float64Array; max: Float64Array; sum: Float64Array; count: Float64Array },
    row: number,
  ): void {
    const low = columnOf(firstTimeUs, this.columnUs);
    const high = columnOf(lastTimeUs, this.columnUs);
    const share = 1 / (high - low + 1);
    for (let column = Math.max(low, this.first); column <= high && column < this.end; column += 1) {
      const at = column - this.first;
      this.#add(at, summary.min[row]!, summary.max[row]!, summary.sum[row]! * share, summary.count[row]! * share);
    }
  }

  /** Lets no line lead to the column that holds `timeUs`, as long as that column has no samples. */
  breakBefore(timeUs: number): void {
    const at = columnOf(timeUs, this.columnUs) - this.first;
    if (at >= 0 && at < this.end - this.first && this.#out.weight[at] === 0) this.#out.breakBefore[at] = 1;
  }

  /** Leaves out the columns without samples and turns sums into means. A break in an empty column moves to the next one. */
  finish(): void {
    const out = this.#out;
    const count = this.end - this.first;
    // The first column often is a sliver without samples: without it most pictures have samples in every column.
    const lead = shiftToSamples(out, count);
    this.#findMeans(lead, count, lead);
    out.length = compact(out, (count - lead) | 0);
  }

  #add(at: number, min: number, max: number, sum: number, count: number): void {
    const out = this.#out;
    if (min < out.min[at]!) out.min[at] = min;
    if (max > out.max[at]!) out.max[at] = max;
    out.value[at]! += sum;
    out.weight[at]! += count;
  }
}

/** Drops the empty columns at the left, whose break goes to the first that is not. Returns how many they are. */
function shiftToSamples({ time, value, weight, min, max, breakBefore }: LineBuffer, count: number): number {
  let lead = 0;
  let broken = 0;
  for (; lead < count && weight[lead] === 0; lead += 1) broken |= breakBefore[lead]!;
  if (lead === 0 || lead === count) return lead;
  time.copyWithin(0, lead, count);
  value.copyWithin(0, lead, count);
  weight.copyWithin(0, lead, count);
  min.copyWithin(0, lead, count);
  max.copyWithin(0, lead, count);
  breakBefore.copyWithin(0, lead, count);
  breakBefore[0]! |= broken;
  return lead;
}

/** Gives the columns `[from, to)` that have samples their times and, in place of their sums, their means. */
function meansOf(out: LineBuffer, from: number, to: number, middle: number, columnUs: number): void {
  const { time, value, min, max, weight } = out;
  const end = to | 0;
  for (let at = from | 0; at < end; at = (at + 1) | 0) {
    const samples = weight[at]!;
    if (samples === 0) continue;
    const mean = value[at]! / samples;
    time[at] = (middle + at) * columnUs;
    value[at] = mean;
    // Rounding must not carry a mean out of what it is the mean of.
    if (mean < min[at]!) value[at] = min[at]!;
    else if (mean > max[at]!) value[at] = max[at]!;
  }
}

/** Leaves out the columns without samples. Returns how many have some; mostly all, and nothing moves. */
function compact({ time, value, min, max, weight, breakBefore }: LineBuffer, count: number): number {
  let length = 0;
  while (length < count && weight[length] !== 0) length = (length + 1) | 0;
  let broken = 0;
  for (let at = length; at < count; at += 1) {
    broken |= breakBefore[at]!;
    if (weight[at] === 0) continue;
    time[length] = time[at]!;
    value[length] = value[at]!;
    min[length] = min[at]!;
    max[length] = max[at]!;
    breakBefore[length] = broken;
    broken = 0;
    length += 1;
  }
  return length;
}

/** Copies dense columns `[low, high)` to `at` on. */
function copyColumns(from: LineBuffer, low: number, high: number, to: LineBuffer, at: number): void {
  to.time.set(from.time.subarray(low, high), at);
  to.value.set(from.value.subarray(low, high), at);
  to.weight.set(from.weight.subarray(low, high), at);
  to.min.set(from.min.subarray(low, high), at);
  to.max.set(from.max.subarray(low, high), at);
  to.breakBefore.set(from.breakBefore.subarray(low, high), at);
}
