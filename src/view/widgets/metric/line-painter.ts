import type { LineBuffer } from '../../../core/line-buffer.ts';
import type { TimeSpan } from '../../../session/session-view.ts';
import type { LineStyle } from './lines.ts';

/** Maps event times and values to stage px. One object is reused; `draw` code reads it and keeps nothing. */
export interface PlotScale {
  left: number;
  right: number;
  top: number;
  bottom: number;
  /** Time at `right`. */
  edgeUs: number;
  usPerPx: number;
  min: number;
  max: number;
}

/** A column this part of the axis past the line is drawn in full colour: a spike. */
const SPIKE_PART = 0.15;
/** So many columns from one entry to the next are a silence. */
const SILENT_COLUMNS = 2.5;
const AREA_ALPHA = 0.1;
const ENVELOPE_ALPHA = 0.18;
const LINE_PX = 1.5;
const PROVISIONAL_DASH = [3, 3];
const TURN = Math.PI * 2;

export function xOf(scale: PlotScale, timeUs: number): number {
  return scale.right - (scale.edgeUs - timeUs) / scale.usPerPx;
}

export function yOf(scale: PlotScale, value: number): number {
  return scale.bottom - ((value - scale.min) / (scale.max - scale.min)) * (scale.bottom - scale.top);
}

/**
 * Draws one line from a read buffer: straight 1.5 px segments, broken at NaN, at `breakBefore`, over pending
 * spans and over long silences.
 *
 * `fill`: the area below (points) or the envelope of min and max (columns). Allocates nothing; O(entries).
 */
export function paintLine(
  context: CanvasRenderingContext2D,
  line: LineBuffer,
  scale: PlotScale,
  options: {
    readonly mode: 'points' | 'columns';
    readonly style: LineStyle;
    readonly fill: boolean;
    readonly pending: readonly TimeSpan[];
    /** A silence longer than this breaks the line, us; default: none does. */
    readonly breakUs?: number;
    /** Entries after this time may still change: the way to them is dashed. Default: none may. */
    readonly finalUs?: number;
    /** The part of the axis from which on a column's extremes are drawn in full colour. Default 0.15. */
    readonly spikePart?: number;
  },
): void {
  const { mode, style, fill, pending, spikePart = SPIKE_PART } = options;
  const { breakUs = Number.POSITIVE_INFINITY } = options;
  // Columns may be longer than a silence: one without data is the least that shows.
  markBreaks(line, pending, mode === 'columns' ? Math.max(breakUs, SILENT_COLUMNS * scale.usPerPx) : breakUs);
  context.fillStyle = style.color;
  context.strokeStyle = style.color;
  context.lineWidth = LINE_PX;
  context.lineJoin = 'round';
  context.lineCap = 'round';
  if (fill) {
    context.globalAlpha = style.alpha * (mode === 'points' ? AREA_ALPHA : ENVELOPE_ALPHA);
    context.beginPath();
    if (mode === 'points') areaPath(context, line, scale);
    else envelopePath(context, line, scale);
    context.fill();
  }
  context.globalAlpha = style.alpha;
  context.beginPath();
  const end = finalEntries(line, options.finalUs ?? Number.POSITIVE_INFINITY);
  strokePath(context, line, scale, 0, end);
  if (mode === 'columns') spikePath(context, line, scale, spikePart);
  if (style.dash.length > 0) context.setLineDash(style.dash as number[]);
  context.stroke();
  if (style.dash.length > 0) context.setLineDash([]);
  if (end < line.length) {
    context.beginPath();
    strokePath(context, line, scale, Math.max(0, end - 1), line.length);
    context.lineCap = 'butt';
    context.setLineDash(PROVISIONAL_DASH);
    context.stroke();
    context.setLineDash([]);
  }
  context.globalAlpha = 1;
}

/** How many entries, from the first on, lie at or before `finalUs`. */
function finalEntries(line: LineBuffer, finalUs: number): number {
  let end = line.length;
  while (end > 0 && line.time[end - 1]! > finalUs) end--;
  return end;
}

