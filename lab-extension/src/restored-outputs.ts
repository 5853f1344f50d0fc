import type { Runtime } from '../../src/registry.ts';
import type { KeyStore } from './browser-store.ts';
import type { HostMessage, Signal } from './host.ts';
import {
  type CodeCell,
  codeCells,
  hasView,
  type NotebookModel,
  type OutputsChange,
  viewOutputs,
} from './notebook-cells.ts';
import type { OutputFeed } from './output-view.ts';
import { parseBundle, parseViewName, TEXT_MIME, VIEW_MIME, type ViewName, viewKey } from './view-bundle.ts';

const STORE_KEY = 'stream-viz:cleared-views';
const MOST_CLEARED = 500;

/**
 * The views that this page has had as outputs, and those whose outputs went away by somebody's wish.
 *
 * The latter outlive the page: an output that was cleared before a refresh does not come back after it. A store that fails
 * or is full only loses that.
 */
export class SeenViews {
  readonly #seen = new Set<string>();
  readonly #store: KeyStore | null;
  #cleared: string[] | null = null;

  constructor(store: KeyStore | null) {
    this.#store = store;
  }

  has(view: ViewName): boolean {
    const key = viewKey(view);
    return this.#seen.has(key) || this.#read().includes(key);
  }

  /** It is an output now, or was said to be. */
  add(view: ViewName): void {
    const key = viewKey(view);
    if (this.#read().includes(key)) this.#write(this.#read().filter((each) => each !== key));
    this.#seen.add(key);
  }

  /** Its output was taken away. */
  clear(view: ViewName): void {
    const key = viewKey(view);
    this.#seen.add(key);
    if (!this.#read().includes(key)) this.#write([...this.#read(), key].slice(-MOST_CLEARED));
  }

  #read(): string[] {
    if (this.#cleared === null) {
      this.#cleared = [];
      try {
        const parsed: unknown = JSON.parse(this.#store?.getItem(STORE_KEY) ?? '[]');
        if (Array.isArray(parsed)) this.#cleared = parsed.filter((key): key is string => typeof key === 'string');
      } catch {
        // A store that is closed to us or holds something else: nothing is remembered.
      }
    }
    return this.#cleared;
  }

  #write(keys: string[]): void {
    this.#cleared = keys;
    try {
      this.#store?.setItem(STORE_KEY, JSON.stringify(keys));
    } catch {
      // Full, or closed to us: remembered for this page only.
    }
  }
}

/** The feed of a notebook's kernel, with the sessions that are its own. */
export interface RestoringFeed extends OutputFeed {
  /** The session that the kernel serves now; null while it has not spoken. */
  readonly session: string | null;
}

export interface RestoredOutputsOptions {
  readonly model: NotebookModel;
  readonly feed: RestoringFeed;
  readonly seen: SeenViews;
  /** What the kernel publishes: an output that comes this way is no lost one. */
  readonly iopubMessage: Signal<unknown, HostMessage>;
  /** Every output that was put back, for tests and the log. */
  readonly onRestored?: (view: ViewName, cell: string) => void;
}

/**
 * Puts back the outputs that a page refresh lost, because the notebook had not been saved since their cell ran: the document
 * names each view's cell. One is made at the end of that cell, also while the cell runs.
 *
 * 1. Once per page and view; never one that this page has had as an output or that was cleared, here or before the refresh.
 * 2. Only from the session that this notebook's kernel serves now, while it lives.
 * 3. Never in a notebook that others write, too: there outputs are not lost.
 *
 * Construct it when the notebook is ready, so that what the file has counts as seen. `dispose` twice is harmless.
 */
export class RestoredOutputs {
  readonly #options: RestoredOutputsOptions;
  /** Views in the outputs of each cell, as of the last look. */
  readonly #shown = new Map<CodeCell, { readonly views: ViewName[]; readonly stop: () => void }>();
  #stops: (() => void)[] = [];
  #watched: string | null = null;
  #runtime: Runtime | null = null;
  #stopWatch: () => void = () => {};
  /** The views as of the last look: messages come often, documents seldom. */
  #lookedAt = '';

