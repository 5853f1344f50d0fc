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

/** {@link mergePaneInto} of one finite sample, later in arrival than what row `to` holds. Allocates nothing. */
export function mergeSampleInto(target: PaneFields, to: number, timeUs: number, value: number): void {
  const held = target.count[to]!;
  if (!(held > 0)) {
    target.count[to] = 1;
    target.sum[to] = value;
    target.min[to] = value;
    target.max[to] = value;
    target.first[to] = value;
    target.firstTime[to] = timeUs;
    target.last[to] = value;
    target.lastTime[to] = timeUs;
    return;
  }
  target.count[to] = held + 1;
  target.sum[to]! += value;
  if (value < target.min[to]!) target.min[to] = value;
  if (value > target.max[to]!) target.max[to] = value;
  if (timeUs < target.firstTime[to]!) {
    target.first[to] = value;
    target.firstTime[to] = timeUs;
  }
  if (timeUs >= target.lastTime[to]!) {
    target.last[to] = value;
    target.lastTime[to] = timeUs;
  }
}
