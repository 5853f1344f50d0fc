import type { SeriesRequest, StoredSeries } from './series-request.ts';

/** Samples of one series that are read one by one rather than as cells, where nobody says otherwise. */
const FEW_ROWS = 200_000;
/** Where cells would do no better than about, more samples than these are never read. */
const MOST_ROWS = 3_000_000;
/** Where no cell divides the step, one that is so much shorter is near enough; the answer says so. */
const SHORTER = 4;
/** So many cells are read at most, about; fewer with their sketches. */
const MOST_CELLS = 50_000;
const MOST_SKETCHES = 20_000;
/** The longest tiers know spread and quantiles. */
export const SPREAD_TIERS = 2;

/**
 * The duration of the cells that a request is answered with; 0: samples.
 *
 * Samples where they are few. Else the longest cells that divide the step; where none does, the shortest that are a quarter of
 * it or less and not too many; where that is none, samples again unless they are far too many: then the shortest cells there are.
 */
export function chosenTier(
  tiers: readonly number[],
  rows: number,
  { startUs, endUs, stepUs, needsSpread, fewRows, mostRows }: Omit<SeriesRequest, keyof StoredSeries>,
): number {
  if (stepUs === 0 || rows <= (fewRows ?? FEW_ROWS)) return 0;
  const known = needsSpread ? tiers.slice(-SPREAD_TIERS) : tiers;
  if (stepUs === null) return known[known.length - 1]!;
  const mostCells = needsSpread ? MOST_SKETCHES : MOST_CELLS;
  const few = known.filter((durationUs) => (endUs - startUs) / durationUs <= mostCells);
  const exact = few.findLast((durationUs) => durationUs <= stepUs && stepUs % durationUs === 0);
  const near = few.find((durationUs) => durationUs * SHORTER <= stepUs);
  if (exact !== undefined) return exact;
  if (near !== undefined) return near;
  return rows <= (mostRows ?? MOST_ROWS) ? 0 : (few[0] ?? known[known.length - 1] ?? 0);
}
