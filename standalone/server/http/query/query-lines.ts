import { parseAggregation } from '../../../../src/core/windows/aggregation.ts';
import type { SeriesState } from '../../../../src/session/series-state.ts';
import type { ServerLimits } from '../../limits.ts';
import { HttpProblem } from '../http-problem.ts';
import { isCounter, type MetricSeries, type Sessions, seriesOf } from '../known-metrics.ts';
import type { AnswerLine } from './answer-rows.ts';
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

interface Group {
  readonly session: string | null;
  readonly labels: readonly (readonly [string, string])[];
  readonly members: SeriesState[];
}

/**
 * Answers a query.
 *
 * Without `step` and `aggregation`: samples. With `step` alone averages, of a counter rates. With `aggregation` alone one
 * number for the whole range. `by` merges the series that agree in those labels, `session` among them where it is named.
 * Other work of the server has its turn between lines.
 * @throws HttpProblem 404, 400, 413 `LIMIT_ROWS`, `LIMIT_SAMPLES`, `LIMIT_SERIES`
 */
export async function answerQuery(
  sessions: Sessions,
  call: QueryCall,
  nowUs: number,
  limits: ServerLimits,
): Promise<QueryAnswer> {
  const found = seriesOf(sessions, call);
  const all = found.flatMap(({ series }) => series);
  const axis = axisOf(all, call.metric);
  const range = queryRange(call, axis, { ...heldBy(all), nowUs });
  const counter = found.some(({ session }) => isCounter(session.store.document, call.metric));
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
  ensureBounded(all, range, limits);
  const lines: AnswerLine[] = [];
  let rowsLeft = limits.queryRows;
  let samples = 0;
  for (const { session, labels, members } of groups) {
    samples += samplesIn(members, range);
    if (samples > SAMPLES_AT_ONCE) {
      samples = 0;
      await new Promise((resolve) => setImmediate(resolve));
    }
    const { rows, parts } =
      aggregation === null
        ? rawRows(members[0]!, range.startUs, range.endUs, rowsLeft)
        : windowRows(members, { ...range, aggregation, counter });
    rowsLeft -= rows.length;
    if (rowsLeft < 0) throw tooMany(limits.queryRows);
    lines.push({ session, labels, parts, rows });
  }
  return { ...range, metric: call.metric, axis, aggregation: aggregation?.text ?? null, by: call.by, lines };
}

/** Refuses what would take long before it is begun. Of bursts with long silence between them it sees the length alone. */
function ensureBounded(series: readonly SeriesState[], range: QueryRange, limits: ServerLimits): void {
  const samples = samplesIn(series, range);
  if (samples > limits.querySamples) {
    const message = `${samples.toLocaleString('en')} samples, at most ${limits.querySamples.toLocaleString('en')}; a shorter range or fewer labels`;
    throw new HttpProblem(413, 'LIMIT_SAMPLES', message, { details: { most: limits.querySamples } });
  }
  const steps = range.stepUs === null ? 1 : (range.endUs - range.startUs) / range.stepUs;
  if (Math.min(samples, steps) > limits.queryRows) throw tooMany(limits.queryRows);
}

function samplesIn(series: readonly SeriesState[], { startUs, endUs }: QueryRange): number {
  return series.reduce((sum, { ring }) => sum + ring.lowerBound(endUs) - ring.lowerBound(startUs), 0);
}

function tooMany(most: number): HttpProblem {
  const message = `more than ${most.toLocaleString('en')} rows; a larger step, a shorter range or fewer labels make them fewer`;
  return new HttpProblem(413, 'LIMIT_ROWS', message, { details: { most } });
}

function axisOf(series: readonly SeriesState[], metric: string): 'time' | 'step' {
  const axes = new Set(series.map(({ axis }) => axis));
  if (axes.size < 2) return series[0]?.axis ?? 'time';
  throw new HttpProblem(
    400,
    'AXIS_MIXED',
    `${metric} is on a time axis in one session and on a step axis in another; session says which`,
  );
}

function heldBy(series: readonly SeriesState[]): { readonly firstUs: number; readonly lastUs: number } {
  let firstUs = Number.NaN;
  let lastUs = Number.NaN;
  for (const { firstTimeUs, maxTimeUs, ring } of series) {
    // Missing values are rows, too, but in no cell.
    for (const timeUs of [firstTimeUs, ring.firstTimeUs])
      if (timeUs < firstUs || Number.isNaN(firstUs)) firstUs = timeUs;
    if (!(lastUs >= maxTimeUs) && Number.isFinite(maxTimeUs)) lastUs = maxTimeUs;
  }
  return { firstUs, lastUs };
}

function eachAlone(found: readonly MetricSeries[]): readonly Group[] {
  return found.flatMap(({ session, series }) =>
    series.map((one) => ({ session: session.session, labels: one.labels, members: [one] })),
  );
}

function grouped(found: readonly MetricSeries[], by: readonly string[]): readonly Group[] {
  const groups = new Map<string, Group>();
  for (const { session, series } of found) {
    for (const one of series) {
      const labelOf = (name: string): string | null =>
        one.labels.find((label) => label[0] === name)?.[1] ?? (name === 'session' ? session.session : null);
      const values = by.map(labelOf);
      const key = JSON.stringify(values);
      const group = groups.get(key);
      if (group !== undefined) group.members.push(one);
      else {
        const labels = by.flatMap((name, i) => (values[i] == null ? [] : [[name, values[i]] as const]));
        groups.set(key, { session: null, labels, members: [one] });
      }
    }
  }
  return [...groups.values()];
}
