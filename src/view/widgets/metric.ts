import { type ThresholdLine, thresholdLines } from '../../dashboard/thresholds.ts';
import type { MetricSpec, WidgetSpec } from '../../dashboard/widget-specs.ts';
import type { SeriesView } from '../../session/session-view.ts';
import type { ViewControls } from '../dashboard/view-controls.ts';
import type { ExportTable } from '../export/export-table.ts';
import { NumberFormat } from '../number-format.ts';
import { type TimeFormat, timesOf } from '../time-format.ts';
import { Tooltip } from '../tooltip.ts';
import { watchSize } from '../visibility.ts';
import type { CreateWidget, Frame, WidgetContext, WidgetView } from '../widget-view.ts';
import { Axes } from './metric/axes.ts';
import { type AxisFormat, axisFormat } from './metric/axis-format.ts';
import { PAGE_TURNS } from './metric/axis-turns.ts';
import { Cursor, type CursorView } from './metric/cursor.ts';
import { HeldData } from './metric/held-data.ts';
import { LineEnds } from './metric/line-ends.ts';
import { type LineStyle, lineStyles } from './metric/lines.ts';
import { metricGestures } from './metric/metric-gestures.ts';
import { metricPng } from './metric/metric-png.ts';
import { metricRows } from './metric/metric-rows.ts';
import { MetricWords } from './metric/metric-words.ts';
import { Pace } from './metric/pace.ts';
import { Plot } from './metric/plot.ts';
import { type PlotLayout, plotLayout } from './metric/plot-layout.ts';
import { PlotPointer } from './metric/plot-pointer.ts';
import { showTooltip } from './metric/show-tooltip.ts';
import { ValueAxis } from './metric/value-axis.ts';
import { ViewportControl } from './metric/viewport-control.ts';

const NO_LINES: readonly SeriesView[] = [];

/**
 * A live metric: its newest value as text, its line or lines over a sliding time axis, thresholds, cursor and tools.
 *
 * 1. A frame in which neither data, nor the edge by a device pixel, nor the cursor changed paints nothing; where the next
 *    pixel is some frames away, none is asked for until then.
 * 2. Value range and labels stand still between two draws of the axes, so line and labels always agree.
 * 3. Painting reads what is new of each line, in pixel columns or exact samples: its cost does not grow with history.
 */
