import type { LabRuntime, SessionFacts, TapOptions } from '../../src/registry.ts';

/** A runtime that records what its taps get; a test says what it knows of sessions. */
export class FakeRuntime {
  readonly version: string;
  readonly received: { readonly path: string; readonly content: unknown }[] = [];
  readonly asked: { readonly path: string; readonly session: string; readonly epoch: string | undefined }[] = [];
  readonly gone: string[] = [];
  readonly taps: TapOptions[] = [];
  readonly known = new Map<string, SessionFacts>();
  openTaps = 0;
  readonly #watchers = new Map<string, Set<() => void>>();

  constructor(version: string) {
    this.version = version;
  }

  get watchers(): number {
    return [...this.#watchers.values()].reduce((sum, { size }) => sum + size, 0);
  }

  /** Changes what is known of a session and tells who watches it. */
  know(session: string, facts: Partial<SessionFacts> = {}): void {
    const plain: SessionFacts = {
      ...{ session, epoch: 'a', status: 'live', seq: 1, version: this.version },
      ...{ views: [], problem: null, complete: false },
    };
    this.known.set(session, { ...plain, ...facts });
    for (const watcher of this.#watchers.get(session) ?? []) watcher();
  }

  asRuntime(): LabRuntime {
    const part: Partial<LabRuntime> = {
      version: this.version,
      openTap: (options) => {
        const { path } = options;
        this.taps.push(options);
        this.openTaps += 1;
        let isOpen = true;
        return {
          receive: (content) => {
            if (isOpen) this.received.push({ path, content });
          },
          subscribe: (session, epoch) => {
            if (isOpen) this.asked.push({ path, session, epoch });
          },
          dispose: () => {
            if (isOpen) this.openTaps -= 1;
            isOpen = false;
          },
        };
      },
      facts: (session) => this.known.get(session) ?? null,
      watch: (session, listener) => {
        const watchers = this.#watchers.get(session) ?? new Set();
        this.#watchers.set(session, watchers);
        const entry = () => listener();
        watchers.add(entry);
        return () => watchers.delete(entry);
      },
      markGone: (session) => {
        this.gone.push(session);
        const facts = this.known.get(session);
        if (facts) this.know(session, { ...facts, status: 'gone' });
      },
    };
    return part as LabRuntime;
  }
}
