import type { Axis } from '../../../dashboard/widget-specs.ts';

/** What a viewport must know of the data. Times are us; NaN where there are none. */
export interface HeldTime {
  readonly firstUs: number;
  readonly lastUs: number;
  /** The producer's clock. */
  readonly clockUs: number;
}

export type TimeRange = number | 'all';

/** `live`: the right edge follows; `paused`: everything stands; `held`: zoomed or panned away from the edge. */
export type ViewportMode = 'live' | 'paused' | 'held';

/** A visible part that is given from outside: exactly `held`, else the range up to `pausedAtUs`, else live. */
export interface GivenView {
  readonly range: TimeRange;
  readonly held: { readonly startUs: number; readonly endUs: number } | null;
  readonly pausedAtUs: number | null;
}

/** The limits of a viewport, in the unit of its axis. */
interface ViewportLimits {
  readonly minRange: number;
  readonly minAll: number;
  /** `all` is measured anew when the edge has moved so far. */
  readonly allRefresh: number;
  /** How far the clock estimate may step back before the edge follows it. */
  readonly backStep: number;
}

const LIMITS: Readonly<Record<Axis, ViewportLimits>> = {
  time: { minRange: 10_000, minAll: 10e6, allRefresh: 1e6, backStep: 1e6 },
  step: { minRange: 4, minAll: 10, allRefresh: 0, backStep: 0 },
};

/**
 * The visible part of one chart's axis; on a step axis every us below is a step and the clock is the newest step.
 *
 * 1. Live, the right edge is the producer's clock while the newest sample is younger than the range, else that sample.
 * 2. The edge never moves back by less than a second: a better clock estimate does not shake the picture.
 * 3. `all` grows once a second, so that labels and line keep one scale between two draws of the axis.
 */
export class Viewport {
  mode: ViewportMode = 'live';
  /** The chosen range while live. */
  range: TimeRange;
  /** Right edge, us. */
  edgeUs = Number.NaN;
  /** Visible length, us; always positive. */
  rangeUs: number;
  /** Live, but the newest sample is older than the range. */
  behind = false;
  #allAtUs = Number.NEGATIVE_INFINITY;
  readonly #limits: ViewportLimits;

  constructor(range: TimeRange, axis: Axis = 'time') {
    this.#limits = LIMITS[axis];
    this.range = range;
    this.rangeUs = range === 'all' ? this.#limits.minAll : range;
  }

  get startUs(): number {
    return this.edgeUs - this.rangeUs;
  }

  /** Chooses a range and goes live, unless paused: then the edge stays. */
  choose(range: TimeRange): void {
    this.range = range;
    this.#allAtUs = Number.NEGATIVE_INFINITY;
    if (this.mode === 'held') this.mode = 'live';
    if (range !== 'all') this.rangeUs = range;
  }

  /** Shows what is given. While paused a held part is `held` all the same. */
  show({ range, held, pausedAtUs }: GivenView): void {
    this.range = range;
    this.#allAtUs = Number.NEGATIVE_INFINITY;
    if (held !== null) {
      this.mode = 'held';
      this.edgeUs = held.endUs;
      this.rangeUs = held.endUs - held.startUs;
      return;
    }
    if (pausedAtUs === null) {
      if (this.mode !== 'live') this.live();
    } else {
      this.mode = 'paused';
      this.edgeUs = pausedAtUs;
    }
    if (range !== 'all') this.rangeUs = range;
  }

  /** Moves to now. Call once per frame; held and paused viewports stay, but `all` chosen while paused is measured. */
  follow(held: HeldTime): void {
    if (this.mode === 'live') {
      const edge = this.#liveEdge(held);
      const back = this.edgeUs - edge;
      if (!(back > 0 && back < this.#limits.backStep)) this.edgeUs = edge;
    }
    if (this.range === 'all' && this.mode !== 'held') this.#measureAll(held);
  }

  pause(): void {
    this.mode = 'paused';
  }

  /** Back to the moving edge and the chosen range. */
  live(): void {
    this.mode = 'live';
    this.edgeUs = Number.NaN;
    this.#allAtUs = Number.NEGATIVE_INFINITY;
    if (this.range !== 'all') this.rangeUs = this.range;
  }

  /** Zooms by `factor` (below 1: closer) around a time that keeps its place. Live at the right edge it stays live. */
  zoom(factor: number, aroundUs: number, held: HeldTime): void {
    if (!Number.isFinite(this.edgeUs) || !(factor > 0)) return;
    const longest = Math.max(this.#limits.minAll, held.clockUs - held.firstUs, this.rangeUs * Math.min(1, factor));
    const range = Math.min(longest, Math.max(this.#limits.minRange, this.rangeUs * factor));
    const share = (this.edgeUs - aroundUs) / this.rangeUs;
    this.#hold(aroundUs + share * range, range, held);
  }

  /** Moves the visible time by `us` (positive: later), within what is held; at the newest time it goes live. */
  pan(us: number, held: HeldTime): void {
    if (Number.isFinite(this.edgeUs)) this.#hold(this.edgeUs + us, this.rangeUs, held);
  }

  #hold(edgeUs: number, rangeUs: number, held: HeldTime): void {
    const newest = this.#liveEdge(held);
    const oldest = Math.min(newest, (Number.isFinite(held.firstUs) ? held.firstUs : newest) + rangeUs * 0.5);
    this.rangeUs = rangeUs;
    this.edgeUs = Math.min(newest, Math.max(oldest, edgeUs));
    if (this.mode !== 'paused') this.mode = 'held';
  }

  #liveEdge(held: HeldTime): number {
    const range = this.range === 'all' ? Number.POSITIVE_INFINITY : this.rangeUs;
    this.behind = held.clockUs - held.lastUs >= range;
    return this.behind ? held.lastUs : held.clockUs;
  }

  #measureAll(held: HeldTime): void {
    const at = this.edgeUs;
    if (at - this.#allAtUs < this.#limits.allRefresh && at >= this.#allAtUs) return;
    this.#allAtUs = at;
    const length = at - held.firstUs;
    this.rangeUs = Number.isFinite(length) ? Math.max(this.#limits.minAll, length * 1.01) : this.#limits.minAll;
  }
}
