import type { CellTiers } from '../cell-tiers.ts';
import type { SampleRing } from '../sample-ring.ts';

/** A stretch of time that one tier answers: `'raw'` samples, or cells of a duration in us. */
export interface QueryPart {
  readonly startUs: number;
  readonly endUs: number;
  readonly tier: 'raw' | number;
  /** Finite samples in it. */
  readonly count: number;
}

/** Samples in a ring and in cells that were given the same samples, none to one alone. */
export interface RetainedSamples {
  readonly ring: SampleRing;
  readonly cells: CellTiers;
}

/** Called for each shown cell of {@link eachTier}, in time order. */
export type VisitPartCell = (tierIndex: number, row: number) => void;

/**
 * Time from which on the ring answers alone: every sample from there on is held, and no shown cell crosses it.
 * -Infinity while no sample has left the ring. O(log cells).
 */
export function rawFromUs({ ring, cells }: RetainedSamples): number {
  const lostUpTo = ring.lostUpToUs;
  if (lostUpTo === Number.NEGATIVE_INFINITY) return lostUpTo;
  const finest = cells.durations[0]!;
  const edge = (Math.floor(lostUpTo / finest) + 1) * finest;
  let rawFrom = edge;
  cells.eachShown(edge - finest, edge, (durationUs, startUs) => {
    rawFrom = Math.max(rawFrom, startUs + durationUs);
  });
  return rawFrom;
}

/** Time from which on any tier still holds every sample; -Infinity while none has left all tiers. */
export function coveredFromUs(source: RetainedSamples): number {
  return Math.min(rawFromUs(source), source.cells.horizons[source.cells.durations.length - 1]!);
}

/**
 * Which tier answers what of `[startUs, endUs)`: the finest that still holds the samples.
 *
 * Parts are in time order, without overlap or hole: each begins where the one before it ends. The first begins at `startUs`
 * or, where an edge of the range cuts a cell, at the start of that cell, which is counted whole (as the last may end after
 * `endUs`); what has left every tier belongs to no part, so an answer can begin later than asked for. Raw samples are never cut
 * open. Stretches without samples belong to the part before them. An empty range has no parts.
 *
 * @param visit Called for each cell of the parts that are not raw. Must not change the cells.
 */
export function queryParts(
  source: RetainedSamples,
  startUs: number,
  endUs: number,
  visit: VisitPartCell = ignore,
): readonly QueryPart[] {
  const { ring, cells } = source;
  const parts: QueryPart[] = [];
  const rawFrom = rawFromUs(source);
  const covered = Math.min(rawFrom, cells.horizons[cells.durations.length - 1]!);
  const start = Math.max(startUs, covered);
  if (!(start < endUs)) return parts;
  let at = start;
  const cellsEnd = Math.min(rawFrom, endUs);
  if (start < cellsEnd) {
    let tier = finestHolding(cells, start);
    let count = 0;
    let isFirst = true;
    let lastEnd = start;
    cells.eachShown(start, cellsEnd, (durationUs, cellStart, tierIndex, row) => {
      if (isFirst) {
        at = Math.min(at, cellStart);
        if (cellStart <= start) tier = durationUs;
        isFirst = false;
      }
      if (durationUs !== tier) {
        parts.push({ startUs: at, endUs: cellStart, tier, count });
        at = cellStart;
        tier = durationUs;
        count = 0;
      }
      count += cells.tiers[tierIndex]!.count(row);
      lastEnd = cellStart + durationUs;
      visit(tierIndex, row);
    });
    const end = Math.max(cellsEnd, lastEnd);
    parts.push({ startUs: at, endUs: end, tier, count });
    at = end;
  }
  if (at < endUs) {
    const count = ring.finiteCount(ring.lowerBound(at), ring.lowerBound(endUs));
    parts.push({ startUs: at, endUs, tier: 'raw', count });
  }
  return parts;
}

/** Duration of the finest tier that holds cells from `timeUs` on. */
function finestHolding({ durations, horizons }: CellTiers, timeUs: number): number {
  const top = durations.length - 1;
  let k = 0;
  while (k < top && horizons[k]! > timeUs) k += 1;
  return durations[k]!;
}

function ignore(): void {
  // Nobody wants the cells.
}
