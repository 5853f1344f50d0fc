import type { CellTier } from './cell-tier.ts';
import type { PaneFields } from './pane.ts';

/*
 * Which cells of several tiers are shown: of a cell and the finer ones under it the larger count, the finer when equal. They
 * are a partition of what is held. Nothing here changes or allocates anything.
 */

/** Cells in tiers of rising duration, finest first. */
export interface TieredCells {
  readonly durations: readonly number[];
  readonly tiers: readonly CellTier[];
}

/** Called for one shown cell; `tierIndex` and `row` address it in {@link TieredCells.tiers} until the cells change. */
export type VisitCell = (durationUs: number, startUs: number, tierIndex: number, row: number) => void;

/** Visits the shown cells that overlap `[startUs, endUs)` in time order. O(log n + cells visited). */
export function eachShownCell(cells: TieredCells, startUs: number, endUs: number, visit: VisitCell): void {
  eachFrom(cells, cells.durations.length - 1, startUs, endUs, visit);
}

function eachFrom(cells: TieredCells, tierIndex: number, startUs: number, endUs: number, visit: VisitCell): void {
  const tier = cells.tiers[tierIndex]!;
  const duration = cells.durations[tierIndex]!;
  const first = tier.lowerBound(Math.floor(startUs / duration) * duration);
  for (let row = first; row < tier.end; row += 1) {
    const start = tier.start(row);
    if (start >= endUs) return;
    const below = tier.below(row);
    if (tier.count(row) > below || (tierIndex === 0 && tier.count(row) > 0)) visit(duration, start, tierIndex, row);
    else if (below > 0) {
      eachFrom(cells, tierIndex - 1, Math.max(startUs, start), Math.min(endUs, start + duration), visit);
    }
  }
}

/** Time of the oldest sample in a shown cell, NaN without samples. O(cells of the coarsest tier without samples). */
export function firstShownTime({ durations, tiers }: TieredCells): number {
  let tierIndex = durations.length - 1;
  let tier = tiers[tierIndex]!;
  let row = tier.head;
  while (row < tier.end) {
    const below = tier.below(row);
    if (tier.count(row) > below || (tierIndex === 0 && tier.count(row) > 0)) return tier.firstTime(row);
    if (below > 0) {
      const start = tier.start(row);
      tierIndex -= 1;
      tier = tiers[tierIndex]!;
      row = tier.lowerBound(start);
    } else row += 1;
  }
  return Number.NaN;
}

/** Merges what is shown of one cell, its own pane or the finer ones under it, into row 0 of `into`. */
export function collectShown(cells: TieredCells, tierIndex: number, row: number, into: PaneFields): void {
  const tier = cells.tiers[tierIndex]!;
  if (tierIndex === 0 || tier.count(row) > tier.below(row)) {
    tier.mergeTo(row, into);
    return;
  }
  const finer = cells.tiers[tierIndex - 1]!;
  const end = tier.start(row) + cells.durations[tierIndex]!;
  for (let r = finer.lowerBound(tier.start(row)); r < finer.end && finer.start(r) < end; r += 1) {
    collectShown(cells, tierIndex - 1, r, into);
  }
}
