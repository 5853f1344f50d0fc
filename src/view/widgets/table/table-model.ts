import {
  type ColumnDef,
  constructTable,
  rowSortingFeature,
  type SortingState,
  type Table,
  tableFeatures,
} from '@tanstack/table-core';
import { storeReactivityBindings } from '@tanstack/table-core/store-reactivity-bindings';
import type { TableRow } from '../../../session/session-view.ts';
import type { TableColumn } from './columns.ts';
import { rowComparer } from './row-compare.ts';

const features = tableFeatures({ coreReactivityFeature: storeReactivityBindings(), rowSortingFeature });
type Features = typeof features;

const NO_ROWS: TableRow[] = [];

/** The sort in force: a column's name and its direction. */
export interface Sort {
  readonly column: string;
  readonly desc: boolean;
}

/**
 * Columns and sorting state of one table, kept by TanStack Table. The rows themselves stay outside (`manualSorting`):
 * its row model makes an object per row and message, which 100,000 live rows cannot afford; `row-order.ts` merges.
 */
export class TableModel {
  #sorting: SortingState = [];
  #sortable = true;
  #columns: readonly TableColumn[] = [];
  readonly #table: Table<Features, TableRow>;
  readonly #onSort: () => void;

  /** `onSort` runs after each change of the sort. */
  constructor(onSort: () => void) {
    this.#onSort = onSort;
    this.#table = constructTable({ ...this.#options(), features, data: NO_ROWS });
  }

  get columns(): readonly TableColumn[] {
    return this.#columns;
  }

  /** The sort in force; null for the table's own order. A sort whose column is gone is none. */
  get sort(): Sort | null {
    const first = this.#sorting[0];
    return first && this.#columns.some((column) => column.name === first.id)
      ? { column: first.id, desc: first.desc }
      : null;
  }

  setColumns(columns: readonly TableColumn[], sortable: boolean): void {
    this.#columns = columns;
    this.#sortable = sortable;
    if (!sortable) this.#sorting = [];
    this.#table.setOptions((old) => ({ ...old, ...this.#options() }));
  }

  /** Ascending, descending, off. */
  toggle(column: string): void {
    this.#table.getColumn(column)?.toggleSorting(undefined, false);
  }

  canSort(column: string): boolean {
    return this.#table.getColumn(column)?.getCanSort() ?? false;
  }

  /** The order the sort asks for; null without one. */
  comparer(): ((a: TableRow, b: TableRow) => number) | null {
    const sort = this.sort;
    const column = this.#columns.find(({ name }) => name === sort?.column);
    return sort && column ? rowComparer(column.cell, column.type, sort.desc) : null;
  }

  #options() {
    const columns: ColumnDef<Features, TableRow>[] = this.#columns.map((column) => ({
      id: column.name,
      header: column.title,
      accessorFn: (row: TableRow) => row.cells[column.cell],
      sortDescFirst: false,
    }));
    return {
      columns,
      manualSorting: true,
      enableSorting: this.#sortable,
      enableMultiSort: false,
      enableSortingRemoval: true,
      state: { sorting: this.#sorting },
      onSortingChange: (change: SortingState | ((old: SortingState) => SortingState)) => {
        this.#sorting = typeof change === 'function' ? change(this.#sorting) : change;
        this.#table.setOptions((old) => ({ ...old, state: { sorting: this.#sorting } }));
        this.#onSort();
      },
    };
  }
}
