import type { TableSpec } from '../../dashboard/widget-specs.ts';
import type { TableRow, TableView } from '../../session/session-view.ts';
import { cellText, EMPTY_CELL } from '../widgets/table/cell-text.ts';
import { layoutColumns } from '../widgets/table/column-layout.ts';
import { type TableColumn, tableColumns } from '../widgets/table/columns.ts';
import { TableFormats } from '../widgets/table/table-formats.ts';
import { tableCaption } from '../widgets/table/table-words.ts';
import { type CardStill, paintHead, paintRowWords, type StillPlace } from './card-still.ts';
import type { Box, Paper } from './paper.ts';
import { type CellWords, paintRows, roomForRows } from './rows-still.ts';

const MOST_ROWS = 40;
const BODY_GAP_PX = 8;
const HEAD_PX = 32;

/** A table as it stands now: its columns and as many of its first rows as have room, in its own order. */
export class TableStill implements CardStill {
  readonly kind = 'table';
  readonly #spec: TableSpec;
  readonly #place: StillPlace;
  readonly #view: TableView | null;
  readonly #columns: readonly TableColumn[];
  readonly #formats: TableFormats;
  readonly #rows: readonly TableRow[];

  constructor(spec: TableSpec, place: StillPlace) {
    this.#spec = spec;
    this.#place = place;
    this.#view = place.store.table(spec.id);
    this.#columns = tableColumns(spec.options.columns, this.#view?.columns ?? []);
    this.#formats = new TableFormats(place.times.format, () => place.store.nowUs());
    const isKeyed = (this.#view?.keyColumn ?? spec.options.key) !== null;
    this.#rows = firstRows(this.#view?.rows() ?? [], isKeyed, MOST_ROWS);
  }

  get title(): string {
    return this.#spec.options.title;
  }

  get samples(): number {
    return this.#view?.rowCount ?? 0;
  }

  /** The newest time in the first column of times, unless that is yet to come; rows have none of their own. */
  get timeUs(): number {
    const column = this.#columns.find(({ type }) => type === 'datetime');
    let newest = Number.NaN;
    for (const { cells } of this.#rows) {
      const value = column === undefined ? null : cells[column.cell];
      if (typeof value === 'number' && !(value <= newest)) newest = value;
    }
    return newest <= this.#place.store.nowUs() ? newest : Number.NaN;
  }

  get words(): string {
    if (this.#view === null || this.samples === 0) return `${this.title}: no rows yet`;
    const [row] = this.#rows;
    const cells = row === undefined ? [] : this.#columns.map((column) => `${column.title} ${this.#text(row, column)}`);
    return `${this.title}: ${tableCaption({ ...this.#count(), visible: Infinity })}, first: ${cells.slice(0, 6).join(', ')}`;
  }

  paint(paper: Paper, box: Box): void {
    // Rows reach down to the frame.
    const shown = this.#rows.slice(0, roomForRows(box.height - HEAD_PX - BODY_GAP_PX, false));
    const caption =
      this.#view === null || this.samples === 0 ? '' : tableCaption({ ...this.#count(), visible: shown.length });
    const body = paintHead(paper, box, { title: this.title, caption, severity: 'ok' }, this.#place);
    const top = body.y + BODY_GAP_PX;
    const area = { ...body, y: top, height: box.y + box.height - 1 - top };
    if (this.#columns.length === 0) {
      paper.text('No rows yet', area.x, area.y + 18, { size: 13, color: 'text-3' });
      return;
    }
    // Decimals follow what was written: what is written first may get more.
    for (const row of shown) for (const column of this.#columns) this.#text(row, column);
    const rows = shown.map((row) => this.#columns.map((column) => this.#cell(row, column)));
    const needs = this.#columns.map((column, i) => ({
      ...{ type: column.type, width: column.width, titleChars: column.title.length },
      cellChars: Math.max(0, ...rows.map((cells) => cells[i]!.text.length)),
    }));
    const widths = layoutColumns(needs, area.width + 16);
    paintRows(paper, area, { columns: this.#columns, widths, rows, total: null });
  }

  paintRow(paper: Paper, box: Box): void {
    const value = this.samples === 0 ? 'no rows yet' : tableCaption({ ...this.#count(), visible: Infinity });
    paintRowWords(paper, box, { title: this.title, value, severity: 'ok' });
  }

  #count() {
    const { rowCount = 0, total = 0, complete = false } = this.#view ?? {};
    return { rows: rowCount, total, complete };
  }

  #text(row: TableRow, column: TableColumn): string {
    return cellText(row.cells[column.cell], column, this.#formats);
  }

  #cell(row: TableRow, column: TableColumn): CellWords {
    const text = this.#text(row, column);
    return { text, isEmpty: text === EMPTY_CELL };
  }
}

/** The first rows as the table shows them: keys by their first row, others newest first. O(rows), keyed O(rows * most) at worst. */
export function firstRows(rows: readonly TableRow[], isKeyed: boolean, most: number): readonly TableRow[] {
  if (!isKeyed) return rows.slice(-most).reverse();
  const first: TableRow[] = [];
  for (const row of rows) {
    const last = first[first.length - 1];
    if (first.length === most && last !== undefined && !isBefore(row, last)) continue;
    let at = first.length;
    while (at > 0 && isBefore(row, first[at - 1]!)) at--;
    first.splice(at, 0, row);
    if (first.length > most) first.pop();
  }
  return first;
}

const isBefore = (a: TableRow, b: TableRow): boolean => (a.firstId - b.firstId || a.id - b.id) < 0;
