import type { CellColumns } from '../../../../src/core/cell-columns.ts';
import type { SeriesState } from '../../../../src/session/series-state.ts';

/** Takes what a series holds, in time order. */
export interface SeriesVisitor {
  /** Raw samples `[from, to)` of the ring: all there are in their stretch; values may be NaN (missing). */
  samples(from: number, to: number, startUs: number, endUs: number): void;
  /** A cell of which not every sample is at hand one by one. */
  cell(durationUs: number, startUs: number, tier: CellColumns, row: number): void;
}

/**
 * Visits what a series holds of `[startUs, endUs)`: raw samples where all of a shown cell's are at hand, else the cell.
 *
 * Raw samples are cut at the edges of the range, cells are whole and may reach beyond. O(log n + cells and rows visited).
 */
export function walkSeries({ cells, ring }: SeriesState, startUs: number, endUs: number, visitor: SeriesVisitor): void {
  const first = ring.lowerBound(startUs);
  const end = ring.lowerBound(endUs);
  let next = first;
  cells.eachShown(startUs, endUs, (durationUs, cellStartUs, tierIndex, row) => {
    const tier = cells.tiers[tierIndex]!;
    const cellEndUs = cellStartUs + durationUs;
    const from = ring.lowerBound(cellStartUs);
    const to = ring.lowerBoundFrom(from, cellEndUs, ring.length);
    // Rows between cells are missing values: a finite one has a cell.
    if (from > next) visitor.samples(next, Math.min(from, end), Number.NaN, Number.NaN);
    if (from < to && ring.finiteCount(from, to) === tier.count[row]!) {
      const low = Math.max(from, first);
      const high = Math.min(to, end);
      if (low < high) visitor.samples(low, high, Math.max(cellStartUs, startUs), Math.min(cellEndUs, endUs));
    } else visitor.cell(durationUs, cellStartUs, tier, row);
    next = Math.max(next, to);
  });
  if (next < end) visitor.samples(next, end, Number.NaN, Number.NaN);
}

/** The last finite sample before a time, null where there is none or where only a cell over that time knows it. */
export function sampleBefore(
  series: SeriesState,
  timeUs: number,
): { readonly timeUs: number; readonly value: number } | null {
  const { cells, ring } = series;
  let found: { readonly timeUs: number; readonly value: number } | null = null;
  let lastUs = Number.NaN;
  cells.eachShown(Number.NEGATIVE_INFINITY, timeUs, (_duration, _start, tierIndex, row) => {
    const tier = cells.tiers[tierIndex]!;
    if (tier.firstTime[row]! >= timeUs) return;
    lastUs = tier.lastTime[row]!;
    found = lastUs < timeUs ? { timeUs: lastUs, value: tier.last[row]! } : null;
  });
  if (found !== null || Number.isNaN(lastUs)) return found;
  for (let i = ring.lowerBound(timeUs) - 1; i >= 0; i -= 1) {
    const value = ring.valueAt(i);
    if (value - value === 0) return { timeUs: ring.timeAt(i), value };
  }
  return null;
}
