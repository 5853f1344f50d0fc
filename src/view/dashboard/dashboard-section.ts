import type { DashboardDocument } from '../../dashboard/document.ts';
import type { WidgetSpec } from '../../dashboard/widget-specs.ts';
import type { SessionStore } from '../../session/session-view.ts';
import { node } from '../card.ts';
import { CellWidget, type CellWidgetContext } from '../cell-widget.ts';
import { gridColumns } from '../cell-words.ts';
import { icon } from '../icons.ts';
import { watchSize } from '../visibility.ts';
import { gridSpans, isWide, ROW_UNITS } from './grid-layout.ts';
import { matchesSearch } from './search.ts';
import type { ViewControls } from './view-controls.ts';
import { WidgetTools } from './widget-tools.ts';

export interface SectionOptions extends Omit<CellWidgetContext, 'store' | 'timezone' | 'controls'> {
  readonly session: string;
  readonly controls: ViewControls;
  /** Zone of documents that name none; null for the viewer's own. */
  readonly timezone: string | null;
  readonly host: HTMLElement;
}

/** What a section's heading says. */
export interface SectionHeading {
  readonly name: string;
  /** `Connected`, `Ended 14:02:11`. */
  readonly text: string;
  readonly kind: 'ok' | 'neutral';
}

/**
 * All widgets of one session's document, in the order of their declaration, under a heading.
 *
 * 1. A widget keeps its card while its id, kind and store stay.
 * 2. A search hides cards and frees nothing.
 * 3. `dispose` frees every node, listener and timer; twice is harmless.
 */
export class DashboardSection {
  readonly element = node('section', 'sv-section');
  readonly #options: SectionOptions;
  readonly #heading = node('h2', 'sv-section-name');
  readonly #chip = node('span', 'sv-chip');
  readonly #head = node('header', 'sv-section-head');
  readonly #words = node('div', 'sv-cell-words');
  readonly #grid = node('div', 'sv-grid');
  readonly #tools = new Map<string, WidgetTools>();
  readonly #stops: (() => void)[] = [];
  #store: SessionStore | null = null;
  #unsubscribe: () => void = () => {};
  #document: DashboardDocument | null = null;
  #search = '';
  #widthPx = 0;
  #layout = '';
  #shown = 0;

