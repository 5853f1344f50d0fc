import type { ServerLimits } from '../../limits.ts';
import { isoUs, secondsUs } from '../time-text.ts';

/** Why a row was not taken. */
export interface RowProblem {
  readonly code: string;
  readonly message: string;
}

/** One sample as the engine takes it. */
export interface IngestSample {
  /** Canonical JSON `["name",[["label","value"],...]]`. */
  readonly key: string;
  readonly name: string;
  readonly timeUs: number;
  /** NaN: missing. */
  readonly value: number;
}

export interface RowRules {
  readonly nowUs: number;
  readonly limits: Pick<ServerLimits, 'nameBytes' | 'labels' | 'retentionUs'>;
}

const DAY_US = 86_400e6;
const FIELDS: ReadonlySet<string> = new Set(['metric', 'value', 'time', 'labels']);

/** Whether it is a problem, not a sample. */
export const isProblem = (row: IngestSample | RowProblem): row is RowProblem => 'code' in row;

export const problem = (code: string, message: string): RowProblem => ({ code, message });

/**
 * The sample of a JSON row `{metric, value, time?, labels?}`, or why there is none; never throws.
 *
 * `value` is a number, null is missing. `time` is seconds since 1970 or ISO 8601; without it the row was measured now.
 * Label values are texts, numbers or booleans. Further fields are refused: a misspelt one would be lost in silence.
 */
export function readIngestRow(input: unknown, rules: RowRules): IngestSample | RowProblem {
  if (typeof input !== 'object' || input === null || Array.isArray(input))
    return problem('ROW_INVALID', 'a row is an object {"metric", "value", "time"?, "labels"?}');
  const { metric, value, time, labels } = input as Readonly<Record<string, unknown>>;
  for (const field of Object.keys(input)) {
    if (!FIELDS.has(field))
      return problem('FIELD_UNKNOWN', `unknown field ${shown(field)}; known are metric, value, time, labels`);
  }
  if (typeof metric !== 'string' || metric === '')
    return problem('METRIC_INVALID', `metric: expected a text; got ${shown(metric)}`);
  if (value !== null && typeof value !== 'number')
    return problem('VALUE_INVALID', `value: expected a number or null; got ${shown(value)}`);
  const timeUs = time === undefined || time === null ? rules.nowUs : rowTimeUs(time);
  const pairs = labelPairs(labels);
  if (pairs === null) return problem('LABELS_INVALID', `labels: expected an object of texts; got ${shown(labels)}`);
  return sampleOf(metric, pairs, timeUs, value ?? Number.NaN, time, rules);
}

/** The sample of checked parts, or why there is none. `given` is the time as it came, for the message. */
export function sampleOf(
  metric: string,
  labels: readonly (readonly [string, string])[],
  timeUs: number,
  value: number,
  given: unknown,
  { nowUs, limits }: RowRules,
): IngestSample | RowProblem {
  if (labels.length > limits.labels)
    return problem('LABELS_TOO_MANY', `labels: at most ${limits.labels}; got ${labels.length}`);
  if (!Number.isSafeInteger(timeUs))
    return problem('TIME_INVALID', `time: expected seconds since 1970 or ISO 8601; got ${shown(given)}${inMs(given)}`);
  if (timeUs - nowUs > DAY_US) {
    const days = Math.round((timeUs - nowUs) / DAY_US).toLocaleString('en');
    return problem('TIME_AHEAD', `time: ${shown(given)} is ${days} days ahead of the clock${inMs(given)}`);
  }
  if (nowUs - timeUs > limits.retentionUs) {
    return problem('TIME_EXPIRED', `time: ${shown(given)} is older than what is kept (retention)`);
  }
  const key = JSON.stringify([metric, [...labels].sort(byName)]);
  if (key.length > limits.nameBytes)
    return problem('NAME_TOO_LONG', `metric and labels: at most ${limits.nameBytes} characters; got ${key.length}`);
  return { key, name: metric, timeUs, value: value - value === 0 ? value : Number.NaN };
}

function rowTimeUs(time: unknown): number {
  if (typeof time === 'number') return secondsUs(time);
  return typeof time === 'string' ? isoUs(time) : Number.NaN;
}

function labelPairs(labels: unknown): readonly (readonly [string, string])[] | null {
  if (labels === undefined || labels === null) return [];
  if (typeof labels !== 'object' || Array.isArray(labels)) return null;
  const pairs: (readonly [string, string])[] = [];
  for (const [name, value] of Object.entries(labels) as [string, unknown][]) {
    if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') return null;
    pairs.push([name, String(value)]);
  }
  return pairs;
}

const byName = (a: readonly [string, string], b: readonly [string, string]): number =>
  a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0;

/** Advice for a time that must have been meant in ms. */
const inMs = (given: unknown): string =>
  typeof given === 'number' && given > 1e11 && given < 1e14
    ? `; is it in milliseconds? ${given / 1000} would be seconds`
    : '';

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
