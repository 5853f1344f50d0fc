import { type ThresholdLine, thresholdLines } from '../../dashboard/thresholds.ts';
import {
  DEFAULT_TIME_RANGE_US,
  type GaugeSpec,
  type MetricSpec,
  type WidgetSpec,
} from '../../dashboard/widget-specs.ts';
import type { SeriesView } from '../../session/session-view.ts';
import { NumberFormat } from '../number-format.ts';
import { seriesColor, type Theme } from '../theme.ts';
import { type TimeFormat, timesOf } from '../time-format.ts';
import { SilenceWatch } from '../widget-state.ts';
import type { Frame } from '../widget-view.ts';
import { HeldData } from '../widgets/metric/held-data.ts';
import { lineState, worstLine } from '../widgets/metric/line-state.ts';
import { type LineStyle, lineName, lineStyles, linesOf } from '../widgets/metric/lines.ts';
import { ValueAxis } from '../widgets/metric/value-axis.ts';
import { Viewport } from '../widgets/metric/viewport.ts';
import { boundParts } from '../window-words.ts';
import type { RowContent, RowReading, RowSource, RowTrend, SparkArea } from './row-content.ts';
import { Spark } from './spark.ts';

/** Grid steps of the card whose decimals a row shares. */
const INTERVALS = 2;
const NO_LINES: readonly SeriesView[] = [];

/**
 * A metric, a gauge, or one line of either in a compact row: the number as its card writes it, over the time its card shows.
 *
 * Of several lines the row says how many there are, or the worst one's value where a threshold is crossed.
 */
export class LineContent implements RowContent {
  #spec: MetricSpec | GaugeSpec;
  readonly #source: RowSource;
  readonly #held: HeldData;
  readonly #axis = new ValueAxis();
  readonly #silence = new SilenceWatch();
  readonly #times: TimeFormat;
  readonly #spark = new Spark();
  readonly #line: number | null;
  #viewport: Viewport;
  #numbers: NumberFormat;
  #thresholds: readonly ThresholdLine[] = [];
  #nowMs = 0;
  #styles: readonly LineStyle[] = [];
  #stylesKey = '';

  /** @param line Index of the one line that is meant; null: all of the widget, of a gauge the one it shows. */
  constructor(spec: MetricSpec | GaugeSpec, source: RowSource, line: number | null = null) {
    this.#source = source;
    this.#line = line ?? (spec.kind === 'gauge' ? 0 : null);
    this.#held = new HeldData(oneOf(this.#line));
    this.#times = timesOf(source.timezone);
    this.#spec = spec;
    this.#numbers = new NumberFormat(spec.options);
    this.#viewport = newViewport(spec);
    this.#take(spec);
  }

  update(spec: WidgetSpec): void {
    if (spec.kind === this.#spec.kind) this.#take(spec as MetricSpec | GaugeSpec);
  }

  read(frame: Frame): RowReading {
    const { store, isPaused } = this.#source;
    const held = this.#held;
    const spec = this.#spec;
    this.#nowMs = frame.nowMs;
    held.read(spec, store, frame, false);
    this.#viewport.follow(held);
    this.#fit(frame.nowMs);
    const state = lineState({
      ...{ store, spec, held, silence: this.#silence, times: this.#times },
      isPaused: isPaused(),
      isBehind: this.#viewport.behind,
    });
    const { lines } = held;
    const worst = worstLine(spec.options.thresholds, lines.length, (i) => lines[i]!.lastValue);
    if (lines.length > 1) return { ...this.#several(worst.index), state, severity: worst.severity };
    const value = boundParts(this.#numbers.parts(lines[0]?.lastValue ?? Number.NaN), lines[0]?.window);
    return { value, state, severity: worst.severity, spoken: '' };
  }

  paint(area: SparkArea): void {
    const { lines, count, breakUs } = this.#held;
    const { edgeUs, rangeUs } = this.#viewport;
    this.#restyle(area.theme);
    const shown = count === 0 ? NO_LINES : lines;
    this.#spark.paint(area, { lines: shown, styles: this.#styles, breakUs, edgeUs, rangeUs, nowMs: this.#nowMs });
  }

  trend(): RowTrend {
    const isOne = this.#held.lines.length === 1;
    const { axis } = this.#spec.options;
    return { trend: isOne ? this.#spark.trend : null, range: this.#viewport.rangeUs, axis };
  }

  #take(spec: MetricSpec | GaugeSpec): void {
    this.#spec = spec;
    this.#numbers = new NumberFormat(spec.options);
    this.#thresholds = thresholdLines(spec.options.thresholds);
    this.#viewport = newViewport(spec);
    this.#axis.due = true;
    this.#stylesKey = '';
    if (spec.kind === 'gauge') this.#numbers.fit(spec.options.min, spec.options.max, 0);
  }

  /** Decimals follow what is visible, as on the card: a gauge's follow its scale. */
  #fit(nowMs: number): void {
    const spec = this.#spec;
    if (spec.kind === 'gauge') return;
    const { edgeUs, rangeUs } = this.#viewport;
    if (!Number.isFinite(edgeUs)) return;
    this.#axis.fit(nowMs, this.#numbers, {
      // One line of several has the decimals that all of them have.
      lines: this.#line === null ? this.#held.lines : linesOf(spec, this.#source.store),
      startUs: edgeUs - rangeUs,
      endUs: edgeUs + 1,
      intervals: INTERVALS,
      thresholds: this.#thresholds,
      unit: this.#spec.options.unit,
    });
  }

  #several(worst: number): Pick<RowReading, 'value' | 'spoken'> {
    const { lines } = this.#held;
    const count = { number: lines.length.toLocaleString(), unit: 'lines', tight: false };
    const line = lines[worst];
    if (line === undefined) return { value: count, spoken: '' };
    const value = boundParts(this.#numbers.parts(line.lastValue), line.window);
    const name = lineName(line.labels, this.#spec.options.title);
    return { value, spoken: `${count.number} lines, worst ${name} ${this.#numbers.text(line.lastValue)}` };
  }

  #restyle(theme: Theme): void {
    const key = `${this.#held.lines.length}/${theme.version}`;
    if (key === this.#stylesKey) return;
    this.#stylesKey = key;
    const styles = lineStyles(this.#spec, this.#held.lines, { theme, hovered: -1 });
    // A line alone keeps the colour it has beside the others.
    const line = this.#line ?? 0;
    this.#styles = line === 0 ? styles : styles.map((style) => ({ ...style, color: seriesColor(theme, line) }));
  }
}

function newViewport(spec: MetricSpec | GaugeSpec): Viewport {
  const range = spec.kind === 'metric' ? spec.options.timeRangeUs : DEFAULT_TIME_RANGE_US;
  return new Viewport(range, spec.options.axis);
}

/** The line of an index as an array that stays the same while the lines do. */
function oneOf(index: number | null): (lines: readonly SeriesView[]) => readonly SeriesView[] {
  if (index === null) return (lines) => lines;
  let of: SeriesView | undefined;
  let one = NO_LINES;
  return (lines) => {
    const line = lines[index];
    if (line === of) return one;
    of = line;
    one = line === undefined ? NO_LINES : [line];
    return one;
  };
}
