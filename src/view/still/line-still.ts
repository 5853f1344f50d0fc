import { LineBuffer } from '../../core/line-buffer.ts';
import type { ThresholdLine } from '../../dashboard/thresholds.ts';
import type { NumberFormat } from '../number-format.ts';
import type { ValueTicks } from '../value-ticks.ts';
import { axisThreshold } from '../widgets/metric/axes.ts';
import { CLOSE_PX, namedThresholds } from '../widgets/metric/axis-chart.ts';
import type { AxisFormat } from '../widgets/metric/axis-format.ts';
import type { HeldData } from '../widgets/metric/held-data.ts';
import { type PlotScale, paintLine, yOf } from '../widgets/metric/line-painter.ts';
import type { LineStyle } from '../widgets/metric/lines.ts';
import type { PlotLayout } from '../widgets/metric/plot-layout.ts';
import { paintEnd, paintRevised, paintWaiting } from '../widgets/metric/plot-marks.ts';
import { SpanPainter } from '../widgets/metric/span-painter.ts';
import { visibleTimes } from '../widgets/metric/time-labels.ts';
import { PAPER_THEME, type Paper } from './paper.ts';

const BUFFER = new LineBuffer();
const CLIP_ROOM_PX = 2;
const MOST_FILLED = 3;
const RIGHT_MARGIN_PX = 40;
const LEFT_MARGIN_PX = 8;

/** What the lines of a saved picture are drawn from. */
export interface LinesPicture {
  readonly held: HeldData;
  readonly styles: readonly LineStyle[];
  readonly scale: PlotScale;
  readonly layout: PlotLayout;
}

/** Paints lines with what is missing, restored and revised, and their ends; once, so nothing is kept. Plot px. */
export function paintLines(
  paper: Paper,
  { held, styles, scale, layout }: LinesPicture,
  labelY: readonly number[],
): void {
  const { context, pixelRatio } = paper;
  const { tokens } = PAPER_THEME;
  const { lines } = held;
  if (held.count === 0 || !Number.isFinite(scale.edgeUs)) {
    paintWaiting(context, scale, tokens.control);
    return;
  }
  const spans = new SpanPainter();
  const picture = {
    ...{ lines, styles, layout, pixelRatio, breakUs: held.breakUs, theme: PAPER_THEME },
    ...{ follows: true, stopped: false, cursor: null },
  };
  for (const line of lines) {
    spans.paintMissing(context, line.pending, scale, { inset: tokens.inset, border: tokens.border, pixelRatio });
  }
  const height = scale.bottom - scale.top + 2 * CLIP_ROOM_PX;
  const area = { x: scale.left, y: scale.top - CLIP_ROOM_PX, width: scale.right - scale.left, height };
  paper.clipped(area, () => {
    for (let i = 0; i < lines.length; i++) paintOne(context, picture, i, scale);
  });
  for (let i = 0; i < lines.length; i++) {
    spans.paintRestored(context, lines[i]!.restored, scale, tokens['text-3']);
    paintRevised(context, scale, picture, i);
    paintEnd(context, scale, picture, { index: i, labelY: labelY[i] ?? Number.NaN });
  }
}

function paintOne(
  context: CanvasRenderingContext2D,
  { lines, styles, breakUs }: Pick<HeldData, 'lines' | 'breakUs'> & Pick<LinesPicture, 'styles'>,
  index: number,
  scale: PlotScale,
): void {
  const line = lines[index]!;
  const plotPx = scale.right - scale.left;
  const range = {
    startUs: scale.edgeUs - plotPx * scale.usPerPx,
    endUs: scale.edgeUs + scale.usPerPx,
    columnUs: scale.usPerPx,
    maxPoints: Math.ceil(plotPx),
  };
  const mode = line.readLine(range, BUFFER);
  const { pending, window } = line;
  const newestUs = window === undefined ? Number.POSITIVE_INFINITY : (window.newest?.endUs ?? Number.NEGATIVE_INFINITY);
  paintLine(context, BUFFER, scale, {
    mode,
    style: styles[index]!,
    fill: lines.length === 1 || (mode === 'columns' && lines.length <= MOST_FILLED),
    pending,
    breakUs: breakUs[index] ?? Number.POSITIVE_INFINITY,
    finalUs: mode === 'columns' ? newestUs + scale.usPerPx / 2 : newestUs,
  });
}

/** Paints grid lines, thresholds and the labels of both axes. */
export function paintAxes(
  paper: Paper,
  { held, scale, layout }: LinesPicture,
  axis: {
    readonly ticks: ValueTicks;
    readonly numbers: NumberFormat;
    readonly format: AxisFormat;
    readonly thresholds: readonly ThresholdLine[];
  },
): void {
  if (layout.labels === 'none' || held.count === 0 || !Number.isFinite(scale.edgeUs)) return;
  const { ticks, numbers, format } = axis;
  const theme = PAPER_THEME;
  const width = scale.right - scale.left;
  const lines = axis.thresholds
    .filter(({ value }) => value >= ticks.min && value <= ticks.max)
    .map((line) => axisThreshold(line, { theme, numbers, ticks }))
    .sort((a, b) => a.value - b.value);
  const texts = ticks.values.map((value) => ({ value, text: numbers.axis(value, ticks.step) }));
  const apart = (CLOSE_PX * (scale.max - scale.min)) / (scale.bottom - scale.top);
  const labelX = layout.labels === 'right' ? scale.right + RIGHT_MARGIN_PX : scale.left - LEFT_MARGIN_PX;
  const label = (text: string, value: number, color: string): void => {
    paper.text(text, labelX, yOf(scale, value) + 4, { size: 11, fill: color, align: 'right' });
  };
  for (const { value, text } of texts) {
    paper.rule(scale.left, yOf(scale, value), width, theme.tokens.grid);
    if (lines.every((line) => Math.abs(line.value - value) >= apart)) label(text, value, theme.tokens['text-3']);
  }
  const { context } = paper;
  for (const { value, lineColor } of lines) {
    context.fillStyle = lineColor;
    const y = Math.round(yOf(scale, value));
    for (let x = scale.left; x < scale.right; x += 4) context.fillRect(x, y, 1.5, 1);
  }
  for (const { value, text, textColor } of namedThresholds(lines, apart)) label(text, value, textColor);
  const valueChars = Math.max(...texts.map(({ text }) => text.length));
  const times = visibleTimes(scale, { format, nowUs: held.clockUs, labels: layout.labels, valueChars });
  for (const { x, label: text } of times.labels) {
    paper.text(text, x, scale.bottom + 14, { size: 11, color: 'text-3', align: 'center' });
  }
}
