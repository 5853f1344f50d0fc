/* What a run of values comes to. Nothing here allocates. */

/** What {@link foldValues} keeps, by place: the smallest and the largest value. */
export const RUN_MIN = 0;
export const RUN_MAX = 1;
/** Sums of its 1st, 3rd ... and of its 2nd, 4th ... finite value: two sums that do not wait for each other. */
export const RUN_EVEN = 2;
export const RUN_ODD = 3;
export const RUN_FIELDS = 4;

/** The first finite value of `[from, to)`; -1: there is none. */
export function firstFinite(values: Float64Array, from: number, to: number): number {
  for (let i = from; i < to; i += 1) if (values[i]! - values[i]! === 0) return i;
  return -1;
}

/** The last finite value of `[from, to)`; -1: there is none. */
export function lastFinite(values: Float64Array, from: number, to: number): number {
  for (let i = to - 1; i >= from; i -= 1) if (values[i]! - values[i]! === 0) return i;
  return -1;
}

/**
 * Adds the values `[from, to)` to `fold`, whose extremes must be of values it holds, or one of these. About 0.4 ns a value.
 *
 * Values that are not finite are skipped. The sums are those of single steps: a run that is added in parts gives the same
 * to the last bit, where the two sums change places after each part of an odd number of finite values.
 *
 * @returns how many values were finite.
 */
export function foldValues(values: Float64Array, from: number, to: number, fold: Float64Array): number {
  let min = fold[RUN_MIN]!;
  let max = fold[RUN_MAX]!;
  let even = fold[RUN_EVEN]!;
  let odd = fold[RUN_ODD]!;
  /*
   * A value nearer to the middle than the nearer extreme lies between them: rounding is monotonic, so one that is larger
   * than the maximum, less the middle, is not below the maximum less the middle.
   */
  let middle = min * 0.5 + max * 0.5;
  let reach = Math.min(max - middle, middle - min);
  // Rows are below 2^31: `| 0` spares the check for more, a quarter of the time.
  let i = from | 0;
  for (const stop = (to - 3) | 0; i < stop; i = (i + 4) | 0) {
    const a = values[i]!;
    const b = values[(i + 1) | 0]!;
    const c = values[(i + 2) | 0]!;
    const d = values[(i + 3) | 0]!;
    if (
      !(
        Math.abs(a - middle) < reach &&
        Math.abs(b - middle) < reach &&
        Math.abs(c - middle) < reach &&
        Math.abs(d - middle) < reach
      )
    ) {
      if (a < min) min = a;
      else if (a > max) max = a;
      if (b < min) min = b;
      else if (b > max) max = b;
      if (c < min) min = c;
      else if (c > max) max = c;
      if (d < min) min = d;
      else if (d > max) max = d;
      middle = min * 0.5 + max * 0.5;
      reach = Math.min(max - middle, middle - min);
    }
    even += a;
    odd += b;
    even += c;
    odd += d;
  }
  for (const stop = (to - 1) | 0; i < stop; i = (i + 2) | 0) {
    const a = values[i]!;
    const b = values[(i + 1) | 0]!;
    if (a < min) min = a;
    else if (a > max) max = a;
    if (b < min) min = b;
    else if (b > max) max = b;
    even += a;
    odd += b;
  }
  if (i < to) {
    const a = values[i]!;
    if (a < min) min = a;
    else if (a > max) max = a;
    even += a;
  }
  // A value is not finite, or a sum left the range of a double.
  if (even - even !== 0 || odd - odd !== 0) return foldFinite(values, from, to, fold);
  fold[RUN_MIN] = min;
  fold[RUN_MAX] = max;
  fold[RUN_EVEN] = even;
  fold[RUN_ODD] = odd;
  return to - from;
}

/** {@link foldValues} one by one. */
function foldFinite(values: Float64Array, from: number, to: number, fold: Float64Array): number {
  let min = fold[RUN_MIN]!;
  let max = fold[RUN_MAX]!;
  let even = fold[RUN_EVEN]!;
  let odd = fold[RUN_ODD]!;
  let count = 0;
  for (let i = from; i < to; i += 1) {
    const value = values[i]!;
    if (value - value !== 0) continue;
    if (value < min) min = value;
    else if (value > max) max = value;
    if (count % 2 === 0) even += value;
    else odd += value;
    count += 1;
  }
  fold[RUN_MIN] = min;
  fold[RUN_MAX] = max;
  fold[RUN_EVEN] = even;
  fold[RUN_ODD] = odd;
  return count;
}
