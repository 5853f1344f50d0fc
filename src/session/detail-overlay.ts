import type { CellTiers } from '../core/cell-tiers.ts';
import type { LineBuffer } from '../core/line-buffer.ts';
import type { LineRange, NearestSample, TimeSpan } from './session-view.ts';

/** A picture may be coarser than its rows by so much and still be drawn from them: pixels are rounded. */
const SLACK = 2;

/**
 * Rows of one series over a zoomed span, finer than what is held: every sample, or the first, smallest, largest and last
 * of each column (M4), which draw the same pixels.
 *
 * 1. It serves ranges within its span for which its columns are fine enough, and no others.
 * 2. What it gives is points: the line through them is the picture. It counts nothing and heals nothing.
 */
export class DetailOverlay {
  readonly span: TimeSpan;
  /** Width of the columns its rows were chosen by, us; 0 where every sample is here. */
  readonly columnUs: number;
  readonly #time: Float64Array;
  readonly #value: Float64Array;

  /**
   * Keeps the columns: they must not be changed afterwards.
   *
   * @param options.time Event times, us; in any order, equal ones in the order given.
   * @param options.value NaN is a missing value.
   */
  constructor(options: {
    readonly span: TimeSpan;
    readonly columnUs: number;
    readonly time: Float64Array;
    readonly value: Float64Array;
  }) {
    this.span = options.span;
    this.columnUs = options.columnUs;
    const { time, value } = options;
    const order = isRising(time) ? null : [...time.keys()].sort((a, b) => time[a]! - time[b]! || a - b);
    this.#time = order === null ? time : Float64Array.from(order, (i) => time[i]!);
    this.#value = order === null ? value : Float64Array.from(order, (i) => value[i]!);
  }

  get length(): number {
    return this.#time.length;
  }

  /** Whether a range lies within the span and asks for nothing finer than what is here. */
  serves({ startUs, endUs, columnUs }: LineRange): boolean {
    const { span } = this;
    const isInside = startUs >= span.startUs && endUs <= span.endUs && startUs < endUs;
    return isInside && (this.columnUs === 0 || this.columnUs <= SLACK * columnUs);
  }

  /** Rows in `[startUs, endUs)`. O(log n). */
  countIn({ startUs, endUs }: TimeSpan): number {
    return this.#lowerBound(endUs) - this.#lowerBound(startUs);
  }

  /**
   * Whether the rows draw a range better than cells do: they serve it, and are no more than pixels, or some cell shown in it is
   * longer than a pixel. O(log n + cells of the range).
   */
  isFinerThan(cells: CellTiers, range: LineRange): boolean {
    if (!this.serves(range)) return false;
    if (this.countIn(range) <= range.maxPoints) return true;
    let longestUs = 0;
    cells.eachShown(range.startUs, range.endUs, (durationUs) => {
      if (durationUs > longestUs) longestUs = durationUs;
    });
    return !(longestUs > 0 && longestUs <= range.columnUs);
  }

  /** Fills `out` with the rows in `[startUs, endUs)` and one neighbour on each side. Breaks lie before the entries that `pending` reaches into. */
  read({ startUs, endUs }: LineRange, pending: readonly TimeSpan[], out: LineBuffer): 'points' {
    const from = Math.max(0, this.#lowerBound(startUs) - 1);
    const to = Math.min(this.length, this.#lowerBound(endUs) + 1);
    out.ensure(to - from);
    for (let i = from; i < to; i += 1) {
      const at = i - from;
      const value = this.#value[i]!;
      out.time[at] = this.#time[i]!;
      out.value[at] = out.min[at] = out.max[at] = value - value === 0 ? value : Number.NaN;
      out.breakBefore[at] = 0;
    }
    out.length = to - from;
    for (const gap of pending) {
      for (let at = 1; at < out.length && out.time[at - 1]! < gap.endUs; at += 1) {
        if (out.time[at]! > gap.startUs) out.breakBefore[at] = 1;
      }
    }
    return 'points';
  }

  /** The row with a value nearest to a time of the span, the earlier of two equally near; null outside and where there is none. */
  nearest(timeUs: number): NearestSample | null {
    if (!(timeUs >= this.span.startUs && timeUs < this.span.endUs)) return null;
    let after = this.#lowerBound(timeUs);
    let before = after - 1;
    while (after < this.length && !Number.isFinite(this.#value[after]!)) after += 1;
    while (before >= 0 && !Number.isFinite(this.#value[before]!)) before -= 1;
    const isBefore =
      after >= this.length || (before >= 0 && timeUs - this.#time[before]! <= this.#time[after]! - timeUs);
    const row = isBefore ? before : after;
    return row < 0 ? null : { timeUs: this.#time[row]!, value: this.#value[row]! };
  }

  #lowerBound(timeUs: number): number {
    let low = 0;
    let high = this.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#time[middle]! < timeUs) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function isRising(time: Float64Array): boolean {
  for (let i = 1; i < time.length; i += 1) if (time[i]! < time[i - 1]!) return false;
  return true;
}
