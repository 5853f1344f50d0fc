import { metaNumber, numberIn, tableNamed } from '../core/state-input.ts';
import type { StateTable } from '../core/state-table.ts';
import type { WindowOptions } from '../core/windows/window-operator.ts';
import type { PaneColumns, ResultColumns, WindowEntry } from '../wire/message-types.ts';
import { CellFeatures } from './cell-features.ts';
import { DirtySpans } from './dirty-spans.ts';
import type { FeatureCursor } from './feature-cursor.ts';
import { partsOf, tablesUnder } from './state-parts.ts';
import { ToldSeries } from './told-series.ts';
import { windowOptionsIn, windowOptionsTable } from './window-options-state.ts';
import { type NamePlan, withAggregations } from './window-plan.ts';
import type { WindowSource } from './window-source.ts';
import type { WindowStore } from './window-store.ts';
import { WindowedSeries } from './windowed-series.ts';

/**
 * All windows of one series: hands its rows to each of them and heals them once what was missing has come back.
 *
 * 1. Windows belong to a name: every series of it gets those of all its widgets, whatever `labels` a widget shows.
 * 2. A series of a name whose windows no widget shows has no operator and keeps no features.
 * 3. Windows that a server tells are not computed here, until a snapshot comes that does not tell them.
 */
export class SeriesWindows {
  readonly features = new CellFeatures();
  /** Each definition once, by its window key. */
  readonly stores = new Map<string, WindowStore>();
  /** Those of {@link stores} that are computed here. */
  readonly computed = new Map<string, WindowedSeries>();
  readonly #told = new Map<string, ToldSeries>();
  readonly #source: WindowSource;
  /** Where samples were missing. */
  readonly #dirty = new DirtySpans();
  /** Where raw rows came of samples that had been counted before. */
  readonly #refilled = new DirtySpans();
  #nowUs = Number.NaN;

  constructor(source: WindowSource) {
    this.#source = source;
  }

  /** Keeps exactly the windows of a plan. */
  follow(plan: NamePlan, nowUs: number): void {
    for (const key of this.stores.keys()) if (!plan.has(key)) this.#forget(key);
    for (const [key, options] of plan) this.ensure(key, options, nowUs);
  }

