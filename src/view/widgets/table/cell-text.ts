import type { CellType, TableColumn } from './columns.ts';
import { isEmptyCell } from './row-compare.ts';

/** How values are written; the table's owner gives it the page's formats. */
export interface CellFormats {
  /** A time in whole us, with ms: `14:14:58.120`. */
  readonly datetime: (us: number) => string;
  /** A number by the column's format, null for the default; a bigint with all its digits. */
  readonly number: (value: number | bigint, column: TableColumn) => string;
}

export const EMPTY_CELL = '–';

/** What a cell shows. Empty (null, NaN): `–`. A value that is not of the column's type is shown as text. */
export function cellText(value: unknown, column: TableColumn, formats: CellFormats): string {
  if (isEmptyCell(value)) return EMPTY_CELL;
  if (column.type === 'datetime' && typeof value === 'number') return formats.datetime(value);
  if (column.type === 'number' && (typeof value === 'number' || typeof value === 'bigint')) {
    return formats.number(value, column);
  }
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return String(value);
}

/**
 * One row as tab separated text with full digits: times as ISO 8601 in UTC with microseconds, empty cells empty, tabs
 * and line ends inside a text as spaces.
 */
export function rowAsTsv(cells: readonly unknown[], columns: readonly TableColumn[]): string {
  return columns.map((column) => copyText(cells[column.cell], column.type)).join('\t');
}

function copyText(value: unknown, type: CellType): string {
  if (isEmptyCell(value)) return '';
  if (type === 'datetime' && typeof value === 'number') return isoTime(value);
  return String(value).replace(/[\t\r\n]+/g, ' ');
}

/** `2025-11-21T14:14:58.120034Z` of whole us; a time outside a calendar's range as the plain number. */
function isoTime(us: number): string {
  const ms = Math.floor(us / 1000);
  if (Math.abs(ms) > 8.64e15) return String(us);
  const micros = String(us - ms * 1000).padStart(3, '0');
  return new Date(ms).toISOString().replace('Z', `${micros}Z`);
}
