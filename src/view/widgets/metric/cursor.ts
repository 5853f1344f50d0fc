import { LineBuffer } from '../../../core/line-buffer.ts';
import type { SeriesView } from '../../../session/session-view.ts';
import { type PlotScale, xOf, yOf } from './line-painter.ts';
import { type CursorSample, samplesAt } from './metric-tooltip.ts';
import type { PlotCursor } from './plot-picture.ts';

const STEP_BUFFER = new LineBuffer();
const STEP_POINTS = 4096;
const NEAR_PX = 6;

/** What is under the cursor now. */
export interface CursorView {
  readonly found: readonly CursorSample[];
  readonly cursor: PlotCursor;
  /** Line nearest to the cursor; -1 where there is none. */
  readonly hot: number;
  readonly timeUs: number;
  /** Chosen by keys: it is to be spoken. */
  readonly byKeys: boolean;
  /** Pointed at in another chart: its line and dots stand here, its words there. */
  readonly elsewhere: boolean;
}

/**
 * The cursor of one plot: it stays under the pointer while the picture slides, or on a sample once keys moved it.
 */
export class Cursor {
  /** Pointer place, stage px; NaN while nothing is pointed at. */
  #x = Number.NaN;
  #y = Number.NaN;
  /** Sample time chosen by keys, us; NaN while the pointer leads. */
  #timeUs = Number.NaN;
  /** Time pointed at in another chart, us. */
  #sharedUs = Number.NaN;

  get active(): boolean {
    return this.isHere || Number.isFinite(this.#sharedUs);
  }

  /** Whether this chart itself is pointed at. */
  get isHere(): boolean {
    return Number.isFinite(this.#x) || Number.isFinite(this.#timeUs);
  }

  /** The time pointed at in this chart, us; NaN while it is not. */
  pointedUs(scale: PlotScale): number {
    if (this.byKeys) return this.#timeUs;
    return Number.isFinite(this.#x) ? this.#timeAt(scale) : Number.NaN;
  }

  /** Shows a time pointed at in another chart; NaN shows none. Returns whether that changes the picture. */
  share(timeUs: number): boolean {
    const changed = !Object.is(timeUs, this.#sharedUs) && !this.isHere;
    this.#sharedUs = timeUs;
    return changed;
  }

  /** Chosen by keys: what it points at is to be spoken. */
  get byKeys(): boolean {
    return Number.isFinite(this.#timeUs);
  }

  point(x: number, y: number): void {
    this.#x = x;
    this.#y = y;
    this.#timeUs = Number.NaN;
  }

  clear(): void {
    this.#x = this.#y = this.#timeUs = Number.NaN;
  }

  /** Moves by samples of the line that has most of them; starts at the newest visible one. */
  step(to: number | 'first' | 'last', lines: readonly SeriesView[], scale: PlotScale): void {
    const line = lines.reduce<SeriesView | null>(
      (most, next) => (most && most.count >= next.count ? most : next),
      null,
    );
    if (line === null) return;
    const startUs = scale.edgeUs - (scale.right - scale.left) * scale.usPerPx;
    if (to === 'first' || to === 'last' || !Number.isFinite(this.#timeUs)) {
      const pointed = Number.isFinite(this.#x) ? this.#timeAt(scale) : scale.edgeUs;
      const from = to === 'first' ? startUs : to === 'last' ? scale.edgeUs : pointed;
      this.#timeUs = line.nearest(from)?.timeUs ?? Number.NaN;
    } else {
      for (let n = 0; n < Math.abs(to); n++) this.#timeUs = nextSample(line, this.#timeUs, Math.sign(to), scale);
    }
    this.#timeUs = Math.max(startUs, Math.min(scale.edgeUs, this.#timeUs));
    this.#x = Number.NaN;
  }

  /** What lies under the cursor; null while it is not active or outside the plot. */
  read(lines: readonly SeriesView[], scale: PlotScale): CursorView | null {
    if (!this.active || lines.length === 0) return null;
    const byKeys = this.byKeys;
    const elsewhere = !this.isHere;
    if (!byKeys && (this.#x < scale.left - NEAR_PX || this.#x > scale.right + NEAR_PX)) return null;
    const timeUs = elsewhere ? this.#sharedUs : byKeys ? this.#timeUs : this.#timeAt(scale);
    if (elsewhere && !isVisible(scale, timeUs)) return null;
    const inSpan = lines.some((line) => line.pending.some((span) => span.startUs <= timeUs && timeUs < span.endUs));
    const found = inSpan ? [] : samplesAt(lines, timeUs, NEAR_PX * scale.usPerPx);
    const visible = found.filter(({ sample }) => xOf(scale, sample.timeUs) >= scale.left - 1);
    const dots = visible.map(({ line, sample }) => ({
      line,
      x: Math.min(scale.right, xOf(scale, sample.timeUs)),
      y: Math.min(scale.bottom, Math.max(scale.top, yOf(scale, sample.value))),
    }));
    if (dots.length === 0 && !inSpan) return null;
    let hot = -1;
    let nearest = Number.POSITIVE_INFINITY;
    for (const dot of dots) {
      const distance = Math.abs(dot.y - this.#y);
      if (distance < nearest) [nearest, hot] = [distance, dot.line];
    }
    const x = dots[0]?.x ?? (elsewhere ? xOf(scale, timeUs) : this.#x);
    return {
      found: visible,
      cursor: { x, dots },
      hot,
      byKeys,
      elsewhere,
      timeUs: inSpan ? timeUs : (visible[0]?.sample.timeUs ?? timeUs),
    };
  }

  #timeAt(scale: PlotScale): number {
    const x = Math.max(scale.left, Math.min(scale.right, this.#x));
    return scale.edgeUs - (scale.right - x) * scale.usPerPx;
  }
}

function isVisible(scale: PlotScale, timeUs: number): boolean {
  const x = xOf(scale, timeUs);
  return x >= scale.left && x <= scale.right;
}

/** The time of the next sample after (direction 1) or before (-1) a time; the same time where there is none. */
function nextSample(line: SeriesView, timeUs: number, direction: number, scale: PlotScale): number {
  const interval = Number.isFinite(line.intervalUs) ? line.intervalUs : scale.usPerPx;
  const visibleUs = (scale.right - scale.left) * scale.usPerPx;
  for (let reachUs = interval * 8; ; reachUs *= 8) {
    const startUs = direction > 0 ? timeUs : timeUs - reachUs;
    line.readLine({ startUs, endUs: startUs + reachUs, columnUs: scale.usPerPx, maxPoints: STEP_POINTS }, STEP_BUFFER);
    const { time, value, length } = STEP_BUFFER;
    if (direction > 0) {
      for (let i = 0; i < length; i++) if (time[i]! > timeUs && !Number.isNaN(value[i]!)) return time[i]!;
    } else {
      for (let i = length - 1; i >= 0; i--) if (time[i]! < timeUs && !Number.isNaN(value[i]!)) return time[i]!;
    }
    if (reachUs > visibleUs * 2) return timeUs;
  }
}
