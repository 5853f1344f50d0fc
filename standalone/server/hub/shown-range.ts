import type { SeriesState } from '../../../src/session/series-state.ts';

/** What a viewer shows. */
export interface ShownRange {
  /** Pixels. */
  readonly width: number;
  /** Length of the visible time; null: everything. */
  readonly rangeUs: number | null;
}

/** Most raw rows of a snapshot for each pixel; above, cells show as much. */
const ROWS_PER_PX = 2;

/**
 * Start of what a viewer sees of a series at `nowUs`, the producer's clock.
 *
 * A view follows the clock, or the newest sample where that is old or ahead: the earlier of both is meant. Steps have no
 * range: all of them are seen.
 */
export function visibleFromUs(series: SeriesState, { rangeUs }: ShownRange, nowUs: number): number {
  if (rangeUs === null || series.axis === 'step') return Number.NEGATIVE_INFINITY;
  return Math.min(nowUs, series.maxTimeUs) - rangeUs;
}

/** Whether a viewer's pixels can tell the raw rows of its range apart: then they travel. O(log n). */
export function showsRows(series: SeriesState, range: ShownRange, nowUs: number): boolean {
  const { ring } = series;
  return ring.length - ring.lowerBound(visibleFromUs(series, range, nowUs)) <= ROWS_PER_PX * range.width;
}
