import { type Severity, stateOf, type ThresholdLine, thresholdLines } from '../../dashboard/thresholds.ts';
import { unitOf } from '../../dashboard/units.ts';
import type { MetricSpec, WidgetSpec } from '../../dashboard/widget-specs.ts';
import type { SeriesCounters, SeriesView } from '../../session/session-view.ts';
import { type CardState, type Chip, node } from '../card.ts';
import { counterLines } from '../card-status.ts';
import { NumberFormat } from '../number-format.ts';
import { resolveColor } from '../theme.ts';
import { ageText, TimeFormat } from '../time-format.ts';
import { Tooltip } from '../tooltip.ts';
import { ValueText } from '../value-text.ts';
import { watchSize } from '../visibility.ts';
import { SilenceWatch, widgetState } from '../widget-state.ts';
import type { CreateWidget, Frame, WidgetContext, WidgetView } from '../widget-view.ts';
import { Cursor, type CursorView } from './metric/cursor.ts';
import { yOf } from './metric/line-painter.ts';
import { type LineStyle, lineStyles, linesOf } from './metric/lines.ts';
import { metricPng } from './metric/metric-png.ts';
import { MetricTools } from './metric/metric-tools.ts';
import { tooltipContent } from './metric/metric-tooltip.ts';
import { Plot } from './metric/plot.ts';
import { type PlotLayout, plotLayout } from './metric/plot-layout.ts';
import { PlotPointer } from './metric/plot-pointer.ts';
import { visibleTimes } from './metric/time-labels.ts';
import { ValueRange } from './metric/value-range.ts';
import { Viewport } from './metric/viewport.ts';

/** Values and words change at most 10 times a second. */
const WORDS_MS = 100;
/** Axes are drawn at most once a second, unless the viewer or the values' range asked for it. */
const AXES_MS = 1000;
/** Places of the names at the ends of lines. */
const ENDS_MS = 500;
/** The text alternative. */
const SPOKEN_MS = 5000;
const YOUNG_US = 2e6;
const STEP_MS = 1000;
/** Lines the text alternative names. */
const SPOKEN_LINES = 8;
const CHIPS: Readonly<Record<Severity, Chip | null>> = {
  ok: null,
  warning: { kind: 'warn', text: 'Warning' },
  critical: { kind: 'crit', text: 'Critical' },
};
const TONES = { ok: 'normal', warning: 'warn', critical: 'crit' } as const;
const RANK: Readonly<Record<Severity, number>> = { ok: 0, warning: 1, critical: 2 };
const NO_LINES: readonly SeriesView[] = [];

/**
 * A live metric: its newest value as text, its line or lines over a sliding time axis, thresholds, cursor and tools.
 *
 * 1. A frame in which neither data, nor the edge by a device pixel, nor the cursor changed paints nothing.
 * 2. Value range and labels stand still between two draws of the axes, so line and labels always agree.
 * 3. Painting reads each line once, in pixel columns or exact samples: its cost does not grow with history.
 */
class MetricWidget implements WidgetView {
  #spec: MetricSpec;
  readonly #context: WidgetContext;
  readonly #plot: Plot;
  readonly #value = new ValueText({ keepWidth: true });
  readonly #alternative = node('div', 'sv-hidden');
  readonly #tooltip: Tooltip;
  readonly #tools: MetricTools;
  readonly #pointer: PlotPointer;
  readonly #cursor = new Cursor();
  readonly #times: TimeFormat;
  readonly #silence = new SilenceWatch();
  readonly #stops: (() => void)[] = [];
  readonly #extent = new Float64Array(2);
  readonly #held = { firstUs: Number.NaN, lastUs: Number.NaN, clockUs: Number.NaN };
  #viewport: Viewport;
  #numbers: NumberFormat;
  #range = new ValueRange();
  #layout: PlotLayout | null = null;
  #bodyWidth = 0;
  #bodyHeight = 0;
  #lines: readonly SeriesView[] = NO_LINES;
  #styles: readonly LineStyle[] = [];
  #stylesKey = '';
  #version = -1;
  #count = 0;
  #countedMs = Number.NEGATIVE_INFINITY;
  #countedVersion = -1;
  #fittedMs = Number.NEGATIVE_INFINITY;
  #pausedCount = 0;
  #pausedAtUs = Number.NaN;
  #pausedValues: readonly number[] = [];
  #thresholds: readonly ThresholdLine[] = [];
  #axesPx = 0;
  #axesMs = Number.NEGATIVE_INFINITY;
  #axesEdgeUs = Number.NaN;
  #axesStale = true;
  #fitNow = true;
  #hovered = -1;
  #wordsMs = Number.NEGATIVE_INFINITY;
  #wordsDue = true;
  #endsMs = Number.NEGATIVE_INFINITY;
  #spokenMs = Number.NEGATIVE_INFINITY;
  #paintedEdgeUs = Number.NaN;
  #paintDue = true;
  #sliding = false;
  #many = false;
  #wake: ReturnType<typeof setTimeout> | null = null;

