import { stateOf, zonesBetween } from '../../dashboard/thresholds.ts';
import type { GaugeSpec } from '../../dashboard/widget-specs.ts';
import type { SeriesView } from '../../session/session-view.ts';
import { NumberFormat } from '../number-format.ts';
import { resolveColor } from '../theme.ts';
import {
  beyond,
  fraction,
  type GaugeLayout,
  gaugeLayout,
  ringParts,
  START_DEG,
  SWEEP_DEG,
} from '../widgets/gauge/arc.ts';
import { linesOf } from '../widgets/metric/lines.ts';
import { boundParts, soFarText, windowCaption } from '../window-words.ts';
import {
  type CardStill,
  paintHead,
  paintRowWords,
  paintValue,
  type StillPlace,
  type ValueWords,
} from './card-still.ts';
import { type Box, PAPER_THEME, type Paper } from './paper.ts';

const BODY_GAP_PX = 8;
const BAR_PX = 6;
const START = (-START_DEG * Math.PI) / 180;
const SWEEP = (SWEEP_DEG * Math.PI) / 180;

/** A gauge as it stands now: arc, zones, value and the ends of its scale. */
export class GaugeStill implements CardStill {
  readonly kind = 'gauge';
  readonly #spec: GaugeSpec;
  readonly #place: StillPlace;
  readonly #series: SeriesView | null;
  readonly #numbers: NumberFormat;
  readonly #clockUs: number;

  constructor(spec: GaugeSpec, place: StillPlace) {
    const { options } = spec;
    this.#spec = spec;
    this.#place = place;
    this.#series = linesOf(spec, place.store)[0] ?? null;
    this.#clockUs = place.store.nowUs();
    this.#numbers = new NumberFormat(options);
    this.#numbers.fit(options.min, options.max, 0);
  }

  get title(): string {
    return this.#spec.options.title;
  }

  get samples(): number {
    return this.#series?.count ?? 0;
  }

  get timeUs(): number {
    const timeUs = this.#series?.lastSampleUs ?? this.#series?.lastTimeUs ?? Number.NaN;
    return this.#spec.options.axis === 'time' ? timeUs : Number.NaN;
  }

  get words(): string {
    if (this.samples === 0) return `${this.title}: no data yet`;
    const window = this.#series === null ? '' : windowCaption([this.#series]);
    return `${this.title} ${this.#numbers.text(this.#valueOf())}${window === '' ? '' : ` (${window})`}`;
  }

