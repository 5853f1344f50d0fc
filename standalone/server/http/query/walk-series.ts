import { createPaneFields, type PaneFields } from '../../../../src/core/pane.ts';
import type { SampleAt, SeriesReading, Stretch } from '../../hub/series-reading.ts';

/** Takes what a series holds, in time order. */
export interface SeriesVisitor {
  /** Raw samples `[from, to)` of the stretch's ring: all there are in their time; values may be NaN (missing). */
  samples(from: number, to: number, startUs: number, endUs: number, stretch: Stretch): void;
  /** A cell of which not every sample is at hand one by one: row 0 of `pane`, which is valid until this returns. */
  cell(durationUs: number, startUs: number, pane: PaneFields, stretch: Stretch): void;
}

const CELL = createPaneFields(1);

/**
 * Visits what a series holds of `[startUs, endUs)`: raw samples where all of a shown cell's are at hand, else the cell.
 *
 * Raw samples are cut at the edges of the range, cells are whole and may reach beyond. O(log n + cells and rows visited).
 */
export function walkSeries(series: SeriesReading, startUs: number, endUs: number, visitor: SeriesVisitor): void {
  for (const stretch of series.stretches) {
    const fromUs = Math.max(startUs, stretch.startUs);
    const untilUs = Math.min(endUs, stretch.endUs);
    if (fromUs < untilUs) walkStretch(stretch, fromUs, untilUs, visitor);
  }
}

function walkStretch(stretch: Stretch, startUs: number, endUs: number, visitor: SeriesVisitor): void {
  const { cells, ring } = stretch;
  const first = ring.lowerBound(startUs);
  const end = ring.lowerBound(endUs);
  let next = first;
  cells.eachShown(startUs, endUs, (durationUs, cellStartUs, tierIndex, row) => {
    const tier = cells.tiers[tierIndex]!;
    const cellEndUs = cellStartUs + durationUs;
    const from = ring.lowerBound(cellStartUs);
    const to = ring.lowerBoundFrom(from, cellEndUs, ring.length);
    // Rows between cells are missing values: a finite one has a cell.
    if (from > next) visitor.samples(next, Math.min(from, end), Number.NaN, Number.NaN, stretch);
    if (from < to && ring.finiteCount(from, to) === tier.count(row)) {
      const low = Math.max(from, first);
      const high = Math.min(to, end);
      if (low < high) {
        visitor.samples(low, high, Math.max(cellStartUs, startUs), Math.min(cellEndUs, endUs), stretch);
      }
    } else {
      tier.copyTo(row, CELL);
      visitor.cell(durationUs, cellStartUs, CELL, stretch);
    }
    next = Math.max(next, to);
  });
  if (next < end) visitor.samples(next, end, Number.NaN, Number.NaN, stretch);
}

/** The last finite sample before a time, null where there is none or where only a cell over that time knows it. */
export function sampleBefore({ stretches }: SeriesReading, timeUs: number): SampleAt | null {
  for (let i = stretches.length - 1; i >= 0; i -= 1) {
    const stretch = stretches[i]!;
    if (stretch.startUs >= timeUs) {
      if (stretch.before !== null && stretch.before.timeUs < timeUs) return stretch.before;
      continue;
    }
    const found = lastIn(stretch, Math.min(timeUs, stretch.endUs));
    if (found !== undefined) return found;
    if (stretch.before !== null) return stretch.before;
  }
  return null;
}

/** The last finite sample of a stretch before a time; undefined where there is none, null where only a cell knows it. */
function lastIn({ cells, ring, startUs }: Stretch, timeUs: number): SampleAt | null | undefined {
  let found: SampleAt | null = null;
  let lastUs = Number.NaN;
  cells.eachShown(startUs, timeUs, (_duration, _start, tierIndex, row) => {
    const tier = cells.tiers[tierIndex]!;
    if (tier.firstTime(row) >= timeUs) return;
    lastUs = tier.lastTime(row);
    found = lastUs < timeUs ? { timeUs: lastUs, value: tier.last(row) } : null;
  });
  if (found !== null) return found;
  if (Number.isNaN(lastUs)) return undefined;
  const least = ring.lowerBound(startUs);
  for (let i = ring.lowerBound(timeUs) - 1; i >= least; i -= 1) {
    const value = ring.valueAt(i);
    if (value - value === 0) return { timeUs: ring.timeAt(i), value };
  }
  return null;
}
