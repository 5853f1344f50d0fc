import type { Axis } from '../../../dashboard/widget-specs.ts';
import { type TimeFormat, timesOf } from '../../time-format.ts';
import { MIN_TICK_PX, type TimeTick, timeTicks } from '../../time-ticks.ts';

/** How places on a chart's x axis are chosen and written: event times in us, or whole steps. */
export interface AxisFormat {
  /** Round places in `[start, end]`, ascending, at least 72 px apart. */
  ticks(start: number, end: number, widthPx: number): TimeTick[];
  /** One place as the end of a span: `14:02:11`, `step 1,204`. */
  edge(at: number): string;
  /** From start to end; with all digits where `precise`. */
  span(start: number, end: number, precise: boolean): string;
  /** One place with all its digits. */
  exact(at: number): string;
  /** The date at the left of an axis and of a tooltip; '' where it says nothing new. */
  date(at: number, now: number): string;
  /** The zone's short name; '' where there is none. */
  zone(at: number): string;
}

/** Event times as clocks of a zone show them. */
class TimeAxis implements AxisFormat {
  readonly #times: TimeFormat;

  constructor(times: TimeFormat) {
    this.#times = times;
  }

  ticks(start: number, end: number, widthPx: number): TimeTick[] {
    return timeTicks(start, end, widthPx, this.#times);
  }
  edge(at: number): string {
    return this.#times.seconds(at);
  }
  span(start: number, end: number, precise: boolean): string {
    const text = (at: number): string => (precise ? this.#times.exact(at) : this.#times.seconds(at));
    return `${text(start)} to ${text(end)}`;
  }
  exact(at: number): string {
    return this.#times.exact(at);
  }
  date(at: number, now: number): string {
    return this.#times.dateUnlessToday(at, now);
  }
  zone(at: number): string {
    return this.#times.zoneName(at);
  }
}

/** Whole steps as plain integers with groups. */
const STEP_AXIS: AxisFormat = {
  ticks(start, end, widthPx) {
    const range = end - start;
    if (!(range > 0) || !(widthPx > 0)) return [];
    const step = roundStep((range * MIN_TICK_PX) / widthPx);
    const ticks: TimeTick[] = [];
    // Adding 0 makes -0 a plain 0.
    for (let at = Math.ceil(start / step) * step + 0; at <= end; at += step) {
      ticks.push({ timeUs: at, label: at.toLocaleString() });
    }
    return ticks;
  },
  edge: (at) => `step ${Math.floor(at).toLocaleString()}`,
  span: (start, end) => `steps ${start.toLocaleString()} to ${end.toLocaleString()}`,
  exact: (at) => `step ${at.toLocaleString()}`,
  date: () => '',
  zone: () => '',
};

/** The smallest of 1, 2, 5, 10, 20, ... that is at least `least`. */
function roundStep(least: number): number {
  const power = 10 ** Math.max(0, Math.floor(Math.log10(least)));
  for (const factor of [1, 2, 5]) if (power * factor >= least) return power * factor;
  return power * 10;
}

/** The format of an axis: clock times of `timezone` (null: the viewer's), or plain steps. */
export const axisFormat = (axis: Axis, timezone: string | null): AxisFormat =>
  axis === 'step' ? STEP_AXIS : new TimeAxis(timesOf(timezone));
