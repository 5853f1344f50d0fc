import { LineBuffer } from '../../../core/line-buffer.ts';
import type { SeriesView } from '../../../session/session-view.ts';
import { node } from '../../card.ts';
import type { Theme } from '../../theme.ts';
import { AxisChart, type AxisPicture } from './axis-chart.ts';
import { EndLabels, type LineEnd } from './end-labels.ts';
import { type PlotScale, paintDot, paintLine, xOf, yOf } from './line-painter.ts';
import type { LineStyle } from './lines.ts';
import type { PlotLayout } from './plot-layout.ts';
import { SpanPainter } from './span-painter.ts';

/** What the cursor points at: a vertical line at `x` and a dot on each sample. Stage px. */
export interface PlotCursor {
  readonly x: number;
  readonly dots: readonly { readonly x: number; readonly y: number; readonly line: number }[];
}

/** Everything one picture of the lines shows. */
export interface PlotPicture {
  readonly lines: readonly SeriesView[];
  readonly styles: readonly LineStyle[];
  readonly layout: PlotLayout;
  readonly theme: Theme;
  readonly pixelRatio: number;
  /** The right edge follows the newest time: a sample a moment ahead of it still is the line's end. */
  readonly follows: boolean;
  /** The right edge of the time axis in accent: paused. */
  readonly stopped: boolean;
  readonly cursor: PlotCursor | null;
}

/** Lines are read one after the other, so the page needs one buffer. */
const BUFFER = new LineBuffer();
const END_DOT = { radius: 3, many: 2.5, cursor: 4 };
const ELBOW = { from: 5, bend: 16, to: 20 };
const CLIP_ROOM_PX = 2;
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

  drawAxes(picture: AxisPicture): void {
    this.axis.draw(picture);
  }

  /** Names and values at the ends of several lines. */
  placeEnds(ends: readonly LineEnd[], layout: PlotLayout): void {
    const left = layout.right + ELBOW.to + ELBOW.from;
    this.ends.element.hidden = !layout.ends;
    if (layout.ends) this.ends.place(ends, { top: layout.top + 4, bottom: layout.bottom, left });
  }

  /** Draws spans, lines, ends and cursor. One read of each line; bounded by pixels, never by history. */
  paint(picture: PlotPicture): void {
    const context = this.#context;
    if (context === null) return;
    const { lines, styles, theme, pixelRatio } = picture;
    const { scale } = this;
    const { tokens } = theme;
    context.setTransform(pixelRatio, 0, 0, pixelRatio, 0, 0);
    context.clearRect(0, 0, this.#width, this.#height);
    if (lines.length === 0 || !Number.isFinite(scale.edgeUs)) {
      this.#paintWaiting(context, tokens.control);
      return;
    }
    for (let i = 0; i < lines.length; i++) {
      this.#spans.paintMissing(context, lines[i]!.pending, scale, {
        inset: tokens.inset,
        border: tokens.border,
        pixelRatio,
      });
    }
    if (picture.cursor !== null) this.#paintCursorLine(context, picture.cursor.x, tokens['text-3']);
    context.save();
    context.beginPath();
    const height = scale.bottom - scale.top + 2 * CLIP_ROOM_PX;
    context.rect(scale.left, scale.top - CLIP_ROOM_PX, scale.right - scale.left, height);
    context.clip();
    const plotPx = scale.right - scale.left;
    for (let i = 0; i < lines.length; i++) {
      const line = lines[i]!;
      const range = {
        startUs: scale.edgeUs - plotPx * scale.usPerPx,
        endUs: scale.edgeUs + scale.usPerPx,
        columnUs: scale.usPerPx,
        maxPoints: Math.ceil(plotPx),
      };
      const mode = line.readLine(range, BUFFER);
      const fill = !theme.highContrast && (lines.length === 1 || (mode === 'columns' && lines.length <= MOST_FILLED));
      paintLine(context, BUFFER, scale, { mode, style: styles[i]!, fill, pending: line.pending });
    }
    context.restore();
    for (let i = 0; i < lines.length; i++) {
      this.#spans.paintRestored(context, lines[i]!.restored, scale, tokens['text-3']);
      this.#paintEnd(context, picture, i);
    }
    if (picture.stopped) this.#paintStop(context, tokens.accent);
    if (picture.cursor !== null) this.#paintCursorDots(context, picture.cursor, styles, tokens.surface);
  }

  /** The overlay canvas, for a picture of the chart. */
  get canvas(): HTMLCanvasElement {
    return this.#canvas;
  }

  dispose(): void {
    this.axis.dispose();
    this.stage.remove();
  }

  #paintWaiting(context: CanvasRenderingContext2D, color: string): void {
    const { left, right, bottom } = this.scale;
    context.strokeStyle = color;
    context.lineWidth = 1;
    context.setLineDash([4, 4]);
    context.beginPath();
    context.moveTo(left, bottom - 0.5);
    context.lineTo(right, bottom - 0.5);
    context.stroke();
    context.setLineDash([]);
  }

  #paintEnd(context: CanvasRenderingContext2D, picture: PlotPicture, index: number): void {
    const { scale } = this;
    const line = picture.lines[index]!;
    const style = picture.styles[index]!;
    const several = picture.lines.length > 1;
    const time = line.lastTimeUs;
    const reachUs = picture.follows ? scale.usPerPx * 2 : 0;
    if (!Number.isFinite(line.lastValue) || time > scale.edgeUs + reachUs) return;
    const x = Math.min(scale.right, xOf(scale, time));
    const y = Math.min(scale.bottom, Math.max(scale.top, yOf(scale, line.lastValue)));
    if (x < scale.left) return;
    context.globalAlpha = style.alpha;
    paintDot(context, x, y, { radius: several ? END_DOT.many : END_DOT.radius, color: style.color, ring: null });
    const center = several && picture.layout.ends ? this.ends.centers[index] : undefined;
    if (center !== undefined && Number.isFinite(center)) {
      context.strokeStyle = style.color;
      context.lineWidth = 1.5;
      context.beginPath();
      context.moveTo(scale.right + ELBOW.from, y);
      context.lineTo(scale.right + ELBOW.bend, center);
      context.lineTo(scale.right + ELBOW.to, center);
      context.stroke();
    }
    context.globalAlpha = 1;
  }

  #paintStop(context: CanvasRenderingContext2D, color: string): void {
    const { right, top, bottom } = this.scale;
    context.fillStyle = color;
    context.fillRect(right - 1, top, 2, bottom - top);
  }

  #paintCursorLine(context: CanvasRenderingContext2D, x: number, color: string): void {
    const { top, bottom } = this.scale;
    context.fillStyle = color;
    context.fillRect(Math.round(x), top, 1, bottom - top);
  }

  #paintCursorDots(
    context: CanvasRenderingContext2D,
    cursor: PlotCursor,
    styles: readonly LineStyle[],
    surface: string,
  ): void {
    for (const dot of cursor.dots) {
      paintDot(context, dot.x, dot.y, {
        radius: END_DOT.cursor,
        color: styles[dot.line]?.color ?? surface,
        ring: surface,
      });
    }
  }
}
