/* Runs of samples in event-time order: where one ends, and whether all of some rows are one. Nothing here allocates. */

/** Runs shorter than this are not worth a guess. */
const NEAR = 16;

/**
 * Where the run from `from` ends: the first sample at or after `edge`, or earlier than the one before it, or `to`.
 *
 * `times[from]` belongs to the run. A time that is not a number ends it. The end is guessed as if times rose, then their
 * order is checked, about 0.5 ns each.
 */
export function runEnd(times: Float64Array, from: number, to: number, edge: number): number {
  let before = times[from]!;
  let i = from + 1;
  const near = i + NEAR < to ? i + NEAR : to;
  for (; i < near; i += 1) {
    const time = times[i]!;
    if (!(time >= before && time < edge)) return i;
    before = time;
  }
  if (i === to) return to;
  const sure = i;
  const guess = guessEnd(times, i, to, edge) - NEAR;
  for (; i + 3 < guess; i += 4) {
    const a = times[i]!;
    const b = times[i + 1]!;
    const c = times[i + 2]!;
    const d = times[i + 3]!;
    if (!(a >= before && b >= a && c >= b && d >= c)) break;
    before = d;
  }
  if (!(before < edge)) {
    // The times are not in order and led the guess past the edge.
    i = sure;
    before = times[i - 1]!;
  }
  for (; i < to; i += 1) {
    const time = times[i]!;
    if (!(time >= before && time < edge)) return i;
    before = time;
  }
  return to;
}

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

/** Whether no time of `[from, to)` is smaller than the one before it; four at a time. */
export function isRisingRun(times: Float64Array, from: number, to: number): boolean {
  let before = times[from]!;
  let i = from + 1;
  for (; i + 3 < to; i += 4) {
    const a = times[i]!;
    const b = times[i + 1]!;
    const c = times[i + 2]!;
    const d = times[i + 3]!;
    if (a < before || b < a || c < b || d < c) return false;
    before = d;
  }
  for (; i < to; i += 1) {
    if (times[i]! < before) return false;
    before = times[i]!;
  }
  return true;
}
