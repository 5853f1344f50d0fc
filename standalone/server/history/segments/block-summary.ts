import type { CellTier } from '../../../../src/core/cell-tier.ts';
import { CellTiers } from '../../../../src/core/cell-tiers.ts';
import { QuantileSketch } from '../../../../src/core/sketch/quantile-sketch.ts';
import { type CellRows, createCellRows } from './cell-rows.ts';
import { stepUp } from './merged-cells.ts';
import { lowerBound } from './sample-order.ts';
import type { SampleRows } from './sample-segment.ts';

/** Cells of a tier are worth their bytes where they stand for so many rows of what is finer. */
const FEWER = 4;
/** Cells from this number of the longest on know spread and sketch: windows shorter than that are computed from samples. */
const SKETCHED_TIERS = 2;

/** What came folded, by its duration. */
export type FoldCells = ReadonlyMap<number, CellRows>;

/** Cells of one block under one duration; `cells` null where they are too many to be worth it. */
export interface TierCells {
  readonly durationUs: number;
  readonly cells: CellRows | null;
}

/**
 * The cells of everything in one block of time, under each duration.
 *
 * 1. A tier is there for a whole block or not at all: not where it has more than a quarter of the rows that it stands for, nor
 *    where something came folded into longer cells.
 * 2. A cell that nothing folded lies in knows its increase; the two longest tiers know spread and quantiles, too.
 */
export function blockSummary(durations: readonly number[], rows: SampleRows, folds: FoldCells): readonly TierCells[] {
  const tiers = new CellTiers({ durations, limit: Number.MAX_SAFE_INTEGER });
  tiers.addSamples(rows.time, rows.value, 0, rows.time.length);
  let longestFold = 0;
  for (const [foldUs, cells] of folds) {
    const durationUs = durations.find((one) => one >= foldUs) ?? durations[durations.length - 1]!;
    longestFold = Math.max(longestFold, durationUs);
    for (let i = 0; i < cells.length; i += 1) {
      tiers.addFold(durationUs, Math.floor(cells.start[i]! / durationUs) * durationUs, cells, i);
    }
  }
  let standsFor = rows.time.length;
  for (const cells of folds.values()) standsFor += cells.length;
  return durations.map((durationUs, k) => {
    const tier = tiers.tiers[k]!;
    if (durationUs < longestFold || tier.size === 0 || tier.size * FEWER > standsFor)
      return { durationUs, cells: null };
    standsFor = tier.size;
    const isSketched = k >= durations.length - SKETCHED_TIERS;
    return { durationUs, cells: cellsOf(tier, durationUs, rows, folds, isSketched) };
  });
}

function cellsOf(
  tier: CellTier,
  durationUs: number,
  { time, value }: SampleRows,
  folds: FoldCells,
  isSketched: boolean,
): CellRows {
  const out = createCellRows(tier.size);
  let from = 0;
  for (let i = 0; i < out.length; i += 1) {
    const row = tier.head + i;
    const startUs = tier.start(row);
    out.start[i] = startUs;
    tier.copyTo(row, out, i);
    from = lowerBound(time, startUs, from);
    const to = lowerBound(time, startUs + durationUs, from);
    const known = noteRows(out, i, value, from, to);
    if (known === out.count[i]) {
      if (isSketched) noteSpread(out, i, value, from, to);
    } else noteFold(out, i, durationUs, folds, isSketched);
    from = to;
  }
  return out;
}

/** Notes the increase over rows `[from, to)`. Returns how many of them are finite. */
function noteRows(out: CellRows, i: number, value: Float64Array, from: number, to: number): number {
  let known = 0;
  let last = Number.NaN;
  let increase = 0;
  for (let k = from; k < to; k += 1) {
    const next = value[k]!;
    if (next - next !== 0) continue;
    if (known > 0) increase += stepUp(last, next);
    last = next;
    known += 1;
  }
  out.increase[i] = known === out.count[i] ? increase : Number.NaN;
  return known;
}

const sketch = new QuantileSketch();

function noteSpread(
  out: ReturnType<typeof createCellRows>,
  i: number,
  value: Float64Array,
  from: number,
  to: number,
): void {
  const mean = out.sum[i]! / out.count[i]!;
  let m2 = 0;
  sketch.clear();
  sketch.addMany(value, from, to);
  for (let k = from; k < to; k += 1) {
    const next = value[k]!;
    if (next - next === 0) m2 += (next - mean) * (next - mean);
  }
  out.m2[i] = m2;
  out.sketch[i] = sketch.encode();
}

/** What a fold says of the very cell that it is all of. */
function noteFold(
  out: ReturnType<typeof createCellRows>,
  i: number,
  durationUs: number,
  folds: FoldCells,
  isSketched: boolean,
): void {
  const fold = folds.get(durationUs);
  const row = fold?.start.indexOf(out.start[i]!) ?? -1;
  if (fold === undefined || row < 0 || fold.count[row] !== out.count[i]) return;
  out.increase[i] = fold.increase[row]!;
  if (!isSketched) return;
  out.m2[i] = fold.m2[row]!;
  out.sketch[i] = fold.sketch[row] ?? null;
}
