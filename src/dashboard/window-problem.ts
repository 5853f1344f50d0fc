import { StreamVizError } from '../core/errors.ts';

/** The error of a window option: `WINDOW_INVALID` with the option's wire name, what it expects and what was given. */
export function windowProblem(option: string, expected: string, given: unknown): StreamVizError {
  const text = JSON.stringify(given) ?? String(given);
  return new StreamVizError('WINDOW_INVALID', `${option}: expected ${expected}; got ${text}`, {
    details: { option, given },
  });
}
