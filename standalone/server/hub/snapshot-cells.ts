import type { CellTiers } from '../../../src/core/cell-tiers.ts';
import { createPaneFields } from '../../../src/core/pane.ts';
import { paneSize } from '../../../src/core/windows/window-shape.ts';
import type { SeriesState } from '../../../src/session/series-state.ts';
import { FineCells } from './fine-cells.ts';
import type { LiveClass } from './live-class.ts';
import type { PaneBuilder } from './pane-builder.ts';
import { type ShownRange, showsRows, visibleFromUs } from './shown-range.ts';

const CELL = createPaneFields(1);

/** Most cells of a windowed series' visible range, for each pixel: they stay fine enough for its windows. */
const WINDOWED_PER_PX = 4;

/** Cells of tier `k` that start in `[fromUs, toUs)`. O(log n). */
function countIn(cells: CellTiers, k: number, fromUs: number, toUs: number): number {
  const tier = cells.tiers[k]!;
  return tier.lowerBound(toUs) - tier.lowerBound(fromUs);
}

/** Cells of a tier that would be wider than so many px look like steps. */
const WIDEST_PX = 4;
/** The next finer tier is taken instead where it has no more cells a pixel than this. */
const FINER_PER_PX = 3;

/** The finest tier with at most `most` cells in a time; with up to three times as many where the next one's would be too wide. */
function tierFor(cells: CellTiers, fromUs: number, toUs: number, most: number): number {
  const top = cells.durations.length - 1;
  for (let k = 0; k < top; k += 1) {
    const count = countIn(cells, k, fromUs, toUs);
    if (count <= most) return k;
    if (count <= FINER_PER_PX * most && countIn(cells, k + 1, fromUs, toUs) * WIDEST_PX < most) return k;
  }
  return top;
}

/** The coarsest tier whose cells the windows of a series can be merged from; the coarsest of all without windows. */
function windowTier(series: SeriesState): number {
  const { durations } = series.cells;
  let coarsest = durations.length - 1;
  for (const { options } of series.windows.stores.values()) {
    const paneUs = paneSize(options.shape);
    while (coarsest > 0 && paneUs % durations[coarsest]! !== 0) coarsest -= 1;
  }
  return coarsest;
}

/**
 * Adds a partition of everything a series retains, in time order: at most one cell a pixel, of the visible range no finer than
 * its pixels need and coarser before it. What is shown only coarsely is as coarse as it is, but for what the raw rows still
 * tell whole: that comes in cells of the viewer's class, where longer ones would be wider than 4 px.
 *
 * O(cells held + raw rows shown).
 *
 * @param options.liveClass Finest cells that the viewer knows of this series; null: none finer than the series' own.
 * @param options.hasWindows The viewer computes windows from them.
 */
export function addSnapshotCells(
  builder: PaneBuilder,
  index: number,
  series: SeriesState,
  range: ShownRange,
  options: { readonly nowUs: number; readonly liveClass: LiveClass; readonly hasWindows: boolean },
): void {
  const { cells } = series;
  const { nowUs, hasWindows } = options;
  const { durations } = cells;
  const seenUs = visibleFromUs(series, range, nowUs);
  const isAll = seenUs === Number.NEGATIVE_INFINITY;
  const end = Number.POSITIVE_INFINITY;
  let seenTier = tierFor(cells, seenUs, end, isAll ? range.width : (3 * range.width) / 4);
  const needed = hasWindows ? windowTier(series) : seenTier;
  if (needed < seenTier && countIn(cells, needed, seenUs, end) <= WINDOWED_PER_PX * range.width) seenTier = needed;
  const pastTier = isAll
    ? seenTier
    : Math.max(seenTier, tierFor(cells, Number.NEGATIVE_INFINITY, seenUs, range.width / 4));
  const fine = seenTier === 0 ? fineCells(builder, index, series, range, options) : null;
  let row = -1;
  let rowEnd = Number.NEGATIVE_INFINITY;
  cells.eachShown(Number.NEGATIVE_INFINITY, end, (durationUs, startUs, tierIndex, from) => {
    if (startUs >= seenUs && fine?.add(startUs, durationUs, cells.tiers[tierIndex]!.count(from))) return;
    if (startUs >= rowEnd) {
      const wanted = durations[startUs < seenUs ? pastTier : seenTier]!;
      const duration = Math.max(durationUs, wanted);
      const start = Math.floor(startUs / duration) * duration;
      row = builder.begin(index, start, duration);
      rowEnd = start + duration;
    }
    cells.tiers[tierIndex]!.copyTo(from, CELL);
    builder.merge(row, CELL, 0);
  });
}

/** What gives the visible cells of a dense series more finely than its own tiers do; null where that is not needed. */
function fineCells(
  builder: PaneBuilder,
  index: number,
  series: SeriesState,
  range: ShownRange,
  { nowUs, liveClass }: { readonly nowUs: number; readonly liveClass: LiveClass },
): FineCells | null {
  const { rangeUs, width } = range;
  if (liveClass === null || rangeUs === null || showsRows(series, range, nowUs)) return null;
  const isNarrow = series.cells.durations[0]! * width <= WIDEST_PX * rangeUs;
  if (isNarrow || rangeUs > FINER_PER_PX * width * liveClass) return null;
  return new FineCells(builder, index, series.ring, liveClass);
}
