import { LineBuffer } from '../../../core/line-buffer.ts';
import type { SeriesView } from '../../../session/session-view.ts';
import { node } from '../../card.ts';
import { AxisChart } from './axis-chart.ts';
import { EndLabels, type LineEnd } from './end-labels.ts';
import { type PlotScale, paintLine } from './line-painter.ts';
import { PaintMemory, type PaintPlan } from './paint-memory.ts';
import type { PlotLayout } from './plot-layout.ts';
import {
  ELBOW_TO_PX,
  paintCursorDots,
  paintCursorLine,
  paintEnd,
  paintRevised,
  paintStop,
  paintWaiting,
} from './plot-marks.ts';
import type { PlotPicture } from './plot-picture.ts';
import { SpanPainter } from './span-painter.ts';

/** Lines are read one after the other, so the page needs one buffer. */
const BUFFER = new LineBuffer();
const CLIP_ROOM_PX = 2;
/** Columns read left of a strip, so that a stroke enters it as it does in the whole picture. */
const LEAD_COLUMNS = 4;
/** Envelopes of more lines than these would hide each other; their spikes stay. */
const MOST_FILLED = 3;

/** The stage of one metric: axes below, lines above, names at the ends. Draws; decides nothing. */
export class Plot {
  readonly stage = node('div', 'sv-metric-stage');
  readonly axis: AxisChart;
  readonly ends = new EndLabels();
  readonly scale: PlotScale = { left: 0, right: 1, top: 0, bottom: 1, edgeUs: 0, usPerPx: 1, min: 0, max: 1 };
  readonly #canvas = document.createElement('canvas');
  readonly #context: CanvasRenderingContext2D | null;
  readonly #spans = new SpanPainter();
  readonly #memory = new PaintMemory();
  readonly #range = { startUs: 0, endUs: 0, columnUs: 1, maxPoints: 0 };
  #width = 0;
  #height = 0;

