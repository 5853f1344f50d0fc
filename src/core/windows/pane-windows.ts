import { DISTINCT_LIMIT } from '../distinct-set.ts';
import type { PaneFields } from '../pane.ts';
import type { StateTable } from '../state-table.ts';
import { type Aggregation, paneNeeds } from './aggregation.ts';
import { Evaluation } from './evaluate.ts';
import { Finality } from './finality.ts';
import { foldInto } from './fold-pane.ts';
import { MergedWindow } from './merged-window.ts';
import type { PaneKeeping } from './pane-extras.ts';
import { COUNT, DROPPED, MARKS, ROW_SHIFT, runEnd } from './pane-row.ts';
import { restorePaneWindows, savePaneWindows } from './pane-windows-state.ts';
import { countOutOfOrder, countUnusable } from './sample-counters.ts';
import { Watermark } from './watermark.ts';
import { WindowEmitter } from './window-emitter.ts';
import { WindowGrid } from './window-grid.ts';
import type { PaneFeatures, WindowCounters, WindowOperator, WindowOptions } from './window-operator.ts';
import { WindowPanes } from './window-panes.ts';
import { REBUILT, type WindowResults } from './window-results.ts';
import type { WindowShape } from './window-shape.ts';

/** Panes made since the last firing after which windows fire within one `add`, so that memory stays bounded. */
const MOST_WAITING = 32;

/**
 * Tumbling and sliding windows of one stream. See the guarantees of {@link WindowOperator}.
 *
 * 1. Samples are taken as runs: times that do not fall, within one pane. A sample not before the end of the last final
 *    window can change no final result, so results wait until its `add` ends; only one before it is judged by itself.
 * 2. Windows that hold no sample are neither stored nor emitted: a jump of a year costs O(1).
 * 3. A late sample that becomes the value before a later window that is final and still open to late samples revises
 *    that window too, where `delta`, `increase` or a counter's `rate` changes by it.
 * 4. A first sample that comes to a final window counts as late; that window's first result has revision 0.
 * 5. Any split of the samples into batches gives the same results: bit for bit, but for stddev and variance (1e-12).
 */
export class PaneWindows implements WindowOperator {
  readonly shape: WindowShape;
  readonly aggregations: readonly Aggregation[];
  readonly counters: WindowCounters = { late: 0, dropped: 0, missing: 0, invalid: 0, outOfOrder: 0 };
  readonly results: WindowResults;
  readonly #grid: WindowGrid;
  readonly #keep: PaneKeeping;
  readonly #panes: WindowPanes;
  readonly #emitter: WindowEmitter;
  readonly #watermark: Watermark;
  readonly #finality: Finality;
  readonly #anchored: boolean;
  /** Panes made until windows fired last. */
  #firedMade = 0;

