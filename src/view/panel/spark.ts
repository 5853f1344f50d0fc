import { LineBuffer } from '../../core/line-buffer.ts';
import type { SeriesView } from '../../session/session-view.ts';
import { type Trend, trendOf } from '../trend.ts';
import { type PlotScale, paintDot, paintLine, xOf, yOf } from '../widgets/metric/line-painter.ts';
import type { LineStyle } from '../widgets/metric/lines.ts';
import { paintWaiting } from '../widgets/metric/plot-marks.ts';
import type { SparkArea } from './row-content.ts';

const DOT_PX = 2;
/** Room for the end dot and the stroke. */
const RIGHT_PX = 3;
const TOP_PX = 2.5;
const BOTTOM_PX = 2.5;
/** More lines than these would be a smear. */
export const MOST_LINES = 8;
const SPIKE_PART = 0.6;
const SHRINK_AFTER_MS = 3000;
/** A smaller range is taken only where it is this much smaller. */
const SHRINK_BELOW = 0.85;

const BUFFER = new LineBuffer();

/** What a sparkline shows. */
export interface SparkPicture {
  readonly lines: readonly SeriesView[];
  readonly styles: readonly LineStyle[];
  /** For each line the silence that breaks it, us. */
  readonly breakUs: Float64Array;
  readonly edgeUs: number;
  readonly rangeUs: number;
  readonly nowMs: number;
}

/**
 * A sparkline: the lines over their own range of values, without axes, a dot at the newest value.
 *
 * The range grows at once and shrinks after 3 s, so that a value that leaves at the left does not shake the picture.
 * Cost O(pixels), whatever the history; allocates nothing.
 */
export class Spark {
  /** Of the first line, as of the last picture. */
  trend: Trend | null = null;
  readonly #scale: PlotScale = { left: 0, right: 1, top: TOP_PX, bottom: 1, edgeUs: 0, usPerPx: 1, min: 0, max: 1 };
  readonly #range = { startUs: 0, endUs: 0, columnUs: 1, maxPoints: 0 };
  readonly #extent = new Float64Array(2);
  #low = Number.NaN;
  #high = Number.NaN;
  #smallerMs = Number.NaN;

  paint(area: SparkArea, picture: SparkPicture): void {
    const { context, widthPx, heightPx, pixelRatio, theme } = area;
    const { lines, edgeUs, rangeUs } = picture;
    const scale = this.#scale;
    context.setTransform(pixelRatio, 0, 0, pixelRatio, 0, 0);
    context.clearRect(0, 0, widthPx, heightPx);
    scale.right = widthPx - RIGHT_PX;
    scale.bottom = heightPx - BOTTOM_PX;
    if (lines.length === 0 || !Number.isFinite(edgeUs) || !this.#fit(picture)) {
      this.trend = null;
      this.#low = Number.NaN;
      paintWaiting(context, scale, theme.tokens.control);
      return;
    }
    scale.usPerPx = rangeUs / scale.right;
    const step = scale.usPerPx / pixelRatio;
    // The edge lies on a whole device pixel, so that sliding does not blur; whole steps keep their own.
    scale.edgeUs = step > 1 ? Math.ceil(edgeUs / step) * step : edgeUs;
    for (let i = Math.min(lines.length, MOST_LINES) - 1; i >= 0; i--) this.#paintOne(area, picture, i);
  }

  #paintOne({ context, theme: { highContrast } }: SparkArea, picture: SparkPicture, index: number): void {
    const scale = this.#scale;
    const line = picture.lines[index]!;
    const style = picture.styles[index]!;
    const range = this.#range;
    range.startUs = scale.edgeUs - picture.rangeUs;
    range.endUs = scale.edgeUs + scale.usPerPx;
    range.columnUs = scale.usPerPx;
    range.maxPoints = Math.ceil(scale.right);
    const mode = line.readLine(range, BUFFER);
    if (index === 0) this.trend = trendOf(BUFFER);
    const { pending, window } = line;
    const newestUs =
      window === undefined ? Number.POSITIVE_INFINITY : (window.newest?.endUs ?? Number.NEGATIVE_INFINITY);
    const finalUs = mode === 'columns' ? newestUs + scale.usPerPx / 2 : newestUs;
    context.save();
    context.beginPath();
    context.rect(0, 0, scale.right + 1, scale.bottom + BOTTOM_PX);
    context.clip();
    const breakUs = picture.breakUs[index] ?? Number.POSITIVE_INFINITY;
    // The axis is the data's own: noise would be all spikes. What leaves it alone still is one.
    const fill = mode === 'columns' && picture.lines.length === 1 && !highContrast;
    paintLine(context, BUFFER, scale, { mode, style, fill, pending, breakUs, finalUs, spikePart: SPIKE_PART });
    context.restore();
    const value = window?.open == null ? line.lastValue : window.open.value;
    const x = Math.min(scale.right, xOf(scale, line.lastTimeUs));
    if (!Number.isFinite(value) || !(x >= 0)) return;
    const y = Math.min(scale.bottom, Math.max(scale.top, yOf(scale, value)));
    context.globalAlpha = style.alpha;
    paintDot(context, x, y, { radius: DOT_PX, color: style.color, ring: null });
    context.globalAlpha = 1;
  }

  /** Fits the range of values; false where nothing is visible. */
  #fit({ lines, edgeUs, rangeUs, nowMs }: SparkPicture): boolean {
    let low = Number.POSITIVE_INFINITY;
    let high = Number.NEGATIVE_INFINITY;
    for (let i = 0; i < Math.min(lines.length, MOST_LINES); i++) {
      if (!lines[i]!.extent(edgeUs - rangeUs, edgeUs + 1, this.#extent)) continue;
      low = Math.min(low, this.#extent[0]!);
      high = Math.max(high, this.#extent[1]!);
    }
    if (!(low <= high)) return false;
    const isOut = !(low >= this.#low && high <= this.#high);
    const isSmaller = high - low < SHRINK_BELOW * (this.#high - this.#low);
    if (!isSmaller) this.#smallerMs = Number.NaN;
    else if (Number.isNaN(this.#smallerMs)) this.#smallerMs = nowMs;
    if (isOut && !Number.isNaN(this.#low)) {
      this.#low = Math.min(low, this.#low);
      this.#high = Math.max(high, this.#high);
    }
    if (Number.isNaN(this.#low) || nowMs - this.#smallerMs >= SHRINK_AFTER_MS) {
      this.#low = low;
      this.#high = high;
      this.#smallerMs = Number.NaN;
    }
    // A constant stands in the middle.
    const room = this.#low === this.#high ? Math.max(1, Math.abs(low)) : 0;
    this.#scale.min = this.#low - room;
    this.#scale.max = this.#high + room;
    return true;
  }
}
