import type { LineBuffer } from '../core/line-buffer.ts';
import type { Pane } from '../core/pane.ts';
import type { Aggregation } from '../core/windows/aggregation.ts';
import type { WindowCounters, WindowOptions } from '../core/windows/window-operator.ts';
import { ResultLine } from './read-results.ts';
import type {
  LineRange,
  NearestSample,
  SeriesCounters,
  SeriesView,
  TimeSpan,
  WindowPoint,
  WindowReading,
} from './session-view.ts';
import { stepOf } from './window-reach.ts';
import type { WindowStore } from './window-store.ts';

/**
 * One series seen through one aggregation of its windows.
 *
 * 1. `lastTimeUs` is where the newest entry is drawn, open or final; `lastValue` is the newest final result's, the open
 *    one's before there is a final one.
 * 2. `count` and `summary` are those of the samples, `counters` those of the series.
 */
export class WindowedLine implements SeriesView {
  readonly key: string;
  readonly name: string;
  readonly labels: readonly (readonly [string, string])[];
  readonly generation: number;
  readonly window: WindowReading;
  readonly #series: SeriesView;
  readonly #store: WindowStore;
  readonly #line: ResultLine;

  /** @param options.isOneOfSeveral Whether the aggregation is to be told by a label. */
  constructor(options: {
    readonly series: SeriesView;
    readonly store: WindowStore;
    readonly aggregation: Aggregation;
    readonly isOneOfSeveral: boolean;
  }) {
    const { series, store, aggregation, isOneOfSeveral } = options;
    this.key = `${series.key} ${store.key} ${aggregation.text}`;
    this.name = series.name;
    this.labels = isOneOfSeveral ? [...series.labels, ['aggregation', aggregation.text]] : series.labels;
    this.generation = series.generation;
    this.#series = series;
    this.#store = store;
    this.#line = new ResultLine(store, aggregation);
    this.window = new Reading(this.#line);
  }

  get version(): number {
    return this.#series.version + this.#store.version;
  }

  get pastVersion(): number {
    return this.#store.pastVersion;
  }

  get count(): number {
    return this.#series.count;
  }

  get firstTimeUs(): number {
    return this.#line.total === 0 ? Number.NaN : this.#line.timeAt(0);
  }

  get lastTimeUs(): number {
    const { total } = this.#line;
    return total === 0 ? Number.NaN : this.#line.timeAt(total - 1);
  }

  get lastValue(): number {
    const { finalCount, total } = this.#line;
    if (finalCount > 0) return this.#line.valueAt(finalCount - 1);
    return total === 0 ? Number.NaN : this.#line.valueAt(total - 1);
  }

  get intervalUs(): number {
    return stepOf(this.#store.options.shape);
  }

  get lastSampleUs(): number {
    return this.#store.newestUs;
  }

  get sampleIntervalUs(): number {
    return this.#series.intervalUs;
  }

  get exact(): boolean {
    return this.#series.exact;
  }

  get pending(): readonly TimeSpan[] {
    return this.#series.pending;
  }

  get restored(): readonly TimeSpan[] {
    return this.#series.restored;
  }

  get counters(): Readonly<SeriesCounters> {
    return this.#series.counters;
  }

  summary(): Pane | null {
    return this.#series.summary();
  }

  readLine(range: LineRange, out: LineBuffer): 'points' | 'columns' {
    return this.#line.read(range, out);
  }

  extent(startUs: number, endUs: number, out: Float64Array): boolean {
    return this.#line.extent(startUs, endUs, out);
  }

  nearest(timeUs: number): NearestSample | null {
    const i = this.#line.nearest(timeUs);
    if (i < 0) return null;
    return { timeUs: this.#line.timeAt(i), value: this.#line.valueAt(i), window: this.#line.pointAt(i) };
  }
}

/** What a line says of its newest windows; the points are made once per version. */
class Reading implements WindowReading {
  readonly aggregation: Aggregation;
  readonly #line: ResultLine;
  #version = -1;
  #newest: WindowPoint | null = null;
  #open: WindowPoint | null = null;
  #revised: WindowPoint | null = null;

  constructor(line: ResultLine) {
    this.aggregation = line.aggregation;
    this.#line = line;
  }

  get options(): WindowOptions {
    return this.#line.store.options;
  }

  get counters(): Readonly<WindowCounters> {
    return this.#line.store.counters;
  }

  get revisedAtUs(): number {
    return this.#line.store.revisedAtUs;
  }

  get newest(): WindowPoint | null {
    this.#read();
    return this.#newest;
  }

  get open(): WindowPoint | null {
    this.#read();
    return this.#open;
  }

  get revised(): WindowPoint | null {
    this.#read();
    return this.#revised;
  }

  #read(): void {
    const { store, finalCount, total } = this.#line;
    // What is exact now depends on messages that do not name the series, too: flags are told anew with each reading then.
    if (this.#version === store.version && store.source.isCurrent) return;
    this.#version = store.source.isCurrent ? store.version : -1;
    this.#newest = finalCount === 0 ? null : this.#line.pointAt(finalCount - 1);
    this.#open = total === finalCount ? null : this.#line.pointAt(total - 1);
    const { history, revisedRow } = store;
    this.#revised = revisedRow < 0 ? null : this.#line.pointAt(revisedRow - history.head);
  }
}
