import type { LabRuntime, Panel, PanelOptions } from '../../src/registry.ts';
import type { KeyStore } from './browser-store.ts';
import { cellHeadings } from './cell-headings.ts';
import type { Feed, Feeds } from './feeds.ts';
import type { Followed, HostDocument } from './followed.ts';
import type { HostNotebook } from './host.ts';
import { PanelChoices } from './panel-choices.ts';
import type { LiveSettings } from './settings.ts';

/** Headings are looked up again at most so often while a notebook is edited. */
const HEADINGS_MS = 1000;

export interface PanelControllerOptions {
  readonly element: HTMLElement;
  /** The extension's runtime, loaded or not. */
  readonly runtime: Promise<LabRuntime>;
  readonly feeds: Pick<Feeds, 'open'>;
  readonly followed: Followed;
  readonly settings: LiveSettings;
  /** Brings a widget of the host to the front. Default: nothing happens. */
  readonly activate?: (id: string) => void;
  /** Runs one of the extension's commands: export and clear in the panel's menu do what the palette's do. */
  readonly run: (command: 'clear' | 'export-csv') => void;
  /** Keeps what a reader hides and closes. Default: this page alone does. */
  readonly store?: KeyStore | null;
  /** Called when `mode`, `pinned`, `paused` or what is followed has changed. */
  readonly changed: () => void;
}

/**
 * What the panel shows, and its switches: it ties the followed notebook's feed to the runtime's panel.
 *
 * 1. The panel is there once the runtime is loaded; where that fails it says so.
 * 2. Mode and pace are settings, the pause is the session's (its outputs stand still, too), hidden widgets and closed groups the
 *    notebook's.
 * 3. `dispose` frees everything; twice is harmless.
 */
export class PanelController {
  readonly #options: PanelControllerOptions;
  readonly #choices: PanelChoices;
  readonly #paused = new Set<string>();
  readonly #stops: (() => void)[] = [];
  #leave: () => void = () => {};
  #document: HostDocument | null = null;
  #feed: Feed | null = null;
  #panel: Panel | null = null;
  #runtime: LabRuntime | null = null;
  #headings: ReadonlyMap<string, string> = new Map();
  #headingsKey = '';
  #isRead = false;
  #headingsTimer: ReturnType<typeof setTimeout> | null = null;
  /** The reader let go of what the setting holds on to. */
  #isFree = false;
  #disposed = false;

  constructor(options: PanelControllerOptions) {
    this.#options = options;
    this.#choices = new PanelChoices(options.store ?? null);
    this.#stops.push(
      options.followed.watch(() => this.#follow()),
      options.settings.watch(() => {
        this.#show();
        options.changed();
      }),
    );
    options.runtime.then(
      (runtime) => {
        this.#runtime = runtime;
        this.#show();
      },
      () => this.#fail(),
    );
    this.#follow();
  }

  get mode(): 'compact' | 'full' {
    return this.#options.settings.current.mode;
  }

  get pinned(): boolean {
    return this.#options.followed.pinned;
  }

  /** Whether the followed session stands still. */
  get paused(): boolean {
    const session = this.#feed?.session ?? null;
    return session !== null && this.#paused.has(session);
  }

  toggleMode(): void {
    this.#options.settings.set('mode', this.mode === 'compact' ? 'full' : 'compact');
  }

  togglePin(): void {
    this.#pin(!this.pinned);
  }

  togglePause(): void {
    this.#pause(!this.paused);
  }

  dispose(): void {
    this.#disposed = true;
    for (const stop of this.#stops.splice(0)) stop();
    this.#leave();
    this.#leave = () => {};
    if (this.#headingsTimer !== null) clearTimeout(this.#headingsTimer);
    this.#headingsTimer = null;
    this.#panel?.dispose();
    this.#panel = null;
  }

  /** Another notebook is followed, or the pin changed. */
  #follow(): void {
    const { followed, feeds, changed } = this.#options;
    const { current } = followed;
    if (current !== this.#document) {
      this.#leave();
      this.#document = current;
      this.#feed = current === null ? null : feeds.open(current.sessionContext);
      this.#leave = current === null || this.#feed === null ? () => {} : this.#attend(current, this.#feed);
    }
    this.#show();
    changed();
  }

  /** Listens to what is followed; returns the way to stop. */
  #attend(document: HostDocument, feed: Feed): () => void {
    const onTitle = (): void => this.#show();
    const { changed } = document.title; // a closed document has no title any more
    changed.connect(onTitle);
    const stops = [
      () => changed.disconnect(onTitle),
      feed.subscribe(() => {
        this.#show();
        this.#options.changed();
      }),
    ];
    if (isNotebook(document)) stops.push(...this.#attendNotebook(document));
    return () => {
      for (const stop of stops) stop();
    };
  }

  #attendNotebook({ context, content }: HostNotebook): (() => void)[] {
    let { path } = context;
    const onPath = (_: unknown, next: string): void => {
      this.#choices.rename(path, next);
      path = next;
    };
    context.pathChanged.connect(onPath);
    const edited = content.model?.contentChanged;
    const onEdit = (): void => this.#readHeadingsLater();
    edited?.connect(onEdit);
    return [() => context.pathChanged.disconnect(onPath), () => edited?.disconnect(onEdit)];
  }

