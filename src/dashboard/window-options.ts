import { StreamVizError } from '../core/errors.ts';
import { type Aggregation, parseAggregation } from '../core/windows/aggregation.ts';
import type { WindowOptions } from '../core/windows/window-operator.ts';
import { commonDivisor, MAX_PANES_PER_WINDOW, windowShape } from '../core/windows/window-shape.ts';
import { type Axis, parseLength } from './window-length.ts';
import { windowProblem } from './window-problem.ts';

/** What an entry of the document says about windows, by wire name; each is judged here. */
export interface WindowInput {
  readonly window?: unknown;
  readonly slide?: unknown;
  readonly session?: unknown;
  readonly origin?: unknown;
  readonly aggregation?: unknown;
  readonly lateness?: unknown;
  readonly allowedLateness?: unknown;
  readonly idle?: unknown;
  readonly counter?: unknown;
  readonly per?: unknown;
}

/** Silence after which the watermark moves on with the clock, unless `idle` says otherwise. */
export const IDLE_US = 5e6;
/** Window of a counter that names none. */
export const COUNTER_WINDOW_US = 10e6;
/** Lines of one widget that differ in their aggregation. */
export const AGGREGATIONS_MOST = 16;
/** Lengths of windows are multiples of it, so that panes of 1 s are. */
const FINEST_US = 1e3;

/**
 * How a widget computes its numbers; null: it shows the values as they were sent.
 *
 * Without `aggregation` a window gives the average, a counter the increase per second over 10 s. `aggregation: "last"`
 * without window and session is the raw value. Lateness and allowed lateness are 0 by
 * default, `idle` is 5 s.
 *
 * @throws StreamVizError `WINDOW_INVALID` with `details.option`, `AGGREGATION_UNKNOWN`: the first mistake.
 */
export function parseWindowOptions(given: WindowInput, axis: Axis, name: string): WindowOptions | null {
  const aggregations = aggregationsOf(given.aggregation);
  const counter = given.counter === true;
  if (counter && axis === 'step') throw windowProblem('counter', 'false where x is "step"', true);
  const lengths = lengthsOf(given, axis);
  const raw = aggregations === null ? !counter : aggregations.every(({ kind }) => kind === 'last');
  if (counter && !raw && lengths.window === null && lengths.session === null) lengths.window = COUNTER_WINDOW_US;
  ensureTogether(given, lengths);
  if (lengths.window === null && lengths.session === null) {
    if (aggregations === null || raw) return null;
    throw needsWindow(name, given.aggregation, axis);
  }
  const period = lengths.slide ?? lengths.window ?? 1;
  lengths.origin = ((lengths.origin % period) + period) % period;
  ensureBounded(given, lengths, axis);
  const chosen = aggregations ?? [parseAggregation(counter ? 'rate' : 'avg')];
  const sumPer = lengths.per;
  if (sumPer !== null && !chosen.some(({ kind }) => kind === 'sum')) {
    throw windowProblem('per', 'aggregation "sum" beside it', given.per);
  }
  return {
    shape: windowShape({
      window: lengths.window,
      slide: lengths.slide,
      session: lengths.session,
      origin: lengths.session === null ? lengths.origin : null,
    }),
    aggregations: chosen,
    lateness: lengths.lateness ?? 0,
    allowedLateness: lengths.allowedLateness ?? 0,
    idle: axis === 'step' ? null : (lengths.idle ?? IDLE_US),
    counter,
    sumPer,
    unit: axis === 'step' ? 1 : 1e6,
  };
}

interface Lengths {
  window: number | null;
  slide: number | null;
  session: number | null;
  origin: number;
  lateness: number | null;
  allowedLateness: number | null;
  idle: number | null;
  per: number | null;
}

