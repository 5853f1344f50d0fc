import { StreamVizError } from '../core/errors.ts';

const UNIT_US: Readonly<Record<string, number>> = {
  us: 1,
  µs: 1,
  ms: 1e3,
  s: 1e6,
  m: 60e6,
  min: 60e6,
  h: 3600e6,
  d: 86_400e6,
  w: 604_800e6,
};
const SPELLING = 'a positive number of seconds or text such as "30s", "5m", "1h30m", "500ms"';
const PART = /(\d+(?:\.\d+)?)\s*(us|µs|ms|min|s|m|h|d|w)\s*/y;

/**
 * The whole microseconds a duration stands for: a positive number of seconds, or parts such as `1h30m`, `500ms`, `2d`.
 *
 * Rounds to the nearest microsecond.
 *
 * @throws StreamVizError `DURATION_INVALID` for zero, negative, non-finite, empty or misspelt input.
 */
export function parseDurationUs(input: unknown): number {
  const us = durationUs(input);
  if (us > 0) return us;
  throw new StreamVizError(
    'DURATION_INVALID',
    `a duration is ${SPELLING}; got ${JSON.stringify(input) ?? typeof input}`,
    {
      details: { given: input },
    },
  );
}

/** {@link parseDurationUs} without the throw: 0 is 0; NaN for what is no duration, is negative or above 2^53 us. */
export function durationUs(input: unknown): number {
  const us = typeof input === 'number' ? Math.round(input * 1e6) : typeof input === 'string' ? sumOfParts(input) : NaN;
  return us >= 0 && Number.isSafeInteger(us) && !(typeof input === 'number' && input < 0) ? us : NaN;
}

function sumOfParts(text: string): number {
  const trimmed = text.trim();
  if (trimmed === '') return NaN;
  let total = 0;
  PART.lastIndex = 0;
  while (PART.lastIndex < trimmed.length) {
    const match = PART.exec(trimmed);
    if (match === null) return NaN;
    total += Number(match[1]) * (UNIT_US[match[2] ?? ''] ?? NaN);
  }
  return Math.round(total);
}
