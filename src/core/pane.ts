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
 * {@link mergePaneInto} of the samples `[from, to)`, later in arrival than what row `row` holds.
 *
 * Their times must not fall: then only values are read one by one, about 1 ns each. Values that are not finite are
 * skipped. The sum is taken in two halves, so it may differ from that of single steps in its last bits. Allocates nothing.
 */
export function mergeRunInto(
  target: PaneFields,
  row: number,
  times: Float64Array,
  values: Float64Array,
  from: number,
  to: number,
): void {
  let low = from;
  let high = to - 1;
  while (low <= high && values[low]! - values[low]! !== 0) low += 1;
  while (low < high && values[high]! - values[high]! !== 0) high -= 1;
  if (low > high) return;
  const first = values[low]!;
  let even = first;
  let odd = 0;
  let min = first;
  let max = first;
  let count = high - low + 1;
  // Rows are below 2^31: `| 0` spares the check for more, a quarter of the time.
  let i = (low + 1) | 0;
  for (const end = high | 0; i < end; i = (i + 2) | 0) {
    const a = values[i]!;
    const b = values[(i + 1) | 0]!;
    if (a < min) min = a;
    else if (a > max) max = a;
    if (b < min) min = b;
    else if (b > max) max = b;
    even += b;
    odd += a;
  }
  if (i === high) {
    const a = values[i]!;
    if (a < min) min = a;
    else if (a > max) max = a;
    odd += a;
  }
  let sum = even + odd;
  if (sum - sum !== 0) {
    // A value between is not finite (or the sum left the range of a double): once more, one by one.
    sum = 0;
    count = 0;
    min = first;
    max = first;
    for (let k = low; k <= high; k += 1) {
      const value = values[k]!;
      if (value - value !== 0) continue;
      if (value < min) min = value;
      if (value > max) max = value;
      sum += value;
      count += 1;
    }
  }
  const held = target.count[row]!;
  if (!(held > 0)) {
    target.count[row] = count;
    target.sum[row] = sum;
    target.min[row] = min;
    target.max[row] = max;
    target.first[row] = first;
    target.firstTime[row] = times[low]!;
    target.last[row] = values[high]!;
    target.lastTime[row] = times[high]!;
    return;
  }
  target.count[row] = held + count;
  target.sum[row]! += sum;
  if (min < target.min[row]!) target.min[row] = min;
  if (max > target.max[row]!) target.max[row] = max;
  if (times[low]! < target.firstTime[row]!) {
    target.first[row] = first;
    target.firstTime[row] = times[low]!;
  }
  if (times[high]! >= target.lastTime[row]!) {
    target.last[row] = values[high]!;
    target.lastTime[row] = times[high]!;
  }
}
