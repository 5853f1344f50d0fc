import type { FeatureColumns, PaneColumns } from '../../../../src/wire/message-types.ts';
import { type CellRows, createCellRows } from './cell-rows.ts';
import { mergedCells } from './merged-cells.ts';
import type { SampleRows } from './sample-segment.ts';
import type { SeriesRecord } from './series-records.ts';

/** What a producer says again of the past, because something was missing: rows, or complete cells. */
export type Repair =
  | { readonly kind: 'rows'; readonly rows: SampleRows }
  | { readonly kind: 'cells'; readonly durationUs: number; readonly cells: CellRows };

const FIRST_ROWS = 64;

/** What waits to be written of one series. */
export class PendingSeries {
  readonly record: SeriesRecord;
  length = 0;
  time = new Float64Array(FIRST_ROWS);
  value = new Float64Array(FIRST_ROWS);
  /** By duration. */
  readonly folds = new Map<number, CellRows[]>();
  readonly repairs: Repair[] = [];
  /** Everything before goes. */
  isCleared = false;

  constructor(record: SeriesRecord) {
    this.record = record;
  }

  addSamples(time: Float64Array, value: Float64Array, from: number, to: number): void {
    const length = this.length + to - from;
    if (length > this.time.length) {
      const capacity = 2 ** Math.ceil(Math.log2(length));
      this.time = grown(this.time, this.length, capacity);
      this.value = grown(this.value, this.length, capacity);
    }
    this.time.set(time.subarray(from, to), this.length);
    this.value.set(value.subarray(from, to), this.length);
    this.length = length;
  }

  /** Takes rows `[from, to)` of panes. */
  addFolds(panes: PaneColumns, from: number, to: number, features: FeatureColumns | null): void {
    for (const [durationUs, cells] of byDuration(panes, from, to, features, this.record.tiers)) {
      const lists = this.folds.get(durationUs) ?? [];
      lists.push(cells);
      this.folds.set(durationUs, lists);
    }
  }

  addKeyframe(panes: PaneColumns, from: number, to: number, features: FeatureColumns | null): void {
    for (const [durationUs, cells] of byDuration(panes, from, to, features, this.record.tiers)) {
      this.repairs.push({ kind: 'cells', durationUs, cells });
    }
  }

  /** The series begins anew: what waits and what is written goes. */
  clear(): void {
    this.length = 0;
    this.folds.clear();
    this.repairs.length = 0;
    this.isCleared = true;
  }
}

function grown(column: Float64Array, length: number, capacity: number): Float64Array<ArrayBuffer> {
  const next = new Float64Array(capacity);
  next.set(column.subarray(0, length));
  return next;
}

/** Copies of pane rows by the shortest kept duration that is at least theirs; those of one cell are merged, in their order. */
function byDuration(
  panes: PaneColumns,
  from: number,
  to: number,
  features: FeatureColumns | null,
  kept: readonly number[],
): ReadonlyMap<number, CellRows> {
  const rows = new Map<number, number[]>();
  for (let row = from; row < to; row += 1) {
    const own = panes.duration[row]!;
    const durationUs = kept.find((one) => one >= own) ?? own;
    const list = rows.get(durationUs);
    if (list === undefined) rows.set(durationUs, [row]);
    else list.push(row);
  }
  return new Map(
    [...rows].map(([durationUs, list]) => {
      const cells = copied(panes, list, features);
      for (let i = 0; i < cells.length; i += 1) cells.start[i] = Math.floor(cells.start[i]! / durationUs) * durationUs;
      return [durationUs, mergedCells([cells])];
    }),
  );
}

function copied(panes: PaneColumns, rows: readonly number[], features: FeatureColumns | null): CellRows {
  const cells = createCellRows(rows.length);
  for (const [i, row] of rows.entries()) {
    cells.start[i] = panes.start[row]!;
    cells.count[i] = panes.count[row]!;
    cells.sum[i] = panes.sum[row]!;
    cells.min[i] = panes.min[row]!;
    cells.max[i] = panes.max[row]!;
    cells.first[i] = panes.first[row]!;
    cells.firstTime[i] = panes.firstTime[row]!;
    cells.last[i] = panes.last[row]!;
    cells.lastTime[i] = panes.lastTime[row]!;
    const at = features === null ? -1 : rowOf(features.row, row);
    if (features === null || at < 0) continue;
    cells.m2[i] = features.m2[at]!;
    cells.increase[i] = features.increase[at]!;
    cells.sketch[i] = features.sketch[at]?.slice() ?? null;
  }
  return cells;
}

function rowOf(rows: Int32Array, row: number): number {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (rows[middle]! < row) low = middle + 1;
    else high = middle;
  }
  return rows[low] === row ? low : -1;
}
