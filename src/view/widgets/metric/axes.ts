import type { ThresholdLine } from '../../../dashboard/thresholds.ts';
import type { NumberFormat } from '../../number-format.ts';
import { resolveColor, type Theme } from '../../theme.ts';
import type { ValueTicks } from '../../value-ticks.ts';
import type { AxisChart, AxisPicture, AxisThreshold, TimePicture } from './axis-chart.ts';
import type { AxisFormat } from './axis-format.ts';
import type { AxisTurns } from './axis-turns.ts';
import type { PlotScale } from './line-painter.ts';
import type { PlotLayout } from './plot-layout.ts';
import { visibleTimes } from './time-labels.ts';

/** Labels that left or came are drawn at most once a second. */
const AXES_MS = 1000;

/** What the axes of one chart show. */
export interface AxesInput {
  readonly layout: PlotLayout;
  readonly ticks: ValueTicks;
  readonly numbers: NumberFormat;
  readonly format: AxisFormat;
  readonly nowUs: number;
  readonly thresholds: readonly ThresholdLine[];
  readonly theme: Theme;
  /** No data yet: no labels. */
  readonly empty: boolean;
}

/**
 * When the axes of one chart are drawn.
 *
 * 1. `stale` axes (range, size, theme, numbers changed) must be drawn before the next picture: `isReady` waits for a turn.
 *    The very first take two frames: they open, then they are drawn.
 * 2. Between two draws time labels slide with the line for nothing but a transform; a label that left or fits newly
 *    brings a draw, at most one a second.
 */
export class Axes {
  stale = true;
  /** `Frame.nowMs` of the last draw. */
  drawnMs = Number.NEGATIVE_INFINITY;
  readonly #chart: AxisChart;
  readonly #turns: AxisTurns;
  #validPx = 0;
  #valueChars = 0;
  #drawnEdgeUs = Number.NaN;
  #hasTurn = false;

  constructor(chart: AxisChart, turns: AxisTurns) {
    this.#chart = chart;
    this.#turns = turns;
  }

  /** False while stale axes wait for their turn: nothing may be drawn in this frame. */
  isReady(nowMs: number, layout: PlotLayout): boolean {
    this.#hasTurn = !this.stale || layout.labels === 'none' || this.#turns.take(nowMs);
    return this.#hasTurn;
  }

  /** Draws the axes where that is due, else slides them; returns whether more than time labels was drawn. Call after `isReady` said yes. */
  show(nowMs: number, scale: PlotScale, input: AxesInput): boolean {
    if (input.layout.labels === 'none' || !Number.isFinite(scale.edgeUs)) {
      if (this.stale) this.#chart.dispose();
      this.stale = false;
      return false;
    }
    const shiftPx = (scale.edgeUs - this.#drawnEdgeUs) / scale.usPerPx;
    const moved = !(shiftPx >= 0 && shiftPx < this.#validPx) && nowMs - this.drawnMs >= AXES_MS;
    if (!this.stale && !(moved && this.#turns.take(nowMs))) {
      this.#chart.slide(shiftPx);
      return false;
    }
    const whole = this.stale;
    // Still stale: the next frame draws the rest.
    if (whole && this.#chart.open(this.#timePicture(scale, input))) return false;
    this.stale = false;
    this.drawnMs = nowMs;
    this.#drawnEdgeUs = scale.edgeUs;
    if (whole) this.#chart.draw(this.#picture(scale, input));
    else this.#chart.drawTimes(this.#timePicture(scale, input));
    return whole;
  }

  #picture(scale: PlotScale, input: AxesInput): AxisPicture {
    const { ticks, numbers, empty } = input;
    const values = ticks.values.map((value) => ({ value, text: numbers.axis(value, ticks.step) }));
    this.#valueChars = Math.max(...values.map(({ text }) => text.length));
    return {
      ...this.#timePicture(scale, input),
      min: ticks.min,
      max: ticks.max,
      values: empty ? [] : values,
      thresholds: empty ? [] : input.thresholds.map((line) => axisThreshold(line, input)),
    };
  }

  #timePicture(scale: PlotScale, { layout, format, nowUs, theme, empty }: AxesInput): TimePicture {
    const times = visibleTimes(scale, { format, nowUs, labels: layout.labels, valueChars: this.#valueChars });
    this.#validPx = times.validPx;
    return {
      layout,
      times: empty ? [] : times.labels,
      colors: { grid: theme.tokens.grid, text: theme.tokens['text-3'] },
      font: theme.font,
    };
  }
}

/** A threshold as the value axis shows it. */
export function axisThreshold(
  { value, color, severity }: ThresholdLine,
  { theme, numbers, ticks }: Pick<AxesInput, 'theme' | 'numbers' | 'ticks'>,
): AxisThreshold {
  return {
    value,
    text: numbers.axis(value, Math.abs(value) < 10 ? ticks.step / 10 : ticks.step),
    weight: { ok: 0, warning: 1, critical: 2 }[severity],
    lineColor: resolveColor(theme, color),
    textColor: severity === 'ok' ? theme.tokens['text-3'] : theme.tokens[severity === 'critical' ? 'crit' : 'warn'],
  };
}
