import { nearestName } from '../../../src/core/windows/nearest-name.ts';
import { durationUs } from '../../../src/dashboard/duration.ts';
import { HttpProblem } from './http-problem.ts';

/**
 * The query parameters of one request; each may be given once.
 *
 * `token` is always allowed: it was judged before.
 * @throws HttpProblem 400 `PARAMETER_UNKNOWN` with the nearest one, `PARAMETER_REPEATED`
 */
export class Parameters {
  readonly #values = new Map<string, string>();

  constructor(query: URLSearchParams, known: readonly string[]) {
    for (const [name, value] of query) {
      if (name === 'token') continue;
      if (!known.includes(name)) {
        const nearest = known.length === 0 ? null : nearestName(name, known);
        const advice =
          nearest === null ? 'there are none here' : `did you mean ${nearest}? Known are ${known.join(', ')}`;
        throw new HttpProblem(400, 'PARAMETER_UNKNOWN', `unknown parameter ${name}; ${advice}`, {
          details: { parameter: name, nearest },
        });
      }
      if (this.#values.has(name)) throw new HttpProblem(400, 'PARAMETER_REPEATED', `${name} is given more than once`);
      this.#values.set(name, value);
    }
  }

  /** The text of a parameter; null where it is absent or empty. */
  text(name: string): string | null {
    const value = this.#values.get(name);
    return value === undefined || value === '' ? null : value;
  }

  required(name: string): string {
    const value = this.text(name);
    if (value === null)
      throw new HttpProblem(400, 'PARAMETER_MISSING', `${name} is missing`, { details: { parameter: name } });
    return value;
  }

  /** A whole number within bounds; null where it is absent. */
  whole(name: string, least: number, most: number): number | null {
    const value = this.text(name);
    if (value === null) return null;
    if (/^\d{1,15}$/.test(value) && Number(value) >= least && Number(value) <= most) return Number(value);
    throw wrongParameter(name, `a whole number from ${least} to ${most}`, value);
  }

  /** Whole us of a duration; a number alone is seconds. Null where it is absent. */
  duration(name: string): number | null {
    const value = this.text(name);
    if (value === null) return null;
    const us = durationUs(/^\d+(\.\d+)?$/.test(value) ? Number(value) : value);
    if (us > 0) return us;
    throw wrongParameter(name, 'a duration such as 10s, 5m, 1h, or seconds', value);
  }

  /** Labels of a JSON object of texts, numbers and booleans; empty where it is absent. */
  labels(name: string): ReadonlyMap<string, string> {
    const value = this.text(name);
    if (value === null) return new Map();
    const input = jsonOf(value);
    const wanted = 'a JSON object such as {"host":"a"}';
    if (typeof input !== 'object' || input === null || Array.isArray(input)) throw wrongParameter(name, wanted, value);
    return new Map(
      Object.entries(input).map(([label, entry]: [string, unknown]) => {
        if (typeof entry === 'object' || entry === undefined) throw wrongParameter(name, wanted, value);
        return [label, String(entry)] as const;
      }),
    );
  }
}

/** The problem of a parameter's value: what was expected, what was given. */
export function wrongParameter(name: string, expected: string, given: string): HttpProblem {
  const shown = given.length > 100 ? `${given.slice(0, 97)}...` : given;
  return new HttpProblem(400, 'PARAMETER_INVALID', `${name}: expected ${expected}; got ${shown}`, {
    details: { parameter: name, expected, given: shown },
  });
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined; // no JSON is no object
  }
}