  constructor(options: RestoredOutputsOptions) {
    this.#options = options;
    const { model, feed, iopubMessage } = options;
    if (model.collaborative === true) return;
    const onCells = (): void => this.#look();
    const onMessage = (_: unknown, message: HostMessage): void => this.#hear(message);
    const { changed } = model.cells; // a model that is closed has no cells any more
    changed.connect(onCells);
    iopubMessage.connect(onMessage);
    this.#stops = [
      () => changed.disconnect(onCells),
      () => iopubMessage.disconnect(onMessage),
      feed.subscribe(() => this.#follow()),
    ];
    this.#look();
    this.#follow();
  }

  dispose(): void {
    for (const stop of this.#stops) stop();
    this.#stops = [];
    this.#stopWatch();
    this.#stopWatch = () => {};
    this.#watched = null;
    for (const { stop } of this.#shown.values()) stop();
    this.#shown.clear();
  }

  /** Notes the outputs of cells that came, and lets go of those that went. */
  #look(): void {
    const cells = new Set(codeCells(this.#options.model));
    for (const [cell, { stop }] of this.#shown) {
      if (cells.has(cell)) continue;
      stop();
      this.#shown.delete(cell);
    }
    for (const cell of cells) {
      if (this.#shown.has(cell)) continue;
      const onChange = (_: unknown, change: OutputsChange): void => this.#outputsChanged(cell, change);
      const { changed } = cell.outputs; // a cell that is deleted has no outputs any more
      changed.connect(onChange);
      const views: ViewName[] = [];
      this.#shown.set(cell, { views, stop: () => changed.disconnect(onChange) });
      this.#take(cell, views);
    }
  }

  #outputsChanged(cell: CodeCell, { type, newValues }: OutputsChange): void {
    const shown = this.#shown.get(cell);
    // A cell that prints a lot adds often.
    if (shown === undefined || (type === 'add' && !newValues.some(hasView))) return;
    const before = shown.views.splice(0);
    this.#take(cell, shown.views);
    if (type !== 'clear' && type !== 'remove') return;
    const left = new Set(shown.views.map(viewKey));
    for (const view of before) if (!left.has(viewKey(view))) this.#options.seen.clear(view);
  }

  #take(cell: CodeCell, views: ViewName[]): void {
    for (const { output } of viewOutputs(cell.outputs)) {
      const bundle = parseBundle(output.data, {});
      if (bundle === null) continue;
      views.push(bundle.name);
      this.#options.seen.add(bundle.name);
    }
  }

  #hear({ header, content }: HostMessage): void {
    if (header.msg_type !== 'display_data' && header.msg_type !== 'execute_result') return;
    const { data } = content as { readonly data?: Readonly<Record<string, unknown>> };
    const view = parseViewName(data?.[VIEW_MIME]);
    if (view !== null) this.#options.seen.add(view);
  }

  /** Watches the session that the kernel serves now. */
  #follow(): void {
    const { feed } = this.#options;
    const { session } = feed;
    const runtime = session === null ? null : feed.runtimeOf(session);
    if (session !== this.#watched || runtime !== this.#runtime) {
      this.#stopWatch();
      this.#stopWatch = () => {};
      this.#watched = session;
      this.#runtime = runtime;
      if (session !== null && runtime !== null) this.#stopWatch = runtime.watch(session, () => this.#restore());
    }
    this.#restore();
  }

  #restore(): void {
    const { feed, seen, model } = this.#options;
    if (this.#runtime === null || this.#watched === null || feed.session !== this.#watched) return;
    const facts = this.#runtime.facts(this.#watched);
    if (facts === null || facts.status !== 'live') return;
    const { session, epoch, version } = facts;
    const views = `${session}/${epoch}/${facts.views.map(({ id }) => id).join()}`;
    if (views === this.#lookedAt) return;
    this.#lookedAt = views;
    for (const { id, cell } of facts.views) {
      const view = parseViewName({ session, epoch, view: id, version: version ?? this.#runtime.version });
      if (view === null || cell === null || seen.has(view)) continue;
      const place = [...codeCells(model)].find((each) => each.id === cell);
      if (place === undefined) continue;
      seen.add(view);
      place.outputs.add(outputOf(view));
      this.#options.onRestored?.(view, cell);
    }
  }
}

/** The output as the kernel had sent it, without the widget: this page draws it itself. */
function outputOf(view: ViewName): Record<string, unknown> {
  return {
    output_type: 'display_data',
    data: { [VIEW_MIME]: { ...view }, [TEXT_MIME]: 'Live view (StreamViz); shown while the notebook’s kernel runs' },
    metadata: {},
  };
}
