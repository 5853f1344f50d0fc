import type { Runtime } from '../../src/registry.ts';
import { parseBundle, type ViewBundle, viewKey } from './view-bundle.ts';

/** What an output needs of the data of its document's kernel. */
export interface OutputFeed {
  /** The runtime that serves a session; null while it loads, or could not be loaded. */
  runtimeOf(session: string): Runtime | null;
  /** The drawing code could not be loaded. */
  readonly isBroken: boolean;
  /** Whether this document's kernel has spoken for the session since the page opened. */
  has(session: string): boolean;
  /** Calls after a session or a runtime came, and when the kernel changed. Returns the way to stop. */
  subscribe(listener: () => void): () => void;
}

/** What an output needs of the page. */
export interface OutputHost {
  /** The feed of the document whose renderers have this resolver; null where there is none (yet). */
  feedOf(resolver: object | null): OutputFeed | null;
  /** Wall clock, ms. */
  readonly nowMs: () => number;
}

/** What a renderer is given; `data` copies, so it is read once. */
export interface OutputModel {
  readonly data: Readonly<Record<string, unknown>>;
  readonly metadata: Readonly<Record<string, unknown>>;
}

const WORDS = {
  unreadable: 'This output does not say which view it shows.',
  waiting: 'Waiting for data from the kernel.',
  over: 'This view was live before the kernel restarted. Run the cell again to go on.',
  unknown: 'No data here yet. The kernel that showed this brings it while it runs; otherwise run the cell again.',
  broken: 'The drawing code of StreamViz could not be loaded. Reload the page to try again.',
  failed: 'StreamViz could not draw this view: ',
} as const;

/**
 * One output of ours in a page: the live view where the document's kernel has its session, else the saved picture.
 *
 * 1. `renderModel` may come at any time and again (trust, save, update): the same bundle changes nothing on the page.
 * 2. Once live, it stays so: a kernel that goes leaves the last pixels with words on them.
 * 3. The file is not trusted: what it says is checked, written as text, and the only picture shown is a PNG in base64.
 * 4. `dispose` frees everything; twice is harmless.
 */
export class OutputView {
  readonly node: HTMLElement;
  readonly #host: OutputHost;
  readonly #resolver: object | null;
  #key = '';
  #bundle: ViewBundle | null = null;
  #feed: OutputFeed | null = null;
  #stopFeed: () => void = () => {};
  #watched: Runtime | null = null;
  #stopWatch: () => void = () => {};
  #live: AbortController | null = null;
  #shown = '';
  #disposed = false;

  /** @param node Where it draws; empty, and its own. */
  constructor(options: { readonly node: HTMLElement; readonly resolver: object | null; readonly host: OutputHost }) {
    this.node = options.node;
    this.#host = options.host;
    this.#resolver = options.resolver;
    this.node.classList.add('sv-lab-output');
  }

  get isLive(): boolean {
    return this.#live !== null;
  }

