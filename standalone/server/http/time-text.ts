import { durationUs } from '../../../src/dashboard/duration.ts';

const NUMBER = /^-?\d+(\.\d+)?$/;
const RELATIVE = /^(?:now)?\s*-\s*(.+)$/;
const ISO = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2})?)(?:[.,](\d{1,9}))?\s*(Z|[+-]\d{2}:?\d{2})?)?$/i;
/** Seconds above which a number must have been meant in another unit: the year 5138. */
const MOST_SECONDS = 1e11;

export const TIME_SPELLING =
  'seconds since 1970, ISO 8601 such as 2026-05-01T12:00:00Z, now, or a time ago such as -15m';

/**
 * Whole us of a time as callers of the API write it; NaN for anything else.
 *
 * Seconds since 1970 (a fraction is rounded half up to us), ISO 8601 to the microsecond (finer digits are cut; without a
 * zone it is UTC), `now`, or a duration before it: `-15m`, `now-1h30m`.
 */
export function timeUs(text: string, nowUs: number): number {
  const trimmed = text.trim();
  if (trimmed === 'now') return nowUs;
  if (NUMBER.test(trimmed)) return secondsUs(Number(trimmed));
  const ago = RELATIVE.exec(trimmed)?.[1];
  if (ago !== undefined) return nowUs - durationUs(ago);
  return isoUs(trimmed);
}

/** Whole us of seconds since 1970, rounded half up; NaN where they cannot be seconds. */
export function secondsUs(seconds: number): number {
  if (!(Math.abs(seconds) < MOST_SECONDS)) return Number.NaN;
  return Math.floor(seconds * 1e6 + 0.5);
}

/** Whole us of an ISO 8601 text; NaN for anything else. */
export function isoUs(text: string): number {
  const match = ISO.exec(text);
  if (match === null) return Number.NaN;
  const [, date, clock = '00:00', fraction = '', zone = 'Z'] = match;
  const seconds = Date.parse(`${date}T${clock.length === 5 ? `${clock}:00` : clock}${zone.toUpperCase()}`);
  return seconds * 1000 + Number(fraction.padEnd(6, '0').slice(0, 6));
}

/** ISO 8601 text of a time in us, in UTC to the microsecond. */
export function isoText(us: number): string {
  const ms = Math.floor(us / 1000);
  const rest = String(us - ms * 1000).padStart(3, '0');
  return new Date(ms).toISOString().replace('Z', `${rest}Z`);
}

/** Seconds since 1970 as an answer states them; null where there is no time. */
export function secondsOf(us: number): number | null {
  return Number.isFinite(us) ? us / 1e6 : null;
}
