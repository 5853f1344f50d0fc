import type { LabRuntime, Registry, Tap } from '../../src/registry.ts';

/** Most bytes kept while no runtime is there; beyond, the oldest go, and keyframes bring them again. */
const QUEUE_BYTES = 32 * 1024 * 1024;

type Buffers = readonly (ArrayBuffer | ArrayBufferView)[];

export interface SessionRuntimeOptions {
  readonly session: string;
  readonly registry: Registry;
  /** The extension's runtime; what comes before it is loaded waits. */
  readonly runtime: Promise<LabRuntime>;
  /** Names this way in. */
  readonly path: string;
  /** Sends a request to the session's hub; throws where it cannot. */
  readonly send: (content: unknown) => void;
  /** Called when `runtime` has changed. */
  readonly onRuntime: () => void;
  /** Called after the session has changed in any way. */
  readonly onChange: () => void;
}

/**
 * The way of one session's messages from a kernel's iopub channel into the extension's runtime.
 *
 * 1. The session is kept once: the page's registry says that it is overheard, and loaders of widgets leave it to the tap, those of a
 *    newer package too. A loader that listens already, or must, takes the extension's runtime, which is registered in the page.
 * 2. What comes before the runtime is loaded waits, up to 32 MB. Where it cannot be loaded `runtime` stays null, and later
 *    loaders listen.
 * 3. `dispose` frees everything; twice is harmless.
 */
export class SessionRuntime {
  readonly #options: SessionRuntimeOptions;
  #current: { readonly runtime: LabRuntime; readonly tap: Tap } | null = null;
  #stopWatch: () => void = () => {};
  readonly #leave: () => void;
  #queue: { readonly content: unknown; readonly buffers: Buffers }[] = [];
  #queuedBytes = 0;
  /** What was asked before there was a runtime. */
  #wanted: { readonly epoch: string | undefined } | null = null;
  #isGone = false;
  #disposed = false;

  constructor(options: SessionRuntimeOptions) {
    this.#options = options;
    this.#leave = overhear(options.registry, options.session);
    options.runtime.then(
      (runtime) => this.#use(runtime),
      () => {
        this.dispose(); // who registered it has said why
      },
    );
  }

  /** Null while it loads, or could not be loaded. */
  get runtime(): LabRuntime | null {
    return this.#current?.runtime ?? null;
  }

  /** Takes a message as the host delivered it. */
  receive(content: unknown, buffers: Buffers): void {
    if (this.#disposed) return;
    this.#isGone = false;
    if (this.#current === null) this.#keep(content, buffers);
    else this.#current.tap.receive(content, buffers);
  }

  /** Asks for a snapshot, of the hub of an epoch. */
  subscribe(epoch?: string): void {
    if (this.#disposed) return;
    this.#wanted = { epoch };
    this.#current?.tap.subscribe(this.#options.session, epoch);
  }

  /** The kernel restarted or died. */
  markGone(): void {
    this.#isGone = true;
    this.#current?.runtime.markGone(this.#options.session);
  }

  dispose(): void {
    if (!this.#disposed) this.#leave();
    this.#disposed = true;
    this.#stopWatch();
    this.#stopWatch = () => {};
    this.#current?.tap.dispose();
    this.#current = null;
    this.#queue = [];
  }

  #use(runtime: LabRuntime): void {
    if (this.#disposed) return;
    const { session, path, send, onChange, onRuntime } = this.#options;
    const tap = runtime.openTap({ path, send: (_session, content) => send(content) });
    this.#current = { runtime, tap };
    this.#stopWatch = runtime.watch(session, onChange);
    for (const { content, buffers } of this.#queue.splice(0)) tap.receive(content, buffers);
    this.#queuedBytes = 0;
    if (this.#isGone) runtime.markGone(session);
    if (this.#wanted !== null) tap.subscribe(session, this.#wanted.epoch);
    onRuntime();
  }

  #keep(content: unknown, buffers: Buffers): void {
    const size = (held: Buffers): number => held.reduce((sum, { byteLength }) => sum + byteLength, 0);
    this.#queue.push({ content, buffers });
    this.#queuedBytes += size(buffers);
    while (this.#queuedBytes > QUEUE_BYTES && this.#queue.length > 1) {
      this.#queuedBytes -= size(this.#queue.shift()?.buffers ?? []);
    }
  }
}

/** Says in the page that a session is overheard, until the returned function is called. */
function overhear(registry: Registry, session: string): () => void {
  registry.tapped ??= new Map();
  const { tapped } = registry;
  tapped.set(session, (tapped.get(session) ?? 0) + 1);
  return () => {
    const others = (tapped.get(session) ?? 0) - 1;
    if (others > 0) tapped.set(session, others);
    else tapped.delete(session);
  };
}
