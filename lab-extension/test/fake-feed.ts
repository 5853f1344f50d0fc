import type { LabRuntime, OutputSpec, SessionFacts, ViewStill } from '../../src/registry.ts';
import type { OutputFeed } from '../src/output-view.ts';

export const EPOCH = 'e'.repeat(32);
export const SPEC: OutputSpec = { session: 'kernel-1', epoch: EPOCH, view: 'v1', version: '0.1.0' };
/** A PNG's first bytes and some more, in base64. */
export const PNG = `iVBORw0KGgo${'A'.repeat(41)}`;

export const still = (change: Partial<ViewStill> = {}): ViewStill => ({
  ...{ png: PNG, bytes: PNG.length, seq: 5, samples: 100, timeUs: 1_763_733_731_000_000 },
  ...{ widthPx: 640, heightPx: 224, text: 'CPU usage 86.4 %\nLast data 14:02:11' },
  ...change,
});

/** The runtime as the extension sees it: what it was asked, and what a test lets it say. */
export class ViewRuntime {
  readonly version = '0.1.0';
  facts: SessionFacts | null = null;
  held = new Set<string>();
  stills = new Map<string, ViewStill>();
  readonly asked: string[] = [];
  readonly mounts: { readonly spec: OutputSpec; readonly el: HTMLElement; readonly signal: AbortSignal }[] = [];
  readonly watchers = new Set<() => void>();
  failure: Error | null = null;

  get mounted(): number {
    return this.mounts.filter(({ signal }) => !signal.aborted).length;
  }

  /** The document as the session has it now, with `views` as [id, cell]. */
  declare(views: readonly (readonly [id: string, cell: string | null])[], change: Partial<SessionFacts> = {}): void {
    this.facts = {
      ...{
        session: SPEC.session,
        epoch: EPOCH,
        status: 'live',
        seq: 1,
        version: '0.1.0',
        problem: null,
        complete: true,
      },
      views: views.map(([id, cell]) => ({ id, cell, widgets: ['metric:cpu'] })),
      ...change,
    };
    this.tell();
  }

  hold(spec: OutputSpec): void {
    this.held.add(`${spec.session}/${spec.epoch}`);
    this.tell();
  }

  tell(): void {
    for (const listener of [...this.watchers]) listener();
  }

  as(): LabRuntime {
    const fake = {
      version: this.version,
      facts: (session: string) => (session === SPEC.session ? this.facts : null),
      holds: (spec: OutputSpec) => this.held.has(`${spec.session}/${spec.epoch}`),
      watch: (_session: string, listener: () => void) => {
        const entry = (): void => listener();
        this.watchers.add(entry);
        return () => this.watchers.delete(entry);
      },
      mountOutput: (spec: OutputSpec, el: HTMLElement, signal: AbortSignal) => {
        if (this.failure) throw this.failure;
        el.textContent = `live ${spec.view}`;
        this.mounts.push({ spec, el, signal });
      },
      still: (spec: OutputSpec) => {
        this.asked.push(spec.view);
        return this.stills.get(spec.view) ?? null;
      },
    };
    return fake as unknown as LabRuntime;
  }
}

/** The feed of one document. */
export class FakeFeed implements OutputFeed {
  readonly runtime = new ViewRuntime();
  readonly listeners = new Set<() => void>();
  readonly sessions = new Set<string>();
  session: string | null = null;
  isLoaded = true;
  isBroken = false;
  readonly #runtime = this.runtime.as();

  /** The kernel speaks for a session. */
  hear(session = SPEC.session): void {
    this.session = session;
    this.sessions.add(session);
    this.tell();
  }

  tell(): void {
    for (const listener of [...this.listeners]) listener();
  }

  runtimeOf(): LabRuntime | null {
    return this.isLoaded ? this.#runtime : null;
  }

  has(session: string): boolean {
    return this.sessions.has(session);
  }

  subscribe(listener: () => void): () => void {
    const entry = (): void => listener();
    this.listeners.add(entry);
    return () => this.listeners.delete(entry);
  }
}
