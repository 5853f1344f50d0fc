import { StreamVizError } from '../errors.ts';

/**
 * Which samples one number is computed over. Lengths are whole microseconds, or whole steps on a step axis.
 *
 * - `tumbling`: `[origin + k * size, origin + (k + 1) * size)`.
 * - `sliding`: windows of `size` whose *ends* lie on `origin + k * slide`; `slide` need not divide `size`.
 * - `session`: samples `gap` or less apart join; the window is `[first, last + gap)`.
 */
export type WindowShape =
  | { readonly kind: 'tumbling'; readonly size: number; readonly origin: number }
  | { readonly kind: 'sliding'; readonly size: number; readonly slide: number; readonly origin: number }
  | { readonly kind: 'session'; readonly gap: number };

/** What a user states; lengths as in {@link WindowShape}. Undefined and null: not stated. */
export interface WindowInput {
  readonly window?: number | null | undefined;
  readonly slide?: number | null | undefined;
  readonly session?: number | null | undefined;
  readonly origin?: number | null | undefined;
}

/** Most panes a window may be merged from: `size / gcd(size, slide)`. */
export const MAX_PANES_PER_WINDOW = 1000;

/**
 * The shape that these options state: `window` alone is tumbling, with `slide` sliding, `session` alone a session.
 *
 * `slide` equal to `window` is tumbling. `origin` (default 0) may be negative.
 * @throws StreamVizError `WINDOW_INVALID`, naming the option, what was expected and what was given.
 */
export function windowShape(input: WindowInput): WindowShape {
  const { window, slide, session, origin } = input;
  if (session != null) {
    if (window != null) throw invalid('session', 'no window beside it', window);
    if (slide != null) throw invalid('slide', 'no slide beside a session', slide);
    if (origin != null) throw invalid('origin', 'no origin beside a session', origin);
    return { kind: 'session', gap: wholeLength('session', session) };
  }
  if (window == null) {
    if (slide != null) throw invalid('slide', 'a window beside it', window);
    throw invalid('window', 'a window or a session', window);
  }
  const size = wholeLength('window', window);
  const start = origin ?? 0;
  if (!Number.isSafeInteger(start)) throw invalid('origin', 'a whole number of microseconds or steps', origin);
  if (slide == null) return { kind: 'tumbling', size, origin: start + 0 };
  const step = wholeLength('slide', slide);
  if (step > size) throw invalid('slide', `at most the window, ${size}`, slide);
  if (step === size) return { kind: 'tumbling', size, origin: start + 0 };
  const panes = size / commonDivisor(size, step);
  if (panes > MAX_PANES_PER_WINDOW) {
    throw invalid('slide', `window / gcd(window, slide) of at most ${MAX_PANES_PER_WINDOW}, not ${panes}`, slide);
  }
  return { kind: 'sliding', size, slide: step, origin: start + 0 };
}

/**
 * Length of the panes, aligned to 0, that every window of this shape is a whole number of: gcd(size, slide, origin).
 *
 * A session is cut by its samples: 1.
 */
export function paneSize(shape: WindowShape): number {
  if (shape.kind === 'session') return 1;
  const size = shape.kind === 'sliding' ? commonDivisor(shape.size, shape.slide) : shape.size;
  return commonDivisor(size, Math.abs(shape.origin));
}

/** Greatest common divisor of two whole numbers of at least 0; `commonDivisor(a, 0)` is `a`. */
export function commonDivisor(a: number, b: number): number {
  let [high, low] = [a, b];
  while (low > 0) [high, low] = [low, high % low];
  return high;
}

function wholeLength(option: string, value: unknown): number {
  if (Number.isSafeInteger(value) && (value as number) > 0) return value as number;
  throw invalid(option, 'a whole number of microseconds (or steps) above 0', value);
}

function invalid(option: string, expected: string, actual: unknown): StreamVizError {
  return new StreamVizError('WINDOW_INVALID', `${option}: expected ${expected}; got ${String(actual)}`, {
    details: { option, expected, actual },
  });
}
