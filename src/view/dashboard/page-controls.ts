import type { TimeSpan } from '../../session/session-view.ts';
import type { PageRange, ViewChange, ViewControls } from './view-controls.ts';

/** The shortest visible time, us. */
const LEAST_SPAN_US = 10_000;

/** What of the visible time a link holds. */
export interface SharedView {
  readonly range: PageRange;
  readonly held: TimeSpan | null;
  readonly pausedAtUs: number | null;
  readonly refreshMs: number;
}

/**
 * The shared view of a page.
 *
 * 1. Listeners are called after every change and never without one; setting what is set already changes nothing.
 * 2. While a refresh rate is set and the view is not paused, one timer ticks; else there is none.
 * 3. `dispose` stops it and forgets the listeners; twice is harmless.
 */
export class PageControls implements ViewControls {
  range: PageRange = 'own';
  held: TimeSpan | null = null;
  pausedAtUs: number | null = null;
  cursorUs = Number.NaN;
  refreshMs = 0;
  readonly #listeners = new Set<(change: ViewChange) => void>();
  readonly #every: (run: () => void, ms: number) => () => void;
  #stopTicks: (() => void) | null = null;
  #tickMs = 0;

  /** @param every Calls `run` each `ms` until the returned function is called. Default: setInterval. */
  constructor(every: (run: () => void, ms: number) => () => void = interval) {
    this.#every = every;
  }

  get shared(): SharedView {
    const { range, held, pausedAtUs, refreshMs } = this;
    return { range, held, pausedAtUs, refreshMs };
  }

  /** Takes a whole view at once: one change. */
  set(view: Partial<SharedView>): void {
    const before = this.shared;
    const { range = before.range, held = before.held, pausedAtUs = before.pausedAtUs } = view;
    this.range = range;
    this.held = held;
    this.pausedAtUs = pausedAtUs;
    const { refreshMs = before.refreshMs } = view;
    if (refreshMs !== this.refreshMs) {
      this.refreshMs = refreshMs;
      this.#tell('refresh');
    }
    const sameSpan = held?.startUs === before.held?.startUs && held?.endUs === before.held?.endUs;
    this.#follow();
    if (range !== before.range || pausedAtUs !== before.pausedAtUs || !sameSpan) this.#tell('view');
  }

  /** Chooses a range and ends a zoom; a pause stays where it is. */
  choose(range: PageRange): void {
    this.set({ range, held: null });
  }

  hold({ startUs, endUs }: TimeSpan): void {
    const lengthUs = Math.max(LEAST_SPAN_US, endUs - startUs);
    if (!Number.isFinite(startUs) || !Number.isFinite(lengthUs)) return;
    const middle = (startUs + endUs) / 2;
    this.set({ held: { startUs: Math.round(middle - lengthUs / 2), endUs: Math.round(middle + lengthUs / 2) } });
  }

  goLive(): void {
    this.set({ held: null, pausedAtUs: null });
  }

  pause(atUs: number): void {
    this.set({ pausedAtUs: Math.round(atUs) });
  }

  point(timeUs: number): void {
    if (Object.is(timeUs, this.cursorUs)) return;
    this.cursorUs = timeUs;
    this.#tell('cursor');
  }

  subscribe(listener: (change: ViewChange) => void): () => void {
    const entry = (change: ViewChange): void => listener(change);
    this.#listeners.add(entry);
    return () => this.#listeners.delete(entry);
  }

  dispose(): void {
    this.#stopTicks?.();
    this.#stopTicks = null;
    this.#listeners.clear();
  }

  #follow(): void {
    const wanted = this.pausedAtUs === null ? this.refreshMs : 0;
    if (wanted === this.#tickMs) return;
    this.#tickMs = wanted;
    this.#stopTicks?.();
    this.#stopTicks = wanted > 0 ? this.#every(() => this.#tell('tick'), wanted) : null;
  }

  #tell(change: ViewChange): void {
    for (const listener of [...this.#listeners]) listener(change);
  }
}

function interval(run: () => void, ms: number): () => void {
  const timer = setInterval(run, ms);
  return () => clearInterval(timer);
}
