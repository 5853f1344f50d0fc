import type { SpanWalk } from '../span-walk.ts';
import { firstFinite, foldValues, lastFinite, RUN_EVEN, RUN_FIELDS, RUN_MAX, RUN_MIN, RUN_ODD } from '../value-runs.ts';

/*
 * Panes as rows of one Float64Array, 16 numbers each, so that an operator with one open pane touches two cache lines.
 *
 * | at    | holds                                                                                             |
 * |-------|---------------------------------------------------------------------------------------------------|
 * | 0     | INDEX: number of the pane; it starts at the grid's origin + INDEX x pane size                      |
 * | 1-8   | the fields of {@link import('../pane.ts').PaneFields}                                              |
 * | 9-10  | MEAN, M2 (sum of squared distances from the mean), kept where the spread is asked for              |
 * | 11    | INCREASE from its first to its last sample, resets counted, kept for counters                      |
 * | 12    | MARKS: APPROXIMATE and AT_LEAST of window-results.ts                                               |
 * | 13-14 | EVEN, ODD: SUM in two halves, of its 1st, 3rd ... and of its 2nd, 4th ... sample in arrival order  |
 *
 * A row whose COUNT is 0 is no pane; its other fields hold anything.
 */
export const ROW_SHIFT = 4;
export const ROW = 1 << ROW_SHIFT;
export const INDEX = 0;
export const COUNT = 1;
export const SUM = 2;
export const MIN = 3;
export const MAX = 4;
export const FIRST = 5;
export const FIRST_TIME = 6;
export const LAST = 7;
export const LAST_TIME = 8;
export const MEAN = 9;
export const M2 = 10;
export const INCREASE = 11;
export const MARKS = 12;
export const EVEN = 13;
export const ODD = 14;

const run = new Float64Array(RUN_FIELDS);

/** What a counter grew from one value to the next: a fall is a reset and adds the new value. */
export function counterStep(before: number, after: number): number {
  return after >= before ? after - before : after;
}

/**
 * Merges the pane at `from` of `b` into the one at `to` of `a`; `b` is later in arrival.
 *
 * Exact in count, min, max, first and last. `increase` is that of both where `b`'s samples all follow `a`'s. MARKS join,
 * INDEX stays. Allocates nothing.
 */
export function mergeRow(a: Float64Array, to: number, b: Float64Array, from: number): void {
  const count = b[from + COUNT]!;
  a[to + MARKS] = a[to + MARKS]! | b[from + MARKS]!;
  if (count === 0) return;
  const held = a[to + COUNT]!;
  if (held === 0) {
    for (let i = COUNT; i <= INCREASE; i += 1) a[to + i] = b[from + i]!;
    a[to + EVEN] = b[from + SUM]!;
    a[to + ODD] = 0;
    return;
  }
  const both = held + count;
  const delta = b[from + MEAN]! - a[to + MEAN]!;
  const share = count / both;
  a[to + M2] = a[to + M2]! + b[from + M2]! + delta * delta * held * share;
  a[to + MEAN] = a[to + MEAN]! + delta * share;
  a[to + INCREASE] = a[to + INCREASE]! + b[from + INCREASE]! + counterStep(a[to + LAST]!, b[from + FIRST]!);
  a[to + COUNT] = both;
  const sum = a[to + SUM]! + b[from + SUM]!;
  a[to + SUM] = sum;
  a[to + EVEN] = sum;
  a[to + ODD] = 0;
  if (b[from + MIN]! < a[to + MIN]!) a[to + MIN] = b[from + MIN]!;
  if (b[from + MAX]! > a[to + MAX]!) a[to + MAX] = b[from + MAX]!;
  if (b[from + FIRST_TIME]! < a[to + FIRST_TIME]!) {
    a[to + FIRST] = b[from + FIRST]!;
    a[to + FIRST_TIME] = b[from + FIRST_TIME]!;
  }
  if (b[from + LAST_TIME]! >= a[to + LAST_TIME]!) {
    a[to + LAST] = b[from + LAST]!;
    a[to + LAST_TIME] = b[from + LAST_TIME]!;
  }
}

