import type { MetricOptions } from '../../../dashboard/widget-specs.ts';
import type { SeriesView, SessionStore } from '../../../session/session-view.ts';
import { resolveColor, seriesColor, type Theme } from '../../theme.ts';

/** How one line of a metric is drawn. */
export interface LineStyle {
  /** `core 3`, `web-1`; the widget's title where the line has no labels. */
  readonly name: string;
  readonly color: string;
  /** Dash pattern, px; empty for a solid line. */
  readonly dash: readonly number[];
  /** 1, or 0.4 where there are too many lines for colours. */
  readonly alpha: number;
}

const COLORS = 8;
const MANY = 12;
const MUTED_ALPHA = 0.4;
const SOLID: readonly number[] = [];
const DASHES: readonly (readonly number[])[] = [SOLID, [6, 3], [2, 3], [8, 3, 2, 3]];
const NO_SERIES: readonly SeriesView[] = [];

/** What says which lines are shown, as metrics and gauges have it. */
export interface LineChoice {
  readonly name: string;
  readonly options: Pick<MetricOptions, 'title' | 'color' | 'window' | 'axis' | 'labels'>;
}

/** The lines a metric shows: all of its name, through its window where it has one, that carry the labels it asks for. Allocates only where labels are asked for. */
export function linesOf(spec: LineChoice, store: SessionStore): readonly SeriesView[] {
  const { window } = spec.options;
  const all = (window === null ? store.series(spec.name) : store.windowed(spec.name, window)) ?? NO_SERIES;
  const wanted = Object.entries(spec.options.labels);
  if (wanted.length === 0) return all;
  return all.filter((series) =>
    wanted.every(([key, value]) => series.labels.some(([k, v]) => k === key && v === value)),
  );
}

/** The styles of a metric's lines, in their order: colours, then dashes from the 9th, muted above 12 but for `hovered`. */
export function lineStyles(
  spec: LineChoice,
  lines: readonly SeriesView[],
  options: { readonly theme: Theme; readonly hovered: number },
): readonly LineStyle[] {
  const { theme, hovered } = options;
  const own = spec.options.color;
  return lines.map((line, index) => {
    const name = lineName(line.labels, spec.options.title);
    if (lines.length > MANY && index !== hovered) {
      return { name, color: theme.tokens['text-3'], dash: SOLID, alpha: MUTED_ALPHA };
    }
    const color = own !== null && index === 0 ? resolveColor(theme, own) : seriesColor(theme, index);
    return { name, color, dash: DASHES[Math.floor(index / COLORS) % DASHES.length] ?? SOLID, alpha: 1 };
  });
}

/** A line's name from its labels: a lone number takes the label's name before it, other values stand for themselves. */
export function lineName(labels: SeriesView['labels'], title: string): string {
  const [first] = labels;
  if (first === undefined) return title;
  if (labels.length === 1 && /^-?\d+(\.\d+)?$/.test(first[1])) return `${first[0]} ${first[1]}`;
  return labels.map(([, value]) => value).join(' · ');
}
