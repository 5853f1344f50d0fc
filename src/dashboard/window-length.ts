import { durationUs } from './duration.ts';
import { windowProblem } from './window-problem.ts';

/** What a metric's samples are ordered by: event time, or the number of a step. */
export type Axis = 'time' | 'step';

const MS = 1e3;

/** Which lengths of an axis an option takes. */
export interface LengthRule {
  /** `zero`: 0 and more. `signed`: below 0 too. `positive`: at least 1 ms, or 1 step. */
  readonly from: 'positive' | 'zero' | 'signed';
}

/**
 * An option's length in the axis' own units, whole us or steps; null where it is absent or null.
 *
 * Time: seconds, or text such as `500ms`, `10s`, `1h30m`, rounded to whole microseconds. Steps: whole numbers.
 *
 * @throws StreamVizError `WINDOW_INVALID`, naming the option.
 */
export function parseLength(option: string, input: unknown, axis: Axis, { from }: LengthRule): number | null {
  if (input === undefined || input === null) return null;
  const least = from === 'positive' ? 1 : from === 'zero' ? 0 : -Infinity;
  if (axis === 'step') {
    if (Number.isSafeInteger(input) && (input as number) >= least) return input as number;
    const kind = from === 'signed' ? 'a whole number of steps' : `a whole number of steps, at least ${least}`;
    throw windowProblem(option, `${kind} (x is "step")`, input);
  }
  const length = from === 'signed' ? signedUs(input) : durationUs(input);
  if (Number.isSafeInteger(length) && length >= least) {
    if (from !== 'positive' || length >= MS) return length;
    throw windowProblem(option, 'at least 1 ms', input);
  }
  const nearest = nearestLength(input);
  const hint = nearest === null ? '' : `, perhaps "${nearest}"`;
  throw windowProblem(option, `seconds or a text such as "500ms", "10s", "1m", "1h", "1d"${hint}`, input);
}

/** What a misspelt length such as `10 sec` or `5 minutes` may stand for; null where nobody knows. */
function nearestLength(input: unknown): string | null {
  const found = typeof input === 'string' ? /^\s*(\d+(?:[.,]\d+)?)\s*([a-zµ]*)\s*$/i.exec(input) : null;
  if (found === null) return null;
  const word = (found[2] ?? '').toLowerCase();
  const unit = /^(mil|msec)/.test(word) ? 'ms' : word.startsWith('mic') ? 'us' : word === '' ? 's' : word.charAt(0);
  const text = `${found[1]?.replace(',', '.')}${unit}`;
  return durationUs(text) > 0 ? text : null;
}

function signedUs(input: unknown): number {
  if (typeof input === 'number') return input < 0 ? -durationUs(-input) : durationUs(input);
  const text = typeof input === 'string' ? input.trim() : '';
  return text.startsWith('-') ? -durationUs(text.slice(1)) : durationUs(input);
}
