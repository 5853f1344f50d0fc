import type { TableSpec, WidgetSpec } from '../../dashboard/widget-specs.ts';
import type { TableRow, TableView } from '../../session/session-view.ts';
import { type Card, node } from '../card.ts';
import { type ExportTable, exportCell } from '../export/export-table.ts';
import { type TimeFormat, timesOf } from '../time-format.ts';
import { widgetState } from '../widget-state.ts';
import type { CreateWidget, Frame, WidgetContext, WidgetView } from '../widget-view.ts';
import { layoutColumns } from './table/column-layout.ts';
import { type TableColumn, tableColumns } from './table/columns.ts';
import { FreshRows } from './table/fresh-rows.ts';
import { changesBetween, KeyedInPlace, NewestFirst, type RowOrder, SortedRows } from './table/row-order.ts';
import { ROW_PX } from './table/row-window.ts';
import { TableFormats } from './table/table-formats.ts';
import { TableHeader } from './table/table-header.ts';
import { TableModel } from './table/table-model.ts';
import { TableRows } from './table/table-rows.ts';
import { newRowsText, tableCall, tableCaption } from './table/table-words.ts';

const EDGE_PX = 11;
/** An update of the rows may take a tenth of the time, and at most 4 a second where they are many and sorted. */
const COST_SHARE = 10;
const MANY_ROWS = 5000;
const MANY_ROWS_MS = 250;
const NO_ROWS: readonly TableRow[] = [];
const NOT_FRESH: ReadonlySet<number> = new Set();

/**
 * A live table: newest on top or keyed in place, sortable, virtual.
 *
 * 1. A message costs O(rows on screen), plus what its order costs (`row-order.ts`), within a tenth of the time.
 * 2. Away from the top, and while a row holds the focus, arriving rows move nothing on screen; a chip counts them.
 */
class TableWidget implements WidgetView {
  readonly #context: WidgetContext;
  readonly #card: Card;
  readonly #scroller = node('div', 'sv-table');
  readonly #header: TableHeader;
  readonly #rows: TableRows;
  readonly #model: TableModel;
  readonly #formats: TableFormats;
  readonly #time: TimeFormat;
  readonly #freshRows = new FreshRows();
  #spec: TableSpec;
  #order: RowOrder = new NewestFirst();
  #source: readonly TableRow[] = NO_ROWS;
  #version = -1;
  #nextUpdateMs = 0;
  #pending = false;
  #held: TableView['columns'] = [];
  #declared: TableSpec['options']['columns'] | null = null;
  #chars: number[] = [];
  #widths: readonly number[] = [];
  #laidOutFor = -1;
  #fresh: ReadonlySet<number> = NOT_FRESH;
  #newRows = 0;

  constructor(spec: TableSpec, context: WidgetContext) {
    this.#spec = spec;
    this.#context = context;
    this.#card = context.card;
    this.#time = timesOf(context.timezone);
    this.#formats = new TableFormats(this.#time, () => context.store.nowUs());
    this.#model = new TableModel(() => this.#resort());
    this.#header = new TableHeader((column) => this.#model.toggle(column));
    this.#scroller.setAttribute('role', 'grid');
    this.#scroller.setAttribute('aria-readonly', 'true');
    this.#rows = new TableRows(this.#scroller, context.invalidate);
    this.#scroller.append(this.#header.element, this.#rows.element);
    this.#card.body.append(this.#scroller);
    this.update(spec);
  }

  /** True while rows wait for their next turn. */
  get animating(): boolean {
    return this.#pending;
  }

  update(spec: WidgetSpec): void {
    if (spec.kind !== 'table') return;
    this.#spec = spec;
    this.#card.setTitle(spec.options.title);
    this.#scroller.setAttribute('aria-label', spec.options.title);
    this.#context.invalidate();
  }