  paint(paper: Paper, box: Box): void {
    const { options } = this.#spec;
    const caption = this.#series === null ? '' : windowCaption([this.#series]) || 'last';
    const value = this.#value();
    const { x, y, width, height } = paintHead(
      paper,
      box,
      { title: this.title, caption, severity: value.severity },
      this.#place,
    );
    const layout = gaugeLayout(width, height - BODY_GAP_PX);
    const { context } = paper;
    context.save();
    context.translate(x, y + BODY_GAP_PX);
    this.#paintArc(paper, layout);
    const size = layout.valueFont;
    const baseline = layout.valueTop + layout.valueLine / 2 + 0.36 * size;
    const valuePx = paper.measure(() =>
      paintValue(paper, { x: 0, baseline, size, most: width }, { ...value, note: '' }),
    );
    paintValue(paper, { x: layout.centerX - valuePx / 2, baseline, size, most: width }, { ...value, note: '' });
    const step = options.max - options.min;
    const look = { size: 11, color: 'text-3', align: 'center' } as const;
    paper.text(this.#numbers.axis(options.min, step), layout.minX, layout.labelTop + 12, look);
    paper.text(this.#numbers.axis(options.max, step), layout.maxX, layout.labelTop + 12, look);
    context.restore();
    if (value.note !== '') {
      paper.text(value.note, box.x + box.width / 2, box.y + box.height - 6, { ...look, most: width });
    }
  }

  paintRow(paper: Paper, box: Box): void {
    const { options } = this.#spec;
    const value = this.#valueOf();
    const severity = stateOf(options.thresholds, value);
    const text = this.samples === 0 ? 'no data yet' : this.#numbers.text(value);
    const rest = paintRowWords(paper, box, { title: this.title, value: text, severity });
    if (rest.width < 24) return;
    const { context } = paper;
    const y = rest.y + (rest.height - BAR_PX) / 2;
    context.fillStyle = paper.color('border');
    context.fillRect(rest.x, y, rest.width, BAR_PX);
    if (Number.isNaN(value)) return;
    context.fillStyle = this.#fill(value);
    context.fillRect(rest.x, y, rest.width * fraction(value, options.min, options.max), BAR_PX);
  }

  #valueOf(): number {
    return this.#series?.lastValue ?? Number.NaN;
  }

  #value(): ValueWords {
    const value = this.#valueOf();
    const reading = this.#series?.window;
    const number = (each: number): string => this.#numbers.text(each);
    return {
      ...boundParts(this.#numbers.parts(value), reading),
      note: reading === undefined ? '' : soFarText(reading, number, this.#clockUs),
      severity: stateOf(this.#spec.options.thresholds, value),
    };
  }

  #fill(value: number): string {
    const { thresholds, min, max, color } = this.#spec.options;
    const zones = zonesBetween(thresholds, min, max);
    const zone = zones.findLast(({ from }) => value >= from) ?? zones[0];
    return resolveColor(PAPER_THEME, zone?.color ?? color ?? 'blue');
  }

  #paintArc(paper: Paper, layout: GaugeLayout): void {
    const { thresholds, min, max } = this.#spec.options;
    const value = this.#valueOf();
    const none = Number.isNaN(value);
    const zones = zonesBetween(thresholds, min, max);
    const arc = layout.arcRadius - layout.arcPx / 2;
    strokeArc(paper, layout, { radius: arc, px: layout.arcPx, from: 0, to: 1, color: paper.color('border') });
    if (!none) {
      const to = fraction(value, min, max);
      strokeArc(paper, layout, { radius: arc, px: layout.arcPx, from: 0, to, color: this.#fill(value) });
      const side = beyond(value, min, max);
      if (side !== null) paintPoint(paper, layout, side, this.#fill(value));
    }
    let from = 0;
    for (const { end, zone } of ringParts(zones, min, max)) {
      const named = zones[zone];
      if (named !== undefined) {
        const color = none ? paper.color('control') : resolveColor(PAPER_THEME, named.color);
        strokeArc(paper, layout, {
          radius: layout.ringRadius - layout.ringPx / 2,
          px: layout.ringPx,
          from,
          to: end,
          color,
        });
      }
      from = end;
    }
  }
}

function strokeArc(
  { context }: Paper,
  { centerX, centerY }: GaugeLayout,
  arc: {
    readonly radius: number;
    readonly px: number;
    readonly from: number;
    readonly to: number;
    readonly color: string;
  },
): void {
  if (!(arc.to > arc.from)) return;
  context.beginPath();
  context.arc(centerX, centerY, arc.radius, START + arc.from * SWEEP, START + arc.to * SWEEP);
  context.lineWidth = arc.px;
  context.lineCap = 'butt';
  context.strokeStyle = arc.color;
  context.stroke();
}

/** The point past the arc's end of a value that is out of range. */
function paintPoint({ context }: Paper, layout: GaugeLayout, side: 'below' | 'above', color: string): void {
  const angle = side === 'above' ? START + SWEEP : START;
  const along = (side === 'above' ? 1 : -1) * layout.arcPx * (10 / 12);
  const { centerX, centerY, arcRadius, arcPx } = layout;
  context.save();
  context.translate(centerX, centerY);
  context.rotate(angle);
  context.beginPath();
  context.moveTo(arcRadius, 0);
  context.lineTo(arcRadius - arcPx / 2, along);
  context.lineTo(arcRadius - arcPx, 0);
  context.closePath();
  context.fillStyle = color;
  context.fill();
  context.restore();
}