  constructor(spec: MetricSpec, context: WidgetContext) {
    this.#spec = spec;
    this.#context = context;
    this.#times = new TimeFormat(context.timezone);
    this.#viewport = new Viewport(spec.options.timeRangeUs);
    this.#numbers = new NumberFormat(spec.options);
    const { card } = context;
    this.#plot = new Plot(card.body);
    card.value.append(this.#value.element);
    card.body.append(this.#alternative);
    this.#tooltip = new Tooltip(card.element);
    this.#tools = new MetricTools(card, {
      choose: (range) => this.#change(() => this.#viewport.choose(range)),
      reset: () => this.#goLive(),
      togglePause: () => this.#togglePause(),
    });
    const { stage } = this.#plot;
    stage.tabIndex = 0;
    stage.setAttribute('role', 'application');
    stage.setAttribute('aria-roledescription', 'live chart');
    this.#pointer = new PlotPointer(stage, {
      hover: (x, y) => this.#point(() => this.#cursor.point(x, y)),
      leave: () => this.#point(() => this.#cursor.clear()),
      step: (to) => this.#point(() => this.#cursor.step(to, this.#lines, this.#plot.scale)),
      zoom: (factor, x) => this.#change(() => this.#viewport.zoom(factor, this.#timeAt(x), this.#held)),
      pan: (px) => this.#change(() => this.#viewport.pan(-px * this.#plot.scale.usPerPx, this.#held)),
      reset: () => this.#goLive(),
      togglePause: () => this.#togglePause(),
    });
    this.#stops.push(
      watchSize(card.body, (width, height) => {
        this.#bodyWidth = width;
        this.#bodyHeight = height;
        this.#layout = null;
        this.#value.resized();
        context.invalidate();
      }),
      context.theme.subscribe(() => {
        this.#stylesKey = '';
        this.#axesStale = true;
        this.#paintDue = true;
        context.invalidate();
      }),
    );
    this.update(spec);
  }

  get animating(): boolean {
    return this.#sliding;
  }

  update(spec: WidgetSpec): void {
    if (spec.kind !== 'metric') return;
    if (spec.options.timeRangeUs !== this.#spec.options.timeRangeUs) this.#viewport.choose(spec.options.timeRangeUs);
    this.#spec = spec;
    this.#numbers = new NumberFormat(spec.options);
    this.#thresholds = thresholdLines(spec.options.thresholds);
    this.#context.card.setTitle(spec.options.title);
    this.#plot.stage.setAttribute('aria-label', `${spec.options.title}, arrow keys read the samples`);
    this.#stylesKey = '';
    this.#refit();
  }

  draw(frame: Frame): void {
    const { store } = this.#context;
    this.#lines = linesOf(this.#spec, store);
    const version = this.#measure(frame);
    const isNew = version !== this.#version;
    this.#version = version;
    if (isNew) this.#wordsDue = true;
    const layout = this.#layOut(frame.pixelRatio);
    if (layout === null) return;
    this.#restyle();
    this.#viewport.follow(this.#held);
    this.#setScale(layout, frame.pixelRatio);
    this.#fitRange(frame, layout, isNew);
    this.#drawAxes(frame, layout);
    const view = this.#cursor.active ? this.#cursor.read(this.#lines, this.#plot.scale) : null;
    this.#hover(view?.hot ?? -1);
    if (this.#wordsDue && frame.nowMs - this.#wordsMs >= WORDS_MS) this.#say(frame, layout);
    this.#paint(frame, layout, view, isNew);
    this.#showTooltip(view);
    this.#schedule(frame);
  }

  toPng(): string | null {
    const value = this.#many ? '' : this.#numbers.text(this.#shownValue(0));
    const canvases = [...this.#plot.axis.canvases(), this.#plot.canvas];
    return metricPng({
      theme: this.#context.theme,
      title: this.#spec.options.title,
      value,
      canvases,
      pixelRatio: globalThis.devicePixelRatio || 1,
    });
  }

  dispose(): void {
    for (const stop of this.#stops) stop();
    this.#stops.length = 0;
    if (this.#wake !== null) clearTimeout(this.#wake);
    this.#wake = null;
    this.#sliding = false;
    this.#pointer.dispose();
    this.#tooltip.dispose();
    this.#plot.dispose();
  }

  /** Reads what the lines hold; returns a number that changes with any of them. O(lines), no allocation. */
  #measure(frame: Frame): number {
    const { store, theme } = this.#context;
    const held = this.#held;
    const clockUs = store.status === 'gone' && store.goneAtUs < frame.clockUs ? store.goneAtUs : frame.clockUs;
    held.clockUs = theme.reducedMotion ? Math.floor(clockUs / 1e6) * 1e6 : clockUs;
    held.lastUs = Number.NEGATIVE_INFINITY;
    let version = this.#lines.length;
    for (let i = 0; i < this.#lines.length; i++) {
      const line = this.#lines[i]!;
      version += line.version + line.generation * 1e9;
      if (line.lastTimeUs > held.lastUs) held.lastUs = line.lastTimeUs;
    }
    const isDue = this.#count === 0 || frame.nowMs - this.#countedMs >= WORDS_MS;
    if (isDue && version !== this.#countedVersion) this.#tally(frame.nowMs, version);
    return version;
  }

  /** Counts and the oldest time come from cells and cost more than a glance: 10 times a second is enough. */
  #tally(nowMs: number, version: number): void {
    this.#countedMs = nowMs;
    this.#countedVersion = version;
    this.#count = 0;
    this.#held.firstUs = Number.POSITIVE_INFINITY;
    for (const line of this.#lines) {
      this.#count += line.count;
      if (line.firstTimeUs < this.#held.firstUs) this.#held.firstUs = line.firstTimeUs;
    }
  }

  #layOut(pixelRatio: number): PlotLayout | null {
    if (!(this.#bodyWidth > 0) || !(this.#bodyHeight > 0)) return null;
    const many = this.#lines.length > 1;
    if (many !== this.#many) {
      this.#many = many;
      this.#layout = null;
      // The value row goes or comes; the body's new size brings the next draw.
      this.#context.card.setValueRow(!many);
    }
    const layout = this.#layout ?? plotLayout(this.#bodyWidth, this.#bodyHeight, this.#lines.length);
    if (layout !== this.#layout) {
      this.#layout = layout;
      this.#refit();
    }
    this.#plot.layOut(layout, pixelRatio);
    return layout;
  }

  #restyle(): void {
    const key = `${this.#lines.length}/${this.#hovered}/${this.#context.theme.version}`;
    if (key === this.#stylesKey) return;
    this.#stylesKey = key;
    const options = { theme: this.#context.theme, hovered: this.#hovered };
    this.#styles = lineStyles(this.#spec, this.#lines, options);
    this.#paintDue = true;
  }

  /** Points the scale at the viewport; the edge lies on a whole device pixel, so that sliding does not blur. */
  #setScale(layout: PlotLayout, pixelRatio: number): void {
    const { scale } = this.#plot;
    const { edgeUs, rangeUs } = this.#viewport;
    const usPerPx = rangeUs / (layout.right - layout.left);
    if (usPerPx !== scale.usPerPx) {
      this.#axesStale = true;
      scale.usPerPx = usPerPx;
    }
    const step = usPerPx / pixelRatio;
    scale.edgeUs = this.#viewport.mode === 'live' ? Math.floor(edgeUs / step) * step : edgeUs;
  }

  #fitRange(frame: Frame, layout: PlotLayout, isNew: boolean): void {
    const { scale } = this.#plot;
    if (!this.#fitNow && frame.nowMs - this.#fittedMs < WORDS_MS && !(isNew && this.#leavesAxis())) return;
    this.#fittedMs = frame.nowMs;
    let low = Number.POSITIVE_INFINITY;
    let high = Number.NEGATIVE_INFINITY;
    const startUs = scale.edgeUs - (layout.right - layout.left) * scale.usPerPx;
    for (let i = 0; i < this.#lines.length; i++) {
      if (!this.#lines[i]!.extent(startUs, scale.edgeUs + scale.usPerPx, this.#extent)) continue;
      low = Math.min(low, this.#extent[0]!);
      high = Math.max(high, this.#extent[1]!);
    }
    if (low <= high) {
      const { kind } = unitOf(this.#spec.options.unit);
      const full = kind === 'percent' ? 100 : kind === 'ratio' ? 1 : null;
      for (const { value } of this.#thresholds) {
        const reach = Math.max(high - low, Math.abs(high) * 0.25);
        if (value > high && value - high <= reach) high = value;
        else if (value < low && low - value <= reach) low = value;
      }
      const options = { nowMs: frame.nowMs, intervals: layout.intervals, full, now: this.#fitNow };
      if (this.#range.update(low, high, options)) this.#axesStale = true;
      this.#fitNow = false;
    }
    const { ticks } = this.#range;
    if (this.#numbers.fit(ticks.min, ticks.max, frame.nowMs)) this.#axesStale = true;
    scale.min = ticks.min;
    scale.max = ticks.max;
  }

  /** Whether a newest value lies outside the axis: then it grows at once. */
  #leavesAxis(): boolean {
    const { min, max } = this.#range.ticks;
    for (let i = 0; i < this.#lines.length; i++) {
      const value = this.#lines[i]!.lastValue;
      if (value < min || value > max) return true;
    }
    return false;
  }

  #drawAxes(frame: Frame, layout: PlotLayout): void {
    const { scale, axis } = this.#plot;
    if (layout.labels === 'none' || !Number.isFinite(scale.edgeUs)) {
      if (this.#axesStale) axis.dispose();
      this.#axesStale = false;
      return;
    }
    const shift = (scale.edgeUs - this.#axesEdgeUs) / scale.usPerPx;
    const due = !(shift >= 0 && shift < this.#axesPx) && frame.nowMs - this.#axesMs >= AXES_MS;
    if (!this.#axesStale && !due) {
      axis.slide(shift);
      return;
    }
    this.#axesStale = false;
    this.#axesMs = frame.nowMs;
    this.#axesEdgeUs = scale.edgeUs;
    this.#paintDue = true;
    const { theme } = this.#context;
    const { ticks } = this.#range;
    const times = visibleTimes(scale, this.#times, this.#held.clockUs);
    this.#axesPx = times.validPx;
    const isEmpty = this.#count === 0;
    this.#plot.drawAxes({
      layout,
      min: ticks.min,
      max: ticks.max,
      values: isEmpty ? [] : ticks.values.map((value) => ({ value, text: this.#numbers.axis(value, ticks.step) })),
      times: isEmpty ? [] : times.labels,
      thresholds: isEmpty
        ? []
        : this.#thresholds.map(({ value, color, severity }) => ({
            value,
            text: this.#numbers.axis(value, Math.abs(value) < 10 ? ticks.step / 10 : ticks.step),
            lineColor: resolveColor(theme, color),
            textColor:
              severity === 'ok' ? theme.tokens['text-3'] : theme.tokens[severity === 'critical' ? 'crit' : 'warn'],
          })),
      colors: { grid: theme.tokens.grid, text: theme.tokens['text-3'] },
      font: theme.font,
    });
  }

  #paint(frame: Frame, layout: PlotLayout, view: CursorView | null, isNew: boolean): void {
    const { edgeUs } = this.#plot.scale;
    const slid = edgeUs !== this.#paintedEdgeUs && !(Number.isNaN(edgeUs) && Number.isNaN(this.#paintedEdgeUs));
    if (!isNew && !slid && !this.#paintDue && view === null) return;
    this.#paintedEdgeUs = edgeUs;
    this.#paintDue = view !== null;
    this.#plot.paint({
      lines: this.#count === 0 ? NO_LINES : this.#lines,
      styles: this.#styles,
      layout,
      theme: this.#context.theme,
      pixelRatio: frame.pixelRatio,
      follows: this.#viewport.mode === 'live',
      stopped: this.#viewport.mode === 'paused',
      cursor: view?.cursor ?? null,
    });
  }

  /** Everything that is text: value, state, chips, counters, names at the ends, the text alternative. */
  #say(frame: Frame, layout: PlotLayout): void {
    this.#wordsMs = frame.nowMs;
    this.#wordsDue = false;
    const { card } = this.#context;
    const { mode } = this.#viewport;
    const state = this.#cardState();
    card.setState(state);
    const severity = this.#severity();
    const back: Chip = { kind: 'accent', text: 'Back to live', onClick: () => this.#goLive() };
    card.setChip(mode === 'held' ? back : CHIPS[severity]);
    const value = this.#shownValue(0);
    const dim = state.kind === 'stale' || state.kind === 'gone';
    const tone = this.#count === 0 ? 'none' : dim ? 'dim' : TONES[severity];
    if (!this.#many) this.#value.set({ ...this.#numbers.parts(value), tone }, frame.nowMs);
    else if (frame.nowMs - this.#endsMs >= ENDS_MS || this.#axesMs === frame.nowMs) this.#placeEnds(frame, layout);
    card.setCounters(counterLines(this.#counters()));
    this.#tools.show({ range: this.#viewport.range, mode, widthPx: this.#bodyWidth, any: this.#count > 0 });
    if (frame.nowMs - this.#spokenMs >= SPOKEN_MS) this.#speak(frame);
  }

  #cardState(): CardState {
    const { store } = this.#context;
    const { mode, behind } = this.#viewport;
    if (mode === 'paused' && store.status !== 'gone') {
      const fresh = Math.max(0, this.#count - this.#pausedCount).toLocaleString();
      return { kind: 'paused', text: `Paused ${this.#times.seconds(this.#pausedAtUs)} · ${fresh} new` };
    }
    const newest = { count: this.#count, lastTimeUs: this.#held.lastUs, intervalUs: this.#interval() };
    const silenceUs = this.#count > 0 ? this.#silence.silence(newest, this.#held.clockUs) : null;
    const state = widgetState({
      store,
      spec: this.#spec,
      hasData: this.#count > 0,
      call: `${this.#spec.name}.send(1)`,
      silenceUs,
      clockText: (us) => this.#times.seconds(us),
    });
    if (behind && (state.kind === 'live' || state.kind === 'stale') && this.#count > 0) {
      return { kind: 'stale', text: `${ageText(this.#held.clockUs - this.#held.lastUs)} behind` };
    }
    return state;
  }

  /** The shortest interval of the lines, us. */
  #interval(): number {
    let least = Number.NaN;
    for (const { intervalUs } of this.#lines) if (!(intervalUs >= least)) least = intervalUs;
    return least;
  }

  #shownValue(line: number): number {
    if (this.#viewport.mode === 'paused') return this.#pausedValues[line] ?? Number.NaN;
    return this.#lines[line]?.lastValue ?? Number.NaN;
  }

  #severity(): Severity {
    let worst: Severity = 'ok';
    for (let i = 0; i < this.#lines.length; i++) {
      const severity = stateOf(this.#spec.options.thresholds, this.#shownValue(i));
      if (RANK[severity] > RANK[worst]) worst = severity;
    }
    return worst;
  }

  #counters(): SeriesCounters {
    const sum = { folded: 0, late: 0, invalid: 0, missing: 0, expired: 0 };
    for (const { counters } of this.#lines) {
      sum.folded += counters.folded;
      sum.late += counters.late;
      sum.invalid += counters.invalid;
      sum.missing += counters.missing;
      sum.expired += counters.expired;
    }
    return sum;
  }

  #placeEnds(frame: Frame, layout: PlotLayout): void {
    this.#endsMs = frame.nowMs;
    this.#paintDue = true;
    const { scale } = this.#plot;
    const ends = this.#lines.map((_, index) => {
      const value = this.#shownValue(index);
      const y = Math.min(scale.bottom, Math.max(scale.top, yOf(scale, value)));
      return { name: this.#styles[index]?.name ?? '', value: this.#numbers.short(value), y };
    });
    this.#plot.placeEnds(ends, layout);
  }

  #speak(frame: Frame): void {
    this.#spokenMs = frame.nowMs;
    const named = this.#lines.map(
      (_, i) => `${this.#styles[i]?.name ?? ''} ${this.#numbers.text(this.#shownValue(i))}`,
    );
    const { ticks } = this.#range;
    const range =
      this.#count === 0 ? 'no data' : `axis ${this.#numbers.text(ticks.min)} to ${this.#numbers.text(ticks.max)}`;
    const text = [...named.slice(0, SPOKEN_LINES), range].join(', ');
    if (this.#alternative.textContent !== text) this.#alternative.textContent = text;
  }

  #showTooltip(view: CursorView | null): void {
    if (view === null) {
      this.#tooltip.hide();
      return;
    }
    const content = tooltipContent(view.found, {
      lines: this.#lines,
      styles: this.#styles,
      numbers: this.#numbers,
      times: this.#times,
      nowUs: this.#held.clockUs,
      cursorUs: view.timeUs,
      hot: view.hot,
    });
    const box = this.#plot.stage.getBoundingClientRect();
    const dot = view.cursor.dots.find(({ line }) => line === view.hot) ?? view.cursor.dots[0];
    const at = { clientX: box.left + view.cursor.x, clientY: box.top + (dot?.y ?? box.height / 2) };
    this.#tooltip.show(content, at, this.#cursor.byKeys);
  }

  /** Above 12 lines the one under the cursor takes its colour. */
  #hover(line: number): void {
    if (line === this.#hovered) return;
    this.#hovered = line;
    this.#restyle();
  }

  /** Decides whether the next frame draws, or a timer does: the chart slides while data are young. */
  #schedule(frame: Frame): void {
    const { theme, store } = this.#context;
    const isLive = this.#viewport.mode === 'live' && store.status !== 'gone' && this.#count > 0;
    const isYoung = frame.clockUs - this.#held.lastUs < YOUNG_US;
    this.#sliding = isLive && isYoung && !theme.reducedMotion;
    if (this.#sliding || this.#wake !== null) return;
    const waitMs = this.#wordsDue ? WORDS_MS : store.status === 'gone' && !this.#axesStale ? null : STEP_MS;
    if (waitMs === null) return;
    this.#wake = setTimeout(() => {
      this.#wake = null;
      this.#wordsDue = true;
      this.#context.invalidate();
    }, waitMs);
  }

  #timeAt(x: number): number {
    const { scale } = this.#plot;
    const inside = Math.max(scale.left, Math.min(scale.right, x));
    return scale.edgeUs - (scale.right - inside) * scale.usPerPx;
  }

  #point(act: () => void): void {
    act();
    this.#paintDue = true;
    this.#context.invalidate();
  }

  /** The viewer changed what is visible: everything fits anew at once. */
  #change(act: () => void): void {
    act();
    this.#refit();
    this.#context.invalidate();
  }

  #refit(): void {
    this.#axesStale = true;
    this.#fitNow = true;
    this.#paintDue = true;
    this.#wordsDue = true;
    this.#wordsMs = Number.NEGATIVE_INFINITY;
    this.#endsMs = Number.NEGATIVE_INFINITY;
  }

  #goLive(): void {
    this.#change(() => this.#viewport.live());
  }

  #togglePause(): void {
    if (this.#viewport.mode === 'paused') {
      this.#goLive();
      return;
    }
    this.#pausedValues = this.#lines.map((line) => line.lastValue);
    this.#pausedCount = this.#count;
    this.#pausedAtUs = this.#held.clockUs;
    this.#change(() => this.#viewport.pause());
  }
}

/** Builds a metric inside a card. */
export const createMetric: CreateWidget = (spec, context) => {
  if (spec.kind !== 'metric') throw new TypeError(`a metric's spec was expected; got ${spec.kind}`);
  return new MetricWidget(spec, context);
};
