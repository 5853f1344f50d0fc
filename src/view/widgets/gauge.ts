import { type Severity, stateOf, zonesBetween } from '../../dashboard/thresholds.ts';
import type { GaugeSpec, WidgetSpec } from '../../dashboard/widget-specs.ts';
import type { SeriesView } from '../../session/session-view.ts';
import { type Chip, node } from '../card.ts';
import { counterLines } from '../card-status.ts';
import type { ExportTable } from '../export/export-table.ts';
import { NO_NUMBER, NumberFormat } from '../number-format.ts';
import { stateSpoken } from '../spoken.ts';
import { resolveColor } from '../theme.ts';
import { type TimeFormat, timesOf } from '../time-format.ts';
import { ValueText } from '../value-text.ts';
import { SilenceWatch, widgetState } from '../widget-state.ts';
import type { CreateWidget, Frame, WidgetContext, WidgetView } from '../widget-view.ts';
import { boundParts, soFarText, windowCaption, windowCounterLines } from '../window-words.ts';
import { beyond, fraction, type GaugeLayout, gaugeLayout, ringParts } from './gauge/arc.ts';
import { GaugeCanvas } from './gauge/gauge-chart.ts';
import { gaugePng } from './gauge/gauge-png.ts';

/** At most 10 values a second. */
const LEAST_STEP_MS = 100;
/** While silent the chip's seconds go on. */
const SILENCE_STEP_MS = 1000;

const CHIPS: Readonly<Record<Severity, Chip | null>> = {
  ok: null,
  warning: { kind: 'warn', text: 'Warning' },
  critical: { kind: 'crit', text: 'Critical' },
};
const TONES = { ok: 'normal', warning: 'warn', critical: 'crit' } as const;

/**
 * A gauge: a 240 degree arc filled up to the newest value, a ring of its zones, the value as text in the middle.
 *
 * Out of range the arc is full or empty with a point at its end and the number stays true. Data are taken over at most
 * 10 times a second; the fill moves 150 ms, or jumps where less motion is wished.
 */
class GaugeWidget implements WidgetView {
  readonly #context: WidgetContext;
  readonly #root = node('div', 'sv-gauge');
  readonly #canvas = new GaugeCanvas();
  readonly #value = new ValueText({ keepWidth: false });
  readonly #min = node('span', 'sv-gauge-end');
  readonly #max = node('span', 'sv-gauge-end');
  readonly #time: TimeFormat;
  readonly #silence = new SilenceWatch();
  #spec: GaugeSpec;
  #format: NumberFormat;
  #nextMs = 0;
  #pending = false;
  #shownKey = '';
  #wake: ReturnType<typeof setTimeout> | null = null;