function lengthsOf(given: WindowInput, axis: Axis): Lengths {
  for (const option of ['lateness', 'allowedLateness', 'idle', 'per'] as const) {
    if (axis === 'step' && given[option] !== undefined && given[option] !== null) {
      throw windowProblem(option, 'nothing where x is "step": steps have no clock', given[option]);
    }
  }
  const window = parseLength('window', given.window, axis, { from: 'positive' });
  const slide = parseLength('slide', given.slide, axis, { from: 'positive' });
  return {
    window,
    slide,
    origin: parseLength('origin', given.origin, axis, { from: 'signed' }) ?? 0,
    session: parseLength('session', given.session, axis, { from: 'positive' }),
    lateness: parseLength('lateness', given.lateness, axis, { from: 'zero' }),
    allowedLateness: parseLength('allowedLateness', given.allowedLateness, axis, { from: 'zero' }),
    idle: parseLength('idle', given.idle, axis, { from: 'positive' }),
    per: parseLength('per', perOf(given.per), axis, { from: 'positive' }),
  };
}

/** `per: "s"` is 1 s: a unit alone is one of it. */
function perOf(given: unknown): unknown {
  return typeof given === 'string' && /^\s*[a-zµ]+\s*$/.test(given) ? `1${given.trim()}` : given;
}

function ensureTogether(given: WindowInput, { window, session }: Lengths): void {
  if (session !== null) {
    for (const option of ['window', 'slide', 'origin'] as const) {
      if (given[option] !== undefined && given[option] !== null) {
        throw windowProblem(option, 'nothing beside session', given[option]);
      }
    }
    return;
  }
  if (window !== null) return;
  for (const option of ['slide', 'origin', 'lateness', 'allowedLateness', 'idle', 'per'] as const) {
    if (given[option] !== undefined && given[option] !== null) {
      const wanted = option === 'slide' || option === 'origin' ? 'window' : 'window or session';
      throw windowProblem(option, `${wanted} beside it`, given[option]);
    }
  }
}

function ensureBounded(given: WindowInput, { window, slide, origin }: Lengths, axis: Axis): void {
  if (window === null) return;
  if (slide !== null && slide > window) throw windowProblem('slide', 'at most the window', given.slide);
  const beats = commonDivisor(window, slide ?? window);
  const pane = commonDivisor(beats, origin);
  const named = window / beats > MAX_PANES_PER_WINDOW ? 'slide' : 'origin';
  if (window / pane > MAX_PANES_PER_WINDOW) {
    const most = `a length that cuts the window into at most ${MAX_PANES_PER_WINDOW.toLocaleString('en')} equal parts`;
    throw windowProblem(named, `${most}, not ${(window / pane).toLocaleString('en')}`, given[named]);
  }
  if (axis === 'time' && pane % FINEST_US !== 0) {
    const at = window % FINEST_US !== 0 ? 'window' : beats % FINEST_US !== 0 ? 'slide' : 'origin';
    throw windowProblem(at, 'whole milliseconds', given[at]);
  }
}

function aggregationsOf(given: unknown): readonly Aggregation[] | null {
  if (given === undefined || given === null) return null;
  const texts: readonly unknown[] = Array.isArray(given) ? given : [given];
  if (texts.length === 0 || texts.length > AGGREGATIONS_MOST || new Set(texts).size < texts.length) {
    throw windowProblem('aggregation', `1 to ${AGGREGATIONS_MOST} different aggregations`, given);
  }
  return texts.map((text) => {
    if (typeof text === 'string') return parseAggregation(text);
    throw windowProblem('aggregation', 'a text such as "avg" or "p99", or a list of them', given);
  });
}

function needsWindow(name: string, aggregation: unknown, axis: Axis): StreamVizError {
  const fix = `sv.metric(${JSON.stringify(name)}, window=${axis === 'step' ? '100' : '"10s"'}, aggregation=${JSON.stringify(aggregation)})`;
  return new StreamVizError('WINDOW_INVALID', `aggregation: expected window or session beside it: ${fix}`, {
    details: { option: 'aggregation', given: aggregation },
  });
}
