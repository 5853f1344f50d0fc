import type { SeriesState } from '../../../../src/session/series-state.ts';
import type { ReadingNeed } from './reading-need.ts';

/** First time of what memory has of a series, missing values too; Infinity where it has nothing. */
export function memoryStart({ firstTimeUs, ring }: SeriesState): number {
  const cells = Number.isNaN(firstTimeUs) ? Number.POSITIVE_INFINITY : firstTimeUs;
  return Number.isNaN(ring.firstTimeUs) ? cells : Math.min(cells, ring.firstTimeUs);
}

/** Of a series whose session had other epochs before: whether they have samples at or after a time. Steps begin anew in each. */
export const hasEarlier = ({ axis }: SeriesState, earlierUs: number, fromUs: number): boolean =>
  axis === 'time' && earlierUs >= fromUs;

/** Whether its epochs before have samples among those of memory: after a clock was set back. */
export const isMixed = (series: SeriesState, earlierUs: number): boolean =>
  hasEarlier(series, earlierUs, memoryStart(series));

/** End of the longest cell over a time. */
export function edgeAfter({ cells }: SeriesState, timeUs: number): number {
  const longestUs = cells.durations[cells.durations.length - 1]!;
  return (Math.floor(timeUs / longestUs) + 1) * longestUs;
}

/**
 * A time after another one from which on memory lacks nothing that its epoch sent, though that may be finer on disk: as early
 * as can be, so that no cell of the disk has what memory has.
 */
export function ownReach(series: SeriesState, afterUs: number): number {
  const { horizons } = series.cells;
  return Math.max(Math.min(memoryStart(series), afterUs + 1), horizons[horizons.length - 1]!);
}

/**
 * The time from which on memory answers as well as a server that forgets nothing: an edge of the longest cells, or where its
 * samples begin. What is before may be finer on disk. O(log n + cells of the range).
 *
 * @param earlierUs Up to then there are samples of the session's epochs before, which memory does not have.
 */
export function memoryReach(series: SeriesState, need: ReadingNeed, earlierUs: number): number {
  const { cells, ring } = series;
  const { startUs, endUs, stepUs, needsAnchor, takesCells, takesShorter } = need;
  const longestUs = cells.durations[cells.durations.length - 1]!;
  // Of folds that it has let go of only the disk knows, whatever rows are left around them.
  const letGoUs = cells.horizons[cells.horizons.length - 1]!;
  let begins = Math.max(memoryStart(series), letGoUs);
  // Of missing values that have left the ring no cell tells.
  if (stepUs === 0 && ring.firstTimeUs > begins) begins = ring.firstTimeUs;
  let reach = Number.NEGATIVE_INFINITY;
  if (hasEarlier(series, earlierUs, startUs) && isMixed(series, earlierUs)) reach = edgeAfter(series, earlierUs);
  // Of what is before the range memory may have let go of everything: the first edge in it is asked of the disk, which tells.
  if (needsAnchor && !(begins < startUs)) reach = Math.max(reach, edgeAfter(series, startUs));
  cells.eachShown(startUs, endUs, (durationUs, cellUs, tierIndex, row) => {
    const cellEndUs = cellUs + durationUs;
    const from = ring.lowerBound(cellUs);
    const to = ring.lowerBoundFrom(from, cellEndUs, ring.length);
    if (from < to && ring.finiteCount(from, to) === cells.tiers[tierIndex]!.count(row)) return;
    const isShorter = takesShorter === true && durationUs <= (stepUs ?? 0);
    const fits =
      isShorter ||
      (stepUs === null ? cellUs >= startUs && cellEndUs <= endUs : stepUs > 0 && stepUs % durationUs === 0);
    // Its samples are in the cell wherever they lie in it; of epochs before the disk has some, where they reach into it.
    if (takesCells && fits && !hasEarlier(series, earlierUs, cellUs)) begins = Math.min(begins, cellUs);
    else reach = Math.max(reach, Math.ceil(cellEndUs / longestUs) * longestUs);
  });
  return Math.max(begins, reach);
}
