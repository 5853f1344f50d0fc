import type { TableRow } from '../../../session/session-view.ts';
import type { CellType } from './columns.ts';

const collator = new Intl.Collator(undefined, { numeric: true, sensitivity: 'base' });

/** Whether a cell holds nothing: null, undefined, NaN. */
export function isEmptyCell(value: unknown): boolean {
  return value === null || value === undefined || Number.isNaN(value);
}

/**
 * Order of two cells of one type, ascending: numbers and bigints by value (mixed too), times by time, false before
 * true, text as people sort it (case aside, `item2` before `item10`). Neither may be empty.
 */
export function compareCells(type: CellType, a: unknown, b: unknown): number {
  if (type === 'text') return collator.compare(String(a), String(b));
  const x = a as number | bigint | boolean;
  const y = b as number | bigint | boolean;
  return x < y ? -1 : x > y ? 1 : 0;
}

/** A total order of rows by one cell: empty cells last in both directions, equal cells newest first. */
export function rowComparer(cell: number, type: CellType, desc: boolean): (a: TableRow, b: TableRow) => number {
  const sign = desc ? -1 : 1;
  return (a, b) => {
    const x = a.cells[cell];
    const y = b.cells[cell];
    const emptyX = isEmptyCell(x);
    const emptyY = isEmptyCell(y);
    if (emptyX !== emptyY) return emptyX ? 1 : -1;
    const order = emptyX ? 0 : sign * compareCells(type, x, y);
    return order === 0 ? b.id - a.id : order;
  };
}
