import { LineBuffer } from '../core/line-buffer.ts';
import type { SampleRing } from '../core/sample-ring.ts';
import type { LineMemory } from './line-memory.ts';

/** Most columns of one picture; a finer wish is widened, so that no call can ask for more memory than a wide screen needs. */
export const MAX_COLUMNS = 65_536;

/** Times are whole microseconds: a narrower column could hold no more than one of them. */
const MIN_COLUMN_US = 1;

/** The column of `columnUs` that holds `timeUs`: the c with `c * columnUs <= timeUs < (c + 1) * columnUs`, rounding included. */
export function columnOf(timeUs: number, columnUs: number): number {
  let column = Math.floor(timeUs / columnUs);
  while (column * columnUs > timeUs) column -= 1;
  while ((column + 1) * columnUs <= timeUs) column += 1;
  return column;
}

/**
 * Pixel columns being filled: absolute ones, so that a sliding picture merges the same samples in the same column on every frame.
 *
 * 1. Rows, folds and envelopes may come in any order; min and max are exact, the value is the mean by weight.
 * 2. Fills a {@link LineBuffer} in place: dense first, then `finish` leaves out the columns without samples.
 */
export class LineColumns {
  columnUs = 1;
  /** Columns `[first, end)`. */
  first = 0;
  end = 0;
  #out = new LineBuffer();
  readonly #scratch = new Float64Array(4);

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

  /** Takes the columns a memory holds, from the first on. Returns the first column that must still be filled. */
  restore(memory: LineMemory): number {
    const skip = this.first - memory.first;
    if (memory.columnUs !== this.columnUs || skip < 0 || memory.end <= this.first) return this.first;
    const end = Math.min(memory.end, this.end);
    const count = end - this.first;
    const from = memory.columns;
    const to = this.#out;
    for (let at = 0; at < count; at += 1) {
      to.value[at] = from.value[skip + at]!;
      to.weight[at] = from.weight[skip + at]!;
      to.min[at] = from.min[skip + at]!;
      to.max[at] = from.max[skip + at]!;
      to.breakBefore[at] = from.breakBefore[skip + at]!;
    }
    return end;
  }

  /**
   * Keeps the columns before the one that holds `lastTimeUs`, beside those a memory of the same columns holds further
   * left: strips at the right do not make it forget the rest of the picture. To be called before `finish`.
   */
  store(memory: LineMemory, lastTimeUs: number): void {
    const end = lastTimeUs >= this.startUs ? Math.min(this.end, columnOf(lastTimeUs, this.columnUs)) : this.first;
    const joins = memory.columnUs === this.columnUs && memory.first <= this.first && this.first <= memory.end;
    if (joins && end <= memory.end) return;
    if (!joins) memory.restart(this.columnUs, this.first);
    memory.makeRoom(this.first, this.end);
    const from = this.#out;
    const to = memory.columns;
    for (let column = memory.end; column < end; column += 1) {
      const source = column - this.first;
      const target = column - memory.first;
      to.value[target] = from.value[source]!;
      to.weight[target] = from.weight[source]!;
      to.min[target] = from.min[source]!;
      to.max[target] = from.max[source]!;
      to.breakBefore[target] = from.breakBefore[source]!;
    }
    memory.end = Math.max(memory.end, end);
  }

  /** Start of the first column in us: what is drawn begins here. */
  get startUs(): number {
    return this.first * this.columnUs;
  }

  /** End of the last column in us. */
  get endUs(): number {
    return this.end * this.columnUs;
  }

  /** Adds raw rows `[from, to)`, which lie inside the columns. A missing value before a column's first row breaks the line there. */
  addRows(ring: SampleRing, from: number, to: number): void {
    const out = this.#out;
    const scratch = this.#scratch;
    let i = from;
    while (i < to) {
      const column = columnOf(ring.timeAt(i), this.columnUs);
      const next = ring.lowerBoundFrom(i + 1, (column + 1) * this.columnUs, to);
      const at = column - this.first;
      const value = ring.valueAt(i);
      if (out.weight[at] === 0 && (Number.isNaN(value) || (i > 0 && Number.isNaN(ring.valueAt(i - 1))))) {
        out.breakBefore[at] = 1;
      }
      if (next - i > 1) {
        ring.minMaxSum(i, next, scratch);
        if (scratch[3]! > 0) this.#add(at, scratch[0]!, scratch[1]!, scratch[2]!, scratch[3]!);
      } else if (value - value === 0) this.#add(at, value, value, value, 1);
      i = next;
    }
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

  /** Leaves out the columns without samples and turns sums into means. A break in an empty column moves to the next one. */
  finish(): void {
    const out = this.#out;
    const count = this.end - this.first;
    let length = 0;
    let broken = 0;
    for (let at = 0; at < count; at += 1) {
      broken |= out.breakBefore[at]!;
      const weight = out.weight[at]!;
      if (weight === 0) continue;
      out.time[length] = (this.first + at + 0.5) * this.columnUs;
      out.value[length] = Math.min(out.max[at]!, Math.max(out.min[at]!, out.value[at]! / weight));
      out.min[length] = out.min[at]!;
      out.max[length] = out.max[at]!;
      out.breakBefore[length] = broken;
      broken = 0;
      length += 1;
    }
    out.length = length;
  }

  #add(at: number, min: number, max: number, sum: number, count: number): void {
    const out = this.#out;
    if (min < out.min[at]!) out.min[at] = min;
    if (max > out.max[at]!) out.max[at] = max;
    out.value[at]! += sum;
    out.weight[at]! += count;
  }
}
