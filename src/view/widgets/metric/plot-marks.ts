import { type PlotScale, paintDot, xOf, yOf } from './line-painter.ts';
import type { LineStyle } from './lines.ts';
import type { PlotCursor, PlotPicture } from './plot-picture.ts';

const DOT = { radius: 3, many: 2.5, cursor: 4 };
const ELBOW = { from: 5, bend: 16, to: 20, gap: 5 };
/** From the plot's right edge to the names at the ends of lines, px. */
export const ELBOW_TO_PX = ELBOW.to + ELBOW.gap;

/** The dashed baseline of a chart without data. */
export function paintWaiting(context: CanvasRenderingContext2D, scale: PlotScale, color: string): void {
  context.strokeStyle = color;
  context.lineWidth = 1;
  context.setLineDash([4, 4]);
  context.beginPath();
  context.moveTo(scale.left, scale.bottom - 0.5);
  context.lineTo(scale.right, scale.bottom - 0.5);
  context.stroke();
  context.setLineDash([]);
}

/** The dot at a line's newest sample and, where its name stands beside the plot at `labelY`, the elbow to it. */
export function paintEnd(
  context: CanvasRenderingContext2D,
  scale: PlotScale,
  picture: PlotPicture,
  at: { readonly index: number; readonly labelY: number },
): void {
  const line = picture.lines[at.index]!;
  const style = picture.styles[at.index]!;
  const several = picture.lines.length > 1;
  const time = line.lastTimeUs;
  const reachUs = picture.follows ? scale.usPerPx * 2 : 0;
  if (!Number.isFinite(line.lastValue) || time > scale.edgeUs + reachUs) return;
  const x = Math.min(scale.right, xOf(scale, time));
  const y = Math.min(scale.bottom, Math.max(scale.top, yOf(scale, line.lastValue)));
  if (x < scale.left) return;
  context.globalAlpha = style.alpha;
  paintDot(context, x, y, { radius: several ? DOT.many : DOT.radius, color: style.color, ring: null });
  if (several && picture.layout.ends && Number.isFinite(at.labelY)) {
    context.strokeStyle = style.color;
    context.lineWidth = 1.5;
    context.beginPath();
    context.moveTo(scale.right + ELBOW.from, y);
    context.lineTo(scale.right + ELBOW.bend, at.labelY);
    context.lineTo(scale.right + ELBOW.to, at.labelY);
    context.stroke();
  }
  context.globalAlpha = 1;
}

/** The right edge of a paused time axis. */
export function paintStop(context: CanvasRenderingContext2D, scale: PlotScale, color: string): void {
  context.fillStyle = color;
  context.fillRect(scale.right - 1, scale.top, 2, scale.bottom - scale.top);
}

export function paintCursorLine(context: CanvasRenderingContext2D, scale: PlotScale, x: number, color: string): void {
  context.fillStyle = color;
  context.fillRect(Math.round(x), scale.top, 1, scale.bottom - scale.top);
}

export function paintCursorDots(
  context: CanvasRenderingContext2D,
  cursor: PlotCursor,
  styles: readonly LineStyle[],
  surface: string,
): void {
  for (const dot of cursor.dots) {
    const color = styles[dot.line]?.color ?? surface;
    paintDot(context, dot.x, dot.y, { radius: DOT.cursor, color, ring: surface });
  }
}
