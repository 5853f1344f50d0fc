import { type Aggregation, parseAggregation } from '../../../../src/core/windows/aggregation.ts';
import { HttpProblem } from '../http-problem.ts';
import { Parameters, wrongParameter } from '../parameters.ts';
import { TIME_SPELLING, timeUs } from '../time-text.ts';

/** A query as it was asked. Times are us, or steps where the metric is on a step axis. */
export interface QueryCall {
  readonly metric: string;
  readonly session: string | null;
  readonly labels: ReadonlyMap<string, string>;
  /** Labels that lines are told apart by; null: every series is a line. */
  readonly by: readonly string[] | null;
  /** Texts as given: what they mean depends on the metric's axis. */
  readonly start: string | null;
  readonly end: string | null;
  readonly step: string | null;
  readonly aggregation: Aggregation | null;
  /** How long the answer may be kept, s; null: not at all. */
  readonly refreshSeconds: number | null;
  /** json, csv or arrow; null: as the request's `Accept` says. */
  readonly format: string | null;
}

/** Where a query begins and ends, in the unit of its metric's axis. */
export interface QueryRange {
  readonly startUs: number;
  readonly endUs: number;
  readonly stepUs: number | null;
}

const KNOWN = [
  'metric',
  'session',
  'labels',
  'by',
  'start',
  'end',
  'step',
  'aggregation',
  'refresh',
  'format',
] as const;
const MOST_BY = 16;
const MOST_REFRESH_US = 86_400e6;

/** Reads the parameters of `/api/query`. @throws HttpProblem 400, naming the parameter; StreamVizError `AGGREGATION_UNKNOWN` */
export function parseQueryCall(query: URLSearchParams): QueryCall {
  const parameters = new Parameters(query, KNOWN);
  const by =
    parameters
      .text('by')
      ?.split(',')
      .map((name) => name.trim()) ?? null;
  if (by !== null && (by.length > MOST_BY || by.some((name) => name === ''))) {
    throw wrongParameter('by', `1 to ${MOST_BY} names of labels with commas between them`, by.join(','));
  }
  const aggregation = parameters.text('aggregation');
  return {
    metric: parameters.required('metric'),
    session: parameters.text('session'),
    labels: parameters.labels('labels'),
    by,
    start: parameters.text('start'),
    end: parameters.text('end'),
    step: parameters.text('step'),
    aggregation: aggregation === null ? null : parseAggregation(aggregation),
    refreshSeconds: refreshOf(parameters),
    format: parameters.text('format'),
  };
}

/** The value of `Cache-Control`: answers are fresh for so long as `refresh` says, else never kept. */
export function cacheControl(refreshSeconds: number | null): string {
  return refreshSeconds === null ? 'no-store' : `private, max-age=${refreshSeconds}`;
}

/** Reads `refresh`, a duration of at least 1 s, at most a day; null where it is absent. */
export function refreshOf(parameters: Parameters): number | null {
  const us = parameters.duration('refresh');
  return us === null ? null : Math.max(1, Math.round(Math.min(us, MOST_REFRESH_US) / 1e6));
}

/**
 * The range a query means, by the axis of its metric.
 *
 * @param held First and last time of what is held: the default, so that the newest sample is in it.
 * @throws HttpProblem 400
 */
export function queryRange(
  call: Pick<QueryCall, 'start' | 'end' | 'step'>,
  axis: 'time' | 'step',
  held: { readonly firstUs: number; readonly lastUs: number; readonly nowUs: number },
): QueryRange {
  const read = axis === 'time' ? (text: string) => timeUs(text, held.nowUs) : stepOf;
  const spelling = axis === 'time' ? TIME_SPELLING : 'a whole number of steps';
  const at = (name: 'start' | 'end', fallback: number): number => {
    const text = call[name];
    if (text === null) return fallback;
    const value = read(text);
    if (Number.isSafeInteger(value)) return value;
    const isMs = axis === 'time' && /^\d{12,14}$/.test(text);
    throw wrongParameter(
      name,
      spelling,
      isMs ? `${text}, which looks like ms: ${Number(text) / 1000} would be seconds` : text,
    );
  };
  const endUs = at('end', Number.isNaN(held.lastUs) ? held.nowUs : held.lastUs + 1);
  const startUs = at('start', Number.isNaN(held.firstUs) ? endUs - 1 : Math.min(held.firstUs, endUs - 1));
  if (!(startUs < endUs)) {
    throw new HttpProblem(
      400,
      'RANGE_EMPTY',
      `start is not before end: ${call.start ?? 'the oldest sample'}, ${call.end ?? 'the newest sample'}`,
      {
        details: { start: call.start, end: call.end },
      },
    );
  }
  return { startUs, endUs, stepUs: stepUs(call.step, axis) };
}

const stepOf = (text: string): number => (/^-?\d{1,15}$/.test(text) ? Number(text) : Number.NaN);

function stepUs(text: string | null, axis: 'time' | 'step'): number | null {
  if (text === null) return null;
  if (axis === 'time') return new Parameters(new URLSearchParams({ step: text }), ['step']).duration('step');
  const steps = stepOf(text);
  if (steps > 0) return steps;
  throw wrongParameter('step', 'a whole number of steps above 0', text);
}