  /** The store of a definition with at least these aggregations; made from what the series holds where there is none. */
  ensure(key: string, options: WindowOptions, nowUs: number): WindowStore {
    const told = this.#told.get(key);
    if (told !== undefined) {
      told.widen(options);
      return told;
    }
    let store = this.computed.get(key);
    if (store === undefined) {
      store = new WindowedSeries(key, options, this.#source, this.features);
      this.computed.set(key, store);
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

  /** Takes over what rows `[from, to)` say of one definition; what no widget shows here is left out. */
  tell(entry: WindowEntry, rows: ResultColumns, from: number, to: number): void {
    let told = this.#told.get(entry.window);
    if (told === undefined) {
      const computed = this.computed.get(entry.window);
      // Changes of what was never told whole are of no use.
      if (computed === undefined || !entry.whole) return;
      told = new ToldSeries(computed);
      this.computed.delete(entry.window);
      this.#told.set(entry.window, told);
      this.stores.set(entry.window, told);
    }
    told.take(entry, rows, from, to);
  }

  /** Computes all windows here again but those that `isTold` names. */
  computeAllBut(isTold: (window: string) => boolean, nowUs: number): void {
    for (const [key, told] of this.#told) {
      if (isTold(key)) continue;
      this.#forget(key);
      this.ensure(key, told.options, nowUs);
      this.computed.get(key)!.replace(told);
    }
  }

  #forget(key: string): void {
    this.stores.delete(key);
    this.computed.delete(key);
    this.#told.delete(key);
  }

  /** Begins a message: nothing before `beforeUs` (null: not known) is expected any more but late. */
  begin(beforeUs: number | null, nowUs: number): void {
    this.#nowUs = nowUs;
    if (beforeUs !== null) for (const store of this.computed.values()) store.raise(beforeUs, nowUs);
  }

  /** @param areRising No time is smaller than the one before it. */
  addSamples(times: Float64Array, values: Float64Array, from: number, to: number, areRising: boolean): void {
    for (const store of this.computed.values()) store.addSamples(times, values, from, to, this.#nowUs, areRising);
  }

  /** Takes row `row` of a message's folds, which the cells have already. */
  addFold(panes: PaneColumns, row: number, extras: FeatureCursor): void {
    if (this.computed.size === 0) return;
    const durationUs = panes.duration[row]!;
    const startUs = panes.start[row]!;
    const at = extras.find(row);
    if (at >= 0) this.features.take(durationUs, startUs, panes.count[row]!, extras.columns!, at);
    const features = at < 0 ? null : this.features.read(extras.columns!, at);
    for (const store of this.computed.values()) {
      store.addFold(startUs, durationUs, panes, row, features, this.#nowUs);
    }
  }

  /** Takes what a keyframe says of row `row` of its panes, which brought `gained` samples. */
  takeKeyframePane(panes: PaneColumns, row: number, extras: FeatureCursor, gained: number): void {
    if (this.computed.size === 0) return;
    const durationUs = panes.duration[row]!;
    const startUs = panes.start[row]!;
    const at = extras.find(row);
    if (at >= 0) this.features.take(durationUs, startUs, panes.count[row]!, extras.columns!, at);
    if (gained > 0) this.#dirty.add(startUs, startUs + durationUs);
  }

  /** What lies before `edgeUs` was given up while samples were missing. */
  doubtBefore(edgeUs: number): void {
    for (const store of this.computed.values()) {
      store.collect(this.#nowUs);
      store.doubtBefore(edgeUs);
    }
  }

  /** The ring has raw rows now over these times, both included, that it lacked before; cells count them already. */
  takeHistory(firstUs: number, lastUs: number): void {
    if (this.computed.size > 0) this.#refilled.add(firstUs, lastUs + 1);
  }

  /** Nothing is missing any more: computes anew what had lacked samples, and what was withheld for want of raw rows. */
  heal(): void {
    if (this.#dirty.isEmpty && this.#refilled.isEmpty) return;
    for (const store of this.computed.values()) {
      store.collect(this.#nowUs);
      store.rebuild(this.#dirty, this.#refilled, this.#nowUs);
    }
    this.#dirty.clear();
    this.#refilled.clear();
  }

  /** Ends a message that touched the series. */
  settle(): void {
    for (const told of this.#told.values()) told.settle(this.#nowUs);
    if (this.computed.size === 0) return;
    this.features.evict(this.#source.cells);
    for (const store of this.computed.values()) store.settle(this.#nowUs);
    if (this.#source.cells.hole === null) this.heal();
  }

  /** Tells the producer's clock. */
  advance(nowUs: number): void {
    for (const store of this.computed.values()) {
      store.advance(nowUs);
      store.collect(nowUs);
    }
  }

  /** A copy of everything that is computed here; what a server told is left out. O(results and cells). */
  save(): readonly StateTable[] {
    return [
      { name: 'windows', meta: { now: metaNumber(this.#nowUs) }, columns: {} },
      ...this.features.save(),
      ...tablesUnder('dirty', this.#dirty.save()),
      ...tablesUnder('refilled', this.#refilled.save()),
      ...[...this.computed].flatMap(([key, store], i) =>
        tablesUnder(`store.${i}`, [windowOptionsTable(key, store.options), ...store.save()]),
      ),
    ];
  }

  /** Goes on from what {@link save} gave. @throws StreamVizError `STATE_INVALID` */
  restore(tables: readonly StateTable[]): void {
    const parts = partsOf(tables);
    this.#nowUs = numberIn(tableNamed(tables, 'windows'), 'now');
    this.features.restore(tables);
    this.#dirty.restore(parts.get('dirty') ?? []);
    this.#refilled.restore(parts.get('refilled') ?? []);
    for (const [part, own] of parts) {
      if (!part.startsWith('store.')) continue;
      const { key, options } = windowOptionsIn(own);
      const store = new WindowedSeries(key, options, this.#source, this.features);
      store.restore(own);
      this.computed.set(key, store);
      this.stores.set(key, store);
    }
  }
}