  draw(frame: Frame): void {
    const view = this.#context.store.table(this.#spec.id);
    this.#showState(view);
    this.#updateColumns(view);
    this.#fresh = NOT_FRESH;
    if (view) this.#updateRows(view, frame.nowMs);
    const revision = this.#formats.revision;
    this.#drawRows();
    if (this.#laidOutFor < 0 || revision !== this.#formats.revision) {
      if (revision !== this.#formats.revision) this.#rows.refresh();
      this.#drawRows();
    }
    this.#showCounts(view);
  }

  /** All rows in the order shown, all columns. */
  toRows(): ExportTable | null {
    const columns = this.#model.columns;
    if (columns.length === 0) return null;
    const order = this.#order;
    const rows = Array.from({ length: order.length }, (_, i) =>
      columns.map(({ cell }) => exportCell(order.at(i)?.cells[cell])),
    );
    const named = columns.map(({ name, type }) => ({ name, type: type === 'datetime' ? 'time' : type }) as const);
    return { columns: named, rows, range: null, rowMeans: 'row' };
  }

  dispose(): void {
    this.#rows.dispose();
    this.#scroller.remove();
  }

  #showState(view: TableView | null): void {
    const { store } = this.#context;
    const { name, options } = this.#spec;
    this.#card.setState(
      widgetState({
        store,
        spec: this.#spec,
        hasData: view !== null && view.rowCount > 0,
        call: tableCall(name, options.columns),
        silenceUs: null,
        clockText: (us) => this.#time.seconds(us),
      }),
    );
  }

  #updateColumns(view: TableView | null): void {
    const held = view?.columns ?? [];
    const declared = this.#spec.options.columns;
    if (declared === this.#declared && sameColumns(held, this.#held)) return;
    this.#declared = declared;
    this.#held = held;
    this.#model.setColumns(tableColumns(declared, held), this.#spec.options.sortable);
    this.#chars = this.#model.columns.map(() => 0);
    this.#laidOutFor = -1;
    this.#scroller.setAttribute('aria-colcount', String(this.#model.columns.length));
  }

  #updateRows(view: TableView, nowMs: number): void {
    this.#pending = view.version !== this.#version && nowMs < this.#nextUpdateMs;
    if (view.version === this.#version || this.#pending) return;
    const first = this.#version < 0;
    const startMs = performance.now();
    this.#version = view.version;
    const rows = view.rows();
    if (first) this.#order = this.#newOrder();
    this.#keepPlace(() => this.#order.update(rows));
    this.#fresh = first ? NOT_FRESH : this.#freshIds(rows, nowMs);
    this.#source = rows;
    this.#scroller.setAttribute('aria-rowcount', String(rows.length + 1));
    const costMs = performance.now() - startMs;
    const leastMs = rows.length > MANY_ROWS && !(this.#order instanceof NewestFirst) ? MANY_ROWS_MS : 0;
    this.#nextUpdateMs = nowMs + Math.max(leastMs, COST_SHARE * costMs);
  }

  /** Runs an update of the order; where the reader is away from the top, the row at the top of the screen stays there. */
  #keepPlace(update: () => void): void {
    const top = this.#scroller.scrollTop;
    const held = top > 0 || this.#rows.focused;
    const index = Math.floor(top / ROW_PX);
    const anchor = held ? this.#order.at(index) : undefined;
    update();
    if (!anchor) return;
    const moved = this.#order.indexNear(anchor) - index;
    if (moved === 0) return;
    // The rows' height must hold the new offset before it is set.
    this.#rows.setCount(this.#order.length);
    this.#scroller.scrollTop = top + moved * ROW_PX;
    if (this.#order instanceof NewestFirst) this.#newRows += Math.max(0, moved);
  }

  #freshIds(rows: readonly TableRow[], nowMs: number): ReadonlySet<number> {
    const { came } = changesBetween(this.#source, rows);
    return this.#freshRows.mayFlash(came.length, nowMs) ? new Set(came.map((row) => row.id)) : NOT_FRESH;
  }

  #newOrder(): RowOrder {
    const compare = this.#model.comparer();
    if (compare) return new SortedRows(compare);
    const keyed = (this.#context.store.table(this.#spec.id)?.keyColumn ?? this.#spec.options.key) !== null;
    return keyed ? new KeyedInPlace() : new NewestFirst();
  }

  #resort(): void {
    this.#order = this.#newOrder();
    this.#order.update(this.#source);
    this.#scroller.scrollTop = 0;
    this.#newRows = 0;
    this.#context.invalidate();
  }

  #drawRows(): void {
    this.#layout();
    const columns = this.#model.columns;
    this.#header.show({
      columns,
      widths: this.#widths,
      sort: this.#model.sort,
      canSort: (column) => this.#model.canSort(column),
      newestFirst: this.#order instanceof NewestFirst && this.#order.length > 0,
    });
    this.#rows.draw({
      order: this.#order,
      columns,
      widths: this.#widths,
      formats: this.#formats,
      fresh: this.#fresh,
      measure: this.#measure,
    });
  }

  readonly #measure = (column: number, chars: number): void => {
    if (chars <= (this.#chars[column] ?? 0)) return;
    this.#chars[column] = chars;
    this.#laidOutFor = -1;
  };

  #layout(): void {
    const available = this.#scroller.clientWidth;
    if (available === this.#laidOutFor) return;
    this.#laidOutFor = available;
    const needs = this.#model.columns.map((column: TableColumn, i) => ({
      type: column.type,
      width: column.width,
      titleChars: column.title.length,
      cellChars: this.#chars[i] ?? 0,
    }));
    const widths = layoutColumns(needs, available - EDGE_PX * 2 + 16);
    if (widths.length > 0) {
      widths[0]! += EDGE_PX;
      widths[widths.length - 1]! += EDGE_PX - 16;
    }
    this.#widths = widths;
    const total = `${widths.reduce((sum, width) => sum + width, 0)}px`;
    this.#header.element.style.width = total;
    this.#rows.element.style.width = total;
  }

  #showCounts(view: TableView | null): void {
    if (this.#scroller.scrollTop <= 0 && !this.#rows.focused) this.#newRows = 0;
    const fresh = this.#newRows;
    this.#card.setChip(
      fresh > 0 && this.#scroller.scrollTop > 0
        ? { kind: 'accent', text: newRowsText(fresh), icon: 'arrow-up', onClick: () => this.#toTop() }
        : null,
    );
    const visible = Math.max(1, this.#rows.window.visibleRows);
    const count = view && view.rowCount > 0 ? { ...heldOf(view), visible } : null;
    this.#card.setCaption(count ? tableCaption(count) : '');
  }

  #toTop(): void {
    this.#newRows = 0;
    this.#scroller.scrollTop = 0;
    this.#context.invalidate();
  }
}

function heldOf({ rowCount, total, complete }: TableView) {
  return { rows: rowCount, total, complete };
}

function sameColumns(a: TableView['columns'], b: TableView['columns']): boolean {
  return a === b || (a.length === b.length && a.every((c, i) => c.name === b[i]?.name && c.type === b[i]?.type));
}

/** Builds a table in a card; see {@link TableWidget}. */
export const createTable: CreateWidget = (spec, context) => {
  if (spec.kind !== 'table') throw new TypeError(`a table was asked to draw a ${spec.kind}`);
  return new TableWidget(spec, context);
};
