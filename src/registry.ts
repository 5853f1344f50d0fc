import type { PanelOptions } from './view/panel/panel-options.ts';
import type { ViewStill } from './view/still/view-still.ts';

export type { PanelOptions, PanelSource } from './view/panel/panel-options.ts';
export type { ViewStill } from './view/still/view-still.ts';

/**
 * The meeting point of everything on one page: loaders and runtimes of any package version find each other under one global symbol.
 *
 * 1. A runtime is loaded once per page and version, however many widgets ask and in whatever order; a failed load is forgotten, so a later widget may retry.
 * 2. A session keeps the runtime that first served it, while that one satisfies: its data exist once.
 * 3. The symbol names the protocol's major version; loaders that are already on a page can never be changed, so members are only ever added.
 */
export const REGISTRY_KEY = Symbol.for('streamviz/1');

/** The part of an anywidget model that StreamViz uses. */
export interface WidgetModel {
  get(name: string): unknown;
  on(event: string, listener: (...data: never[]) => void): void;
  off(event: string, listener: (...data: never[]) => void): void;
  send(content: unknown): void;
  readonly widget_manager: { get_model(id: string): Promise<WidgetModel> };
}

/** A message as the comm delivered it. */
export interface RawMessage {
  readonly content: unknown;
  readonly buffers: readonly (ArrayBuffer | ArrayBufferView)[];
}

/** Names a cell view in an output: the value of `application/vnd.streamviz.view+json`. */
export interface OutputSpec {
  readonly session: string;
  readonly epoch: string;
  readonly view: string;
  /** Version of the package that displayed it. */
  readonly version: string;
  /** Comm id of the kernel's hub; absent from packages that had no id of their own. */
  readonly hub?: string;
}

export interface TapOptions {
  /** Names this way in; a message that comes by two ways counts once. */
  readonly path: string;
  /** Sends a request to the session's hub and throws where it cannot. Absent: nothing is ever asked. */
  readonly send?: (session: string, content: unknown) => void;
}

/** A way in for messages that somebody overhears, such as a JupyterLab extension. */
export interface Tap {
  /** Takes a message as the host delivered it (the content of the comm message's `data.content`); returns at once, decodes in a later task. */
  receive(content: unknown, buffers: readonly (ArrayBuffer | ArrayBufferView)[]): void;
  /** Asks for a session's snapshot: at most one request is outstanding, whoever asks. Another `epoch` may be asked anew. */
  subscribe(session: string, epoch?: string): void;
  /** Leaves; a session that nobody brings or watches any longer is let go. Twice is harmless. */
  dispose(): void;
}

/** Plain facts of a session's newest epoch. */
export interface SessionFacts {
  readonly session: string;
  /** Empty until a message has come. */
  readonly epoch: string;
  readonly status: 'waiting' | 'live' | 'gone';
  readonly seq: number;
  /** Package version of the producer, null where it is not known. */
  readonly version: string | null;
  readonly views: readonly {
    readonly id: string;
    readonly cell: string | null;
    readonly widgets: readonly string[];
  }[];
  readonly problem: { readonly code: string; readonly message: string } | null;
  /** Every series and table is the producer's as of `seq`: nothing was missed, or a keyframe round has brought it. */
  readonly complete: boolean;
}

export interface Panel {
  update(change: Partial<PanelOptions>): void;
  dispose(): void;
}

/** What a loaded runtime offers. */
export interface Runtime {
  readonly version: string;
  /** Takes over a hub model until `life` aborts; `early` holds what came before. Returns the sink of later messages. */
  attachHub(model: WidgetModel, early: readonly RawMessage[], life?: AbortSignal): (message: RawMessage) => void;
  /** Draws one cell view into `el` until `signal` aborts. */
  mountView(model: WidgetModel, el: HTMLElement, signal: AbortSignal): void;
  /** Plain data about a session, or null when it is unknown here. For tests and support. */
  inspect(session: string): unknown;
  /** Calls back after each applied message of a session with its number and the producer's time of sending (us). Returns the way to stop. */
  observe(session: string, listener: (seq: number, sentUs: number) => void): () => void;
  /** Opens a way in beside the hubs. */
  openTap(options: TapOptions): Tap;
  /** Null while nothing was heard of the session. */
  facts(session: string): SessionFacts | null;
  /**
   * Calls back after changes of a session's document, epoch, status or problem and after applied messages: once for all of a
   * task, never during one. Returns the way to stop.
   */
  watch(session: string, listener: () => void): () => void;
  /** Draws one cell view into `el` until `signal` aborts, as `mountView` does, without a widget model. */
  mountOutput(spec: OutputSpec, el: HTMLElement, signal: AbortSignal): void;
  /** Whether the page has data of the view's own epoch, live or not: what `mountOutput` would draw. */
  holds(spec: OutputSpec): boolean;
  /** Outputs and panel of the session stand still, and count what comes. */
  setPaused(session: string, paused: boolean): void;
  /** The session's kernel restarted or died: its newest epoch's views say so until a message comes. */
  markGone(session: string): void;
}

