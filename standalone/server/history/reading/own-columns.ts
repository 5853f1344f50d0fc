import type { CellRows } from '../segments/cell-rows.ts';
import { CELL_COLUMNS } from '../segments/cell-rows.ts';
import type { SeriesColumns } from './series-request.ts';

/** Columns that share no memory with others, and the buffers to transfer. */
export function ownColumns(columns: SeriesColumns): {
  readonly columns: SeriesColumns;
  readonly buffers: readonly ArrayBuffer[];
} {
  const buffers: ArrayBuffer[] = [];
  const own = (column: Float64Array): Float64Array => {
    const { buffer } = column;
    const isWhole =
      buffer instanceof ArrayBuffer && buffer.byteLength === column.byteLength && !buffers.includes(buffer);
    const kept = isWhole ? column : column.slice();
    if (kept.buffer instanceof ArrayBuffer) buffers.push(kept.buffer);
    return kept;
  };
  const ownCells = (lists: ReadonlyMap<number, CellRows>): ReadonlyMap<number, CellRows> =>
    new Map(
      [...lists].map(([durationUs, cells]) => {
        const made = {} as Record<(typeof CELL_COLUMNS)[number], Float64Array>;
        for (const name of CELL_COLUMNS) made[name] = own(cells[name]);
        return [durationUs, { ...made, length: cells.length, sketch: cells.sketch }];
      }),
    );
  const { rows, folds, cells } = columns;
  const time = own(rows.time);
  const value = own(rows.value);
  return { columns: { ...columns, rows: { time, value }, folds: ownCells(folds), cells: ownCells(cells) }, buffers };
}
