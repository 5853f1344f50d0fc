import type { TimeLabel } from './axis-chart.ts';
import type { AxisFormat } from './axis-format.ts';
import { type PlotScale, xOf } from './line-painter.ts';
import { type PlotLayout, RIGHT_LABEL_PX } from './plot-layout.ts';

/** As wide as the widest UI fonts write a digit at 11 px. */
const CHAR_PX = 7;
/** How far a label may reach over the plot's ends, where no value label stands. */
const REACH_LEFT_PX = 10;
const REACH_RIGHT_PX = 16;
/** Room between a time label and the value label at the axis' foot. */
const APART_PX = 6;

/** The labels of a time axis now, and how far the picture may slide until they must be drawn again. */
export interface VisibleTimes {
  readonly labels: readonly TimeLabel[];
  /** px to the left; a label leaves or the next one fits. */
  readonly validPx: number;
}

/**
 * The whole labels that fit between the plot's ends, at their stage px; none touches a value label. The day stands once
 * at the left where it is not today.
 *
 * @param options.valueChars Characters of the longest value label.
 */
export function visibleTimes(
  scale: PlotScale,
  options: {
    readonly format: AxisFormat;
    readonly nowUs: number;
    readonly labels: PlotLayout['labels'];
    readonly valueChars: number;
  },
): VisibleTimes {
  const { format } = options;
  const plotPx = scale.right - scale.left;
  const startUs = scale.edgeUs - plotPx * scale.usPerPx;
  // One tick beyond the right edge tells when the next label comes in.
  const ticks = format.ticks(startUs, scale.edgeUs + plotPx * scale.usPerPx, plotPx * 2);
  const date = format.date(startUs, options.nowUs);
  const free = RIGHT_LABEL_PX - options.valueChars * CHAR_PX - APART_PX;
  const low = scale.left - (options.labels === 'left' ? 0 : REACH_LEFT_PX);
  const high = scale.right + (options.labels === 'right' ? Math.min(REACH_RIGHT_PX, free) : REACH_RIGHT_PX);
  const labels: TimeLabel[] = [];
  let validPx = plotPx;
  for (const { timeUs, label } of ticks) {
    const x = xOf(scale, timeUs);
    const text = date !== '' && labels.length === 0 && label.includes(':') ? `${date} ${label}` : label;
    const half = (text.length * CHAR_PX) / 2;
    if (x + half > high) {
      validPx = Math.min(validPx, x + half - high);
      break;
    }
    if (x - half < low) continue;
    validPx = Math.min(validPx, x - half - low + 1);
    labels.push({ x, label: text });
  }
  return { labels, validPx: Math.max(1, validPx) };
}