  /** @param options `shape` must be tumbling or sliding. */
  constructor(options: WindowOptions) {
    if (options.shape.kind === 'session') throw new TypeError('a tumbling or sliding shape; got session');
    const { aggregations } = options;
    const needs = paneNeeds(aggregations, { counter: options.counter ?? false });
    this.shape = options.shape;
    this.aggregations = aggregations;
    this.#anchored = needs.increase || aggregations.some(({ kind }) => kind === 'delta' || kind === 'increase');
    this.#keep = {
      spread: needs.spread,
      counter: needs.increase,
      sketch: needs.sketch,
      distinct: needs.distinct,
      distinctLimit: options.distinctLimit ?? DISTINCT_LIMIT,
    };
    this.#grid = new WindowGrid(options.shape);
    this.#panes = new WindowPanes(this.#keep);
    const merged = new MergedWindow(this.#grid, this.#panes, new Evaluation(options), {
      ...this.#keep,
      anchored: this.#anchored,
    });
    this.#emitter = new WindowEmitter(this.#grid, this.#panes, merged, {
      width: aggregations.length,
      keep: this.#keep,
    });
    this.results = this.#emitter.results;
    this.#watermark = new Watermark(options);
    this.#finality = new Finality(this.#grid, this.#watermark, options);
  }

  /** The operator whose `save` gave these tables, under the same options. @throws StreamVizError `STATE_INVALID` */
  static restore(options: WindowOptions, tables: readonly StateTable[]): PaneWindows {
    const windows = new PaneWindows(options);
    restorePaneWindows(windows.#state(), tables);
    windows.#firedMade = windows.#panes.made;
    return windows;
  }

  get watermark(): number {
    return this.#watermark.value;
  }

  /** Length of the panes; each starts at {@link paneStart}. */
  get paneSize(): number {
    return this.#grid.paneSize;
  }

  /** Start of the pane that a time lies in. */
  paneStart(time: number): number {
    return this.#grid.paneStart(this.#grid.paneAt(time));
  }

  add(times: Float64Array, values: Float64Array, from: number, to: number, now: number): void {
    const watermark = this.#watermark;
    const limit = watermark.limit(now);
    const lowest = -watermark.limit(Number.NaN);
    const limitEdge = Math.floor(limit) + 1;
    const panes = this.#panes;
    const grid = this.#grid;
    const finality = this.#finality;
    let observed = false;
    let i = from;
    while (i < to) {
      const time = times[i]!;
      if (!(time <= limit && time >= lowest)) {
        this.counters.invalid += 1;
        i += 1;
        continue;
      }
      observed = true;
      if (time < finality.end) {
        this.#addLate(times, values, i);
        i += 1;
        continue;
      }
      const pane = grid.paneAt(time);
      const edge = grid.paneStart(pane + 1);
      const end = runEnd(times, i, to, edge < limitEdge ? edge : limitEdge);
      this.#addRun(pane, times, values, i, end);
      i = end;
      if (panes.made - this.#firedMade > MOST_WAITING) this.#fire();
    }
    if (observed) watermark.arrived(now);
    this.#fire();
  }

  /**
   * A pane that lies in several of ours is held with its last sample: windows that it lies in only partly are approximate,
   * as is a counter's increase over it. Its distinct values are known in part (AT_LEAST).
   */
  addPane(_start: number, _duration: number, panes: PaneFields, row: number, features: PaneFeatures | null): void {
    const count = panes.count[row]!;
    const lastTime = panes.lastTime[row]!;
    const watermark = this.#watermark;
    if (!(count > 0)) return;
    if (count === 1 || !(Math.abs(lastTime) <= Number.MAX_SAFE_INTEGER)) {
      this.add(panes.lastTime, panes.last, row, row + 1, Number.NaN);
      watermark.arrivedUnclocked();
      return;
    }
    this.#fire();
    if (lastTime < watermark.maxTime) this.counters.outOfOrder += count;
    const pane = this.#grid.paneAt(lastTime);
    const firstPane = this.#grid.paneAt(panes.firstTime[row]!);
    if (firstPane < pane) this.#panes.addSpan(firstPane, pane);
    this.#take(pane, count, (place) => foldInto(this.#panes, place, panes, row, features, this.#keep));
    watermark.observe(lastTime);
    watermark.arrivedUnclocked();
    this.#fire();
  }

  raiseWatermark(watermark: number): void {
    this.#watermark.raise(watermark);
    this.#fire();
  }

  advance(now: number): void {
    this.#watermark.advance(now);
    this.#fire();
  }

  close(): void {
    this.raiseWatermark(Number.POSITIVE_INFINITY);
  }

  readOpen(out: WindowResults): void {
    this.#emitter.readOpen(out, this.#finality.lastFinal + 1);
  }

  /** Results that were not read are not part of it. */
  save(): readonly StateTable[] {
    return savePaneWindows(this.#state());
  }

  /** Samples of the pane that starts at `start`: those it holds and those that no window took. 0 where it is not stored. */
  paneCount(start: number): { readonly taken: number; readonly dropped: number } {
    const panes = this.#panes;
    const pane = this.#grid.paneAt(start);
    const slot = panes.seek(pane);
    if (slot === panes.tail || panes.rows[panes.at(slot)] !== pane) return { taken: 0, dropped: 0 };
    const row = panes.at(slot);
    return { taken: panes.rows[row + COUNT]!, dropped: panes.rows[row + DROPPED]! };
  }

  /**
   * The pane that starts at `start` now holds exactly row `row` of `panes`. Touches neither counters nor watermark.
   *
   * Results follow with {@link endReplace}. A pane older than what `keepPanes` keeps stays as it is.
   */
  replacePane(start: number, panes: PaneFields, row: number, features: PaneFeatures | null): void {
    const grid = this.#grid;
    const pane = grid.paneAt(start);
    const oldest = this.#finality.firstKept;
    if (pane < oldest) return;
    this.#emitter.beginReplace(pane, {
      oldest: Math.ceil((oldest + grid.panesPerWindow) / grid.panesPerSlide),
      anchored: this.#anchored,
    });
    this.#emitter.touch(pane);
    const store = this.#panes;
    const place = store.ensure(pane);
    store.clear(place);
    store.rows[(place << ROW_SHIFT) + MARKS] = REBUILT;
    if (panes.count[row]! > 0) foldInto(store, place, panes, row, features, this.#keep);
    this.#firedMade = store.made;
  }

  /** Final windows over replaced panes whose count or values changed come again, revision + 1 and REBUILT. */
  endReplace(): void {
    this.#emitter.endReplace();
    this.#evict();
  }

  /** Takes a run that no final window holds. */
  #addRun(pane: number, times: Float64Array, values: Float64Array, from: number, to: number): void {
    const panes = this.#panes;
    const watermark = this.#watermark;
    const { made } = panes;
    const place = panes.ensure(pane);
    const count = panes.addRun(place, times, values, from, to);
    if (count < to - from) {
      countUnusable(this.counters, values, from, to);
      if (count === 0 && panes.made > made) panes.unmake(place);
    }
    if (times[from]! < watermark.maxTime) countOutOfOrder(this.counters, watermark.maxTime, times, values, from, to);
    watermark.observe(times[to - 1]!);
  }

  /** Takes sample `i`, which lies in a window that is final. */
  #addLate(times: Float64Array, values: Float64Array, i: number): void {
    this.#fire();
    const time = times[i]!;
    const value = values[i]!;
    if (value - value !== 0) countUnusable(this.counters, values, i, i + 1);
    else {
      if (time < this.#watermark.maxTime) this.counters.outOfOrder += 1;
      this.#take(this.#grid.paneAt(time), 1, (place) => this.#panes.addRun(place, times, values, i, i + 1));
    }
    this.#watermark.observe(time);
  }

  /** `count` samples come to `pane`: judged per window, put there by `put`, final windows revised. */
  #take(pane: number, count: number, put: (place: number) => void): void {
    const grid = this.#grid;
    const panes = this.#panes;
    const emitter = this.#emitter;
    const { lastClosed, firstKept } = this.#finality;
    const last = grid.lastWindow(pane);
    if (last <= lastClosed) {
      this.counters.dropped += count;
      if (pane >= firstKept) {
        const row = panes.ensure(pane) << ROW_SHIFT;
        panes.rows[row + DROPPED] = panes.rows[row + DROPPED]! + count;
      }
    } else {
      const place = panes.ensure(pane);
      const first = Math.max(grid.firstWindow(pane), lastClosed + 1);
      const final = Math.min(last, emitter.fired);
      const followers = this.#anchored ? emitter.readFollowers(pane) : null;
      emitter.touch(pane);
      put(place);
      if (final >= first) this.counters.late += count;
      for (let window = first; window <= final; window += 1) emitter.revise(window, count);
      if (followers !== null) emitter.reviseFollowers(followers);
    }
    this.#firedMade = panes.made;
  }

  /** Emits the windows that the watermark has passed since the last call, then lets go of what none can change. */
  #fire(): void {
    this.#emitter.fire(this.#finality.lastFinal);
    this.#evict();
  }

  #evict(): void {
    const panes = this.#panes;
    const { firstKept } = this.#finality;
    if (panes.first < firstKept) {
      panes.evict(firstKept);
      this.#emitter.revisions.forget(this.#grid.firstWindow(firstKept));
    }
    this.#firedMade = panes.made;
  }

  #state() {
    return { panes: this.#panes, emitter: this.#emitter, watermark: this.#watermark, counters: this.counters };
  }
}