/** Sets `breakBefore` after NaN, after a long silence and where a pending span lies between two entries. */
function markBreaks(line: LineBuffer, pending: readonly TimeSpan[], breakUs: number): void {
  let span = 0;
  for (let i = 1; i < line.length; i++) {
    if (Number.isNaN(line.value[i - 1]!)) line.breakBefore[i] = 1;
    const before = line.time[i - 1]!;
    const time = line.time[i]!;
    if (time - before > breakUs) line.breakBefore[i] = 1;
    while (span < pending.length && pending[span]!.endUs <= before) span++;
    if (span < pending.length && pending[span]!.startUs < time && pending[span]!.endUs > before)
      line.breakBefore[i] = 1;
  }
}

function strokePath(
  context: CanvasRenderingContext2D,
  line: LineBuffer,
  scale: PlotScale,
  start: number,
  end: number,
): void {
  let open = false;
  for (let i = start; i < end; i++) {
    const value = line.value[i]!;
    if (Number.isNaN(value)) {
      open = false;
      continue;
    }
    const x = xOf(scale, line.time[i]!);
    const y = yOf(scale, value);
    if (open && line.breakBefore[i] === 0) {
      context.lineTo(x, y);
    } else {
      context.moveTo(x, y);
      // A sample between two breaks is a dot.
      context.lineTo(x, y);
      open = true;
    }
  }
}

function areaPath(context: CanvasRenderingContext2D, line: LineBuffer, scale: PlotScale): void {
  const foot = Math.min(scale.bottom, Math.max(scale.top, yOf(scale, 0)));
  let from = Number.NaN;
  let x = 0;
  for (let i = 0; i < line.length; i++) {
    const value = line.value[i]!;
    const broken = Number.isNaN(value) || line.breakBefore[i] === 1;
    if (broken && !Number.isNaN(from)) {
      context.lineTo(x, foot);
      context.closePath();
      from = Number.NaN;
    }
    if (Number.isNaN(value)) continue;
    x = xOf(scale, line.time[i]!);
    if (Number.isNaN(from)) {
      from = x;
      context.moveTo(x, foot);
    }
    context.lineTo(x, yOf(scale, value));
  }
  if (!Number.isNaN(from)) {
    context.lineTo(x, foot);
    context.closePath();
  }
}

function envelopePath(context: CanvasRenderingContext2D, line: LineBuffer, scale: PlotScale): void {
  let start = 0;
  while (start < line.length) {
    let end = start + 1;
    while (end < line.length && line.breakBefore[end] === 0) end++;
    context.moveTo(xOf(scale, line.time[start]!), yOf(scale, line.max[start]!));
    for (let i = start + 1; i < end; i++) context.lineTo(xOf(scale, line.time[i]!), yOf(scale, line.max[i]!));
    for (let i = end - 1; i >= start; i--) context.lineTo(xOf(scale, line.time[i]!), yOf(scale, line.min[i]!));
    context.closePath();
    start = end;
  }
}

function spikePath(context: CanvasRenderingContext2D, line: LineBuffer, scale: PlotScale, part: number): void {
  const least = (scale.max - scale.min) * part;
  for (let i = 0; i < line.length; i++) {
    const value = line.value[i]!;
    const above = line.max[i]! - value >= least;
    const below = value - line.min[i]! >= least;
    if (!above && !below) continue;
    // A cell over several columns is one spike, not a block.
    if (i > 0 && line.max[i] === line.max[i - 1] && line.min[i] === line.min[i - 1] && line.value[i - 1] === value)
      continue;
    const x = xOf(scale, line.time[i]!);
    context.moveTo(x, yOf(scale, below ? line.min[i]! : value));
    context.lineTo(x, yOf(scale, above ? line.max[i]! : value));
  }
}

/** A filled dot, with a ring in `ring` where given. */
export function paintDot(
  context: CanvasRenderingContext2D,
  x: number,
  y: number,
  look: { readonly radius: number; readonly color: string; readonly ring: string | null },
): void {
  context.beginPath();
  context.arc(x, y, look.radius, 0, TURN);
  context.fillStyle = look.color;
  context.fill();
  if (look.ring !== null) {
    context.strokeStyle = look.ring;
    context.lineWidth = 1.5;
    context.stroke();
  }
}
