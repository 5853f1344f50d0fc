import type { DashboardDocument } from '../dashboard/document.ts';
import type { WidgetSpec } from '../dashboard/widget-specs.ts';
import type { SessionStore } from '../session/session-view.ts';
import { node } from './card.ts';
import { CellWidget } from './cell-widget.ts';
import { type CellWords, cellWords, gridColumns, PATIENCE_MS } from './cell-words.ts';
import { codeWords } from './code-words.ts';
import type { FrameScheduler } from './frame-scheduler.ts';
import { icon } from './icons.ts';
import { adoptStyles } from './styles.ts';
import { HostTheme } from './theme.ts';
import type { ThemeMode } from './theme-tokens.ts';
import { watchSize } from './visibility.ts';
import type { WidgetCatalogue } from './widget-catalogue.ts';

export interface CellViewOptions {
  /** Where the view is mounted; its other content stays. */
  readonly element: HTMLElement;
  /** Id of the view in the document. */
  readonly viewId: string;
  readonly scheduler: FrameScheduler;
  readonly catalogue: WidgetCatalogue;
  /** Version of this runtime. */
  readonly version: string;
  /** Fixed theme; default: the host's, live. */
  readonly mode?: ThemeMode | null;
  /** Something to say above the widgets; default: nothing. */
  readonly notice?: { readonly code: string; readonly message: string } | null;
}

/**
 * One view of the document in an element: a grid of cards that follows the document.
 *
 * 1. A widget keeps its card, its place in the page and its viewport while its id and kind stay.
 * 2. Another store (a new epoch) rebuilds every widget; the old store is let go.
 * 3. Hidden widgets are not drawn; the last pixels stay.
 * 4. `dispose` frees every node, listener and timer; twice is harmless.
 */
export class CellView {
  readonly element = node('div', 'sv-root sv-cell');
  readonly #options: CellViewOptions;
  readonly #grid = node('div', 'sv-grid');
  readonly #words = node('div', 'sv-cell-words');
  readonly #theme: HostTheme;
  readonly #widgets = new Map<string, CellWidget>();
  readonly #stops: (() => void)[] = [];
  readonly #mountedMs = performance.now();
  #store: SessionStore | null = null;
  #unsubscribe: () => void = () => {};
  #document: DashboardDocument | null = null;
  #shownWords = '';
  #patience: ReturnType<typeof setTimeout> | null = null;
  #widthPx = 0;
  #paused = false;
  #disposed = false;

