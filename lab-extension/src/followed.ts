import type { HostConsole, HostNotebook, HostShell, HostTracker } from './host.ts';

/** A notebook or a console. */
export type HostDocument = HostNotebook | HostConsole;

export interface FollowedOptions {
  readonly notebooks: HostTracker<HostNotebook> | null;
  readonly consoles: HostTracker<HostConsole> | null;
  /** The host's shell; without `currentChanged` the trackers say what is in front. */
  readonly shell: HostShell;
}

/**
 * Which notebook or console the panel shows: the pinned one, else the one in front.
 *
 * 1. What is no notebook and no console (a terminal, the launcher) changes nothing: the last one stays.
 * 2. A pin holds while its notebook is open, under whatever name, in any of its views; closing the last one unpins.
 * 3. Where the followed one closes, the newest that was in front before and is still open takes its place.
 * 4. Listeners are called after each change of `current` or `pinned`, never without one.
 */
export class Followed {
  readonly #options: FollowedOptions;
  readonly #listeners = new Set<() => void>();
  readonly #stops: (() => void)[] = [];
  readonly #closings = new Map<HostDocument, () => void>();
  /** Those that were in front and are open, the newest last. */
  #front: HostDocument[] = [];
  #pinned: HostDocument | null = null;
  #told: HostDocument | null = null;
  #toldPinned = false;

  constructor(options: FollowedOptions) {
    this.#options = options;
    const { shell, notebooks, consoles } = options;
    const current = shell.currentChanged;
    if (current !== undefined) {
      const slot = (): void => this.#look();
      current.connect(slot);
      this.#stops.push(() => current.disconnect(slot));
    }
    for (const tracker of [notebooks, consoles]) {
      if (tracker === null) continue;
      const slot = (_: unknown, widget: HostDocument | null): void => this.#bring(widget);
      tracker.currentChanged.connect(slot);
      this.#stops.push(() => tracker.currentChanged.disconnect(slot));
    }
    this.#bring(consoles?.currentWidget ?? null);
    this.#bring(notebooks?.currentWidget ?? null);
    this.#look();
  }

  /** Null while no notebook or console was in front, or all are closed. */
  get current(): HostDocument | null {
    return this.#pinned ?? this.#front.at(-1) ?? null;
  }

  get pinned(): boolean {
    return this.#pinned !== null;
  }

  /** Stays with what is shown now; nothing shown, nothing is pinned. */
  pin(): void {
    this.#pinned = this.current;
    this.#tell();
  }

  /** Follows what is in front again. */
  unpin(): void {
    this.#pinned = null;
    this.#tell();
  }

  /** Calls `listener` after each change until the returned function is called. */
  watch(listener: () => void): () => void {
    const entry = (): void => listener();
    this.#listeners.add(entry);
    return () => this.#listeners.delete(entry);
  }

  dispose(): void {
    for (const stop of this.#stops.splice(0)) stop();
    for (const stop of this.#closings.values()) stop();
    this.#closings.clear();
    this.#listeners.clear();
    this.#front = [];
    this.#pinned = null;
  }

  /** What the shell has in front, where that is one of ours. */
  #look(): void {
    const { currentWidget } = this.#options.shell;
    if (currentWidget === null) return;
    this.#bring(this.#all().find((widget) => widget === currentWidget) ?? null);
  }

  #all(): readonly HostDocument[] {
    const all: HostDocument[] = [];
    for (const tracker of [this.#options.notebooks, this.#options.consoles]) {
      tracker?.forEach((widget: HostDocument) => {
        all.push(widget);
      });
    }
    return all;
  }

  #bring(widget: HostDocument | null): void {
    if (widget === null || widget.isDisposed) return;
    this.#front = [...this.#front.filter((other) => other !== widget), widget];
    this.#watchClosing(widget);
    this.#tell();
  }

  #watchClosing(widget: HostDocument): void {
    if (this.#closings.has(widget)) return;
    const slot = (): void => this.#close(widget);
    widget.disposed.connect(slot);
    this.#closings.set(widget, () => widget.disposed.disconnect(slot));
  }

  #close(widget: HostDocument): void {
    this.#closings.get(widget)?.();
    this.#closings.delete(widget);
    this.#front = this.#front.filter((other) => other !== widget);
    if (this.#pinned === widget) {
      const isView = (other: HostDocument): boolean =>
        other !== widget && !other.isDisposed && other.sessionContext === widget.sessionContext;
      this.#pinned = this.#all().find(isView) ?? null;
      if (this.#pinned !== null) this.#watchClosing(this.#pinned);
    }
    this.#tell();
  }

  #tell(): void {
    const { current, pinned } = this;
    if (current === this.#told && pinned === this.#toldPinned) return;
    this.#told = current;
    this.#toldPinned = pinned;
    for (const listener of [...this.#listeners]) listener();
  }
}
