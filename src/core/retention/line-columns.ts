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
 *    0.13 of a column from its place: `fill-columns.ts` says in which.
 * 2. Fills a {@link LineBuffer} in place: dense first, then `finish` leaves out the columns without samples.
 */
export class LineColumns {
  columnUs = 1;
  /** Columns `[first, end)`. */
  first = 0;
  end = 0;
  #out = new LineBuffer();

  /** Starts the columns that cover `[startUs, endUs)`. */
  start(startUs: number, endUs: number, columnUs: number, out: LineBuffer): void {
    const wishedUs = Number.isFinite(columnUs) ? columnUs : 0;
    this.columnUs = Math.max(MIN_COLUMN_US, wishedUs, (endUs - startUs) / (MAX_COLUMNS - 2));
    this.first = columnOf(startUs, this.columnUs);
    this.end = columnOf(endUs, this.columnUs);
    if (this.end * this.columnUs < endUs) this.end += 1;
    const count = this.end - this.first;
    this.#out = out;
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
   * sample in order can change. To be called first, before `finish`.
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
    copyColumns(this.#out, memory.end - this.first, end - this.first, memory.columns, memory.end - memory.first);
    memory.end = end;
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
    this.#out.length = finishColumns(this.#out, this.end - this.first, this.first, this.columnUs);
  }

  #add(at: number, min: number, max: number, sum: number, count: number): void {
    const out = this.#out;
    if (min < out.min[at]!) out.min[at] = min;
    if (max > out.max[at]!) out.max[at] = max;
    out.value[at]! += sum;
    out.weight[at]! += count;
  }
}

/** {@link LineColumns.finish} of `count` dense columns, the first being column `first`. Returns how many have samples. */
function finishColumns(out: LineBuffer, count: number, first: number, columnUs: number): number {
  const { time, value, min, max, weight, breakBefore } = out;
  const middle = first + 0.5;
  let dense = 0;
  // Most pictures have samples in every column and no break: nothing moves.
  for (; dense < count && weight[dense] !== 0; dense += 1) {
    const mean = value[dense]! / weight[dense]!;
    time[dense] = (middle + dense) * columnUs;
    value[dense] = mean < min[dense]! ? min[dense]! : mean > max[dense]! ? max[dense]! : mean;
  }
  let length = dense;
  let broken = 0;
  for (let at = dense; at < count; at += 1) {
    broken |= breakBefore[at]!;
    const samples = weight[at]!;
    if (samples === 0) continue;
    const low = min[at]!;
    const high = max[at]!;
    const mean = value[at]! / samples;
    time[length] = (middle + at) * columnUs;
    value[length] = mean < low ? low : mean > high ? high : mean;
    min[length] = low;
    max[length] = high;
    breakBefore[length] = broken;
    broken = 0;
    length += 1;
  }
  return length;
}

/** Copies dense columns `[low, high)` to `at` on. */
function copyColumns(from: LineBuffer, low: number, high: number, to: LineBuffer, at: number): void {
  to.value.set(from.value.subarray(low, high), at);
  to.weight.set(from.weight.subarray(low, high), at);
  to.min.set(from.min.subarray(low, high), at);
  to.max.set(from.max.subarray(low, high), at);
  to.breakBefore.set(from.breakBefore.subarray(low, high), at);
}