  constructor(body: HTMLElement) {
    const axes = node('div', 'sv-metric-axes');
    this.#canvas.className = 'sv-metric-lines';
    this.#context = this.#canvas.getContext('2d');
    this.axis = new AxisChart(axes);
    this.stage.append(axes, this.#canvas, this.ends.element);
    body.append(this.stage);
  }

  /** Takes a layout: places the stage and points the scale at it. Touches the DOM only where something changed. */
  layOut(layout: PlotLayout, pixelRatio: number): void {
    const { stageWidth, stageHeight } = layout;
    const width = Math.round(stageWidth * pixelRatio);
    const height = Math.round(stageHeight * pixelRatio);
    if (width !== this.#width || height !== this.#height) {
      this.#width = this.#canvas.width = width;
      this.#height = this.#canvas.height = height;
      this.#memory.forget();
      for (const element of [this.stage, this.#canvas]) {
        element.style.width = `${stageWidth}px`;
        element.style.height = `${stageHeight}px`;
      }
    }
    this.scale.left = layout.left;
    this.scale.right = layout.right;
    this.scale.top = layout.top;
    this.scale.bottom = layout.bottom;
  }

  /** Names and values at the ends of several lines. */
  placeEnds(ends: readonly LineEnd[], layout: PlotLayout): void {
    const left = layout.right + ELBOW_TO_PX;
    this.ends.element.hidden = !layout.ends;
    if (layout.ends) this.ends.place(ends, { top: layout.top + 4, bottom: layout.bottom, left });
    this.#memory.forget();
  }

  /**
   * Brings the canvas up to date: spans, lines, ends and cursor, only where something changed. Bounded by pixels, never
   * by history.
   *
   * @returns whether a painted value lies outside the value axis.
   */
  paint(picture: PlotPicture, nowMs: number): boolean {
    const context = this.#context;
    if (context === null) return false;
    if (picture.lines.length === 0 || !Number.isFinite(this.scale.edgeUs)) {
      this.#clear(context, picture, 0);
      paintWaiting(context, this.scale, picture.theme.tokens.control);
      this.#memory.forget();
      return false;
    }
    const plan = this.#memory.plan(picture, this.scale, nowMs);
    if (plan.kind === 'none') return false;
    const outside = this.#paintPlan(context, picture, plan);
    if (outside !== null) {
      this.#memory.keep(picture, this.scale, nowMs, plan);
      return outside;
    }
    const all: PaintPlan = { kind: 'all' };
    const result = this.#paintPlan(context, picture, all) === true;
    this.#memory.keep(picture, this.scale, nowMs, all);
    return result;
  }

  /** The overlay canvas, for a picture of the chart. */
  get canvas(): HTMLCanvasElement {
    return this.#canvas;
  }

  dispose(): void {
    this.axis.dispose();
    this.stage.remove();
  }

  /** Paints what a plan names; null where a strip does not suffice. */
  #paintPlan(context: CanvasRenderingContext2D, picture: PlotPicture, plan: PaintPlan): boolean | null {
    if (plan.kind === 'none') return false;
    const { scale } = this;
    const { lines, theme, pixelRatio } = picture;
    const { tokens } = theme;
    const fromX = plan.kind === 'strip' ? plan.fromX : 0;
    if (plan.kind === 'strip') this.#slide(context, plan.shiftDevicePx, picture);
    else this.#memory.begin(lines.length);
    this.#clear(context, picture, fromX);
    const isCut = fromX > 0 && reachesOut(lines);
    if (isCut) {
      context.save();
      this.#clip(context, fromX, 0, this.#width / pixelRatio - fromX, this.#height / pixelRatio);
    }
    for (let i = 0; i < lines.length; i++) {
      const look = { inset: tokens.inset, border: tokens.border, pixelRatio };
      this.#spans.paintMissing(context, lines[i]!.pending, scale, look);
    }
    if (picture.cursor !== null) paintCursorLine(context, scale, picture.cursor.x, tokens['text-3']);
    context.save();
    const height = scale.bottom - scale.top + 2 * CLIP_ROOM_PX;
    const left = Math.max(scale.left, fromX);
    this.#clip(context, left, scale.top - CLIP_ROOM_PX, scale.right - left, height);
    let outside: boolean | null = false;
    for (let i = 0; i < lines.length && outside !== null; i++) {
      const leaves = this.#paintOne(context, picture, i, fromX);
      outside = leaves === null ? null : outside || leaves;
    }
    context.restore();
    for (let i = 0; i < lines.length; i++) {
      this.#spans.paintRestored(context, lines[i]!.restored, scale, tokens['text-3']);
      paintRevised(context, scale, picture, i);
      paintEnd(context, scale, picture, { index: i, labelY: this.ends.centers[i] ?? Number.NaN });
    }
    if (picture.stopped) paintStop(context, scale, tokens.accent);
    if (picture.cursor !== null) paintCursorDots(context, picture.cursor, picture.styles, tokens.surface);
    if (isCut) context.restore();
    return outside;
  }

  /** Paints line `index` from stage px `fromX` on; null where only the whole picture is right. */
  #paintOne(context: CanvasRenderingContext2D, picture: PlotPicture, index: number, fromX: number): boolean | null {
    const { scale } = this;
    const { lines, theme } = picture;
    const line = lines[index]!;
    const plotPx = scale.right - scale.left;
    const range = this.#range;
    const before = this.#memory.modeOf(index);
    const isStrip = fromX > 0;
    const startUs = scale.edgeUs - (isStrip ? scale.right - fromX + LEAD_COLUMNS : plotPx) * scale.usPerPx;
    if (isStrip && line.lastTimeUs < startUs) return false;
    range.startUs = startUs;
    range.endUs = scale.edgeUs + scale.usPerPx;
    range.columnUs = scale.usPerPx;
    range.maxPoints = !isStrip ? Math.ceil(plotPx) : before === 'points' ? Number.POSITIVE_INFINITY : 0;
    const mode = line.readLine(range, BUFFER);
    if (isStrip && mode !== before) return null;
    if (isStrip && mode === 'columns' && !(BUFFER.time[0]! < startUs + 2 * scale.usPerPx)) return null;
    this.#memory.setMode(index, mode);
    const fill = !theme.highContrast && (lines.length === 1 || (mode === 'columns' && lines.length <= MOST_FILLED));
    const breakUs = picture.breakUs[index] ?? Number.POSITIVE_INFINITY;
    const { pending, window } = line;
    const newestUs =
      window === undefined ? Number.POSITIVE_INFINITY : (window.newest?.endUs ?? Number.NEGATIVE_INFINITY);
    // A column that holds the newest final result is final, wherever in it that lies.
    const finalUs = mode === 'columns' ? newestUs + scale.usPerPx / 2 : newestUs;
    paintLine(context, BUFFER, scale, { mode, style: picture.styles[index]!, fill, pending, breakUs, finalUs });
    return leavesAxis(BUFFER, scale);
  }

  /** Moves the picture to the left by whole device pixels. */
  #slide(context: CanvasRenderingContext2D, devicePx: number, picture: PlotPicture): void {
    if (devicePx === 0) return;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.globalCompositeOperation = 'copy';
    context.drawImage(this.#canvas, -devicePx, 0);
    context.globalCompositeOperation = 'source-over';
    context.clearRect(0, 0, Math.floor(this.scale.left * picture.pixelRatio), this.#height);
  }

  #clear(context: CanvasRenderingContext2D, { pixelRatio }: PlotPicture, fromX: number): void {
    context.setTransform(pixelRatio, 0, 0, pixelRatio, 0, 0);
    context.clearRect(fromX, 0, this.#width / pixelRatio - fromX, this.#height / pixelRatio);
  }

  #clip(context: CanvasRenderingContext2D, x: number, y: number, width: number, height: number): void {
    context.beginPath();
    context.rect(x, y, width, height);
    context.clip();
  }
}

/** Whether marks may lie left of a strip: those around one line of samples lie in any strip of it whole. */
function reachesOut(lines: readonly SeriesView[]): boolean {
  const line = lines[0]!;
  return lines.length > 1 || line.pending.length > 0 || line.restored.length > 0 || line.window !== undefined;
}

/** Whether a drawn value, a column's extremes included, lies outside the axis. */
function leavesAxis({ length, min, max, time }: LineBuffer, scale: PlotScale): boolean {
  const startUs = scale.edgeUs - (scale.right - scale.left) * scale.usPerPx;
  for (let i = length - 1; i >= 0 && time[i]! >= startUs; i--) {
    if (min[i]! < scale.min || max[i]! > scale.max) return true;
  }
  return false;
}