/** What the JupyterLab extension brings: kernels send a runtime without it. */
export interface LabRuntime extends Runtime {
  mountPanel(options: PanelOptions, el: HTMLElement): Panel;
  /** A picture of a view, made at once; null where the view is unknown or has no data. Drawn again only where data moved since the last call. */
  still(spec: OutputSpec, options: { readonly maxBytes: number }): ViewStill | null;
  /** One CSV text per kind of data: all series in long form, and each table. Empty for an unknown session. */
  toCsv(session: string): readonly { readonly name: string; readonly text: string }[];
}

/** See the guarantees above. */
export interface Registry {
  /** Adds a runtime under its version; the first of equal versions stays. */
  register(version: string, runtime: Promise<Runtime>): void;
  /** The runtime that serves `session` if it satisfies `minVersion` (same major, not older), else the newest that does; undefined when there is none. */
  get(minVersion: string, session?: string): Promise<Runtime> | undefined;
  /** Versions present, for support. */
  versions(): readonly string[];
  /** Plain data about a session, of the runtime that serves it or else of any that knows it; null where none does. */
  inspect(session: string): Promise<unknown>;
  /** Hubs that loaders of this page listen to, by id. A registry made by an older loader begins without. */
  hubs?: Set<string>;
  /**
   * Sessions whose messages somebody overhears for the whole page, with how many do: their hubs need no loader's runtime, whatever
   * version that has, until a view of the host's own shows one.
   */
  tapped?: Map<string, number>;
}

function parts(version: string): readonly number[] {
  return version
    .split(/[.+-]/)
    .slice(0, 3)
    .map((part) => Number.parseInt(part, 10) || 0);
}

/** Negative, 0 or positive like `a - b`. */
export function compareVersions(a: string, b: string): number {
  const left = parts(a);
  const right = parts(b);
  for (let i = 0; i < 3; i++) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

function satisfies(version: string, minVersion: string): boolean {
  return parts(version)[0] === parts(minVersion)[0] && compareVersions(version, minVersion) >= 0;
}

function createRegistry(): Registry {
  const runtimes = new Map<string, Promise<Runtime>>();
  const versionOf = new Map<string, string>(); // by session
  return {
    register(version, runtime) {
      if (runtimes.has(version)) return;
      runtimes.set(version, runtime);
      runtime.catch(() => {
        if (runtimes.get(version) === runtime) runtimes.delete(version);
      });
    },
    get(minVersion, session) {
      const held = session === undefined ? undefined : versionOf.get(session);
      if (held !== undefined && runtimes.has(held) && satisfies(held, minVersion)) return runtimes.get(held);
      let best: string | undefined;
      for (const version of runtimes.keys()) {
        if (satisfies(version, minVersion) && (best === undefined || compareVersions(version, best) > 0))
          best = version;
      }
      if (best === undefined) return undefined;
      if (session !== undefined) versionOf.set(session, best);
      return runtimes.get(best);
    },
    versions: () => [...runtimes.keys()],
    async inspect(session) {
      const held = versionOf.get(session);
      const versions = [...(held === undefined ? [] : [held]), ...runtimes.keys()];
      for (const version of versions) {
        const found = (await runtimes.get(version))?.inspect(session) ?? null;
        if (found !== null) return found;
      }
      return null;
    },
  };
}

/** The page's registry, created by whoever asks first. */
export function pageRegistry(scope: object = globalThis): Registry {
  const holder = scope as { [REGISTRY_KEY]?: Registry };
  holder[REGISTRY_KEY] ??= createRegistry();
  return holder[REGISTRY_KEY];
}