  constructor(spec: GaugeSpec, context: WidgetContext) {
    this.#spec = spec;
    this.#context = context;
    this.#time = timesOf(context.timezone);
    this.#format = new NumberFormat(spec.options);
    this.#root.setAttribute('role', 'meter');
    this.#root.append(this.#canvas.element, this.#value.element, this.#min, this.#max);
    context.card.body.append(this.#root);
    this.update(spec);
  }

  /** True while a value waits for its turn. */
  get animating(): boolean {
    return this.#pending;
  }

  update(spec: WidgetSpec): void {
    if (spec.kind !== 'gauge') return;
    const { options } = spec;
    this.#spec = spec;
    this.#format = new NumberFormat(options);
    this.#format.fit(options.min, options.max, 0);
    this.#context.card.setTitle(options.title);
    this.#root.setAttribute('aria-label', options.title);
    this.#root.setAttribute('aria-valuemin', String(options.min));
    this.#root.setAttribute('aria-valuemax', String(options.max));
    this.#min.textContent = this.#format.axis(options.min, options.max - options.min);
    this.#max.textContent = this.#format.axis(options.max, options.max - options.min);
    this.#nextMs = 0;
    this.#shownKey = '';
    this.#context.invalidate();
  }

  draw(frame: Frame): void {
    const series = this.#series();
    const area = `${frame.width}/${frame.height}/${frame.pixelRatio}/${this.#context.theme.version}`;
    this.#pending = frame.nowMs < this.#nextMs && area === this.#shownKey;
    if (this.#pending) return;
    this.#nextMs = frame.nowMs + LEAST_STEP_MS;
    this.#shownKey = area;
    const silenceUs = series ? this.#silence.silence(samplesOf(series), frame.clockUs) : null;
    this.#showState(series, silenceUs);
    this.#showValue(series, frame);
    this.#sleep(series !== null);
  }

  toPng(): string | null {
    const canvas = this.#canvas.canvas;
    if (!canvas) return null;
    const { theme } = this.#context;
    return gaugePng({
      canvas,
      width: this.#root.clientWidth,
      title: this.#spec.options.title,
      value: this.#value.element.textContent ?? '',
      min: this.#min.textContent ?? '',
      max: this.#max.textContent ?? '',
      layout: this.#layout(),
      theme,
    });
  }

  toRows(): ExportTable | null {
    const series = this.#series();
    if (series === null) return null;
    return {
      columns: [
        { name: 'time', type: 'time' },
        { name: 'value', type: 'number' },
      ],
      rows: [[series.lastTimeUs, series.lastValue]],
      range: null,
      rowMeans: series.window === undefined ? 'newest sample' : 'newest window',
    };
  }

  dispose(): void {
    if (this.#wake !== null) clearTimeout(this.#wake);
    this.#wake = null;
    this.#canvas.dispose();
    this.#root.remove();
  }

  /** The first label set that fits the gauge's labels. */
  #series(): SeriesView | null {
    const { labels, window } = this.#spec.options;
    const { store } = this.#context;
    const wanted = Object.entries(labels);
    const all = window === null ? store.series(this.#spec.name) : store.windowed(this.#spec.name, window);
    for (const series of all) {
      const fits = wanted.every(([name, value]) => series.labels.some(([n, v]) => n === name && v === value));
      if (fits) return series;
    }
    return null;
  }

  #showState(series: SeriesView | null, silenceUs: number | null): void {
    const { card, store } = this.#context;
    card.setState(
      widgetState({
        store,
        spec: this.#spec,
        hasData: series !== null && Number.isFinite(series.lastTimeUs),
        call: callOf(this.#spec.name),
        silenceUs,
        clockText: (us) => this.#time.seconds(us),
      }),
    );
    const reading = series?.window;
    card.setCaption(series === null || reading === undefined ? 'last' : windowCaption([series]));
    if (series === null) card.setCounters([]);
    else if (reading === undefined) card.setCounters(counterLines(series.counters));
    else card.setCounters(windowCounterLines(series.counters, reading.counters));
  }

  #showValue(series: SeriesView | null, frame: Frame): void {
    const { card, theme } = this.#context;
    const { options } = this.#spec;
    const value = series?.lastValue ?? NaN;
    const severity = stateOf(options.thresholds, value);
    const gone = card.state.kind === 'gone';
    const reading = series?.window;
    const plain = this.#format.parts(value);
    const none = plain.number === NO_NUMBER;
    const parts = {
      ...boundParts(plain, reading),
      note: reading === undefined ? '' : soFarText(reading, (each) => this.#format.text(each), Number.NaN),
    };
    this.#value.set(
      { ...parts, tone: none ? 'none' : card.state.kind === 'live' ? TONES[severity] : 'dim' },
      frame.nowMs,
    );
    card.setChip(gone ? null : CHIPS[severity]);
    if (none) this.#root.removeAttribute('aria-valuenow');
    else this.#root.setAttribute('aria-valuenow', String(value));
    const words = [severity === 'ok' ? '' : severity, stateSpoken(card.state)].filter((word) => word !== '');
    const spoken = [none ? 'no value' : `${parts.number} ${parts.unit}`.trim(), ...words].join(', ');
    if (this.#root.getAttribute('aria-valuetext') !== spoken) this.#root.setAttribute('aria-valuetext', spoken);
    const zones = zonesBetween(options.thresholds, options.min, options.max);
    const grey = gone || none;
    const layout = this.#layout();
    this.#place(layout);
    const zone = zones.findLast(({ from }) => value >= from) ?? zones[0];
    const fill = zone?.color ?? options.color ?? 'blue';
    this.#canvas.draw(
      {
        width: this.#root.clientWidth,
        height: this.#root.clientHeight,
        layout,
        ring: ringParts(zones, options.min, options.max),
        zoneColors: zones.map(({ color }) => (grey ? theme.tokens.control : resolveColor(theme, color))),
        track: theme.tokens.border,
        fill: gone ? theme.tokens['text-3'] : resolveColor(theme, fill),
        share: none ? null : fraction(value, options.min, options.max),
        beyond: none ? null : beyond(value, options.min, options.max),
        animate: !theme.reducedMotion,
      },
      frame.pixelRatio,
    );
  }

  #layout(): GaugeLayout {
    return gaugeLayout(this.#root.clientWidth, this.#root.clientHeight);
  }

  #place(layout: GaugeLayout): void {
    this.#value.element.dataset.size = layout.valueSize;
    this.#value.element.style.top = `${layout.valueTop}px`;
    for (const [label, x] of [
      [this.#min, layout.minX],
      [this.#max, layout.maxX],
    ] as const) {
      label.style.left = `${x}px`;
      label.style.top = `${layout.labelTop}px`;
    }
  }

  /** Draws again in a second: silence is told also when nothing arrives. */
  #sleep(has: boolean): void {
    if (this.#wake !== null || !has || this.#context.store.status === 'gone') return;
    this.#wake = setTimeout(() => {
      this.#wake = null;
      this.#context.invalidate();
    }, SILENCE_STEP_MS);
  }
}

/** What silence is judged by: samples, also where the line's entries are results of windows. */
function samplesOf({ count, lastTimeUs, lastSampleUs, intervalUs, sampleIntervalUs }: SeriesView) {
  return { count, lastTimeUs: lastSampleUs ?? lastTimeUs, intervalUs: sampleIntervalUs ?? intervalUs };
}

function callOf(name: string): string {
  return `${/^[A-Za-z_]\w*$/.test(name) ? name : 'gauge'}.send(1)`;
}

/** Builds a gauge in a card; see {@link GaugeWidget}. */
export const createGauge: CreateWidget = (spec, context) => {
  if (spec.kind !== 'gauge') throw new TypeError(`a gauge was asked to draw a ${spec.kind}`);
  return new GaugeWidget(spec, context);
};
