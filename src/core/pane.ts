import type { SpanWalk } from './span-walk.ts';
import { firstFinite, foldValues, lastFinite, RUN_EVEN, RUN_FIELDS, RUN_MAX, RUN_MIN, RUN_ODD } from './value-runs.ts';

/**
 * Mergeable summary of the finite samples of one interval `[start, end)`: the one idea everything computed is built on.
 *
 * First and last are by event time, ties by arrival: the first of equals is `first`, the last of equals is `last`.
 * Times are whole microseconds since the Unix epoch. `count` is at least 1; no samples are no pane (null).
 * Objects are for edges (API, tests); stores that take rows at full rate keep the same fields as columns.
 */
export interface Pane {
  readonly count: number;
  readonly sum: number;
  readonly min: number;
  readonly max: number;
  readonly first: number;
  readonly firstTime: number;
  readonly last: number;
  readonly lastTime: number;
}

/** The fields of panes as columns; row `i` of every column is one pane. A row whose `count` is 0 is no pane. */
export interface PaneFields {
  readonly count: Float64Array;
  readonly sum: Float64Array;
  readonly min: Float64Array;
  readonly max: Float64Array;
  readonly first: Float64Array;
  readonly firstTime: Float64Array;
  readonly last: Float64Array;
  readonly lastTime: Float64Array;
}

/** Their names, in the order in which rows of numbers hold them and tables list them. */
export const PANE_FIELDS = [
  'count',
  'sum',
  'min',
  'max',
  'first',
  'firstTime',
  'last',
  'lastTime',
] as const satisfies readonly (keyof PaneFields)[];

const run = new Float64Array(RUN_FIELDS);

/** The pane of one finite sample. */
export function paneOf(timeUs: number, value: number): Pane {
  return {
    count: 1,
    sum: value,
    min: value,
    max: value,
    first: value,
    firstTime: timeUs,
    last: value,
    lastTime: timeUs,
  };
}

/**
 * Returns the pane of the samples of both, `b` being later in arrival order; null is the pane of no samples.
 *
 * Exact in everything but `sum`, which agrees within 1e-12 x sum|x| however panes are grouped. O(1); one allocation.
 */
export function mergePanes(a: Pane | null, b: Pane | null): Pane | null {
  if (a === null) return b;
  if (b === null) return a;
  const first = b.firstTime < a.firstTime ? b : a;
  const last = b.lastTime >= a.lastTime ? b : a;
  return {
    count: a.count + b.count,
    sum: a.sum + b.sum,
    min: Math.min(a.min, b.min),
    max: Math.max(a.max, b.max),
    first: first.first,
    firstTime: first.firstTime,
    last: last.last,
    lastTime: last.lastTime,
  };
}

/** Copies row `row` out of columns; null where its `count` is 0. */
export function paneAt(fields: PaneFields, row: number): Pane | null {
  const count = fields.count[row]!;
  if (!(count > 0)) return null;
  return {
    count,
    sum: fields.sum[row]!,
    min: fields.min[row]!,
    max: fields.max[row]!,
    first: fields.first[row]!,
    firstTime: fields.firstTime[row]!,
    last: fields.last[row]!,
    lastTime: fields.lastTime[row]!,
  };
}

/** New columns for `capacity` panes; every row starts as no pane. */
export function createPaneFields(capacity: number): PaneFields {
  const column = () => new Float64Array(capacity);
  return {
    count: column(),
    sum: column(),
    min: column(),
    max: column(),
    first: column(),
    firstTime: column(),
    last: column(),
    lastTime: column(),
  };
}

/** Overwrites row `to` of `target` with row `from` of `source`. Allocates nothing. */
export function copyPane(target: PaneFields, to: number, source: PaneFields, from: number): void {
  target.count[to] = source.count[from]!;
  target.sum[to] = source.sum[from]!;
  target.min[to] = source.min[from]!;
  target.max[to] = source.max[from]!;
  target.first[to] = source.first[from]!;
  target.firstTime[to] = source.firstTime[from]!;
  target.last[to] = source.last[from]!;
  target.lastTime[to] = source.lastTime[from]!;
}

/** {@link mergePanes} of row `to` of `target` and row `from` of `source` (later in arrival), kept in `target`. Allocates nothing. */
export function mergePaneInto(target: PaneFields, to: number, source: PaneFields, from: number): void {
  const count = source.count[from]!;
  if (!(count > 0)) return;
  const held = target.count[to]!;
  if (!(held > 0)) {
    copyPane(target, to, source, from);
    return;
  }
  target.count[to] = held + count;
  target.sum[to]! += source.sum[from]!;
  if (source.min[from]! < target.min[to]!) target.min[to] = source.min[from]!;
  if (source.max[from]! > target.max[to]!) target.max[to] = source.max[from]!;
  if (source.firstTime[from]! < target.firstTime[to]!) {
    target.first[to] = source.first[from]!;
    target.firstTime[to] = source.firstTime[from]!;
  }
  if (source.lastTime[from]! >= target.lastTime[to]!) {
    target.last[to] = source.last[from]!;
    target.lastTime[to] = source.lastTime[from]!;
  }
}

/**
 * {@link mergePaneInto} of the samples `[from, to)`, in arrival order and later than what row `row` holds.
 *
 * Values that are not finite are skipped. The sum is taken in two halves, so it may differ from that of single steps in its
 * last bits. Allocates nothing.
 *
 * @param ends The first and the last of them by time. Default null: no time is smaller than the one before it.
 */
export function mergeRunInto(
  target: PaneFields,
  row: number,
  times: Float64Array,
  values: Float64Array,
  from: number,
  to: number,
  ends: Pick<SpanWalk, 'first' | 'last'> | null = null,
): void {
  const low = firstFinite(values, from, to);
  if (low < 0) return;
  const high = lastFinite(values, low, to);
  const held = target.count[row]!;
  const isNew = !(held > 0);
  run[RUN_MIN] = isNew ? values[low]! : target.min[row]!;
  run[RUN_MAX] = isNew ? values[low]! : target.max[row]!;
  run[RUN_EVEN] = 0;
  run[RUN_ODD] = 0;
  const count = foldValues(values, low, high + 1, run);
  const halves = run[RUN_EVEN]! + run[RUN_ODD]!;
  const sum = halves - halves === 0 ? halves : plainSum(values, low, high);
  target.count[row] = isNew ? count : held + count;
  target.sum[row] = isNew ? sum : target.sum[row]! + sum;
  target.min[row] = run[RUN_MIN]!;
  target.max[row] = run[RUN_MAX]!;
  const first = ends === null ? low : ends.first;
  const last = ends === null ? high : ends.last;
  if (isNew || times[first]! < target.firstTime[row]!) {
    target.first[row] = values[first]!;
    target.firstTime[row] = times[first]!;
  }
  if (isNew || times[last]! >= target.lastTime[row]!) {
    target.last[row] = values[last]!;
    target.lastTime[row] = times[last]!;
  }
}

/** For halves that left the range of a double on their way: the sum of the finite values, one by one. */
function plainSum(values: Float64Array, low: number, high: number): number {
  let sum = 0;
  for (let i = low; i <= high; i += 1) if (values[i]! - values[i]! === 0) sum += values[i]!;
  return sum;
}