  renderModel(model: OutputModel): void {
    if (this.#disposed) return;
    const { data, metadata } = model;
    const bundle = parseBundle(data, metadata);
    const key = bundle === null ? 'unreadable' : JSON.stringify(bundle);
    if (key !== this.#key) {
      const isSameView =
        bundle !== null && this.#bundle !== null && viewKey(bundle.name) === viewKey(this.#bundle.name);
      if (!isSameView) this.#stop();
      this.#key = key;
      this.#bundle = bundle;
    }
    this.connect();
  }

  /** Looks for the document's feed where that was not found yet: call it when the renderer was attached. */
  connect(): void {
    if (this.#disposed) return;
    if (this.#feed === null) {
      this.#feed = this.#host.feedOf(this.#resolver);
      if (this.#feed !== null) this.#stopFeed = this.#feed.subscribe(() => this.#update());
    }
    this.#update();
  }

  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#stopFeed();
    this.#stopFeed = () => {};
    this.#feed = null;
    this.#stop();
    this.#bundle = null;
    this.node.replaceChildren();
  }

  /** Shows what fits now. Live, nothing changes any more. */
  #update(): void {
    if (this.#disposed || this.#live !== null) return;
    const bundle = this.#bundle;
    if (bundle === null) {
      this.#show('words', () => [words(this.node, WORDS.unreadable, 'alert')]);
      return;
    }
    const { name, picture } = bundle;
    const isHere = this.#feed?.has(name.session) === true;
    const runtime = isHere ? (this.#feed?.runtimeOf(name.session) ?? null) : null;
    if (runtime !== null && this.#goLive(runtime, bundle)) return;
    if (picture !== null) {
      this.#show(`still ${this.#key}`, () => [stillFigure(this.node, bundle, this.#host.nowMs())]);
    } else {
      const text = WORDS[this.#newsOf(bundle, isHere, runtime)];
      this.#show(text, () => [words(this.node, text, 'status')]);
    }
  }

  /** What is said of a view without data and without a picture. */
  #newsOf({ name }: ViewBundle, isHere: boolean, runtime: Runtime | null): 'waiting' | 'over' | 'unknown' | 'broken' {
    if (this.#feed?.isBroken === true) return 'broken';
    if (!isHere) return 'unknown';
    const epoch = runtime?.facts(name.session)?.epoch ?? '';
    return epoch === '' || epoch === name.epoch ? 'waiting' : 'over';
  }

  /** Mounts the live view where the page has its data; until then it is told when they come. */
  #goLive(runtime: Runtime, bundle: ViewBundle): boolean {
    const { name } = bundle;
    if (!isDrawable(runtime, bundle)) {
      if (this.#watched === runtime) return false;
      this.#stopWatch();
      this.#watched = runtime;
      this.#stopWatch = runtime.watch(name.session, () => this.#update());
      return false;
    }
    this.#stopWatch();
    this.#stopWatch = () => {};
    this.#watched = null;
    const life = new AbortController();
    this.#live = life;
    this.#shown = 'live';
    const box = this.node.ownerDocument.createElement('div');
    box.className = 'sv-lab-live';
    this.node.replaceChildren(box);
    try {
      runtime.mountOutput(name, box, life.signal);
    } catch (error) {
      life.abort();
      const message = error instanceof Error ? error.message : String(error);
      this.node.replaceChildren(words(this.node, WORDS.failed + message, 'alert'));
    }
    return true;
  }

  /** Another view, or none: what was shown ends. */
  #stop(): void {
    this.#stopWatch();
    this.#stopWatch = () => {};
    this.#watched = null;
    this.#live?.abort();
    this.#live = null;
    this.#shown = '';
  }

  #show(what: string, nodes: () => Node[]): void {
    if (what === this.#shown) return;
    this.#shown = what;
    this.node.replaceChildren(...nodes());
  }
}

/** Whether a live view has something to show: before the document came that is less than a saved picture. */
function isDrawable(runtime: Runtime, { name, picture }: ViewBundle): boolean {
  if (!runtime.holds(name)) return false;
  const facts = picture === null ? null : runtime.facts(name.session);
  return facts === null || facts.epoch !== name.epoch || facts.views.some(({ id }) => id === name.view);
}

function words(place: HTMLElement, text: string, role: 'status' | 'alert'): HTMLElement {
  const box = place.ownerDocument.createElement('div');
  box.className = 'sv-lab-words';
  box.setAttribute('role', role);
  box.textContent = text;
  return box;
}

/** The saved picture, greyed, and when its newest data were. */
function stillFigure(place: HTMLElement, bundle: ViewBundle, nowMs: number): HTMLElement {
  const { ownerDocument } = place;
  const figure = ownerDocument.createElement('figure');
  figure.className = 'sv-lab-still';
  const image = ownerDocument.createElement('img');
  const { picture, still, text } = bundle;
  image.alt = text;
  if (picture !== null) {
    image.src = `data:image/png;base64,${picture.png}`;
    if (picture.widthPx !== null) image.width = picture.widthPx;
    if (picture.heightPx !== null) image.height = picture.heightPx;
  }
  const caption = ownerDocument.createElement('figcaption');
  caption.textContent = still === null ? 'Not live' : `Not live, last data ${dataTime(still.timeUs / 1000, nowMs)}`;
  figure.append(caption, image);
  return figure;
}

const CLOCK = { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' } as const;
const DAY = { weekday: 'short', day: 'numeric', month: 'short', year: 'numeric' } as const;

/** `14:02:11`; with the day before it where that is not today. */
export function dataTime(ms: number, nowMs: number): string {
  if (!(Math.abs(ms) <= 8.64e15)) return '–';
  const date = new Date(ms);
  const clock = new Intl.DateTimeFormat('en-GB', CLOCK).format(date);
  const isToday = date.toDateString() === new Date(nowMs).toDateString();
  return isToday ? clock : `${new Intl.DateTimeFormat(undefined, DAY).format(date)}, ${clock}`;
}
