import { type PlotScale, paintDot, xOf, yOf } from './line-painter.ts';
import type { LineStyle } from './lines.ts';
import type { PlotCursor, PlotPicture } from './plot-picture.ts';

const DOT = { radius: 3, many: 2.5, cursor: 4, revised: 3.5 };
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
  const open = line.window?.open ?? null;
  const value = open === null ? line.lastValue : open.value;
  const reachUs = picture.follows ? scale.usPerPx * 2 : 0;
  if (!Number.isFinite(value) || time > scale.edgeUs + reachUs) return;
  const x = Math.min(scale.right, xOf(scale, time));
  const y = Math.min(scale.bottom, Math.max(scale.top, yOf(scale, value)));
  if (x < scale.left) return;
  context.globalAlpha = style.alpha;
  const radius = several ? DOT.many : DOT.radius;
  // What may still change ends in a hollow dot.
  const look =
    open === null
      ? { radius, color: style.color, ring: null }
      : { radius, color: picture.theme.tokens.surface, ring: style.color };
  paintDot(context, x, y, look);
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

/** A ring around the final result that changed last: a late sample or restored data moved it. */
export function paintRevised(
  context: CanvasRenderingContext2D,
  scale: PlotScale,
  picture: PlotPicture,
  index: number,
): void {
  const revised = picture.lines[index]!.window?.revised ?? null;
  if (revised === null || !Number.isFinite(revised.value)) return;
  const x = xOf(scale, revised.endUs);
  if (x < scale.left || x > scale.right) return;
  const y = Math.min(scale.bottom, Math.max(scale.top, yOf(scale, revised.value)));
  const { tokens } = picture.theme;
  paintDot(context, x, y, { radius: DOT.revised, color: tokens.surface, ring: tokens.warn });
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
