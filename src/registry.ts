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

/** What a loaded runtime offers to loaders. */
export interface Runtime {
  readonly version: string;
  /** Takes over a hub model; `early` holds what came before. Returns the sink of later messages. */
  attachHub(model: WidgetModel, early: readonly RawMessage[]): (message: RawMessage) => void;
  /** Draws one cell view into `el` until `signal` aborts. */
  mountView(model: WidgetModel, el: HTMLElement, signal: AbortSignal): void;
  /** Plain data about a session, or null when it is unknown here. For tests and support. */
  inspect(session: string): unknown;
  /** Calls back after each applied message of a session with its number and the producer's time of sending (us). Returns the way to stop. */
  observe(session: string, listener: (seq: number, sentUs: number) => void): () => void;
}

/** See the guarantees above. */
export interface Registry {
  /** Adds a runtime under its version; the first of equal versions stays. */
  register(version: string, runtime: Promise<Runtime>): void;
  /** The runtime that serves `session` if it satisfies `minVersion` (same major, not older), else the newest that does; undefined when there is none. */
  get(minVersion: string, session?: string): Promise<Runtime> | undefined;
  /** Versions present, for support. */
  versions(): readonly string[];
  inspect(session: string): Promise<unknown>;
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
      const runtime = runtimes.get(versionOf.get(session) ?? '');
      return runtime ? (await runtime).inspect(session) : null;
    },
  };
}

/** The page's registry, created by whoever asks first. */
export function pageRegistry(scope: object = globalThis): Registry {
  const holder = scope as { [REGISTRY_KEY]?: Registry };
  holder[REGISTRY_KEY] ??= createRegistry();
  return holder[REGISTRY_KEY];
}