  constructor(options: CellViewOptions) {
    this.#options = options;
    this.#words.setAttribute('role', 'status');
    this.element.append(this.#words, this.#grid);
    options.element.append(this.element);
    this.#adopt();
    this.#theme = new HostTheme(this.element, options.mode ?? null);
    this.#stops.push(
      this.#theme.subscribe(() => this.#invalidate()),
      watchSize(this.element, (width) => this.#resized(width)),
    );
    this.#patience = setTimeout(() => this.#showWords(), PATIENCE_MS + 1);
    this.#showWords();
  }

  /** Shows the data of a store; null shows the words of a cell without data. */
  setStore(store: SessionStore | null): void {
    if (store === this.#store || this.#disposed) return;
    this.#unsubscribe();
    this.#clear();
    this.#document = null;
    this.#store = store;
    this.#unsubscribe = store?.subscribe(() => this.#onChange()) ?? (() => {});
    this.#onChange();
  }

  /** While paused the widgets stand still and count what comes. */
  setPaused(paused: boolean): void {
    if (paused === this.#paused || this.#disposed) return;
    this.#paused = paused;
    for (const widget of this.#widgets.values()) widget.setPaused(paused);
  }

  /** PNG data URLs of the widgets that have a picture, by widget id. */
  toPngs(): ReadonlyMap<string, string> {
    const pictures = new Map<string, string>();
    for (const [id, widget] of this.#widgets) {
      const png = widget.toPng();
      if (png !== null) pictures.set(id, png);
    }
    return pictures;
  }

  dispose(): void {
    this.#disposed = true;
    this.#unsubscribe();
    this.#unsubscribe = () => {};
    this.#store = null;
    if (this.#patience !== null) clearTimeout(this.#patience);
    this.#patience = null;
    for (const stop of this.#stops) stop();
    this.#stops.length = 0;
    this.#clear();
    this.#theme.dispose();
    this.element.remove();
  }

  #onChange(): void {
    const document = this.#store?.document ?? null;
    if (document !== this.#document) {
      this.#document = document;
      if (document) this.#sync(document);
    }
    this.#showWords();
    this.#invalidate();
  }

  #sync(document: DashboardDocument): void {
    const specs = this.#specs(document);
    const wanted = new Set(specs.map(({ id }) => id));
    for (const [id, widget] of this.#widgets) {
      const spec = specs.find((candidate) => candidate.id === id);
      if (wanted.has(id) && spec?.kind === widget.kind) continue;
      widget.dispose();
      this.#widgets.delete(id);
    }
    for (const [place, spec] of specs.entries()) this.#place(spec, place, document);
    this.#showColumns();
  }

  #place(spec: WidgetSpec, place: number, document: DashboardDocument): void {
    const { scheduler, catalogue, version } = this.#options;
    let widget = this.#widgets.get(spec.id);
    if (widget) {
      widget.update(spec);
    } else if (this.#store) {
      const theme = this.#theme;
      const timezone = document.timezone;
      widget = new CellWidget(spec, { store: this.#store, theme, scheduler, catalogue, timezone, version });
      this.#widgets.set(spec.id, widget);
      if (this.#paused) widget.setPaused(true);
    }
    const before = this.#grid.children[place] ?? null;
    if (widget && before !== widget.element) this.#grid.insertBefore(widget.element, before);
  }

  /** The widgets of this view in their order; ids the document does not have are left out. */
  #specs(document: DashboardDocument): readonly WidgetSpec[] {
    const byId = new Map(document.widgets.map((widget) => [widget.id, widget]));
    const ids = document.views.find(({ id }) => id === this.#options.viewId)?.widgets ?? [];
    return [...new Set(ids)].flatMap((id) => byId.get(id) ?? []);
  }

  #showWords(): void {
    const said = cellWords({
      store: this.#store,
      viewId: this.#options.viewId,
      waitedMs: performance.now() - this.#mountedMs,
    });
    const { notice } = this.#options;
    const words = said ?? (notice ? { text: notice.message, code: notice.code } : null);
    const key = words === null ? '' : `${words.code}/${words.text}`;
    this.#words.hidden = words === null;
    if (key === this.#shownWords) return;
    this.#shownWords = key;
    const mark = said === null ? 'warning' : 'critical';
    this.#words.dataset.mark = mark;
    this.#words.replaceChildren(...(words === null ? [] : wordNodes(words, mark)));
  }

  #showColumns(): void {
    const count = this.#widgets.size;
    this.#grid.hidden = count === 0;
    this.#grid.dataset.count = String(count);
    this.#grid.style.setProperty('--sv-columns', String(gridColumns(this.#widthPx, count)));
  }

  #resized(width: number): void {
    // A host may move the view into another document or shadow root after mounting it.
    this.#adopt();
    if (width > 0 && this.#widthPx === 0) this.#theme.refresh();
    this.#widthPx = width;
    this.#showColumns();
  }

  #adopt(): void {
    const root = this.element.getRootNode();
    const isRoot = root.nodeType === Node.DOCUMENT_NODE || root instanceof ShadowRoot;
    adoptStyles(isRoot ? (root as Document | ShadowRoot) : document);
  }

  #invalidate(): void {
    for (const widget of this.#widgets.values()) widget.invalidate();
  }

  #clear(): void {
    for (const widget of this.#widgets.values()) widget.dispose();
    this.#widgets.clear();
  }
}

function wordNodes(words: CellWords, mark: 'warning' | 'critical'): Node[] {
  const text = node('span', 'sv-cell-text');
  text.append(...codeWords(words.text));
  return words.code === null ? [text] : [icon(mark), text, node('span', 'sv-code', words.code)];
}
