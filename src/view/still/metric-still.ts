import { type ThresholdLine, thresholdLines } from '../../dashboard/thresholds.ts';
import type { MetricSpec } from '../../dashboard/widget-specs.ts';
import { NumberFormat } from '../number-format.ts';
import { axisFormat } from '../widgets/metric/axis-format.ts';
import { spreadLabels } from '../widgets/metric/end-labels.ts';
import { HeldData } from '../widgets/metric/held-data.ts';
import { type PlotScale, yOf } from '../widgets/metric/line-painter.ts';
import { worstLine } from '../widgets/metric/line-state.ts';
import { type LineStyle, lineStyles } from '../widgets/metric/lines.ts';
import {
  END_LABEL_PX,
  type PlotLayout,
  plotLayout,
  STAGE_LEFT_PX,
  STAGE_TOP_PX,
} from '../widgets/metric/plot-layout.ts';
import { ELBOW_TO_PX } from '../widgets/metric/plot-marks.ts';
import { ValueAxis } from '../widgets/metric/value-axis.ts';
import { Viewport } from '../widgets/metric/viewport.ts';
import { boundParts, soFarText, windowCaption } from '../window-words.ts';
import {
  type CardStill,
  paintHead,
  paintRowWords,
  paintValue,
  type StillPlace,
  type ValueWords,
} from './card-still.ts';
import { paintAxes, paintLines } from './line-still.ts';
import { type Box, PAPER_THEME, type Paper } from './paper.ts';

const WIDE_PX = 478;
const BODY_GAP_PX = 8;
const END_SPACING_PX = 16;
/** Between a line's name and its value. */
const END_GAP_PX = 6;
/** Names and values take at most this part of a card. */
const END_PART = 0.4;
const NAMED_LINES = 8;

const NAME_LOOK = { size: 11, color: 'text-2' } as const;
const VALUE_LOOK = { size: 11, weight: 600 } as const;

/** What stands at a line's end. */
interface EndWords {
  readonly name: string;
  readonly value: string;
}

/**
 * A metric as it stands now: value, chart over the time range it was declared with, thresholds, lines named at their ends.
 *
 * A viewer's zoom, pause or size is not in it.
 */
export class MetricStill implements CardStill {
  readonly kind = 'chart';
  readonly #spec: MetricSpec;
  readonly #place: StillPlace;
  readonly #held = new HeldData();
  readonly #viewport: Viewport;
  readonly #numbers: NumberFormat;
  readonly #axis = new ValueAxis();
  readonly #styles: readonly LineStyle[];
  readonly #thresholds: readonly ThresholdLine[];

  constructor(spec: MetricSpec, place: StillPlace) {
    const { store } = place;
    const { options } = spec;
    this.#spec = spec;
    this.#place = place;
    const frame = { nowMs: 0, clockUs: store.nowUs(), width: 0, height: 0, pixelRatio: 1 };
    this.#held.read(spec, store, frame, false);
    this.#viewport = new Viewport(options.timeRangeUs, options.axis);
    this.#viewport.follow(this.#held);
    this.#numbers = new NumberFormat(options);
    this.#styles = lineStyles(spec, this.#held.lines, { theme: PAPER_THEME, hovered: -1 });
    this.#thresholds = thresholdLines(options.thresholds);
    this.#fit(2);
  }

  get title(): string {
    return this.#spec.options.title;
  }

  get samples(): number {
    return this.#held.count;
  }

  get timeUs(): number {
    const { lastSampleUs } = this.#held;
    return this.#spec.options.axis === 'time' && Number.isFinite(lastSampleUs) ? lastSampleUs : Number.NaN;
  }

