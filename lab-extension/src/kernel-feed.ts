import { type LabRuntime, type PanelSource, pageRegistry, type Registry } from '../../src/registry.ts';
import type { HostKernel, HostMessage, HostSessionContext } from './host.ts';
import { SessionRuntime } from './session-runtime.ts';
import { hubEpochs, hubOf, streamMessage } from './stream-message.ts';

type KernelState = Extract<PanelSource, { kind: 'kernel' }>['kernel'];
type Notice = Extract<PanelSource, { kind: 'kernel' }>['notice'];

const KERNEL_STATES: Readonly<Record<string, KernelState>> = {
  idle: 'idle',
  busy: 'busy',
  unknown: 'busy', // what a kernel is after a refresh in a running cell
  starting: 'starting',
  restarting: 'starting',
  autorestarting: 'starting',
  terminating: 'dead',
  dead: 'dead',
};
/** After these the process that sent is gone. In a second window a restart shows as `starting` alone. */
const GONE: ReadonlySet<string> = new Set(['restarting', 'autorestarting', 'starting', 'terminating', 'dead']);
const RESTART: ReadonlySet<string> = new Set(['restarting', 'autorestarting', 'starting']);
const NOTICES: ReadonlySet<string> = new Set(['VERSION_NEWER', 'PROTOCOL_VERSION']);

/** How long a process that is gone may still be heard; one that speaks later was not gone. */
const LAST_WORDS_MS = 10_000;

let feedCount = 0;

export interface KernelFeedOptions {
  readonly context: HostSessionContext;
  /** The extension's runtime, loaded or not. */
  readonly runtime: Promise<LabRuntime>;
  /** Default: the page's. */
  readonly registry?: Registry;
  /** Wall clock, ms. */
  readonly nowMs?: () => number;
}

/**
 * What one notebook's or console's kernel says, from the moment the notebook is there.
 *
 * 1. Every message of ours on the kernel's iopub channel goes to the extension's runtime; nothing else is touched.
 * 2. One feed lives as long as its notebook: through restarts, deaths and changes of the kernel. A process that is gone is marked
 *    so at once, and what it sent last comes to nothing.
 * 3. A kernel that is idle when the page opens is asked once for what it has. A busy one is not: its rolling keyframes bring it.
 * 4. Listeners are called after changes of session, runtime, kernel and notice, never by data alone.
 * 5. `dispose` frees everything; twice is harmless.
 */
export class KernelFeed {
  readonly #context: HostSessionContext;
  readonly #loading: Promise<LabRuntime>;
  readonly #registry: Registry;
  readonly #nowMs: () => number;
  readonly #path = `tap-${feedCount++}`;
  readonly #listeners = new Set<() => void>();
  readonly #stops: (() => void)[] = [];
  /** By session, newest last. */
  readonly #served = new Map<string, SessionRuntime>();
  readonly #heard = new Set<string>();
  /** Comm id of each session's newest hub. */
  readonly #hubs = new Map<string, string>();
  #kernelId: string | null = null;
  #session: string | null = null;
  #epoch: string | null = null;
  /** Epoch of the process that is gone: what it says now comes too late. */
  #goneEpoch: string | null = null;
  #goneAtMs = 0;
  #status = 'unknown';
  #restartedAt: number | null = null;
  #isConnected = true;
  #isBroken = false;
  #asked = false;
  #told = '';
  #disposed = false;

