import { CellTiers } from '../../../../src/core/cell-tiers.ts';
import { SampleRing } from '../../../../src/core/sample-ring.ts';
import { QuantileSketch } from '../../../../src/core/sketch/quantile-sketch.ts';
import type { PaneFeatures } from '../../../../src/core/windows/window-operator.ts';
import type { Stretch } from '../../hub/series-reading.ts';
import type { CellRows } from '../segments/cell-rows.ts';
import { lowerBound } from '../segments/sample-order.ts';
import type { SeriesColumns } from './series-request.ts';

const AS_OF = 1;

/** What a file has of a series in `[startUs, endUs)`, to be read like what memory has. O(rows and cells). */
export function diskStretch(columns: SeriesColumns, startUs: number, endUs: number): Stretch {
  const { tiers, rows, folds, cells: complete, before, doubtedUs } = columns;
  // The fewer tiers, the fewer cells have to be looked at: samples need one.
  const cells = new CellTiers({
    durations: tiers.filter((one, k) => complete.has(one) || folds.has(one) || k === tiers.length - 1),
    limit: Number.MAX_SAFE_INTEGER,
  });
  for (const [durationUs, list] of complete) {
    for (let i = 0; i < list.length; i += 1) cells.replace(durationUs, list.start[i]!, list, i, AS_OF);
  }
  cells.addSamples(rows.time, rows.value, 0, rows.time.length);
  for (const [durationUs, list] of folds) {
    for (let i = 0; i < list.length; i += 1) cells.addFold(durationUs, list.start[i]!, list, i);
  }
  const ring = new SampleRing(Math.max(1, rows.time.length));
  ring.append(rows.time, rows.value, 0, rows.time.length, true);
  const featuresOf: Stretch['featuresOf'] = (durationUs, cellUs, count) =>
    known(complete.get(durationUs), cellUs, count) ?? known(folds.get(durationUs), cellUs, count);
  return { startUs, endUs, cells, ring, featuresOf, before, doubtedUs };
}

/** What is known of a cell of so many samples; null where that is another one. */
function known(list: CellRows | undefined, startUs: number, count: number): PaneFeatures | null {
  if (list === undefined) return null;
  const row = lowerBound(list.start, startUs);
  if (list.start[row] !== startUs || list.count[row] !== count) return null;
  const bytes = list.sketch[row] ?? null;
  return {
    mean: list.sum[row]! / count,
    m2: list.m2[row]!,
    increase: list.increase[row]!,
    sketch: bytes === null || bytes.length === 0 ? null : QuantileSketch.decode(bytes),
  };
}
