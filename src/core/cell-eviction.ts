import { createPaneFields, type PaneFields } from './pane.ts';
import { collectShown, type TieredCells } from './shown-cells.ts';

/*
 * How cells leave their tiers: oldest first, whole parents at a time.
 *
 * 1. What leaves a tier stays known to its parent: where the finer cells knew as many samples or more, it takes theirs over.
 * 2. What leaves the coarsest tier is counted as gone.
 * 3. Afterwards nothing before the edge is taken into the tier any more: its horizon has risen to it.
 */

/** Cells that can leave, and what is known of those that left. */
export interface KeptCells extends TieredCells {
  readonly horizons: Float64Array;
  readonly limit: number;
  readonly bytes: number;
  count: number;
  gone: number;
  from: number;
}

const inherited: PaneFields = createPaneFields(1);

/** Brings every tier down to `limit` cells. */
export function evictToLimit(cells: KeptCells): void {
  const { durations, tiers, limit } = cells;
  const top = durations.length - 1;
  for (let k = 0; k < top; k += 1) {
    const tier = tiers[k]!;
    while (tier.size > limit) evictTier(cells, k, tier.start(tier.head) + durations[k + 1]!);
  }
  const coarsest = tiers[top]!;
  while (coarsest.size > limit) expireBefore(cells, coarsest.start(coarsest.head) + durations[top]!);
}

/**
 * Drops the oldest cells, finest tier first and about half a tier at a time, until they take at most `maxBytes`.
 *
 * The cells of the newest parent of each tier, and the newest cell of the coarsest, stay: below that no `maxBytes` is reached.
 */
export function evictToBytes(cells: KeptCells, maxBytes: number): void {
  const { durations, tiers } = cells;
  const top = durations.length - 1;
  for (let k = 0; k <= top && cells.bytes > maxBytes; k += 1) {
    const tier = tiers[k]!;
    const parent = durations[Math.min(top, k + 1)]!;
    tier.trim();
    while (cells.bytes > maxBytes && tier.size > 1) {
      const newest = Math.floor(tier.start(tier.end - 1) / parent) * parent;
      const oldest = Math.floor(tier.start(tier.head) / parent) * parent;
      const middle = Math.floor(tier.start(tier.head + (tier.size >> 1)) / parent) * parent;
      const edge = Math.min(newest, Math.max(oldest + parent, middle));
      if (edge <= oldest) break;
      if (k === top) expireBefore(cells, edge);
      else evictTier(cells, k, edge);
      tier.trim();
    }
  }
}

/** Drops the whole cells of the coarsest tier that end at or before `edgeUs`; their samples count as gone. */
export function expireBefore(cells: KeptCells, edgeUs: number): void {
  const edge = coarsestEdge(cells, edgeUs);
  const coarsest = cells.tiers[cells.tiers.length - 1]!;
  for (let row = coarsest.lowerBound(cells.from); row < coarsest.end && coarsest.start(row) < edge; row += 1) {
    cells.gone += coarsest.shown(row);
  }
  if (edge > cells.from) cells.from = edge;
  dropBefore(cells, edge);
}

/** Drops the cells before `edgeUs`, down to a whole cell of the coarsest tier; nothing counts them. */
export function forgetBefore(cells: KeptCells, edgeUs: number): void {
  dropBefore(cells, coarsestEdge(cells, edgeUs));
}

/** Makes a cell hold itself what the finer ones under it show, where they know as many samples or more. */
export function inherit(cells: TieredCells, tierIndex: number, row: number): void {
  const tier = cells.tiers[tierIndex]!;
  const below = tier.below(row);
  if (below === 0 || below < tier.count(row)) return;
  inherited.count[0] = 0;
  collectShown(cells, tierIndex, row, inherited);
  tier.copyFrom(row, inherited, 0);
}

/**
 * As {@link inherit}, for the cells of a tier before `edgeUs`, whose finer cells are about to go.
 *
 * Begins with the parent of the oldest finer cell: what is older has none left. O(cells about to go).
 */
export function inheritBefore(cells: TieredCells, tierIndex: number, edgeUs: number): void {
  const tier = cells.tiers[tierIndex]!;
  const finer = cells.tiers[tierIndex - 1]!;
  if (finer.size === 0) return;
  const duration = cells.durations[tierIndex]!;
  const from = tier.lowerBound(Math.floor(finer.start(finer.head) / duration) * duration);
  for (let row = from; row < tier.end && tier.start(row) < edgeUs; row += 1) {
    inherit(cells, tierIndex, row);
    tier.setBelow(row, 0);
  }
}

/** Start of the cell of the coarsest tier that holds `edgeUs`. */
function coarsestEdge({ durations }: TieredCells, edgeUs: number): number {
  const duration = durations[durations.length - 1]!;
  return Math.floor(edgeUs / duration) * duration;
}

/** Drops the cells of tier `k` and finer before `edgeUs`, down to a whole parent; the parents keep what they knew. */
function evictTier(cells: KeptCells, k: number, edgeUs: number): void {
  const parent = cells.durations[k + 1]!;
  const edge = Math.floor(edgeUs / parent) * parent;
  inheritBefore(cells, k + 1, edge);
  leave(cells, k, edge);
}

/** Drops the cells of all tiers before `edgeUs`, the start of a cell of the coarsest. */
function dropBefore(cells: KeptCells, edgeUs: number): void {
  const top = cells.tiers.length - 1;
  const coarsest = cells.tiers[top]!;
  for (let row = coarsest.head; row < coarsest.end && coarsest.start(row) < edgeUs; row += 1) {
    cells.count -= coarsest.shown(row);
  }
  leave(cells, top, edgeUs);
}

/** Takes the cells before `edgeUs` out of tier `k` and the finer ones, and takes none there any more. */
function leave({ tiers, horizons }: KeptCells, k: number, edgeUs: number): void {
  for (let j = 0; j <= k; j += 1) {
    if (edgeUs > horizons[j]!) horizons[j] = edgeUs;
    tiers[j]!.evictBefore(edgeUs);
  }
}
