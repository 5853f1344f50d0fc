import type { TableRow } from '../../../session/session-view.ts';
import { node } from '../../card.ts';
import { type CellFormats, rowAsTsv } from './cell-text.ts';
import type { TableColumn } from './columns.ts';
import { RowElement } from './row-element.ts';
import type { RowOrder } from './row-order.ts';
import { RowWindow } from './row-window.ts';

export interface RowsState {
  readonly order: RowOrder;
  readonly columns: readonly TableColumn[];
  readonly widths: readonly number[];
  readonly formats: CellFormats;
  /** Ids of rows that flash when drawn; empty for none. */
  readonly fresh: ReadonlySet<number>;
  /** Told the longest text of a column that was written. */
  readonly measure: (column: number, chars: number) => void;
}

/**
 * The rows on screen, keyed by row: an element stays with its row while it is drawn, so focus and flashes do too.
 *
 * One row is in the tab order (roving). Arrows, Page Up/Down, Home and End move it; Ctrl or Cmd + C copies it.
 */
export class TableRows {
  readonly element = node('div', 'sv-table-rows');
  readonly window: RowWindow;
  readonly #byKey = new Map<string, RowElement>();
  readonly #spare: RowElement[] = [];
  readonly #requestDraw: () => void;
  readonly #makeRow: () => RowElement;
  #state: RowsState | null = null;
  /** The row in the tab order, by key; null for the first on screen. */
  #current: TableRow | null = null;

  /** `makeRow` makes the row elements. Default: plain ones. */
  constructor(scroller: HTMLElement, requestDraw: () => void, makeRow: () => RowElement = () => new RowElement()) {
    this.#requestDraw = requestDraw;
    this.#makeRow = makeRow;
    this.element.setAttribute('role', 'rowgroup');
    this.window = new RowWindow(scroller, requestDraw);
    this.element.addEventListener('keydown', (event) => this.#onKey(event));
    this.element.addEventListener('focusin', (event) => this.#onFocus(event));
    this.element.addEventListener('click', (event) =>
      this.#elementOf(event.target)?.element.focus({ preventScroll: true }),
    );
  }

  /** Whether a row holds the focus. */
  get focused(): boolean {
    const root = this.element.getRootNode() as Document | ShadowRoot;
    return root.activeElement !== null && this.element.contains(root.activeElement);
  }

  /** Gives the rows their full height, so that any of their offsets can be scrolled to. */
  setCount(count: number): void {
    this.window.setCount(count);
    const height = `${this.window.totalPx}px`;
    if (this.element.style.height !== height) this.element.style.height = height;
  }

  draw(state: RowsState): void {
    this.#state = state;
    const { order } = state;
    this.setCount(order.length);
    const current = this.#currentIndex();
    this.window.pinned = this.focused ? current : -1;
    const drawn = this.window.rows();
    const wanted = new Set<string>();
    for (const { index } of drawn) {
      const row = order.at(index);
      if (row) wanted.add(row.key);
    }
    for (const [key, element] of this.#byKey) if (!wanted.has(key)) this.#release(key, element);
    const tabIndex = Math.max(current, 0);
    for (const { index, topPx } of drawn) {
      const row = order.at(index);
      if (row) this.#drawRow(row, index, topPx, index === tabIndex, state);
    }
    for (const spare of this.#spare) spare.element.remove();
  }

  /** Forgets what rows show, so that the next draw writes every cell (new formats, new columns). */
  refresh(): void {
    for (const element of this.#byKey.values()) element.recycle();
  }

  dispose(): void {
    this.window.dispose();
    this.element.remove();
  }

  #drawRow(row: TableRow, index: number, topPx: number, tabbable: boolean, state: RowsState): void {
    let element = this.#byKey.get(row.key);
    if (!element) {
      element = this.#spare.pop() ?? this.#makeRow();
      this.#byKey.set(row.key, element);
    }
    element.place(index, topPx, state.columns, state.widths);
    const changed = element.row?.id !== row.id;
    element.show(row, state.formats, state.measure);
    if (changed && state.fresh.has(row.id)) element.flash();
    const tab = tabbable ? 0 : -1;
    if (element.element.tabIndex !== tab) element.element.tabIndex = tab;
    if (element.element.parentNode !== this.element) this.element.append(element.element);
  }

  #release(key: string, element: RowElement): void {
    this.#byKey.delete(key);
    element.recycle();
    this.#spare.push(element);
  }

  #currentIndex(): number {
    const order = this.#state?.order;
    if (!order || !this.#current) return -1;
    const index = order.indexNear(this.#current);
    if (order.at(index)?.key === this.#current.key) return index;
    // Only a changed row of a sorted, keyed table stands elsewhere.
    for (let i = 0; i < order.length; i++) {
      const row = order.at(i);
      if (row?.key !== this.#current.key) continue;
      this.#current = row;
      return i;
    }
    this.#current = null;
    return -1;
  }

  #elementOf(target: EventTarget | null): RowElement | null {
    const element = (target as Element | null)?.closest('.sv-table-row');
    for (const row of this.#byKey.values()) if (row.element === element) return row;
    return null;
  }

  #onFocus(event: FocusEvent): void {
    const row = this.#elementOf(event.target)?.row;
    if (!row || row === this.#current) return;
    this.#current = row;
    this.#requestDraw();
  }

  #onKey(event: KeyboardEvent): void {
    const state = this.#state;
    const from = this.#elementOf(event.target);
    if (!state || !from?.row || event.altKey) return;
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'c') {
      if ((getSelection()?.toString() ?? '') !== '') return;
      void navigator.clipboard?.writeText(rowAsTsv(from.row.cells, state.columns));
      event.preventDefault();
      return;
    }
    const to = targetIndex(event, from.index, state.order.length, this.window.visibleRows);
    if (to === null) return;
    event.preventDefault();
    // A notebook would take the arrow as "next cell".
    event.stopPropagation();
    this.#moveTo(to);
  }

  #moveTo(index: number): void {
    const row = this.#state?.order.at(index);
    if (!this.#state || !row) return;
    this.#current = row;
    this.window.pinned = index;
    this.window.reveal(index);
    this.draw(this.#state);
    this.window.pinned = index;
    this.#byKey.get(row.key)?.element.focus({ preventScroll: true });
  }
}

/** The row a key leads to, or null for a key that moves nothing. */
export function targetIndex(
  event: { readonly key: string; readonly ctrlKey: boolean; readonly metaKey: boolean },
  from: number,
  count: number,
  pageRows: number,
): number | null {
  if (count === 0) return null;
  const page = Math.max(1, pageRows - 1);
  const steps: Readonly<Record<string, number>> = {
    ArrowDown: 1,
    ArrowUp: -1,
    PageDown: page,
    PageUp: -page,
    Home: -count,
    End: count,
  };
  const step = steps[event.key];
  return step === undefined ? null : Math.min(count - 1, Math.max(0, from + step));
}
