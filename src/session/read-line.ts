import type { LineBuffer } from '../core/line-buffer.ts';
import { createPaneFields } from '../core/pane.ts';
import { LineColumns } from '../core/retention/line-columns.ts';
import { type LineSource, LooseCells } from './loose-cells.ts';
import type { LineRange, NearestSample } from './session-view.ts';

export type { LineSource } from './loose-cells.ts';

/*
 * What a view draws of one series.
 *
 * 1. No spike is hidden: over all columns, min and max equal those of all samples in the range that the columns cover.
 * 2. Raw rows are drawn where they, with the folds, are as many as the shown cell counts; elsewhere the cell's envelope is.
 * 3. Columns are absolute, so a picture that slides does not jitter.
 * 4. Only the growth of a buffer allocates; `readNearest` returns a fresh object.
 */

const loose = new LooseCells();
const columns = new LineColumns();
const summary = new Float64Array(4);
const CELL = createPaneFields(1);

/** First fold that can reach into times from `timeUs` on. */
const firstFold = ({ folds }: LineSource, timeUs: number): number => folds.lowerBound(timeUs - folds.longestUs);

function foldsOverlap(source: LineSource, startUs: number, endUs: number): boolean {
  const { folds } = source;
  if (folds.length === 0) return false;
  for (let i = firstFold(source, startUs); i < folds.end && folds.firstTime[i]! < endUs; i += 1) {
    if (folds.lastTime[i]! >= startUs) return true;
  }
  return false;
}

function breakAtGapsBetweenPoints({ pending }: LineSource, out: LineBuffer): void {
  for (const gap of pending) {
    for (let i = 1; i < out.length && out.time[i - 1]! < gap.endUs; i += 1) {
      if (out.time[i]! > gap.startUs) out.breakBefore[i] = 1;
    }
  }
}

function breakAtGapsBetweenColumns({ pending }: LineSource, columnUs: number, out: LineBuffer): void {
  const half = columnUs / 2;
  for (const gap of pending) {
    for (let i = 1; i < out.length && out.time[i - 1]! + half <= gap.endUs; i += 1) {
      if (out.time[i]! - half > gap.startUs) out.breakBefore[i] = 1;
    }
  }
}

function readPoints(source: LineSource, from: number, to: number, out: LineBuffer): void {
  const { ring } = source;
  out.ensure(to - from);
  for (let i = from; i < to; i += 1) {
    const value = ring.valueAt(i);
    const at = i - from;
    out.time[at] = ring.timeAt(i);
    out.value[at] = value - value === 0 ? value : Number.NaN;
    out.min[at] = out.value[at]!;
    out.max[at] = out.value[at]!;
    out.breakBefore[at] = 0;
  }
  out.length = to - from;
  breakAtGapsBetweenPoints(source, out);
}

function readFolds(source: LineSource): void {
  const { folds } = source;
  let cell = 0;
  for (let i = firstFold(source, columns.startUs); i < folds.end && folds.firstTime[i]! < columns.endUs; i += 1) {
    const firstTime = folds.firstTime[i]!;
    while (cell < loose.length && loose.endUs[cell]! <= firstTime) cell += 1;
    const insideLoose = cell < loose.length && loose.startUs[cell]! <= firstTime;
    if (!insideLoose || loose.richer[cell] === 1) columns.addEnvelope(firstTime, folds.lastTime[i]!, folds, i);
  }
}

function readColumns(source: LineSource, range: LineRange, out: LineBuffer): void {
  const { ring, cells } = source;
  columns.start(range.startUs, range.endUs, range.columnUs, out);
  loose.find(source, columns.startUs, columns.endUs);
  // A full ring has lost samples up to the time of its oldest.
  const isWhole = ring.length < ring.capacity || columns.startUs > ring.firstTimeUs;
  if (source.memory !== undefined && isWhole && loose.length === 0 && source.folds.length === 0) {
    columns.addRing(ring, source.memory);
    columns.finish();
    breakAtGapsBetweenColumns(source, columns.columnUs, out);
    return;
  }
  const end = ring.lowerBound(columns.endUs);
  let next = ring.lowerBound(columns.startUs);
  for (let i = 0; i < loose.length; i += 1) {
    if (loose.from[i]! > next) columns.addRows(ring, next, Math.min(end, loose.from[i]!));
    if (loose.richer[i] === 1) columns.addRows(ring, Math.max(next, loose.from[i]!), Math.min(end, loose.to[i]!));
    cells.tiers[loose.tier[i]!]!.copyTo(loose.row[i]!, CELL);
    columns.addEnvelope(CELL.firstTime[0]!, CELL.lastTime[0]!, CELL, 0);
    next = Math.max(next, loose.to[i]!);
  }
  columns.addRows(ring, next, end);
  readFolds(source);
  columns.finish();
  breakAtGapsBetweenColumns(source, columns.columnUs, out);
}

/**
 * Fills `out` with the line in `[startUs, endUs)`, and says how.
 *
 * - `'points'`: every sample is at hand and they are at most `maxPoints`: the samples themselves, one neighbour on each
 *   side included. NaN is a missing value; `min` and `max` repeat `value`.
 * - `'columns'`: one entry per column that holds samples: time = its middle, value = mean, min, max. A cell drawn as an
 *   envelope stands in every column between its first and last sample. The first and last column are whole: they cover
 *   up to one column more than asked for. Columns are at least 1 us wide and at most 65,536; a finer wish is widened.
 *
 * `breakBefore` is 1 where a missing value or a pending gap lies before the entry. An empty or infinite range gives length 0.
 */
