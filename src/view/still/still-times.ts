import { type TimeFormat, timesOf } from '../time-format.ts';
import { type AxisFormat, axisFormat } from '../widgets/metric/axis-format.ts';

const HOUR_US = 3600e6;

/** How a picture writes times. */
export interface StillTimes {
  readonly format: TimeFormat;
  readonly axis: AxisFormat;
  /** `Sat 21 Nov 2026, 14:02:11 CET`: a file is read on another day and elsewhere. */
  readonly full: (timeUs: number) => string;
}

const MADE = new Map<string | null, StillTimes>();
const MOST_ZONES = 8;

/** The times of a zone; a platform takes a millisecond to make their formats, so they are kept. */
export function stillTimes(timezone: string | null): StillTimes {
  let times = MADE.get(timezone);
  if (times === undefined) {
    if (MADE.size >= MOST_ZONES) MADE.clear();
    times = makeTimes(timezone);
    MADE.set(timezone, times);
  }
  return times;
}

function makeTimes(timezone: string | null): StillTimes {
  const format = timesOf(timezone);
  let hour = Number.NaN;
  let zone = '';
  return {
    format,
    axis: axisFormat('time', timezone),
    full(timeUs) {
      if (Math.floor(timeUs / HOUR_US) !== hour) {
        hour = Math.floor(timeUs / HOUR_US);
        zone = format.zoneName(timeUs);
      }
      const { year } = format.local(timeUs);
      return `${format.day(timeUs)} ${format.month(timeUs)} ${year}, ${format.seconds(timeUs)} ${zone}`.trim();
    },
  };
}
