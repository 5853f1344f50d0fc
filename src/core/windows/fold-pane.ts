import type { PaneFields } from '../pane.ts';
import type { PaneKeeping } from './pane-extras.ts';
import {
  COUNT,
  counterStep,
  FIRST,
  FIRST_TIME,
  INCREASE,
  LAST,
  LAST_TIME,
  M2,
  MARKS,
  MAX,
  MEAN,
  MIN,
  mergeRow,
  ROW,
  ROW_SHIFT,
  SUM,
} from './pane-row.ts';
import type { PaneFeatures } from './window-operator.ts';
import type { WindowPanes } from './window-panes.ts';
import { APPROXIMATE, AT_LEAST } from './window-results.ts';

const fold = new Float64Array(ROW);

/**
 * Writes row `from` of `panes` with its features as the pane at `row` of `rows`, but for the halves of its sum: only to be merged.
 *
 * What is needed and not known is marked: a spread or an increase of several samples (APPROXIMATE; then the step from the
 * first to the last sample stands for the increase), and distinct values (AT_LEAST).
 */
export function writeFold(
  rows: Float64Array,
  row: number,
  panes: PaneFields,
  from: number,
  features: PaneFeatures | null,
  keep: Pick<PaneKeeping, 'spread' | 'counter' | 'distinct'>,
): void {
  const count = panes.count[from]!;
  const sum = panes.sum[from]!;
  const first = panes.first[from]!;
  const last = panes.last[from]!;
  rows[row + COUNT] = count;
  rows[row + SUM] = sum;
  rows[row + MIN] = panes.min[from]!;
  rows[row + MAX] = panes.max[from]!;
  rows[row + FIRST] = first;
  rows[row + FIRST_TIME] = panes.firstTime[from]!;
  rows[row + LAST] = last;
  rows[row + LAST_TIME] = panes.lastTime[from]!;
  let marks = 0;
  const spreadKnown = features !== null && features.m2 >= 0;
  rows[row + MEAN] = spreadKnown ? features.mean : sum / count;
  rows[row + M2] = spreadKnown ? features.m2 : 0;
  if (keep.spread && !spreadKnown && panes.min[from] !== panes.max[from]) marks |= APPROXIMATE;
  const increaseKnown = features !== null && !Number.isNaN(features.increase);
  rows[row + INCREASE] = increaseKnown ? features.increase : count > 1 ? counterStep(first, last) : 0;
  if (keep.counter && !increaseKnown && panes.min[from] !== panes.max[from]) marks |= APPROXIMATE;
  if (keep.distinct && panes.min[from] !== panes.max[from]) marks |= AT_LEAST;
  rows[row + MARKS] = marks;
}

/** Merges a fold into the pane at `place` of `store`; its sketch is copied. */
export function foldInto(
  store: WindowPanes,
  place: number,
  panes: PaneFields,
  from: number,
  features: PaneFeatures | null,
  keep: PaneKeeping,
): void {
  writeFold(fold, 0, panes, from, features, keep);
  const row = place << ROW_SHIFT;
  const { rows } = store;
  store.counters?.drop(rows, place);
  if (rows[row + COUNT]! > 0) {
    const follows = fold[FIRST_TIME]! >= rows[row + LAST_TIME]!;
    const precedes = fold[LAST_TIME]! < rows[row + FIRST_TIME]!;
    const increase =
      rows[row + INCREASE]! +
      fold[INCREASE]! +
      (follows ? counterStep(rows[row + LAST]!, fold[FIRST]!) : 0) +
      (precedes ? counterStep(fold[LAST]!, rows[row + FIRST]!) : 0);
    if (keep.counter && !follows && !precedes) fold[MARKS] = fold[MARKS]! | APPROXIMATE;
    mergeRow(rows, row, fold, 0);
    rows[row + INCREASE] = increase;
  } else {
    mergeRow(rows, row, fold, 0);
  }
  if (keep.sketch && features?.sketch) store.extras?.sketchFor(place).merge(features.sketch);
  if (!keep.distinct) return;
  for (const value of [fold[MIN]!, fold[MAX]!, fold[FIRST]!, fold[LAST]!]) store.extras?.distinctFor(place).add(value);
}