  constructor({ context, runtime, registry = pageRegistry(), nowMs = Date.now }: KernelFeedOptions) {
    this.#context = context;
    this.#registry = registry;
    this.#loading = runtime;
    this.#nowMs = nowMs;
    const listen = <T>(
      signal: { connect(slot: Slot<T>): boolean; disconnect(slot: Slot<T>): boolean },
      take: (value: T) => void,
    ): void => {
      const slot: Slot<T> = (_sender, value) => take(value);
      signal.connect(slot);
      this.#stops.push(() => signal.disconnect(slot));
    };
    listen(context.iopubMessage, (message) => this.#onMessage(message));
    listen(context.kernelChanged, ({ newValue }) => this.#onKernel(newValue));
    listen(context.statusChanged, (status) => this.#onStatus(status));
    listen(context.connectionStatusChanged, (status) => this.#onConnection(status));
    listen(context.disposed, () => this.dispose());
    runtime.catch(() => {
      this.#isBroken = true;
      for (const listener of [...this.#listeners]) listener();
    });
    this.#onKernel(context.session?.kernel ?? null);
  }

  /** The newest session of this kernel; null while nothing was heard of it. */
  get session(): string | null {
    return this.#session;
  }

  /** The runtime that serves the newest session; null while it loads, or could not be loaded. */
  get runtime(): LabRuntime | null {
    return this.#session === null ? null : this.runtimeOf(this.#session);
  }

  /** The drawing code could not be loaded: nothing will be drawn before the page is loaded again. */
  get isBroken(): boolean {
    return this.#isBroken;
  }

  get kernel(): KernelState {
    if ((this.#context.session?.kernel ?? null) === null) return 'none';
    return KERNEL_STATES[this.#status] ?? 'busy';
  }

  /** When the kernel restarted, ms of the page's clock; null again once it has declared something. */
  get restartedAt(): number | null {
    return this.#restartedAt;
  }

  /** Words where kernel and page are not made for each other; null where they are. */
  get notice(): Notice {
    const problem = this.#session === null ? null : (this.runtime?.facts(this.#session)?.problem ?? null);
    return problem !== null && NOTICES.has(problem.code) ? problem : null;
  }

  /** What a panel shows of this feed. */
  source(name: string): PanelSource {
    const { session, kernel, restartedAt, notice } = this;
    return { kind: 'kernel', name, session, kernel, restartedAt, notice };
  }

  /** The runtime that serves a session; null while it loads, could not be loaded, or nothing was heard of the session. */
  runtimeOf(session: string): LabRuntime | null {
    return this.#served.get(session)?.runtime ?? null;
  }

  /** Whether this notebook's kernel has spoken for the session since the page opened. */
  has(session: string): boolean {
    return this.#heard.has(session);
  }

  /** Calls `listener` after each change until the returned function is called. What is drawn by an older `runtimeOf` is drawn anew. */
  subscribe(listener: () => void): () => void {
    const entry = (): void => listener();
    this.#listeners.add(entry);
    return () => this.#listeners.delete(entry);
  }

  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    for (const stop of this.#stops.splice(0)) stop();
    for (const served of this.#served.values()) served.dispose();
    this.#served.clear();
    this.#listeners.clear();
  }

  #onMessage({ header, content, buffers }: HostMessage): void {
    const message = streamMessage(header.msg_type, content);
    if (message === null || this.#disposed) return;
    const { session, epoch } = message;
    if (epoch !== null && epoch === this.#goneEpoch && this.#nowMs() - this.#goneAtMs < LAST_WORDS_MS) return;
    if (epoch !== null) {
      this.#epoch = epoch;
      this.#goneEpoch = null;
      this.#restartedAt = null;
    }
    this.#hubs.set(session, message.hub);
    const served = this.#serve(session);
    served.receive(message.content, buffers ?? []);
    this.#hear(session);
  }

  /** Another kernel, the same one after a restart, or none. */
  #onKernel(kernel: HostKernel | null): void {
    if (this.#disposed) return;
    const id = kernel?.id ?? null;
    this.#status = kernel?.status ?? 'unknown';
    if (id === null) {
      this.#leave();
    } else if (id !== this.#kernelId) {
      this.#leave();
      for (const served of this.#served.values()) served.dispose();
      this.#served.clear();
      this.#kernelId = id;
      this.#session = this.#epoch = this.#goneEpoch = this.#restartedAt = null;
      this.#asked = false;
      this.#serve(sessionOf(id));
    }
    this.#ask();
    this.#tell();
  }

  #onStatus(status: string): void {
    if (this.#disposed) return;
    this.#status = status;
    if (GONE.has(status) && this.#session !== null && this.#goneEpoch === null) {
      this.#leave();
      this.#asked = false;
      if (RESTART.has(status)) this.#restartedAt = this.#nowMs();
    } else if (RESTART.has(status) && this.#goneEpoch !== null) {
      this.#restartedAt ??= this.#nowMs(); // it had died first
    }
    this.#ask();
    this.#tell();
  }

  #onConnection(status: string): void {
    const isBack = status === 'connected' && !this.#isConnected;
    this.#isConnected = status === 'connected';
    if (!isBack || this.#session === null || this.#epoch === null) return;
    // What was sent meanwhile may be lost, and the kernel may have fallen to slow mode: it hears that somebody listens.
    this.#served.get(this.#session)?.subscribe(this.#epoch);
  }

  /** The process that sent is gone: its views say so. */
  #leave(): void {
    if (this.#session === null || this.#goneEpoch !== null) return;
    this.#goneEpoch = this.#epoch;
    this.#goneAtMs = this.#nowMs();
    this.#served.get(this.#session)?.markGone();
  }

  /** Asks an idle kernel, once, for what it has: its hub is found among its comms. */
  #ask(): void {
    const kernel = this.#context.session?.kernel ?? null;
    if (kernel === null || this.#asked || this.#status !== 'idle') return;
    this.#asked = true;
    const { id } = kernel;
    const session = sessionOf(id);
    kernel.requestCommInfo({ target_name: 'jupyter.widget' }).then(
      ({ content }) => {
        const epoch = hubEpochs(content).at(-1);
        if (epoch === undefined || this.#disposed || this.#kernelId !== id) return;
        const served = this.#serve(session);
        if (served.runtime?.facts(session)?.complete === true) return;
        if (!this.#hubs.has(session)) this.#hubs.set(session, hubOf(epoch));
        served.subscribe(epoch);
      },
      () => {
        this.#asked = false; // the kernel restarted or went before it answered: the next idle moment asks again
      },
    );
  }

  #serve(session: string): SessionRuntime {
    const present = this.#served.get(session);
    if (present !== undefined) return present;
    const served = new SessionRuntime({
      session,
      registry: this.#registry,
      runtime: this.#loading,
      path: this.#path,
      send: (content) => this.#send(session, content),
      onRuntime: () => this.#tell(),
      onChange: () => this.#onChange(session),
    });
    this.#served.set(session, served);
    return served;
  }

  /** A session may also be heard of by its hub's model, or by another notebook of the same kernel. */
  #onChange(session: string): void {
    const facts = this.runtimeOf(session)?.facts(session) ?? null;
    if (facts !== null && facts.epoch !== '') {
      if (facts.epoch !== this.#goneEpoch && facts.status === 'live') this.#epoch = facts.epoch;
      this.#hear(session);
    }
    this.#tell();
  }

  #hear(session: string): void {
    this.#heard.add(session);
    if (this.#kernelId !== null) this.#session = session;
    this.#tell();
  }

  /** Sends to a session's hub as a plain shell message: making a comm of that id would take it from the widget manager. */
  #send(session: string, content: unknown): void {
    const kernel = this.#context.session?.kernel ?? null;
    const hub = this.#hubs.get(session);
    if (kernel === null || hub === undefined) throw new Error(`no hub to ask for ${session}`);
    const header = {
      msg_id: randomId(),
      msg_type: 'comm_msg',
      session: kernel.clientId,
      username: kernel.username,
      date: new Date(this.#nowMs()).toISOString(),
      version: '5.2',
    };
    const data = { method: 'custom', content };
    const message = {
      header,
      parent_header: {},
      metadata: {},
      content: { comm_id: hub, data },
      channel: 'shell',
      buffers: [],
    };
    kernel.sendShellMessage(message, false, true);
  }

  /** Tells the listeners where anything but the data has changed. */
  #tell(): void {
    const { session, kernel, restartedAt, notice, runtime } = this;
    const now = JSON.stringify([session, kernel, restartedAt, notice, runtime?.version ?? null, this.#heard.size]);
    if (now === this.#told || this.#disposed) return;
    this.#told = now;
    for (const listener of [...this.#listeners]) {
      try {
        listener();
      } catch (error) {
        reportError(error); // one listener's failure is not the kernel's
      }
    }
  }
}

/** As unlikely to meet another as the host's own; `crypto.randomUUID` is missing on pages without https. */
const randomId = (): string =>
  Array.from({ length: 4 }, () =>
    Math.floor(Math.random() * 0x100000000)
      .toString(16)
      .padStart(8, '0'),
  ).join('');

type Slot<T> = (sender: unknown, value: T) => void;

/** The session of a kernel's package. */
const sessionOf = (kernelId: string): string => `kernel-${kernelId}`;
