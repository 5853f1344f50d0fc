import type { CellRows } from '../segments/cell-rows.ts';
import { mergedCells } from '../segments/merged-cells.ts';
import { concatenated, inTimeOrder, merged } from '../segments/sample-order.ts';
import type { SampleRows } from '../segments/sample-segment.ts';
import type { SeriesColumns } from './series-request.ts';

const NO_ROWS: SampleRows = { time: new Float64Array(0), value: new Float64Array(0) };

/** What was gathered so far; runs in time order but for late ones. */
export class Gathered {
  readonly #runs: SampleRows[] = [];
  readonly #late: SampleRows[] = [];
  readonly #folds = new Map<number, CellRows[]>();
  readonly #cells = new Map<number, CellRows[]>();

  run(rows: SampleRows): void {
    if (rows.time.length > 0) this.#runs.push(rows);
  }

  late(rows: SampleRows, { startUs, endUs }: { readonly startUs: number; readonly endUs: number }): void {
    let from = 0;
    while (from < rows.time.length && rows.time[from]! < startUs) from += 1;
    let to = rows.time.length;
    while (to > from && rows.time[to - 1]! >= endUs) to -= 1;
    if (from < to) this.#late.push({ time: rows.time.subarray(from, to), value: rows.value.subarray(from, to) });
  }

  fold(durationUs: number, cells: CellRows): void {
    put(this.#folds, durationUs, cells);
  }

  cell(durationUs: number, cells: CellRows): void {
    put(this.#cells, durationUs, cells);
  }

  columns(): Omit<SeriesColumns, 'axis' | 'tiers' | 'before' | 'doubtedUs'> {
    let rows = this.#runs.length === 0 ? NO_ROWS : concatenated(this.#runs);
    if (this.#late.length > 0) {
      const all = concatenated(this.#late);
      const late = inTimeOrder(all.time, all.value, all.time.length);
      rows = merged(rows, late, 0, late.time.length);
    }
    return { rows, folds: joined(this.#folds), cells: joined(this.#cells) };
  }
}

function put(lists: Map<number, CellRows[]>, durationUs: number, cells: CellRows): void {
  if (cells.length === 0) return;
  const held = lists.get(durationUs);
  if (held === undefined) lists.set(durationUs, [cells]);
  else held.push(cells);
}

const joined = (lists: ReadonlyMap<number, readonly CellRows[]>): ReadonlyMap<number, CellRows> =>
  new Map([...lists].map(([durationUs, cells]) => [durationUs, allOf(cells)]));

function allOf(lists: readonly CellRows[]): CellRows {
  const [only] = lists;
  return lists.length === 1 && only !== undefined ? only : mergedCells(lists);
}