  constructor(options: SectionOptions) {
    this.#options = options;
    this.#head.append(this.#heading, this.#chip);
    this.#head.hidden = true;
    this.#words.setAttribute('role', 'status');
    this.#words.hidden = true;
    this.element.append(this.#head, this.#words, this.#grid);
    this.#stops.push(
      watchSize(this.#grid, (width) => {
        this.#widthPx = width;
        this.#arrange();
      }),
    );
  }

  /** Cards that the search leaves. */
  get shownCount(): number {
    return this.#shown;
  }

  /** Widgets of the document; -1 before there is one. */
  get widgetCount(): number {
    return this.#document === null ? -1 : this.#tools.size;
  }

  /** What the cards say that the search leaves, in their order. */
  get shown(): readonly WidgetSpec[] {
    return [...this.#tools.values()]
      .map(({ widget }) => widget)
      .filter(({ element }) => !element.hidden)
      .map(({ spec }) => spec);
  }

  get store(): SessionStore | null {
    return this.#store;
  }

  /** Shows the data of a store: another one (a new epoch) builds every widget anew. */
  setStore(store: SessionStore): void {
    if (store === this.#store) return;
    this.#unsubscribe();
    this.#clear();
    this.#document = null;
    this.#store = store;
    this.#unsubscribe = store.subscribe(() => this.#onChange());
    this.#onChange();
  }

  /** Says whose widgets these are; null where there is only one session. */
  setHeading(heading: SectionHeading | null): void {
    this.#head.hidden = heading === null;
    if (heading === null) return;
    if (this.#heading.textContent !== heading.name) this.#heading.textContent = heading.name;
    if (this.#chip.textContent !== heading.text) this.#chip.textContent = heading.text;
    this.#chip.dataset.kind = heading.kind;
    this.element.setAttribute('aria-label', heading.name);
  }

  invalidate(): void {
    for (const { widget } of this.#tools.values()) widget.invalidate();
  }

  setSearch(search: string): void {
    this.#search = search;
    this.#filter();
  }

  /** The tools of the widget whose card holds `element`; undefined where none does. */
  toolsAt(element: Element | null): WidgetTools | undefined {
    const id = element?.closest<HTMLElement>('.sv-card')?.dataset.widget;
    const tools = id === undefined ? undefined : this.#tools.get(id);
    return tools?.widget.element.contains(element) === true ? tools : undefined;
  }

  dispose(): void {
    this.#unsubscribe();
    this.#unsubscribe = () => {};
    for (const stop of this.#stops) stop();
    this.#stops.length = 0;
    this.#clear();
    this.element.remove();
  }

  #onChange(): void {
    const document = this.#store?.document ?? null;
    if (document !== null && document !== this.#document) {
      this.#document = document;
      this.#sync(document);
    }
    this.#showProblem();
    this.invalidate();
    this.#arrange();
  }

  #sync(document: DashboardDocument): void {
    const wanted = new Map(document.widgets.map((spec) => [spec.id, spec]));
    for (const [id, { widget }] of this.#tools) {
      if (wanted.get(id)?.kind === widget.kind) continue;
      widget.dispose();
      this.#tools.delete(id);
    }
    for (const [place, spec] of document.widgets.entries()) this.#place(spec, place, document);
    this.#filter();
  }

  #place(spec: WidgetSpec, place: number, document: DashboardDocument): void {
    let tools = this.#tools.get(spec.id);
    if (tools) {
      tools.widget.update(spec);
    } else if (this.#store) {
      const { session, host, timezone, ...context } = this.#options;
      const store = this.#store;
      const zone = document.timezone ?? timezone;
      const widget = new CellWidget(spec, { ...context, store, timezone: zone });
      tools = new WidgetTools(widget, { session, host, nowUs: () => store.nowUs() });
      this.#tools.set(spec.id, tools);
    }
    const before = this.#grid.children[place] ?? null;
    if (tools && before !== tools.widget.element) this.#grid.insertBefore(tools.widget.element, before);
  }

  /** A document that could not be read has no card to say so. */
  #showProblem(): void {
    const problem = this.#document === null ? (this.#store?.problem ?? null) : null;
    this.#words.hidden = problem === null;
    if (problem === null || this.#words.dataset.code === problem.code) return;
    this.#words.dataset.code = problem.code;
    const text = node('span', 'sv-cell-text', problem.message);
    this.#words.replaceChildren(icon('critical'), text, node('span', 'sv-code', problem.code));
  }

  #filter(): void {
    this.#shown = 0;
    for (const { widget } of this.#tools.values()) {
      const lines = this.#search === '' ? [] : (this.#store?.series(widget.spec.name) ?? []);
      const labels = lines.flatMap((line) => line.labels.map(([, value]) => value));
      const fits = matchesSearch(this.#search, widget.spec, labels);
      widget.element.hidden = !fits;
      if (fits) this.#shown += 1;
    }
    this.element.hidden = this.#search !== '' && this.#shown === 0;
    this.#arrange();
  }

  #arrange(): void {
    const shown = [...this.#tools.values()].map(({ widget }) => widget).filter(({ element }) => !element.hidden);
    const wide = shown.map(({ spec }) => isWide(spec, this.#store?.table(spec.id)?.columns.length ?? 0));
    const columns = gridColumns(this.#widthPx, Number.POSITIVE_INFINITY);
    const isLone = shown.length === 1;
    const layout = `${columns}/${isLone}/${shown.map(({ spec }) => spec.id).join('\n')}/${wide.join()}`;
    if (layout === this.#layout) return;
    this.#layout = layout;
    this.#grid.dataset.count = String(shown.length);
    this.#grid.style.setProperty('--sv-columns', String(ROW_UNITS));
    const spans = gridSpans(wide, isLone ? 1 : columns);
    for (const [i, { element }] of shown.entries()) element.style.gridColumn = `span ${spans[i] ?? ROW_UNITS}`;
  }

  #clear(): void {
    for (const { widget } of this.#tools.values()) widget.dispose();
    this.#tools.clear();
    this.#layout = '';
    this.#shown = 0;
  }
}
