import type { EventRow, EventWindow } from '../../../core/events/event-window.ts';
import type { EventsOptions } from '../../../dashboard/events-spec.ts';
import { node } from '../../card.ts';
import type { TimeFormat } from '../../time-format.ts';
import type { CellFormats } from '../table/cell-text.ts';
import { layoutColumns } from '../table/column-layout.ts';
import type { TableColumn } from '../table/columns.ts';
import { KeyedInPlace, type RowOrder, SortedRows } from '../table/row-order.ts';
import { TableHeader } from '../table/table-header.ts';
import { TableModel } from '../table/table-model.ts';
import { TableRows } from '../table/table-rows.ts';
import { eventColumns, isNarrow } from './event-columns.ts';
import { EventRowElement } from './event-row-element.ts';
import { EventRows, type ShownRow } from './event-rows.ts';
import { group } from './event-words.ts';

const EDGE_PX = 11;
const GAP_PX = 16;
const SORT_MS = 1000;
const NOT_FRESH: ReadonlySet<number> = new Set();
const NO_ROWS: readonly ShownRow[] = [];

export interface EventGridOptions {
  readonly time: TimeFormat;
  /** Asks for a draw with new data. */
  readonly redraw: () => void;
  /** A reader wants the details of a key. */
  readonly open: (key: string) => void;
}

/**
 * The table of keys: header, rows and the line of totals.
 *
 * Keys keep their places, first by count, until `arrange`; a sort the reader chose is renewed at most once a second.
 */
export class EventGrid {
  readonly element = node('div', 'sv-events-table');
  /** Sums over all keys, in the columns of the table. */
  readonly totals = node('div', 'sv-events-total');
  /** Rises when what is shown needs new data: other columns, another sort. */
  version = 0;
  readonly #options: EventGridOptions;
  readonly #scroller = node('div', 'sv-table');
  readonly #header: TableHeader;
  readonly #rows: TableRows;
  readonly #total = new EventRowElement();
  readonly #model: TableModel;
  readonly #formats: CellFormats;
  readonly #shown = new EventRows();
  #events: EventsOptions | null = null;
  #order: RowOrder = new KeyedInPlace();
  #source: readonly ShownRow[] = NO_ROWS;
  #totalRow: ShownRow | null = null;
  #sortedMs = 0;
  #sortDue = true;
  #narrow = false;
  #widthPx = -1;
  #chars: number[] = [];
  #widths: readonly number[] = [];
  #laidOutFor = -1;
  #opened: string | null = null;