export function readLine(source: LineSource, range: LineRange, out: LineBuffer): 'points' | 'columns' {
  const { startUs, endUs } = range;
  out.length = 0;
  if (!(endUs - startUs > 0 && endUs - startUs < Number.POSITIVE_INFINITY)) return 'points';
  const { ring } = source;
  const from = ring.lowerBound(startUs);
  const to = ring.lowerBound(endUs);
  if (to - from <= range.maxPoints && !foldsOverlap(source, startUs, endUs)) {
    loose.find(source, startUs, endUs);
    if (loose.length === 0) {
      readPoints(source, Math.max(0, from - 1), Math.min(ring.length, to + 1), out);
      return 'points';
    }
  }
  readColumns(source, range, out);
  return 'columns';
}

/**
 * Writes min and max over the samples in `[startUs, endUs)`, and over the cells and folds that overlap it and are not at
 * hand one by one, into `out[0]` and `out[1]`.
 *
 * @returns false, `out` unchanged, when there are none. O(log n + cells in range).
 */
export function readExtent(source: LineSource, startUs: number, endUs: number, out: Float64Array): boolean {
  const { ring, folds, cells } = source;
  if (!(startUs < endUs)) return false;
  ring.minMaxSum(ring.lowerBound(startUs), ring.lowerBound(endUs), summary);
  let min = summary[0]!;
  let max = summary[1]!;
  for (let i = firstFold(source, startUs); i < folds.end && folds.firstTime[i]! < endUs; i += 1) {
    if (folds.lastTime[i]! < startUs) continue;
    min = Math.min(min, folds.min[i]!);
    max = Math.max(max, folds.max[i]!);
  }
  loose.find(source, startUs, endUs);
  for (let i = 0; i < loose.length; i += 1) {
    cells.tiers[loose.tier[i]!]!.copyTo(loose.row[i]!, CELL);
    if (CELL.lastTime[0]! < startUs || CELL.firstTime[0]! >= endUs) continue;
    min = Math.min(min, CELL.min[0]!);
    max = Math.max(max, CELL.max[0]!);
  }
  if (min > max) return false;
  out[0] = min;
  out[1] = max;
  return true;
}

/** Distance from a time to a closed interval, 0 inside. */
const distance = (timeUs: number, startUs: number, endUs: number): number =>
  Math.max(0, startUs - timeUs, timeUs - endUs);

/** Index of the finite sample nearest to `timeUs`, the earlier of two equally near; -1 when there is none. */
function nearestRow({ ring }: LineSource, timeUs: number): number {
  const middle = ring.lowerBound(timeUs);
  let after = middle;
  let before = middle - 1;
  while (after < ring.length && !Number.isFinite(ring.valueAt(after))) after += 1;
  while (before >= 0 && !Number.isFinite(ring.valueAt(before))) before -= 1;
  if (after >= ring.length) return before;
  if (before < 0) return after;
  return timeUs - ring.timeAt(before) <= ring.timeAt(after) - timeUs ? before : after;
}

function paneSample(
  columnsOf: { min: Float64Array; max: Float64Array; sum: Float64Array; count: Float64Array },
  row: number,
  startUs: number,
  endUs: number,
): NearestSample {
  const count = columnsOf.count[row]!;
  const mean = columnsOf.sum[row]! / count;
  const pane = { startUs, endUs, count, min: columnsOf.min[row]!, max: columnsOf.max[row]!, mean };
  return { timeUs: (startUs + endUs) / 2, value: mean, pane };
}

/**
 * Returns the finite sample nearest to `timeUs`; where a cell or a fold that is not at hand one by one is nearer (it is
 * at distance 0 between its first and last sample), that one with its `pane`. Null without samples.
 *
 * Of equals a sample comes first. O(log n + cells nearer than the nearest sample).
 */
export function readNearest(source: LineSource, timeUs: number): NearestSample | null {
  const { ring, folds, cells } = source;
  const row = nearestRow(source, timeUs);
  let best = row < 0 ? Number.POSITIVE_INFINITY : Math.abs(ring.timeAt(row) - timeUs);
  let found: NearestSample | null = row < 0 ? null : { timeUs: ring.timeAt(row), value: ring.valueAt(row) };
  const reach = best + 1;
  loose.find(source, timeUs - reach, timeUs + reach);
  for (let i = 0; i < loose.length; i += 1) {
    const tier = cells.tiers[loose.tier[i]!]!;
    const row = loose.row[i]!;
    const away = distance(timeUs, tier.firstTime(row), tier.lastTime(row));
    if (away >= best) continue;
    best = away;
    tier.copyTo(row, CELL);
    found = paneSample(CELL, 0, loose.startUs[i]!, loose.endUs[i]!);
  }
  for (let i = firstFold(source, timeUs - best); i < folds.end && folds.firstTime[i]! < timeUs + best; i += 1) {
    const away = distance(timeUs, folds.firstTime[i]!, folds.lastTime[i]!);
    if (away >= best) continue;
    best = away;
    found = paneSample(folds, i, folds.firstTime[i]!, folds.lastTime[i]!);
  }
  return found;
}