  get words(): string {
    const { lines, count } = this.#held;
    if (count === 0) return `${this.title}: no data yet`;
    const window = windowCaption(lines);
    const of = window === '' ? '' : ` (${window})`;
    if (lines.length === 1) return `${this.title} ${this.#numbers.text(this.#valueOf(0))}${of}`;
    const named = this.#styles
      .slice(0, NAMED_LINES)
      .map(({ name }, i) => `${name} ${this.#numbers.text(this.#valueOf(i))}`);
    const more = lines.length - named.length;
    return `${this.title}${of}: ${named.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
  }

  paint(paper: Paper, box: Box): void {
    const { lines } = this.#held;
    const isMany = lines.length > 1;
    const window = windowCaption(lines);
    const caption = isMany
      ? [window, this.#numbers.caption].filter((text) => text !== '').join(' · ')
      : window || 'last';
    const head = {
      title: this.title,
      caption: this.#held.count === 0 ? '' : caption,
      severity: this.#worst().severity,
    };
    let body = paintHead(paper, box, head, this.#place);
    if (!isMany) {
      const wide = box.width >= WIDE_PX;
      const height = Math.min(wide ? 48 : 36, Math.max(28, body.height * 0.4));
      const size = height >= 48 ? 40 : height >= 36 ? 28 : 22;
      const baseline = body.y + height / 2 + 0.36 * size;
      paintValue(paper, { x: body.x, baseline, size, most: body.width }, this.#value());
      body = { ...body, y: body.y + height, height: body.height - height };
    }
    if (body.height - BODY_GAP_PX < 24) return;
    this.#paintPlot(paper, { ...body, y: body.y + BODY_GAP_PX, height: body.height - BODY_GAP_PX });
  }

  paintRow(paper: Paper, box: Box): void {
    const { lines, count } = this.#held;
    const worst = this.#worst();
    const shown = Math.max(0, worst.index);
    const value = count === 0 ? 'no data yet' : this.#numbers.text(this.#valueOf(shown));
    const several = lines.length > 1 ? `${lines.length} lines · ` : '';
    const words = { title: this.title, value: several + value, severity: worst.severity };
    const rest = paintRowWords(paper, box, words);
    if (rest.width < 24) return;
    const layout: PlotLayout = {
      ...{ stageWidth: rest.width, stageHeight: rest.height, left: 0, right: rest.width - 4, top: 2 },
      ...{ bottom: rest.height - 2, labels: 'none', ends: false, intervals: 2 },
    };
    this.#paintStage(paper, rest.x, rest.y, layout, []);
  }

  #valueOf(line: number): number {
    return this.#held.lines[line]?.lastValue ?? Number.NaN;
  }

  #worst() {
    return worstLine(this.#spec.options.thresholds, this.#held.lines.length, (line) => this.#valueOf(line));
  }

  #value(): ValueWords {
    const reading = this.#held.lines[0]?.window;
    const parts = boundParts(this.#numbers.parts(this.#valueOf(0)), reading);
    const number = (value: number): string => this.#numbers.text(value);
    const soFar = reading === undefined ? '' : soFarText(reading, number, this.#held.clockUs);
    return { ...parts, note: this.#held.count === 0 ? 'no data yet' : soFar, severity: this.#worst().severity };
  }

  #fit(intervals: number): void {
    const { edgeUs, rangeUs } = this.#viewport;
    this.#axis.due = true;
    this.#axis.fit(0, this.#numbers, {
      ...{ lines: this.#held.lines, startUs: edgeUs - rangeUs, endUs: edgeUs + rangeUs / 1000, intervals },
      ...{ thresholds: this.#thresholds, unit: this.#spec.options.unit },
    });
  }

  #paintPlot(paper: Paper, body: Box): void {
    const count = this.#held.lines.length;
    const ends = this.#styles.map(({ name }, i) => ({ name, value: this.#numbers.short(this.#valueOf(i)) }));
    const layout = plotLayout(
      body.width,
      body.height,
      count,
      count > 1 ? endRoom(paper, ends, body.width) : END_LABEL_PX,
    );
    if (layout.intervals !== 2) this.#fit(layout.intervals);
    this.#paintStage(paper, body.x - STAGE_LEFT_PX, body.y - STAGE_TOP_PX, layout, ends);
  }

  #paintStage(paper: Paper, x: number, y: number, layout: PlotLayout, ends: readonly EndWords[]): void {
    const { ticks } = this.#axis;
    const { options } = this.#spec;
    const usPerPx = this.#viewport.rangeUs / (layout.right - layout.left);
    const { left, right, top, bottom } = layout;
    const { min, max } = ticks;
    const scale = { left, right, top, bottom, usPerPx, edgeUs: this.#viewport.edgeUs, min, max };
    const picture = { held: this.#held, styles: this.#styles, scale, layout };
    const { context } = paper;
    context.save();
    context.translate(x, y);
    const format = options.axis === 'time' ? this.#place.times.axis : axisFormat('step', null);
    paintAxes(paper, picture, { ticks, numbers: this.#numbers, format, thresholds: this.#thresholds });
    const labelY = layout.ends && this.#held.count > 0 ? this.#paintEnds(paper, scale, layout, ends) : [];
    paintLines(paper, picture, labelY);
    context.restore();
  }

  /** Names and values beside the plot; returns where each line's stands, NaN for those that had no room. */
  #paintEnds(paper: Paper, scale: PlotScale, layout: PlotLayout, ends: readonly EndWords[]): readonly number[] {
    const wishes = ends.map((_, i) => Math.min(scale.bottom, Math.max(scale.top, yOf(scale, this.#valueOf(i)))));
    const order = ends.map((_, i) => i).filter((i) => Number.isFinite(wishes[i]!));
    order.sort((a, b) => wishes[a]! - wishes[b]!);
    const [low, high] = [layout.top + 4, layout.bottom];
    const room = Math.max(1, Math.floor((high - low) / END_SPACING_PX + 1.5));
    const hidden = order.length > room ? order.length - room + 1 : 0;
    const shown = hidden > 0 ? order.slice(0, room - 1) : order;
    const places = spreadLabels([...shown.map((i) => wishes[i]!), ...(hidden > 0 ? [high] : [])], low, high);
    const left = layout.right + ELBOW_TO_PX;
    const labelY = ends.map(() => Number.NaN);
    for (const [at, y] of places.entries()) {
      const index = shown[at];
      const end = index === undefined ? { name: `+ ${hidden} more`, value: '' } : ends[index]!;
      if (index !== undefined) labelY[index] = y;
      const valuePx = paper.text(end.value, layout.stageWidth, y + 4, { ...VALUE_LOOK, align: 'right' });
      const most = layout.stageWidth - valuePx - END_GAP_PX - left;
      paper.text(end.name, left, y + 4, { ...NAME_LOOK, most });
    }
    return labelY;
  }
}

/** The room that names and values at the ends of lines take beside a plot, px. */
function endRoom(paper: Paper, ends: readonly EndWords[], widthPx: number): number {
  const widths = ends.map(
    ({ name, value }) => paper.width(name, NAME_LOOK) + END_GAP_PX + paper.width(value, VALUE_LOOK),
  );
  const most = Math.max(END_LABEL_PX, Math.floor(widthPx * END_PART));
  return Math.min(most, Math.max(END_LABEL_PX, Math.ceil(Math.max(...widths)) + ELBOW_TO_PX));
}
