import { M4_PER_COLUMN } from '../core/retention/m4.ts';
import { M4_OUTER_BREAKS, m4WithBreaks } from '../core/retention/m4-breaks.ts';
import type { TimeSpan } from './session-view.ts';

/** Rows of one stretch of a series, as a server chose them. */
export interface DetailRowsOf {
  readonly span: TimeSpan;
  /** Width of the columns the rows were chosen by, us; 0 where every sample is here. */
  readonly columnUs: number;
  /** Number of the message up to which they are known to be right. */
  readonly seq: number;
  /** Event times, us; in any order, equal ones in the order given. Rows outside of the span are neighbours of those inside. */
  readonly time: Float64Array;
  /** NaN is a missing value. */
  readonly value: Float64Array;
}

/**
 * One stretch of a series' finer rows: every sample, or the first, smallest, largest and last of each column (M4).
 *
 * Immutable; what is cut from it shares its columns, which must not be changed.
 */
export class DetailPart {
  readonly span: TimeSpan;
  readonly columnUs: number;
  readonly seq: number;
  readonly time: Float64Array;
  readonly value: Float64Array;
  /** Rows `[from, to)` lie in the span; those beside them are neighbours. */
  readonly from: number;
  readonly to: number;

  constructor({ span, columnUs, seq, time, value }: DetailRowsOf) {
    this.span = span;
    this.columnUs = columnUs;
    this.seq = seq;
    const order = isRising(time) ? null : [...time.keys()].sort((a, b) => time[a]! - time[b]! || a - b);
    this.time = order === null ? time : Float64Array.from(order, (i) => time[i]!);
    this.value = order === null ? value : Float64Array.from(order, (i) => value[i]!);
    this.from = this.lowerBound(span.startUs);
    this.to = this.lowerBound(span.endUs);
  }

  /** Rows in the span. */
  get length(): number {
    return this.to - this.from;
  }

  /** Whether it was chosen by columns of at most that width. */
  isAsFineAs(columnUs: number): boolean {
    return this.columnUs <= columnUs;
  }

  /** First row at or after a time. O(log n). */
  lowerBound(timeUs: number): number {
    let low = 0;
    let high = this.time.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.time[middle]! < timeUs) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** What of it lies in another span; null where nothing does. */
  cut(startUs: number, endUs: number, seq = this.seq): DetailPart | null {
    const span = { startUs: Math.max(startUs, this.span.startUs), endUs: Math.min(endUs, this.span.endUs) };
    if (!(span.startUs < span.endUs)) return null;
    const isSame = span.startUs === this.span.startUs && span.endUs === this.span.endUs && seq === this.seq;
    return isSame ? this : new DetailPart({ ...this, span, seq });
  }

  /** The part and those that go on where it ends, as one: as right as the least of them. All have the same columns. */
  static join(parts: readonly DetailPart[]): DetailPart {
    const [first, last] = [parts[0]!, parts.at(-1)!];
    const runs = parts.map((part) => {
      const from = part === first ? Math.max(0, part.from - 1) : part.from;
      const to = part === last ? Math.min(part.time.length, part.to + 1) : part.to;
      return { part, from, to };
    });
    const length = runs.reduce((sum, { from, to }) => sum + to - from, 0);
    const time = new Float64Array(length);
    const value = new Float64Array(length);
    let at = 0;
    for (const { part, from, to } of runs) {
      time.set(part.time.subarray(from, to), at);
      value.set(part.value.subarray(from, to), at);
      at += to - from;
    }
    return new DetailPart({
      span: { startUs: first.span.startUs, endUs: last.span.endUs },
      columnUs: first.columnUs,
      seq: Math.min(...parts.map(({ seq }) => seq)),
      ...{ time, value },
    });
  }

  /** The same stretch by wider columns, multiples of `columnUs`, where that leaves less than half of the rows; else itself. */
  thinned(columnUs: number): DetailPart {
    const startUs = Math.floor(this.span.startUs / columnUs) * columnUs;
    const columns = Math.ceil((this.span.endUs - startUs) / columnUs);
    if (this.columnUs >= columnUs || this.length <= 2 * M4_PER_COLUMN * columns) return this;
    const chosen = new Int32Array(M4_PER_COLUMN * columns + M4_OUTER_BREAKS);
    const { time, value, from, to } = this;
    const count = m4WithBreaks(time, value, from, to, startUs, startUs + columns * columnUs, columns, chosen);
    const rows = [...chosen.subarray(0, count)];
    if (from > 0) rows.unshift(from - 1);
    if (to < time.length) rows.push(to);
    return new DetailPart({
      ...{ span: this.span, columnUs, seq: this.seq },
      time: Float64Array.from(rows, (row) => time[row]!),
      value: Float64Array.from(rows, (row) => value[row]!),
    });
  }
}

function isRising(time: Float64Array): boolean {
  for (let i = 1; i < time.length; i += 1) if (time[i]! < time[i - 1]!) return false;
  return true;
}
