import type { SessionStore } from '../../session/session-view.ts';
import { HeldStore } from '../dashboard/held-store.ts';
import { PageControls } from '../dashboard/page-controls.ts';
import type { PanelSource } from './panel-options.ts';

/** Where a panel gets its data from. */
export interface PanelSessions {
  /** The store of a session's newest epoch; one that waits where nothing has come. */
  readonly store: (session: string) => SessionStore;
  /** Calls back after a session changed, its newest epoch too, until the returned function is called. */
  readonly watch: (session: string, listener: () => void) => () => void;
  /** Calls back with each change of a session's own pause, and at once where it is paused, until the returned function is called. */
  readonly followPause: (session: string, listener: (paused: boolean) => void) => () => void;
}

export interface PanelDataListener {
  /** Another store is shown: nothing of the old one may be. */
  readonly onStore: () => void;
  /** The store's data changed. */
  readonly onData: () => void;
  /** `paused` changed. */
  readonly onPause: () => void;
}

/** The moment a pause began. */
export interface PanelPause {
  readonly atUs: number;
  /** Samples held then. */
  readonly count: number;
}

/**
 * Which store a panel shows, and whether it stands still.
 *
 * 1. It is the newest epoch's, or the last one of the same notebook while the newest has no widgets: after a restart the old
 *    data stay.
 * 2. Paused, by the panel or for the whole session, `held` and `controls` stand at the moment of the pause.
 */
export class PanelData {
  readonly controls = new PageControls();
  /** As rows read it. */
  held: HeldStore | null = null;
  /** Null while nothing stands still. */
  paused: PanelPause | null = null;
  readonly #sessions: PanelSessions;
  readonly #listener: PanelDataListener;
  #store: SessionStore | null = null;
  /** Of which notebook the store is. */
  #name = '';
  #watched: string | null = null;
  #source: PanelSource = { kind: 'none' };
  #wanted = false;
  #sessionPaused = false;
  #unsubscribe: () => void = () => {};
  #unwatch: () => void = () => {};

  constructor(sessions: PanelSessions, listener: PanelDataListener) {
    this.#sessions = sessions;
    this.#listener = listener;
  }

  get store(): SessionStore | null {
    return this.#store;
  }

  /** Whether it is to stand still, by the panel or for the whole session. */
  get isPaused(): boolean {
    return this.#wanted || this.#sessionPaused;
  }

  /** Samples that came since the pause began. */
  get freshCount(): number {
    return this.paused === null ? 0 : Math.max(0, this.#sampleCount() - this.paused.count);
  }

  follow(source: PanelSource, paused: boolean): void {
    this.#source = source;
    this.#wanted = paused;
    const session = source.kind === 'kernel' ? source.session : null;
    if (session !== this.#watched) {
      this.#unwatch();
      this.#watched = session;
      this.#sessionPaused = false;
      this.#unwatch = session === null ? () => {} : this.#watch(session);
    }
    this.#choose();
    this.#applyPause();
  }

  dispose(): void {
    this.#unsubscribe();
    this.#unwatch();
    this.#unsubscribe = this.#unwatch = () => {};
    this.controls.dispose();
    this.#store = this.held = null;
  }

  #watch(session: string): () => void {
    const stops = [
      this.#sessions.watch(session, () => {
        this.#choose();
        this.#applyPause();
      }),
      this.#sessions.followPause(session, (paused) => {
        this.#sessionPaused = paused;
        this.#applyPause();
      }),
    ];
    return () => {
      for (const stop of stops) stop();
    };
  }

  #choose(): void {
    const source = this.#source;
    const name = source.kind === 'kernel' ? source.name : '';
    const wanted = this.#watched === null ? null : this.#sessions.store(this.#watched);
    if (wanted === this.#store) {
      this.#name = name;
      return;
    }
    if (source.kind === 'kernel' && name === this.#name && hasWidgets(this.#store) && !hasWidgets(wanted)) return;
    this.#name = name;
    this.#unsubscribe();
    this.#store = wanted;
    this.held = wanted === null ? null : new HeldStore(wanted);
    this.paused = null;
    this.#unsubscribe = wanted?.subscribe(() => this.#listener.onData()) ?? (() => {});
    this.#listener.onStore();
  }

  #applyPause(): void {
    const store = this.#store;
    if (store === null || this.isPaused === (this.paused !== null)) return;
    if (this.isPaused) {
      const atUs = store.nowUs();
      this.paused = { atUs, count: this.#sampleCount() };
      this.held?.hold();
      this.controls.pause(atUs);
    } else {
      this.paused = null;
      this.held?.release();
      this.controls.set({ pausedAtUs: null });
    }
    this.#listener.onPause();
  }

  #sampleCount(): number {
    const store = this.#store;
    const names = new Set(store?.document?.widgets.map(({ name }) => name));
    let count = 0;
    for (const name of names) for (const line of store?.series(name) ?? []) count += line.count;
    return count;
  }
}

const hasWidgets = (store: SessionStore | null): boolean => (store?.document?.widgets.length ?? 0) > 0;
