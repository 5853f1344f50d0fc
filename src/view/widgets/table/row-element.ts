import type { TableRow } from '../../../session/session-view.ts';
import { node } from '../../card.ts';
import { type CellFormats, cellText, EMPTY_CELL } from './cell-text.ts';
import type { TableColumn } from './columns.ts';

/** One drawn row. It is reused for other rows: `show` writes only what differs from what it shows. */
export class RowElement {
  readonly element = node('div', 'sv-table-row');
  readonly #cells: HTMLElement[] = [];
  #columns: readonly TableColumn[] = [];
  #widths: readonly number[] = [];
  #topPx = -1;
  #flash = false;
  /** The row it shows; null before the first. */
  row: TableRow | null = null;
  index = -1;

  constructor() {
    this.element.setAttribute('role', 'row');
    this.element.tabIndex = -1;
  }

  place(index: number, topPx: number, columns: readonly TableColumn[], widths: readonly number[]): void {
    if (columns !== this.#columns) this.#setColumns(columns);
    if (widths !== this.#widths) {
      this.#widths = widths;
      for (const [i, cell] of this.#cells.entries()) cell.style.width = `${widths[i] ?? 0}px`;
    }
    if (index !== this.index) {
      this.index = index;
      this.element.setAttribute('aria-rowindex', String(index + 2));
    }
    if (topPx === this.#topPx) return;
    this.#topPx = topPx;
    this.element.style.transform = `translateY(${topPx}px)`;
  }

  /** Writes the cells of a row; returns the longest text per column through `measure`. */
  show(row: TableRow, formats: CellFormats, measure: (column: number, chars: number) => void): void {
    if (this.row?.id === row.id) return;
    this.row = row;
    for (const [i, column] of this.#columns.entries()) {
      const cell = this.#cells[i]!;
      measure(i, this.write(cell, row, column, formats));
    }
  }

  /** Writes one cell and returns the length of its text; a widget with cells of its own writes them here. */
  protected write(cell: HTMLElement, row: TableRow, column: TableColumn, formats: CellFormats): number {
    const text = cellText(row.cells[column.cell], column, formats);
    if (cell.textContent !== text) {
      cell.textContent = text;
      cell.title = text.length > 8 ? text : '';
      cell.toggleAttribute('data-empty', text === EMPTY_CELL);
    }
    return text.length;
  }

  /** Starts the 600 ms of a new or changed row; the style sheet leaves it out where motion is unwanted. */
  flash(): void {
    this.#flash = !this.#flash;
    this.element.dataset.fresh = this.#flash ? 'a' : 'b';
  }

  /** Makes the element ready for another row. */
  recycle(): void {
    this.row = null;
    delete this.element.dataset.fresh;
  }

  #setColumns(columns: readonly TableColumn[]): void {
    this.#columns = columns;
    this.#widths = [];
    this.row = null;
    this.#cells.length = 0;
    for (const column of columns) {
      const cell = node('div', 'sv-table-td');
      cell.setAttribute('role', 'gridcell');
      cell.dataset.type = column.type;
      this.#cells.push(cell);
    }
    this.element.replaceChildren(...this.#cells);
  }
}