  #show(): void {
    if (this.#disposed) return;
    this.#stay();
    if (this.#runtime === null) return;
    if (this.#panel !== null) {
      this.#panel.update(this.#now());
      return;
    }
    this.#options.element.replaceChildren();
    this.#panel = this.#runtime.mountPanel(this.#all(), this.#options.element);
  }

  /** By the setting the first notebook that declares something is held on to. */
  #stay(): void {
    if (this.#disposed) return;
    const { settings, followed } = this.#options;
    if (settings.current.follow !== 'stay') this.#isFree = false;
    else if (!this.#isFree && !followed.pinned && this.#shownCells().size > 0) followed.pin();
  }

  #fail(): void {
    if (this.#disposed || this.#panel !== null) return;
    const words = this.#options.element.ownerDocument.createElement('div');
    words.className = 'sv-lab-failed';
    words.setAttribute('role', 'alert');
    words.textContent = 'The drawing code of StreamViz could not be loaded. Reload the page to try again.';
    this.#options.element.replaceChildren(words);
  }

  #all(): PanelOptions {
    const { settings, run } = this.#options;
    return {
      ...this.#now(),
      onMode: (mode) => settings.set('mode', mode),
      onPin: (pinned) => this.#pin(pinned),
      onPause: (paused) => this.#pause(paused),
      onHidden: (hidden) => this.#choose({ hidden }),
      onCollapsed: (collapsed) => this.#choose({ collapsed }),
      onExport: () => run('export-csv'),
      onClear: () => run('clear'),
      onReveal: (cell) => this.#reveal(cell),
    };
  }

  #now(): Pick<
    PanelOptions,
    'source' | 'mode' | 'pinned' | 'paused' | 'redrawPerSec' | 'hidden' | 'collapsed' | 'cellHeading'
  > {
    const { settings, followed } = this.#options;
    const { mode, redrawPerSec } = settings.current;
    const { hidden, collapsed } = this.#choices.of(this.#path());
    return {
      source: this.#source(),
      ...{ mode, redrawPerSec, hidden, collapsed, pinned: followed.pinned, paused: this.paused },
      cellHeading: (cell) => this.#headingOf(cell),
    };
  }

  #source(): PanelOptions['source'] {
    if (this.#feed === null || this.#document === null) return { kind: 'none' };
    return this.#feed.source(this.#document.title.label);
  }

  #pin(pinned: boolean): void {
    const { followed } = this.#options;
    this.#isFree = !pinned;
    if (pinned) followed.pin();
    else followed.unpin();
  }

  #pause(paused: boolean): void {
    const session = this.#feed?.session ?? null;
    if (session === null) return;
    if (paused) this.#paused.add(session);
    else this.#paused.delete(session);
    this.#feed?.runtimeOf(session)?.setPaused(session, paused);
    this.#show();
    this.#options.changed();
  }

  #choose(change: { readonly hidden?: readonly string[]; readonly collapsed?: readonly string[] }): void {
    this.#choices.set(this.#path(), change);
    this.#show();
  }

  #path(): string {
    const document = this.#document;
    if (document === null) return '';
    return isNotebook(document) ? document.context.path : document.title.label;
  }

  #reveal(cell: string): void {
    const document = this.#document;
    if (document === null) return;
    this.#options.activate?.(document.id);
    if (!isNotebook(document)) return;
    const { content } = document;
    const index = [...(content.model?.cells ?? [])].findIndex(({ id }) => id === cell);
    if (index < 0) return;
    content.activeCellIndex = index;
    content.scrollToItem?.(index, 'smart').catch(() => undefined); // the cell went meanwhile
  }

  /** Ids of the notebook cells that have widgets. */
  #shownCells(): ReadonlySet<string> {
    const session = this.#feed?.session ?? null;
    const facts = session === null ? null : (this.#feed?.runtimeOf(session)?.facts(session) ?? null);
    return new Set(facts?.views.map(({ cell }) => cell ?? '') ?? []);
  }

  /** The panel asks for the headings of all its groups at once: they are read for the first of them. */
  #headingOf(cell: string): string | null {
    if (!this.#isRead) {
      this.#isRead = true;
      this.#readHeadings();
      queueMicrotask(() => {
        this.#isRead = false;
        this.#stay();
      });
    }
    return this.#headings.get(cell) ?? null;
  }

  #readHeadingsLater(): void {
    this.#headingsTimer ??= setTimeout(() => {
      this.#headingsTimer = null;
      if (this.#readHeadings()) this.#show();
    }, HEADINGS_MS);
  }

  /** Reads the notebook's headings; true where any changed. */
  #readHeadings(): boolean {
    const document = this.#document;
    const cells = document !== null && isNotebook(document) ? (document.content.model?.cells ?? []) : [];
    this.#headings = cellHeadings(cells, this.#shownCells());
    const key = JSON.stringify([...this.#headings]);
    const isSame = key === this.#headingsKey;
    this.#headingsKey = key;
    return !isSame;
  }
}

const isNotebook = (document: HostDocument): document is HostNotebook => 'context' in document && 'content' in document;