/**
 * Adds the samples `[from, to)`, in arrival order, to the pane at `row`; returns how many were finite.
 *
 * Values that are not finite are skipped. Changes count, sum, min, max, first and last only. Allocates nothing.
 *
 * @param ends The first and the last of them by time. Default null: no time is smaller than the one before it.
 */
export function addRun(
  rows: Float64Array,
  row: number,
  times: Float64Array,
  values: Float64Array,
  from: number,
  to: number,
  ends: Pick<SpanWalk, 'first' | 'last'> | null = null,
): number {
  const low = firstFinite(values, from, to);
  if (low < 0) return 0;
  const high = lastFinite(values, low, to);
  const held = rows[row + COUNT]!;
  const isNew = held === 0;
  // Which half of the sum the first sample goes to, `held` says.
  const even = held % 2 === 0 ? EVEN : ODD;
  const odd = held % 2 === 0 ? ODD : EVEN;
  run[RUN_MIN] = isNew ? values[low]! : rows[row + MIN]!;
  run[RUN_MAX] = isNew ? values[low]! : rows[row + MAX]!;
  run[RUN_EVEN] = isNew ? 0 : rows[row + even]!;
  run[RUN_ODD] = isNew ? 0 : rows[row + odd]!;
  const count = foldValues(values, low, high + 1, run);
  rows[row + COUNT] = held + count;
  rows[row + even] = run[RUN_EVEN]!;
  rows[row + odd] = run[RUN_ODD]!;
  rows[row + SUM] = run[RUN_EVEN]! + run[RUN_ODD]!;
  rows[row + MIN] = run[RUN_MIN]!;
  rows[row + MAX] = run[RUN_MAX]!;
  const first = ends === null ? low : ends.first;
  const last = ends === null ? high : ends.last;
  if (isNew || times[first]! < rows[row + FIRST_TIME]!) {
    rows[row + FIRST] = values[first]!;
    rows[row + FIRST_TIME] = times[first]!;
  }
  if (isNew || times[last]! >= rows[row + LAST_TIME]!) {
    rows[row + LAST] = values[last]!;
    rows[row + LAST_TIME] = times[last]!;
  }
  return count;
}

/**
 * Adds the spread of the samples `[from, to)` to the pane at `row`, which holds `held` samples before them.
 *
 * Mean and squared distances of the run first, then merged by Chan's formula (Chan, Golub, LeVeque 1979); never a sum of
 * squares. Values that are not finite are skipped.
 */
export function addSpread(
  rows: Float64Array,
  row: number,
  held: number,
  values: Float64Array,
  from: number,
  to: number,
): void {
  let sum = 0;
  let count = 0;
  for (let i = from; i < to; i += 1) {
    const value = values[i]!;
    if (value - value !== 0) continue;
    sum += value;
    count += 1;
  }
  if (count === 0) return;
  let mean = sum / count;
  if (mean - mean !== 0) {
    mean = 0;
    for (let i = from; i < to; i += 1) if (values[i]! - values[i]! === 0) mean += values[i]! / count;
  }
  let m2 = 0;
  let rest = 0;
  for (let i = from; i < to; i += 1) {
    const value = values[i]!;
    if (value - value !== 0) continue;
    const distance = value - mean;
    m2 += distance * distance;
    rest += distance;
  }
  // What rounding of the mean left over (Chan's corrected two-pass form).
  m2 -= (rest * rest) / count;
  if (m2 < 0) m2 = 0;
  if (held === 0) {
    rows[row + MEAN] = mean;
    rows[row + M2] = m2;
    return;
  }
  const both = held + count;
  const delta = mean - rows[row + MEAN]!;
  const share = count / both;
  rows[row + M2] = rows[row + M2]! + m2 + delta * delta * held * share;
  rows[row + MEAN] = rows[row + MEAN]! + delta * share;
}
