import type { SeriesView, TimeSpan } from '../../../session/session-view.ts';
import { type PlotScale, xOf } from './line-painter.ts';
import type { PlotPicture } from './plot-picture.ts';

/** px left of the first change that a stroke, a dot or a column reaches back. */
const REACH_PX = 8;
/** What no version tells (rows evicted under an envelope) is right again after this. */
const WHOLE_EVERY_MS = 1000;
const MOST_SHIFT_PART = 0.5;

/** What must be painted: nothing, a strip at the right after moving the rest, or all. */
export type PaintPlan =
  | { readonly kind: 'none' }
  | { readonly kind: 'strip'; readonly shiftDevicePx: number; readonly fromX: number }
  | { readonly kind: 'all' };

interface LineMemory {
  series: SeriesView | null;
  version: number;
  pastVersion: number;
  lastTimeUs: number;
  /** End of the newest final result, where the way to what may still change began; NaN where there was none. */
  finalUs: number;
  /** Where a revised result was ringed; NaN where none was. */
  revisedUs: number;
  mode: 'points' | 'columns' | 'unread';
  pending: readonly TimeSpan[];
  restored: readonly TimeSpan[];
}

const NONE: PaintPlan = { kind: 'none' };
const ALL: PaintPlan = { kind: 'all' };
const NO_SPANS: readonly TimeSpan[] = [];

/**
 * Remembers what a canvas of lines shows, so that a frame paints only what is new.
 *
 * 1. Live data at the right edge cost a strip of some pixels: columns that lie in the past are neither read nor painted. Of windows
 *    the strip begins at the newest result that was final before: the way to the open ones is painted as a whole.
 * 2. Any change of the past (`pastVersion`, gaps), of scale, size, theme or cursor paints all.
 * 3. A strip gives the picture that painting all would give, but for the rounding of anti-aliased edges.
 */
export class PaintMemory {
  readonly #lines: LineMemory[] = [];
  #styles: PlotPicture['styles'] | null = null;
  #layout: PlotPicture['layout'] | null = null;
  #themeVersion = -1;
  #pixelRatio = 0;
  #min = 0;
  #max = 0;
  #usPerPx = 0;
  #edgeUs = Number.NaN;
  #hasCursor = false;
  #stopped = false;
  #wholeMs = Number.NEGATIVE_INFINITY;

  /** How each line was read last. */
  modeOf(line: number): LineMemory['mode'] {
    return this.#lines[line]?.mode ?? 'unread';
  }

  setMode(line: number, mode: 'points' | 'columns'): void {
    const memory = this.#lines[line];
    if (memory !== undefined) memory.mode = mode;
  }

  /** Everything must be painted anew: the canvas was cleared or something outside the picture changed. */
  forget(): void {
    this.#edgeUs = Number.NaN;
    this.#wholeMs = Number.NEGATIVE_INFINITY;
  }

  plan(picture: PlotPicture, scale: PlotScale, nowMs: number): PaintPlan {
    const hasCursor = picture.cursor !== null;
    if (
      hasCursor ||
      this.#hasCursor ||
      picture.styles !== this.#styles ||
      picture.layout !== this.#layout ||
      picture.theme.version !== this.#themeVersion ||
      picture.pixelRatio !== this.#pixelRatio ||
      picture.stopped !== this.#stopped ||
      scale.min !== this.#min ||
      scale.max !== this.#max ||
      scale.usPerPx !== this.#usPerPx ||
      picture.lines.length !== this.#lines.length ||
      picture.lines.length === 0
    ) {
      return ALL;
    }
    const shiftPx = (scale.edgeUs - this.#edgeUs) / scale.usPerPx;
    const device = shiftPx * picture.pixelRatio;
    const shiftDevicePx = Math.round(device);
    const widthPx = scale.right - scale.left;
    if (!(shiftPx >= 0 && shiftPx < widthPx * MOST_SHIFT_PART) || Math.abs(device - shiftDevicePx) > 0.01) return ALL;
    let fromX = shiftDevicePx > 0 ? scale.right - shiftPx : Number.POSITIVE_INFINITY;
    let openX = Number.POSITIVE_INFINITY;
    for (let i = 0; i < this.#lines.length; i++) {
      const line = picture.lines[i]!;
      const memory = this.#lines[i]!;
      if (memory.series !== line || memory.mode === 'unread' || picture.styles[i]!.dash.length > 0) return ALL;
      if (!sameSpans(memory.pending, line.pending) || !sameSpans(memory.restored, line.restored)) return ALL;
      if (line.window !== undefined) {
        if (Number.isNaN(memory.finalUs) || !Object.is(revisedUs(line), memory.revisedUs)) return ALL;
        openX = Math.min(openX, xOf(scale, memory.finalUs));
      }
      if (memory.version === line.version) continue;
      if (line.pastVersion === undefined || line.pastVersion !== memory.pastVersion) return ALL;
      fromX = Math.min(fromX, xOf(scale, memory.lastTimeUs));
    }
    if (fromX === Number.POSITIVE_INFINITY) return NONE;
    if (nowMs - this.#wholeMs >= WHOLE_EVERY_MS) return ALL;
    fromX = Math.floor(Math.min(fromX, openX, scale.right) - REACH_PX);
    return fromX > scale.left + REACH_PX ? { kind: 'strip', shiftDevicePx, fromX } : ALL;
  }

  /** The picture was painted. */
  keep(picture: PlotPicture, scale: PlotScale, nowMs: number, plan: PaintPlan): void {
    if (plan.kind === 'all') this.#wholeMs = nowMs;
    this.#styles = picture.styles;
    this.#layout = picture.layout;
    this.#themeVersion = picture.theme.version;
    this.#pixelRatio = picture.pixelRatio;
    this.#min = scale.min;
    this.#max = scale.max;
    this.#usPerPx = scale.usPerPx;
    this.#edgeUs = scale.edgeUs;
    this.#hasCursor = picture.cursor !== null;
    this.#stopped = picture.stopped;
    for (let i = 0; i < picture.lines.length; i++) {
      const memory = this.#lineAt(i);
      const line = picture.lines[i]!;
      memory.series = line;
      memory.version = line.version;
      memory.pastVersion = line.pastVersion ?? -1;
      memory.lastTimeUs = line.lastTimeUs;
      memory.finalUs = line.window?.newest?.endUs ?? Number.NaN;
      memory.revisedUs = revisedUs(line);
      memory.pending = line.pending;
      memory.restored = line.restored;
    }
    this.#lines.length = picture.lines.length;
  }

  /** Makes room for line `index` before it is painted. */
  #lineAt(index: number): LineMemory {
    let memory = this.#lines[index];
    if (memory === undefined) {
      memory = {
        series: null,
        version: -1,
        pastVersion: -1,
        lastTimeUs: Number.NaN,
        finalUs: Number.NaN,
        revisedUs: Number.NaN,
        mode: 'unread',
        pending: NO_SPANS,
        restored: NO_SPANS,
      };
      this.#lines[index] = memory;
    }
    return memory;
  }

  /** Call before painting all. */
  begin(lineCount: number): void {
    for (let i = 0; i < lineCount; i++) this.#lineAt(i).mode = 'unread';
    this.#lines.length = lineCount;
  }
}

const revisedUs = (line: SeriesView): number => line.window?.revised?.endUs ?? Number.NaN;

function sameSpans(a: readonly TimeSpan[], b: readonly TimeSpan[]): boolean {
  return a === b || (a.length === 0 && b.length === 0);
}
