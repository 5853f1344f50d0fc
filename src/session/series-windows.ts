import type { PaneColumns } from '../wire/message-types.ts';
import { CellFeatures } from './cell-features.ts';
import { DirtySpans } from './dirty-spans.ts';
import type { FeatureCursor } from './feature-cursor.ts';
import { type NamePlan, withAggregations } from './window-plan.ts';
import type { WindowSource } from './window-source.ts';
import { WindowedSeries } from './windowed-series.ts';

/**
 * All windows of one series: hands its rows to each of them and heals them once what was missing has come back.
 *
 * 1. Windows belong to a name: every series of it gets those of all its widgets, whatever `labels` a widget shows.
 * 2. A series of a name whose windows no widget shows has no operator and keeps no features.
 */
export class SeriesWindows {
  readonly features = new CellFeatures();
  /** Each definition once, by its window key. */
  readonly stores = new Map<string, WindowedSeries>();
  readonly #source: WindowSource;
  /** Where samples were missing. */
  readonly #dirty = new DirtySpans();
  /** Where raw rows came of samples that had been counted before. */
  readonly #told = new DirtySpans();
  #nowUs = Number.NaN;

  constructor(source: WindowSource) {
    this.#source = source;
  }

  /** Keeps exactly the windows of a plan. */
  follow(plan: NamePlan, nowUs: number): void {
    for (const key of this.stores.keys()) if (!plan.has(key)) this.stores.delete(key);
    for (const [key, options] of plan) this.ensure(key, options, nowUs);
  }

  /** The store of a definition with at least these aggregations; made from what the series holds where there is none. */
  ensure(key: string, options: WindowedSeries['options'], nowUs: number): WindowedSeries {
    let store = this.stores.get(key);
    if (store === undefined) {
      store = new WindowedSeries(key, options, this.#source, this.features);
      this.stores.set(key, store);
      if (this.#source.cells.count > 0) {
        const all = new DirtySpans();
        all.add(Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY);
        store.rebuild(all, new DirtySpans(), nowUs);
      }
      return store;
    }
    const wanted = withAggregations(store.options, options);
    if (wanted !== store.options) store.widen(wanted, nowUs);
    return store;
  }

  /** Begins a message: nothing before `beforeUs` (null: not known) is expected any more but late. */
  begin(beforeUs: number | null, nowUs: number): void {
    this.#nowUs = nowUs;
    if (beforeUs !== null) for (const store of this.stores.values()) store.raise(beforeUs, nowUs);
  }

  addSamples(times: Float64Array, values: Float64Array, from: number, to: number): void {
    for (const store of this.stores.values()) store.addSamples(times, values, from, to, this.#nowUs);
  }

  /** Takes row `row` of a message's folds, which the cells have already. */
  addFold(panes: PaneColumns, row: number, extras: FeatureCursor): void {
    if (this.stores.size === 0) return;
    const durationUs = panes.duration[row]!;
    const startUs = panes.start[row]!;
    const at = extras.find(row);
    if (at >= 0) this.features.take(durationUs, startUs, panes.count[row]!, extras.columns!, at);
    const features = at < 0 ? null : this.features.read(extras.columns!, at);
    for (const store of this.stores.values()) {
      store.addFold(startUs, durationUs, panes, row, features, this.#nowUs);
    }
  }

  /** Takes what a keyframe says of row `row` of its panes, which brought `gained` samples. */
  takeKeyframePane(panes: PaneColumns, row: number, extras: FeatureCursor, gained: number): void {
    if (this.stores.size === 0) return;
    const durationUs = panes.duration[row]!;
    const startUs = panes.start[row]!;
    const at = extras.find(row);
    if (at >= 0) this.features.take(durationUs, startUs, panes.count[row]!, extras.columns!, at);
    if (gained > 0) this.#dirty.add(startUs, startUs + durationUs);
  }

  /** What lies before `edgeUs` was given up while samples were missing. */
  doubtBefore(edgeUs: number): void {
    for (const store of this.stores.values()) {
      store.collect(this.#nowUs);
      store.doubtBefore(edgeUs);
    }
  }

  /** The ring has raw rows now over these times, both included, that it lacked before; cells count them already. */
  takeHistory(firstUs: number, lastUs: number): void {
    if (this.stores.size > 0) this.#told.add(firstUs, lastUs + 1);
  }

  /** Nothing is missing any more: computes anew what had lacked samples, and what was withheld for want of raw rows. */
  heal(): void {
    if (this.#dirty.isEmpty && this.#told.isEmpty) return;
    for (const store of this.stores.values()) {
      store.collect(this.#nowUs);
      store.rebuild(this.#dirty, this.#told, this.#nowUs);
    }
    this.#dirty.clear();
    this.#told.clear();
  }

  /** Ends a message that touched the series. */
  settle(): void {
    if (this.stores.size === 0) return;
    this.features.evict(this.#source.cells);
    for (const store of this.stores.values()) store.settle(this.#nowUs);
    if (this.#source.cells.hole === null) this.heal();
  }

  /** Tells the producer's clock. */
  advance(nowUs: number): void {
    for (const store of this.stores.values()) {
      store.advance(nowUs);
      store.collect(nowUs);
    }
  }
}