class MetricWidget implements WidgetView {
  #spec: MetricSpec;
  readonly #context: WidgetContext;
  readonly #held = new HeldData();
  readonly #plot: Plot;
  readonly #axes: Axes;
  readonly #valueAxis = new ValueAxis();
  readonly #control: ViewportControl;
  readonly #words: MetricWords;
  readonly #tooltip: Tooltip;
  readonly #pointer: PlotPointer;
  readonly #cursor = new Cursor();
  readonly #ends = new LineEnds();
  readonly #times: TimeFormat;
  readonly #format: AxisFormat;
  readonly #stops: (() => void)[] = [];
  readonly #pace = new Pace((says) => {
    if (says) this.#words.due = true;
    this.#context.invalidate();
  });
  #numbers: NumberFormat;
  #layout: PlotLayout | null = null;
  #bodyWidth = 0;
  #bodyHeight = 0;
  #styles: readonly LineStyle[] = [];
  #stylesKey = '';
  #thresholds: readonly ThresholdLine[] = [];
  #hovered = -1;
  #paintedEdgeUs = Number.NaN;
  #paintDue = true;
  #many = false;
  /** As of the last draw: who goes without a last word is said to be gone all the same. */
  #status: WidgetContext['store']['status'] = 'waiting';

  constructor(spec: MetricSpec, context: WidgetContext) {
    this.#spec = spec;
    this.#context = context;
    this.#times = timesOf(context.timezone);
    this.#format = axisFormat(spec.options.axis, context.timezone);
    this.#numbers = new NumberFormat(spec.options);
    const { card } = context;
    this.#plot = new Plot(card.body);
    this.#axes = new Axes(this.#plot.axis, PAGE_TURNS);
    this.#control = new ViewportControl({
      range: spec.options.timeRangeUs,
      axis: spec.options.axis,
      card,
      held: this.#held,
      onChange: () => this.#refit(),
      // A step is no time: it shares nothing.
      controls: spec.options.axis === 'time' ? context.controls : undefined,
    });
    this.#words = new MetricWords(card, this.#held, this.#control);
    this.#tooltip = new Tooltip(card.element);
    const parts = { plot: this.#plot, control: this.#control, cursor: this.#cursor, held: this.#held };
    this.#pointer = new PlotPointer(
      this.#plot.stage,
      metricGestures(parts, () => {
        this.#paintDue = true;
        if (this.#control.isShared) context.controls?.point(this.#cursor.pointedUs(this.#plot.scale));
        context.invalidate();
      }),
    );
    if (this.#control.isShared && context.controls) this.#stops.push(this.#shareCursor(context.controls));
    this.#stops.push(
      watchSize(card.body, (width, height) => this.#resized(width, height)),
      context.theme.subscribe(() => {
        this.#stylesKey = '';
        this.#axes.stale = true;
        this.#paintDue = true;
        context.invalidate();
      }),
    );
    this.update(spec);
  }

  get animating(): boolean {
    return this.#pace.isEveryFrame;
  }

  setPaused(paused: boolean): void {
    this.#control.setPaused(paused);
  }

  update(spec: WidgetSpec): void {
    if (spec.kind !== 'metric') return;
    const before = this.#spec.options.timeRangeUs;
    this.#spec = spec;
    this.#numbers = new NumberFormat(spec.options);
    this.#thresholds = thresholdLines(spec.options.thresholds);
    this.#context.card.setTitle(spec.options.title);
    this.#plot.stage.setAttribute('aria-label', `${spec.options.title}, arrow keys read the samples`);
    this.#stylesKey = '';
    if (spec.options.timeRangeUs !== before) this.#control.choose(spec.options.timeRangeUs);
    else this.#refit();
  }

  draw(frame: Frame): void {
    const { store, theme } = this.#context;
    const held = this.#held;
    const isNew = held.read(this.#spec, store, frame, theme.reducedMotion);
    const { status } = store;
    if (isNew || status !== this.#status) this.#words.due = true;
    this.#status = status;
    this.#control.settle();
    this.#restyle();
    const layout = this.#layOut();
    this.#pace.waiting = layout !== null && !this.#show(frame, layout, isNew);
    const hasSpoken = !this.#pace.waiting && this.#say(frame, layout);
    this.#settle(frame, hasSpoken);
  }

  toRows(): ExportTable | null {
    const names = this.#styles.map(({ name }) => name);
    return metricRows(this.#held.lines, { names, scale: this.#plot.scale, axis: this.#spec.options.axis });
  }

  toPng(): string | null {
    return metricPng({
      theme: this.#context.theme,
      title: this.#spec.options.title,
      value: this.#many ? '' : this.#numbers.text(this.#control.shownValue(0)),
      canvases: [...this.#plot.axis.canvases(), this.#plot.canvas],
      pixelRatio: globalThis.devicePixelRatio || 1,
    });
  }

  dispose(): void {
    for (const stop of this.#stops) stop();
    this.#stops.length = 0;
    this.#pace.dispose();
    this.#control.dispose();
    this.#pointer.dispose();
    this.#tooltip.dispose();
    this.#plot.dispose();
  }

  /** Brings the picture up to date; false while it waits for its turn to draw axes, then nothing of it changed. */
  #show(frame: Frame, layout: PlotLayout, isNew: boolean): boolean {
    const { scale } = this.#plot;
    const { viewport } = this.#control;
    const held = this.#held;
    viewport.follow(held);
    const usPerPx = viewport.rangeUs / (layout.right - layout.left);
    if (usPerPx !== scale.usPerPx) this.#axes.stale = true;
    const step = usPerPx / frame.pixelRatio;
    // The edge lies on a whole device pixel, so that sliding does not blur.
    const edgeUs = viewport.mode === 'live' ? Math.floor(viewport.edgeUs / step) * step : viewport.edgeUs;
    const visible = {
      lines: held.lines,
      startUs: edgeUs - viewport.rangeUs,
      endUs: edgeUs + usPerPx,
      intervals: layout.intervals,
      thresholds: this.#thresholds,
      unit: this.#spec.options.unit,
    };
    if (this.#valueAxis.fit(frame.nowMs, this.#numbers, visible)) this.#axes.stale = true;
    if (!this.#axes.isReady(frame.nowMs, layout)) return false;
    const { ticks } = this.#valueAxis;
    this.#plot.layOut(layout, frame.pixelRatio);
    scale.usPerPx = usPerPx;
    scale.edgeUs = edgeUs;
    scale.min = ticks.min;
    scale.max = ticks.max;
    const drawn = this.#axes.show(frame.nowMs, scale, {
      layout,
      ticks,
      numbers: this.#numbers,
      format: this.#format,
      nowUs: held.clockUs,
      thresholds: this.#thresholds,
      theme: this.#context.theme,
      empty: held.count === 0,
    });
    if (drawn) this.#paintDue = true;
    const view = this.#cursor.active ? this.#cursor.read(held.lines, scale) : null;
    this.#hover(view?.hot ?? -1);
    if (isNew || drawn) this.#ends.due = true;
    if (this.#many) this.#placeEnds(frame, layout);
    this.#paint(frame, layout, view, isNew);
    showTooltip(this.#tooltip, view?.elsewhere === true ? null : view, {
      lines: held.lines,
      styles: this.#styles,
      numbers: this.#numbers,
      format: this.#format,
      nowUs: held.clockUs,
      stage: this.#plot.stage,
    });
    return true;
  }

  #layOut(): PlotLayout | null {
    const many = this.#held.lines.length > 1;
    if (many !== this.#many) {
      this.#many = many;
      this.#layout = null;
      // The value row goes or comes; the body's new size brings the next draw.
      this.#context.card.setValueRow(!many);
    }
    if (!(this.#bodyWidth > 0) || !(this.#bodyHeight > 0)) return null;
    if (this.#layout === null) {
      this.#layout = plotLayout(this.#bodyWidth, this.#bodyHeight, this.#held.lines.length, this.#ends.roomPx);
      this.#refit();
    }
    return this.#layout;
  }

  #restyle(): void {
    const key = `${this.#held.lines.length}/${this.#hovered}/${this.#context.theme.version}`;
    if (key === this.#stylesKey) return;
    this.#stylesKey = key;
    this.#styles = lineStyles(this.#spec, this.#held.lines, { theme: this.#context.theme, hovered: this.#hovered });
    this.#paintDue = true;
  }

  #paint(frame: Frame, layout: PlotLayout, view: CursorView | null, isNew: boolean): void {
    const { edgeUs } = this.#plot.scale;
    if (!isNew && Object.is(edgeUs, this.#paintedEdgeUs) && !this.#paintDue && view === null) return;
    this.#paintedEdgeUs = edgeUs;
    this.#paintDue = view !== null;
    const { mode } = this.#control.viewport;
    const picture = {
      lines: this.#held.count === 0 ? NO_LINES : this.#held.lines,
      styles: this.#styles,
      breakUs: this.#held.breakUs,
      layout,
      theme: this.#context.theme,
      pixelRatio: frame.pixelRatio,
      follows: mode === 'live',
      stopped: mode === 'paused' || this.#control.paused !== null,
      cursor: view?.cursor ?? null,
    };
    // A sample between the newest ones left the axis: it grows in the next frame.
    if (this.#plot.paint(picture, frame.nowMs) && mode === 'live') this.#valueAxis.hurry();
  }

  #say(frame: Frame, layout: PlotLayout | null): boolean {
    return this.#words.say(frame.nowMs, {
      spec: this.#spec,
      store: this.#context.store,
      styles: this.#styles,
      numbers: this.#numbers,
      times: this.#times,
      format: this.#format,
      ticks: this.#valueAxis.ticks,
      widthPx: layout === null ? 0 : this.#bodyWidth,
    });
  }

  #placeEnds(frame: Frame, layout: PlotLayout): void {
    const placed = this.#ends.place(this.#plot, {
      layout,
      nowMs: frame.nowMs,
      widthPx: this.#bodyWidth,
      font: this.#context.theme.font,
      styles: this.#styles,
      numbers: this.#numbers,
      valueOf: (line) => this.#control.shownValue(line),
    });
    if (placed !== 'same') this.#paintDue = true;
    if (placed === 'wider') {
      this.#layout = null;
      this.#context.invalidate();
    }
  }

  /** Above 12 lines the one under the cursor takes its colour. */
  #hover(line: number): void {
    if (line === this.#hovered) return;
    this.#hovered = line;
    this.#restyle();
  }

  /** What is pointed at in another chart is shown here, too. */
  #shareCursor(controls: ViewControls): () => void {
    return controls.subscribe((change) => {
      if (change !== 'cursor' || !this.#cursor.share(controls.cursorUs)) return;
      this.#paintDue = true;
      this.#context.invalidate();
    });
  }

  #settle({ nowMs, clockUs, pixelRatio }: Frame, hasSpoken: boolean): void {
    const { theme, store, controls } = this.#context;
    const { edgeUs, usPerPx } = this.#plot.scale;
    const restUs = edgeUs + usPerPx / pixelRatio - this.#control.viewport.edgeUs;
    this.#pace.settle({
      ...{ nowMs, clockUs, hasSpoken },
      msToNextPixel: Number.isFinite(restUs) ? restUs / 1000 : 0,
      msPerPixel: usPerPx / pixelRatio / 1000,
      axis: this.#spec.options.axis,
      isLive: this.#control.viewport.mode === 'live',
      held: this.#held,
      status: store.status,
      refreshMs: controls?.refreshMs ?? 0,
      reducedMotion: theme.reducedMotion,
      areWordsDue: this.#words.due,
      areAxesStale: this.#axes.stale || (this.#many && this.#ends.due),
    });
  }

  #resized(width: number, height: number): void {
    this.#bodyWidth = width;
    this.#bodyHeight = height;
    this.#layout = null;
    this.#words.resized();
    this.#context.invalidate();
  }

  /** What is visible changed: everything fits anew at once. */
  #refit(): void {
    this.#axes.stale = true;
    this.#valueAxis.due = true;
    this.#paintDue = true;
    this.#ends.hurry();
    this.#words.hurry();
    this.#context.invalidate();
  }
}

/** Builds a metric inside a card. */
export const createMetric: CreateWidget = (spec, context) => {
  if (spec.kind !== 'metric') throw new TypeError(`a metric's spec was expected; got ${spec.kind}`);
  return new MetricWidget(spec, context);
};
