import type { LineBuffer } from '../core/line-buffer.ts';

/** Where a line went over what is visible. */
export type Trend = 'rising' | 'falling' | 'steady';

/** A change of the fitted line below this part of the values' range is none. */
const LEAST_PART = 0.3;
/** And below this part of their size: noise around 1,000,000 is steady. */
const LEAST_OF_SIZE = 0.005;
const LEAST_ENTRIES = 3;

/**
 * The trend of a line's entries by least squares over their times: the change of the fitted line from the first to the
 * last entry, as a part of the range of values. Null with fewer than three finite entries. O(entries), allocates nothing.
 */
export function trendOf({ length, time, value }: LineBuffer): Trend | null {
  let n = 0;
  let meanT = 0;
  let meanV = 0;
  let first = Number.NaN;
  let last = Number.NaN;
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  let covariance = 0;
  let spread = 0;
  for (let i = 0; i < length; i++) {
    const v = value[i]!;
    if (!Number.isFinite(v)) continue;
    const t = time[i]!;
    if (n === 0) first = t;
    last = t;
    n++;
    const dt = t - meanT;
    meanT += dt / n;
    meanV += (v - meanV) / n;
    covariance += dt * (v - meanV);
    spread += dt * (t - meanT);
    if (v < low) low = v;
    if (v > high) high = v;
  }
  if (n < LEAST_ENTRIES || !(spread > 0)) return null;
  const change = (covariance / spread) * (last - first);
  const size = Math.max(Math.abs(low), Math.abs(high));
  if (Math.abs(change) < Math.max(LEAST_PART * (high - low), LEAST_OF_SIZE * size)) return 'steady';
  return change > 0 ? 'rising' : change < 0 ? 'falling' : 'steady';
}
