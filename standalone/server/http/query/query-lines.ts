import { isStreamVizError } from '../../../../src/core/errors.ts';
import { parseAggregation } from '../../../../src/core/windows/aggregation.ts';
import { needOf } from '../../history/reading/reading-need.ts';
import type { HistorySource } from '../../history/reading/series-request.ts';
import { stitch } from '../../history/reading/stitch.ts';
import type { SeriesReading } from '../../hub/series-reading.ts';
import type { ServerLimits } from '../../limits.ts';
import { HttpProblem, pastProblem } from '../http-problem.ts';
import type { Sessions } from '../known-metrics.ts';
import type { AnswerLine } from './answer-rows.ts';
import { type KnownSeries, knownSeries } from './known-series.ts';
import { type QueryCall, type QueryRange, queryRange } from './query-call.ts';
import { rawRows } from './raw-rows.ts';
import { windowRows } from './window-rows.ts';

/** Samples after which a query lets others have their turn. */
const SAMPLES_AT_ONCE = 200_000;

/** The answer to a query, whatever the form it travels in. */
export interface QueryAnswer extends QueryRange {
  readonly metric: string;
  readonly axis: 'time' | 'step';
  /** null: samples as they were sent. */
  readonly aggregation: string | null;
  readonly by: readonly string[] | null;
  readonly lines: readonly AnswerLine[];
}

/** What queries are answered from. */
export interface QuerySources {
  readonly sessions: Sessions;
  /** What memory no longer has; null: nothing is kept elsewhere. */
  readonly past: HistorySource | null;
  readonly limits: ServerLimits;
}

interface Group {
  readonly session: string | null;
  readonly labels: readonly (readonly [string, string])[];
  readonly members: KnownSeries[];
}

/**
 * Answers a query.
 *
 * Without `step` and `aggregation`: samples. With `step` alone averages, of a counter rates. With `aggregation` alone one
 * number for the whole range. `by` merges the series that agree in those labels, `session` among them where it is named.
 * Other work of the server has its turn between lines. Where memory no longer has what the answer needs, the past is read from
 * `past`; the answer is of the moment at which that came.
 * @throws HttpProblem 404, 400, 413 `LIMIT_ROWS`, `LIMIT_SAMPLES`, `LIMIT_SERIES`; 503 where the past cannot be read
 */
export async function answerQuery(
  { sessions, past, limits }: QuerySources,
  call: QueryCall,
  nowUs: number,
): Promise<QueryAnswer> {
  const found = knownSeries(sessions, call, past === null ? [] : await past.list(call.metric).catch(tellLimit));
  const axis = axisOf(found, call.metric);
  const range = queryRange(call, axis, { ...heldBy(found), nowUs });
  const counter = found.some(({ isCounter }) => isCounter);
  const isRaw = call.aggregation === null && range.stepUs === null;
  if (isRaw && call.by !== null) {
    throw new HttpProblem(
      400,
      'PARAMETER_MISSING',
      'by merges series, so it needs a step or an aggregation beside it',
      {
        details: { parameter: 'by' },
      },
    );
  }
  const aggregation = isRaw ? null : (call.aggregation ?? parseAggregation(counter ? 'rate' : 'avg'));
  const groups = call.by === null ? eachAlone(found) : grouped(found, call.by);
  if (groups.length > limits.queryLines) {
    throw new HttpProblem(
      413,
      'LIMIT_SERIES',
      `${groups.length} lines, at most ${limits.queryLines}; labels or by makes them fewer`,
    );
  }
  ensureBounded(found, range, limits);
  const need = needOf(aggregation, range, limits.querySamples / Math.max(1, found.length));
  const lines: AnswerLine[] = [];
  let rowsLeft = limits.queryRows;
  let samples = 0;
  for (const { session, labels, members } of groups) {
    const readings = await stitch(members, need, past).catch(tellLimit);
    samples += readings.reduce((sum, reading) => sum + samplesOf(reading, range), 0);
    if (samples > SAMPLES_AT_ONCE) {
      samples = 0;
      await new Promise((resolve) => setImmediate(resolve));
    }
    const { rows, parts } =
      aggregation === null
        ? rawRows(readings[0]!, range.startUs, range.endUs, rowsLeft)
        : windowRows(readings, { ...range, aggregation, counter });
    rowsLeft -= rows.length;
    if (rowsLeft < 0) throw tooMany(limits.queryRows);
    lines.push({ session, labels, parts, rows });
  }
  return { ...range, metric: call.metric, axis, aggregation: aggregation?.text ?? null, by: call.by, lines };
}