  constructor(options: EventGridOptions) {
    this.#options = options;
    this.#formats = { datetime: (us) => options.time.seconds(us), number: (value) => value.toLocaleString() };
    this.#model = new TableModel(() => this.#resort());
    this.#header = new TableHeader((column) => this.#model.toggle(column));
    this.#scroller.setAttribute('role', 'grid');
    this.#scroller.setAttribute('aria-readonly', 'true');
    this.#rows = new TableRows(this.#scroller, options.redraw, () => new EventRowElement());
    this.#scroller.append(this.#header.element, this.#rows.element);
    this.#scroller.addEventListener('scroll', () => {
      this.totals.scrollLeft = this.#scroller.scrollLeft;
    });
    this.#rows.element.addEventListener('click', (event) => this.#openOf(event.target));
    this.#rows.element.addEventListener('keydown', (event) => {
      if (event.key !== 'Enter' && event.key !== ' ') return;
      event.preventDefault();
      event.stopPropagation();
      this.#openOf(event.target);
    });
    this.element.append(this.#scroller);
    this.totals.append(this.#total.element);
    this.#total.element.removeAttribute('tabindex');
    this.totals.setAttribute('role', 'grid');
    this.totals.setAttribute('aria-label', 'Totals');
  }

  setOptions(options: EventsOptions): void {
    this.#events = options;
    this.#setColumns();
  }

  setLabel(label: string): void {
    if (this.#scroller.getAttribute('aria-label') !== label) this.#scroller.setAttribute('aria-label', label);
  }

  /** Takes the card's width: narrow ones have fewer columns. */
  resize(widthPx: number): void {
    if (widthPx === this.#widthPx || this.#events === null) return;
    this.#widthPx = widthPx;
    if (isNarrow(widthPx, this.#events) !== this.#narrow) this.#setColumns();
  }

  /** Forgets the places of the keys: the next update gives them by count. */
  arrange(): void {
    this.#shown.arrange();
    this.#order = this.#newOrder();
    this.#sortDue = true;
    this.version += 1;
  }

  /** Takes what a window holds. */
  update(window: EventWindow): void {
    const options = this.#events;
    if (options === null) return;
    this.#root().toggleAttribute('data-plain', (window.rows[0]?.columns.length ?? 0) < 2);
    this.#source = this.#shown.update(window.rows, options);
    this.#sortDue = true;
    const { total } = window;
    const event: EventRow = { key: '', ...total, lastUs: NaN, columns: new Float64Array(0) };
    const lastUs = window.rows.reduce((last, row) => Math.max(last, row.lastUs), -Infinity);
    const active = window.rows.filter(({ count }) => count > 0).length;
    const id = (this.#totalRow?.id ?? 0) + 1;
    const name = active === 1 ? '1 active' : `${group(active)} active`;
    const cells = [name, total.count, ...(options.actor === null ? [] : [total.actors.count]), ...total.flags, lastUs];
    this.#totalRow = { id, firstId: id, key: name, cells, changedAtSeq: 0, event, scale: 1 };
    this.#scroller.setAttribute('aria-rowcount', String(window.rows.length + 1));
  }

  draw(nowMs: number): void {
    const sorted = this.#order instanceof SortedRows;
    if (this.#sortDue && (!sorted || nowMs >= this.#sortedMs)) {
      this.#order.update(this.#source);
      this.#sortedMs = nowMs + SORT_MS;
      this.#sortDue = false;
    }
    this.#drawRows();
    if (this.#laidOutFor < 0) this.#drawRows();
  }

  /** Puts the focus back on the row whose details were open. */
  focusRow(): void {
    const key = this.#opened;
    this.#opened = null;
    for (const row of this.#rows.element.querySelectorAll<HTMLElement>('.sv-table-row')) {
      if (row.dataset.key === key) row.focus({ preventScroll: true });
    }
  }

  dispose(): void {
    this.#rows.dispose();
    this.element.remove();
    this.totals.remove();
  }

  #root(): HTMLElement {
    return this.element.parentElement ?? this.element;
  }

  #setColumns(): void {
    if (this.#events === null) return;
    this.#narrow = isNarrow(this.#widthPx, this.#events);
    this.#model.setColumns(eventColumns(this.#events, this.#narrow), true);
    this.#chars = this.#model.columns.map(() => 0);
    this.#laidOutFor = -1;
    this.#scroller.setAttribute('aria-colcount', String(this.#model.columns.length));
    this.#root().toggleAttribute('data-narrow', this.#narrow);
    this.version += 1;
  }

  #newOrder(): RowOrder {
    const compare = this.#model.comparer();
    return compare ? new SortedRows(compare) : new KeyedInPlace();
  }

  #resort(): void {
    this.#order = this.#newOrder();
    this.#sortDue = true;
    this.#sortedMs = 0;
    this.#scroller.scrollTop = 0;
    this.#options.redraw();
  }

  #drawRows(): void {
    this.#layout();
    const columns = this.#model.columns;
    const state = { columns, widths: this.#widths, sort: this.#model.sort };
    this.#header.show({ ...state, canSort: (column) => this.#model.canSort(column), newestFirst: false });
    this.#rows.draw({ ...state, order: this.#order, formats: this.#formats, fresh: NOT_FRESH, measure: this.#measure });
    if (this.#totalRow === null) return;
    this.#total.place(0, 0, columns, this.#widths);
    this.#total.show(this.#totalRow, this.#formats, this.#measure);
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
    const widths = layoutColumns(needs, available - EDGE_PX * 2 + GAP_PX);
    if (widths.length > 0) {
      widths[0]! += EDGE_PX;
      widths[widths.length - 1]! += EDGE_PX - GAP_PX;
    }
    this.#widths = widths;
    const total = `${widths.reduce((sum, width) => sum + width, 0)}px`;
    this.#header.element.style.width = total;
    this.#rows.element.style.width = total;
    this.#total.element.style.width = total;
  }

  #openOf(target: EventTarget | null): void {
    const key = (target as Element | null)?.closest<HTMLElement>('.sv-table-row')?.dataset.key;
    if (key === undefined) return;
    this.#opened = key;
    this.#options.open(key);
  }
}
