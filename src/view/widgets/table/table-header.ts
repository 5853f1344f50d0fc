import { node } from '../../card.ts';
import { icon } from '../../icons.ts';
import type { TableColumn } from './columns.ts';
import type { Sort } from './table-model.ts';

export interface HeaderState {
  readonly columns: readonly TableColumn[];
  readonly widths: readonly number[];
  readonly sort: Sort | null;
  readonly canSort: (column: string) => boolean;
  /** Whether the table's own order is newest first: its first time column says so while no sort is in force. */
  readonly newestFirst: boolean;
}

/** The sticky header: a sort button per column, `aria-sort` on its cell. Rebuilt only when columns change. */
export class TableHeader {
  readonly element = node('div', 'sv-table-head');
  readonly #onSort: (column: string) => void;
  #columns: readonly TableColumn[] = [];
  #cells: HTMLElement[] = [];

  constructor(onSort: (column: string) => void) {
    this.#onSort = onSort;
    this.element.setAttribute('role', 'row');
    this.element.setAttribute('aria-rowindex', '1');
  }

  show(state: HeaderState): void {
    if (state.columns !== this.#columns) {
      this.#columns = state.columns;
      this.#cells = state.columns.map((column) => this.#cell(column, state.canSort(column.name)));
      this.element.replaceChildren(...this.#cells);
    }
    const newest = state.newestFirst && !state.sort ? state.columns.findIndex(({ type }) => type === 'datetime') : -1;
    for (const [index, cell] of this.#cells.entries()) {
      const column = this.#columns[index]!;
      cell.style.width = `${state.widths[index] ?? 0}px`;
      cell.toggleAttribute('data-newest', index === newest);
      const sorted = state.sort?.column === column.name ? (state.sort.desc ? 'descending' : 'ascending') : 'none';
      if (cell.getAttribute('aria-sort') === sorted) continue;
      if (state.canSort(column.name)) cell.setAttribute('aria-sort', sorted);
      cell.querySelector('.sv-table-arrow')?.replaceChildren(icon(sorted === 'ascending' ? 'arrow-up' : 'arrow-down'));
    }
  }

  #cell(column: TableColumn, sortable: boolean): HTMLElement {
    const cell = node('div', 'sv-table-th');
    cell.setAttribute('role', 'columnheader');
    cell.dataset.type = column.type;
    cell.title = column.title;
    const label = node('span', 'sv-table-label', column.title);
    if (!sortable) {
      const name = node('span', 'sv-table-name');
      name.append(label);
      cell.append(name);
      return cell;
    }
    const button = node('button', 'sv-table-sort');
    button.type = 'button';
    button.append(label, node('span', 'sv-table-arrow'));
    button.addEventListener('click', () => this.#onSort(column.name));
    cell.append(button);
    return cell;
  }
}
