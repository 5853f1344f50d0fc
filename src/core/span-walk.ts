import { stretchEnd } from './time-runs.ts';
import { firstFinite, lastFinite } from './value-runs.ts';

/**
 * What the times of samples tell that lie side by side in one span of time, in whatever order they came.
 *
 * One look at each time, in stretches in which times do not fall: about 0.5 ns a sample and 10 more a stretch. One object
 * serves many walks; allocates nothing.
 */
export class SpanWalk {
  /** The first and the last sample by time whose value is finite: of equals the first, the last to come. -1: there is none. */
  first = -1;
  last = -1;
  /** Finite samples that came after one of a later time. */
  late = 0;
  /** The latest time, of samples whose value is not finite too. */
  latest = Number.NEGATIVE_INFINITY;

  /**
   * Walks on from sample `from`, which must be in the span `[start, edge)`, while times are. Takes at least that one.
   *
   * @param latest The latest time before; -Infinity: none.
   * @returns the first sample not in the span, or `to`. A time that is not a number is in none.
   */
  walk(
    times: Float64Array,
    values: Float64Array,
    from: number,
    to: number,
    start: number,
    edge: number,
    latest: number,
  ): number {
    let first = -1;
    let last = -1;
    let late = 0;
    let newest = latest;
    // Rows are below 2^31: `| 0` spares the check for more.
    let i = from | 0;
    while (i < to) {
      const time = times[i]!;
      if (!(time >= start && time < edge) && i > from) break;
      if (time < newest) {
        if (values[i]! - values[i]! === 0) {
          late += 1;
          if (first < 0 || time < times[first]!) first = i;
          if (last < 0 || time >= times[last]!) last = i;
        }
        i = (i + 1) | 0;
        continue;
      }
      const end = stretchEnd(times, i, to, edge);
      newest = times[end - 1]!;
      if (first < 0) first = firstFinite(values, i, end);
      const found = lastFinite(values, i, end);
      if (found >= 0) last = found;
      i = end;
    }
    this.first = first;
    this.last = last;
    this.late = late;
    this.latest = newest;
    return i;
  }
}
