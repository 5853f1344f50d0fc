import { mergePanes, type Pane, paneOf } from '../../src/core/pane.ts';
import { QuantileSketch } from '../../src/core/sketch/quantile-sketch.ts';
import type { WindowOptions } from '../../src/core/windows/window-operator.ts';
import type { SeriesView } from '../../src/session/session-view.ts';
import { Sessions } from '../../src/session/sessions.ts';
import type { WindowStore } from '../../src/session/window-store.ts';
import type { FeatureColumns, Message } from '../../src/wire/message-types.ts';
import { messageOf, type PaneRow, paneColumns, sampleColumns } from './message-builder.ts';
import { NaiveCells } from './naive-cells.ts';

export type Row = readonly [time: number, value: number];

export const KEY = '["cpu",[]]';
export const S = 1e6;
export const TIERS = [S, 10 * S, 60 * S];

/** One sample a second in `[from, to)`, of the value of its second. */
export const seconds = (from: number, to: number, step = 1): Row[] =>
  Array.from({ length: Math.ceil((to - from) / step) }, (_, i) => [(from + i * step) * S, from + i * step]);

/** The document's entry of a metric `cpu` with these options. */
export const metric = (options: object, id = 'metric:cpu') => ({ id, kind: 'metric', name: 'cpu', options });

/**
 * A page and a producer of one series `cpu` that says exactly what a test wants it to say, loses what it is told to lose
 * and can repeat everything as a keyframe.
 */
export class WindowPage {
  readonly sessions = new Sessions({ now: () => 0, schedule: () => () => undefined });
  readonly rows: Row[] = [];
  /** The producer's clock; it follows the rows unless it is held. */
  sentUs = 0;
  isClockHeld = false;
  tiers: readonly number[] = TIERS;
  axis: 'time' | 'step' = 'time';
  since: number | null = null;
  #cells = new NaiveCells(TIERS, 600);
  #seq = 0;
  #gen = 0;
  #n = 0;
  #max = Number.NEGATIVE_INFINITY;
  #revision = 0;
  #document: unknown = null;
  #generations: Record<string, number> = {};
  #widgets: readonly unknown[] = [];

  constructor(...widgets: readonly unknown[]) {
    this.declare(...widgets);
  }

  get data() {
    return this.sessions.get('kernel-1').data;
  }

  get store() {
    return this.sessions.get('kernel-1');
  }

  get series() {
    return this.data.series.get(KEY)!;
  }

  /** The first store of the series' windows. */
  get windows(): WindowStore {
    return this.series.windows.stores.values().next().value!;
  }

  /** Every window a widget of the document shows. */
  get options(): WindowOptions {
    const widget = this.data.document!.widgets[0]!;
    if (widget.kind !== 'metric' || widget.options.window === null) throw new Error('no window');
    return widget.options.window;
  }

  get line(): SeriesView {
    return this.store.windowed('cpu', this.options)[0]!;
  }

  /** `[start in s, value, count, flags, revision]` of each final result. */
  results(k = 0): number[][] {
    const { history } = this.windows;
    return Array.from({ length: history.size }, (_, i) => {
      const row = history.head + i;
      const { startUs, values, count, flags, revision } = history;
      return [startUs[row]! / S, values[k]![row]!, count[row]!, flags[row]!, revision[row]!];
    });
  }

  /** Says with the next message what the document is. */
  declare(...widgets: readonly unknown[]): void {
    this.#revision += 1;
    this.#widgets = widgets;
    this.#document = { revision: this.#revision, widgets, generations: this.#generations };
  }

