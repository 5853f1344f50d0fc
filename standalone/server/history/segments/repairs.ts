import { type CellRows, gatherCells } from './cell-rows.ts';
import type { FoldParts } from './fold-parts.ts';
import type { Repair } from './pending-series.ts';
import { finiteCount, inTimeOrder, lowerBound } from './sample-order.ts';
import type { SampleParts } from './sample-parts.ts';
import type { SampleRows } from './sample-segment.ts';
import type { SeriesRecord } from './series-records.ts';

/** Where the segments of a history file are. */
export interface SegmentParts {
  readonly samples: SampleParts;
  readonly folds: FoldParts;
}

/**
 * Takes what a producer says again of the past where it knows more than the file does: what counts more stays.
 *
 * @returns the stretch that changed, null where nothing did.
 */
export function repair(
  parts: SegmentParts,
  record: SeriesRecord,
  again: Repair,
): readonly [fromUs: number, toUs: number] | null {
  return again.kind === 'rows'
    ? repairRows(parts, record, again.rows)
    : repairCells(parts, record, again.durationUs, again.cells);
}

function repairRows(
  { samples, folds }: SegmentParts,
  record: SeriesRecord,
  again: SampleRows,
): readonly [number, number] | null {
  const rows = inTimeOrder(again.time, again.value, again.time.length);
  const { length } = rows.time;
  if (length === 0) return null;
  const fromUs = rows.time[0]!;
  const toUs = rows.time[length - 1]! + 1;
  const held = samples.read(record.id, fromUs, toUs);
  let count = finiteCount(held.value, 0, held.value.length);
  for (const cells of folds.read(record, record.tiers, fromUs, toUs).values()) count += sum(cells.count);
  if (finiteCount(rows.value, 0, length) <= count) return null;
  samples.remove(record.id, fromUs, toUs);
  // A fold that reaches beyond holds more than these rows: the producer's cells will tell.
  folds.remove(record, record.tiers, fromUs, toUs);
  samples.place(record.id, rows, spanUsOf(record));
  return [fromUs, toUs];
}

function repairCells(
  { samples, folds }: SegmentParts,
  record: SeriesRecord,
  durationUs: number,
  cells: CellRows,
): readonly [number, number] | null {
  if (!record.tiers.includes(durationUs)) return null;
  const ordered = gatherCells([cells], () => true);
  const fromUs = ordered.start[0]!;
  const toUs = ordered.start[ordered.length - 1]! + durationUs;
  const rows = samples.read(record.id, fromUs, toUs);
  const held = folds.read(record, record.tiers, fromUs, toUs);
  const wanting = new Set<number>();
  for (let i = 0; i < ordered.length; i += 1) {
    const start = ordered.start[i]!;
    const end = start + durationUs;
    const from = lowerBound(rows.time, start);
    let count = finiteCount(rows.value, from, lowerBound(rows.time, end, from));
    for (const fold of held.values()) {
      for (let k = 0; k < fold.length; k += 1)
        if (fold.start[k]! >= start && fold.start[k]! < end) count += fold.count[k]!;
    }
    if (ordered.count[i]! > count) wanting.add(start);
  }
  if (wanting.size === 0) return null;
  for (const start of wanting) {
    samples.remove(record.id, start, start + durationUs);
    folds.remove(record, record.tiers, start, start + durationUs);
  }
  folds.add(record, durationUs, [gatherCells([ordered], (start) => wanting.has(start))]);
  return [fromUs, toUs];
}

const sum = (values: Float64Array): number => values.reduce((total, value) => total + value, 0);

/** Length of a block: that of the longest cells. */
export const blockUsOf = ({ tiers }: Pick<SeriesRecord, 'tiers'>): number => tiers[tiers.length - 1]!;

/** Longest stretch that a part of samples grows over. */
export const spanUsOf = (record: Pick<SeriesRecord, 'tiers'>): number => 6 * blockUsOf(record);