/** Refuses what would take long before it is begun. Of bursts with long silence between them it sees the length alone. */
function ensureBounded(series: readonly KnownSeries[], range: QueryRange, limits: ServerLimits): void {
  const samples = samplesIn(series, range);
  if (samples > limits.querySamples) {
    const message = `${samples.toLocaleString('en')} samples, at most ${limits.querySamples.toLocaleString('en')}; a shorter range or fewer labels`;
    throw new HttpProblem(413, 'LIMIT_SAMPLES', message, { details: { most: limits.querySamples } });
  }
  const steps = range.stepUs === null ? 1 : (range.endUs - range.startUs) / range.stepUs;
  if (Math.min(samples, steps) > limits.queryRows) throw tooMany(limits.queryRows);
}

/** Raw samples of a range in memory. */
function samplesIn(series: readonly KnownSeries[], { startUs, endUs }: QueryRange): number {
  return series.reduce((sum, { held }) => {
    if (held === null) return sum;
    return sum + held.ring.lowerBound(endUs) - held.ring.lowerBound(startUs);
  }, 0);
}

const samplesOf = ({ stretches }: SeriesReading, { startUs, endUs }: QueryRange): number =>
  stretches.reduce((sum, { ring }) => sum + ring.lowerBound(endUs) - ring.lowerBound(startUs), 0);

/** What the disk refuses, as an answer tells it. @throws always */
function tellLimit(error: unknown): never {
  if (!isStreamVizError(error) || error.code !== 'LIMIT_SAMPLES') throw pastProblem(error);
  throw new HttpProblem(413, 'LIMIT_SAMPLES', `${error.message}; a shorter range, a step or fewer labels`);
}

function tooMany(most: number): HttpProblem {
  const message = `more than ${most.toLocaleString('en')} rows; a larger step, a shorter range or fewer labels make them fewer`;
  return new HttpProblem(413, 'LIMIT_ROWS', message, { details: { most } });
}

function axisOf(series: readonly KnownSeries[], metric: string): 'time' | 'step' {
  const axes = new Set(series.map(({ axis }) => axis));
  if (axes.size < 2) return series[0]?.axis ?? 'time';
  throw new HttpProblem(
    400,
    'AXIS_MIXED',
    `${metric} is on a time axis in one session and on a step axis in another; session says which`,
  );
}

function heldBy(series: readonly KnownSeries[]): { readonly firstUs: number; readonly lastUs: number } {
  let firstUs = Number.NaN;
  let lastUs = Number.NaN;
  for (const one of series) {
    if (one.firstUs < firstUs || Number.isNaN(firstUs)) firstUs = one.firstUs;
    if (one.lastUs > lastUs || Number.isNaN(lastUs)) lastUs = one.lastUs;
  }
  return { firstUs, lastUs };
}

function eachAlone(found: readonly KnownSeries[]): readonly Group[] {
  return found.map((one) => ({ session: one.session, labels: one.pairs, members: [one] }));
}

function grouped(found: readonly KnownSeries[], by: readonly string[]): readonly Group[] {
  const groups = new Map<string, Group>();
  for (const one of found) {
    const labelOf = (name: string): string | null =>
      one.pairs.find((label) => label[0] === name)?.[1] ?? (name === 'session' ? one.session : null);
    const values = by.map(labelOf);
    const key = JSON.stringify(values);
    const group = groups.get(key);
    if (group !== undefined) group.members.push(one);
    else {
      const labels = by.flatMap((name, i) => (values[i] == null ? [] : [[name, values[i]] as const]));
      groups.set(key, { session: null, labels, members: [one] });
    }
  }
  return [...groups.values()];
}
