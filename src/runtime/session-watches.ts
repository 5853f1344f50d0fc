import type { EpochStore } from '../session/epoch-store.ts';
import type { Sessions } from '../session/sessions.ts';

/**
 * Who wants to know of changes of a session, whatever epoch it is in.
 *
 * 1. A listener is called once for all changes of a task, after it: any number of listeners costs one subscription to the store.
 * 2. A listener that throws is reported and stops no other.
 */
export class SessionWatches {
  readonly #sessions: Sessions;
  readonly #watches = new Map<string, Watch>();

  constructor(sessions: Sessions) {
    this.#sessions = sessions;
  }

  /** Calls `listener` until the returned function is called. */
  add(session: string, listener: () => void): () => void {
    let watch = this.#watches.get(session);
    if (watch === undefined) {
      watch = new Watch(this.#sessions, session);
      this.#watches.set(session, watch);
    }
    const entry = (): void => listener();
    const { listeners } = watch;
    listeners.add(entry);
    return () => {
      if (!listeners.delete(entry) || listeners.size > 0) return;
      this.#watches.get(session)?.dispose();
      this.#watches.delete(session);
    };
  }
}

class Watch {
  readonly listeners = new Set<() => void>();
  readonly #stopObserving: () => void;
  readonly #newest: () => EpochStore;
  #store: EpochStore | null = null;
  #stopStore: () => void = () => {};
  #isDue = false;

  constructor(sessions: Sessions, session: string) {
    this.#newest = () => sessions.get(session);
    // An applied message is how a new epoch begins; the store that it begins tells of itself from there on.
    this.#stopObserving = sessions.observe(session, () => this.#follow());
    this.#follow();
  }

  dispose(): void {
    this.#stopObserving();
    this.#stopStore();
    this.#store = null;
  }

  #follow(): void {
    const store = this.#newest();
    if (store === this.#store) return;
    const stopOld = this.#stopStore;
    this.#store = store;
    this.#stopStore = store.subscribe(() => this.#tell());
    stopOld();
  }

  #tell(): void {
    if (this.#isDue) return;
    this.#isDue = true;
    queueMicrotask(() => {
      this.#isDue = false;
      for (const listener of [...this.listeners]) {
        try {
          listener();
        } catch (error) {
          reportError(error);
        }
      }
    });
  }
}
