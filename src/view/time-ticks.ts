import type { TimeFormat } from './time-format.ts';

/** One label of a time axis. */
export interface TimeTick {
  readonly timeUs: number;
  readonly label: string;
}

const SECOND = 1e6;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const MONTH = 30.44 * DAY;
const STEPS_US: readonly number[] = [
  ...[1e3, 2e3, 5e3, 1e4, 2e4, 5e4, 1e5, 2e5, 5e5],
  ...[1, 2, 5, 10, 15, 30].map((n) => n * SECOND),
  ...[1, 2, 5, 10, 15, 30].map((n) => n * MINUTE),
  ...[1, 2, 3, 6, 12].map((n) => n * HOUR),
  ...[1, 2, 7, 14].map((n) => n * DAY),
];
const MONTHS = [1, 3, 6, 12, 24, 60, 120, 600, 1200];
/** Least distance between two ticks, px. */
export const MIN_TICK_PX = 72;

/**
 * Ticks on round local times in `[startUs, endUs]`, ascending, at least 72 px apart.
 *
 * Labels are `12:34:56` below a minute's step, `12:34` below a day's, `Mon 3` at midnight and for days, then `Nov` and
 * years; with ms where the range is below 10 s. Across a change of clocks the ticks stay on round local times.
 * An empty or reversed range has none.
 */
export function timeTicks(startUs: number, endUs: number, widthPx: number, format: TimeFormat): TimeTick[] {
  const range = endUs - startUs;
  if (!(range > 0) || !(widthPx > 0)) return [];
  const least = (range * MIN_TICK_PX) / widthPx;
  const step = STEPS_US.find((candidate) => candidate >= least);
  return step === undefined ? monthTicks(startUs, endUs, least, format) : stepTicks(startUs, endUs, step, format);
}

function stepTicks(startUs: number, endUs: number, stepUs: number, format: TimeFormat): TimeTick[] {
  const ticks: TimeTick[] = [];
  const withMs = stepUs < SECOND;
  // Days align to Monday 1970-01-05, which lies 4 days after the epoch.
  const originUs = stepUs >= 7 * DAY ? 4 * DAY : 0;
  let localUs = startUs + format.offsetMs(startUs) * 1000;
  localUs = Math.ceil((localUs - originUs) / stepUs) * stepUs + originUs;
  for (let last = -Infinity; ; localUs += stepUs) {
    const timeUs = fromLocal(localUs, format);
    if (timeUs > endUs) return ticks;
    // A clock set back repeats local times: the second is too near to the first to be labelled.
    if (timeUs < startUs || timeUs - last < stepUs * 0.75) continue;
    last = timeUs;
    ticks.push({ timeUs, label: labelOf(timeUs, localUs, stepUs, withMs, format) });
  }
}

function labelOf(timeUs: number, localUs: number, stepUs: number, withMs: boolean, format: TimeFormat): string {
  if (stepUs >= DAY || (localUs % DAY === 0 && stepUs >= MINUTE)) return format.day(timeUs);
  if (stepUs >= MINUTE) return format.minutes(timeUs);
  return withMs ? format.exact(timeUs) : format.seconds(timeUs);
}

function monthTicks(startUs: number, endUs: number, leastUs: number, format: TimeFormat): TimeTick[] {
  const months = MONTHS.find((n) => n * MONTH >= leastUs) ?? 12_000;
  const ticks: TimeTick[] = [];
  const start = format.local(startUs);
  let index = Math.ceil((start.year * 12 + start.month - 1) / months) * months;
  for (; ; index += months) {
    const year = Math.floor(index / 12);
    const month = index - year * 12;
    const date = new Date(0);
    date.setUTCFullYear(year, month, 1);
    const timeUs = fromLocal(date.getTime() * 1000, format);
    if (timeUs > endUs) return ticks;
    if (timeUs < startUs) continue;
    ticks.push({ timeUs, label: month === 0 ? String(year) : format.month(timeUs) });
  }
}

/** The instant at which the local clock shows `localUs`; the first of two, the next valid one where it never does. */
function fromLocal(localUs: number, format: TimeFormat): number {
  const guess = localUs - format.offsetMs(localUs) * 1000;
  return localUs - format.offsetMs(guess) * 1000;
}
