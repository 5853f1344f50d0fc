import { m4 } from './m4.ts';

/** Most indices that {@link m4WithBreaks} chooses beside those of `m4`: a break before the first sample and one after the last. */
export const M4_OUTER_BREAKS = 2;

/**
 * {@link m4}, and where a missing value lies before the first sample or after the last one of `[startUs, endUs)`, one such
 * value: what is put side by side with another stretch breaks there as the whole does.
 *
 * @param times Ascending. Rows `[from, to)` are looked at; those outside of the range are left out.
 * @param out Takes the chosen rows' indices, ascending; at least `M4_PER_COLUMN x columns + 2` long.
 * @returns how many were chosen. O(rows); allocates only for more columns than ever before.
 */
export function m4WithBreaks(
  times: Float64Array,
  values: Float64Array,
  from: number,
  to: number,
  startUs: number,
  endUs: number,
  columns: number,
  out: Int32Array,
): number {
  let first = from;
  let last = to - 1;
  while (first < to && times[first]! < startUs) first += 1;
  while (last >= first && times[last]! >= endUs) last -= 1;
  if (first > last) return 0;
  let count = m4(times, values, first, last + 1, startUs, endUs, columns, out);
  const isMissing = (row: number): boolean => values[row]! - values[row]! !== 0;
  if (count === 0) {
    out[0] = first;
    return 1;
  }
  if (isMissing(first)) {
    out.copyWithin(1, 0, count);
    out[0] = first;
    count += 1;
  }
  if (isMissing(last)) {
    out[count] = last;
    count += 1;
  }
  return count;
}