  clear(): void {
    this.#gen += 1;
    this.#generations = { [KEY]: this.#gen };
    this.#n = 0;
    this.#max = Number.NEGATIVE_INFINITY;
    this.#cells = new NaiveCells(this.tiers, 600);
    this.rows.length = 0;
    this.declare(...this.#widgets);
  }

  /** Goes on under other tiers, the finest of which begins at `since`. */
  retier(tiers: readonly number[], since: number | null): void {
    this.tiers = tiers;
    this.since = since;
    this.#cells = new NaiveCells(tiers, 600);
    for (const [time, value] of this.rows)
      this.#cells.add(time, paneOf(time, value), time < (since ?? 0) ? tiers[1]! : 0);
  }

  send(rows: readonly Row[], fields: Partial<Message> = {}): void {
    const before = this.#enter(rows);
    const samples = sampleColumns(rows.map(([time, value]) => ({ series: 0, time, value })));
    this.#deliver({ series: this.#entry(before), samples, ...fields });
  }

  /** Sends rows as panes of `duration`, with what their samples need beyond panes where `features`. */
  fold(rows: readonly Row[], duration: number, features = false): void {
    const before = this.#enter(rows);
    const cells = new Map<number, Row[]>();
    for (const row of rows) {
      const start = Math.floor(row[0] / duration) * duration;
      cells.set(start, [...(cells.get(start) ?? []), row]);
    }
    const panes = [...cells].map(([start, held]) => ({ series: 0, start, duration, pane: paneOfRows(held) }));
    const foldFeatures = features ? featuresOf([...cells.values()]) : null;
    this.#deliver({ series: this.#entry(before), folds: paneColumns(panes), foldFeatures });
  }

  /** Enters rows into a message that never comes. */
  lose(rows: readonly Row[]): void {
    this.#enter(rows);
    this.#seq += 1;
  }

  /** A message without rows, `atUs` by the producer's clock. */
  beat(atUs: number): void {
    this.sentUs = atUs;
    this.#deliver({});
  }

  /** Everything anew: cells, no more than `limit` of a tier, and the newest `history` raw rows. */
  keyframe({ limit = 60, history = 0, features = false, broken = false } = {}): void {
    const shown = this.#cells.keyframe(limit);
    const panes: PaneRow[] = shown.map(({ tier, start, pane }) => {
      return { series: 0, start, duration: this.tiers[tier]!, pane };
    });
    const cells = panes.map(({ start, duration }) => this.rows.filter(([t]) => t >= start && t < start + duration));
    const newest = history === 0 ? [] : [...this.rows].sort((a, b) => a[0] - b[0]).slice(-history);
    this.#deliver({
      series: this.#entry(this.#max),
      history: sampleColumns(newest.map(([time, value]) => ({ series: 0, time, value }))),
      keyframe: { panes: paneColumns(panes), ranges: [{ series: 0, from: null, gone: 0 }] },
      keyframeFeatures: features ? withSketches(featuresOf(cells), broken) : null,
    });
  }

  #enter(rows: readonly Row[]): number {
    const before = this.#max;
    for (const [time, value] of rows) {
      if (!Number.isFinite(value)) continue;
      this.rows.push([time, value]);
      this.#cells.add(time, paneOf(time, value), this.since !== null && time < this.since ? this.tiers[1]! : 0);
      this.#n += 1;
      this.#max = Math.max(this.#max, time);
    }
    if (!this.isClockHeld) this.sentUs = Math.max(this.sentUs, this.#max);
    return before;
  }

  #entry(before: number): Message['series'] {
    const { tiers, axis, since } = this;
    const max = Number.isFinite(before) ? before : null;
    return [{ key: KEY, gen: this.#gen, n: this.#n, before: max, tiers, axis, since }];
  }

  #deliver(fields: Partial<Message>): void {
    this.#seq += 1;
    const { sentUs } = this;
    const head = { seq: this.#seq, sentUs, samplesTotal: this.#n, documentRevision: this.#revision };
    const message = messageOf({ ...head, document: this.#document, ...fields });
    this.#document = null;
    this.sessions.deliverMessage(message);
    const { problem } = this.store;
    if (problem !== null) throw problem;
  }
}

function paneOfRows(rows: readonly Row[]): Pane {
  return rows.reduce<Pane | null>((pane, [time, value]) => mergePanes(pane, paneOf(time, value)), null)!;
}

/** What a producer knows of the samples of each pane. */
function featuresOf(panes: readonly (readonly Row[])[]): FeatureColumns {
  const sorted = panes.map((rows) => [...rows].sort((a, b) => a[0] - b[0]).map(([, value]) => value));
  const meanOf = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
  return {
    length: panes.length,
    row: Int32Array.from(panes, (_, i) => i),
    mean: Float64Array.from(sorted, meanOf),
    m2: Float64Array.from(sorted, (values) => values.reduce((a, b) => a + (b - meanOf(values)) ** 2, 0)),
    increase: Float64Array.from(sorted, (values) =>
      values.reduce(
        (sum, value, i) => sum + (i === 0 ? 0 : value < values[i - 1]! ? value : value - values[i - 1]!),
        0,
      ),
    ),
    sketch: sorted.map((values) => {
      const sketch = new QuantileSketch();
      for (const value of values) sketch.add(value);
      return sketch.encode();
    }),
  };
}

const withSketches = (features: FeatureColumns, broken: boolean): FeatureColumns =>
  broken ? { ...features, sketch: features.sketch.map(() => Uint8Array.of(9, 9, 9)) } : features;
