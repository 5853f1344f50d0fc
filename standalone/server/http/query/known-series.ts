import { isStreamVizError } from '../../../../src/core/errors.ts';
import { memoryStart } from '../../history/reading/memory-reach.ts';
import type { ListedSeries } from '../../history/reading/series-request.ts';
import type { WantedSeries } from '../../history/reading/stitch.ts';
import { hasLabels, isCounter, type Sessions, seriesOf } from '../known-metrics.ts';
import type { QueryCall } from './query-call.ts';

/** A series that a query speaks of, wherever it is. */
export interface KnownSeries extends WantedSeries {
  readonly pairs: readonly (readonly [string, string])[];
  /** First and last time of what is there; NaN: nothing is. */
  readonly firstUs: number;
  readonly lastUs: number;
  readonly isCounter: boolean;
}

/**
 * The series of a metric with all of the labels, session by session: those in memory, then those that only the disk has, such
 * as of earlier runs.
 *
 * @param stored The series of that name that the disk has.
 * @throws HttpProblem 404 `METRIC_UNKNOWN`, `SESSION_UNKNOWN` where neither has any
 */
export function knownSeries(
  sessions: Sessions,
  call: QueryCall,
  stored: readonly ListedSeries[],
): readonly KnownSeries[] {
  const listed = stored.filter(({ session, labels }) => {
    if (call.session !== null && session !== call.session) return false;
    return hasLabels({ labels: pairsOf(labels) }, call.labels);
  });
  const byKey = new Map(listed.map((one) => [`${one.session} ${one.labels}`, one]));
  const found = inMemory(sessions, call, byKey);
  const counters = found.some((series) => series.isCounter);
  const onDisk = [...byKey.values()].map((one): KnownSeries => {
    const { session, name, labels, axis, firstUs, lastUs } = one;
    return {
      session,
      name,
      labels,
      pairs: pairsOf(labels),
      axis,
      epoch: null,
      earlierUs: Number.NEGATIVE_INFINITY,
      held: null,
      firstUs,
      lastUs,
      isCounter: counters,
    };
  });
  return [...found, ...onDisk];
}

const pairsOf = (labels: string): readonly (readonly [string, string])[] =>
  JSON.parse(labels) as readonly (readonly [string, string])[];

/** What memory has; each takes its part of `byKey` out. */
function inMemory(sessions: Sessions, call: QueryCall, byKey: Map<string, ListedSeries>): readonly KnownSeries[] {
  try {
    return seriesOf(sessions, call).flatMap(({ session: live, series }) =>
      series.map((held): KnownSeries => {
        const { session, epochId: epoch, earlierUs } = live;
        const labels = JSON.stringify(held.labels);
        const listed = byKey.get(`${session} ${labels}`);
        byKey.delete(`${session} ${labels}`);
        const firstUs = memoryStart(held);
        const start = firstUs === Number.POSITIVE_INFINITY ? Number.NaN : firstUs;
        const end = Number.isFinite(held.maxTimeUs) ? held.maxTimeUs : Number.NaN;
        const isSame = listed?.axis === held.axis;
        return {
          ...{ session, name: held.name, labels, pairs: held.labels, axis: held.axis, epoch, earlierUs, held },
          firstUs: isSame ? least(start, listed.firstUs) : start,
          lastUs: Number.isNaN(end) && isSame ? listed.lastUs : end,
          isCounter: isCounter(live.store.document, call.metric),
        };
      }),
    );
  } catch (error) {
    // A metric of an earlier run is known to the disk alone.
    const isUnknown = isStreamVizError(error) && (error.code === 'METRIC_UNKNOWN' || error.code === 'SESSION_UNKNOWN');
    if (!isUnknown || byKey.size === 0) throw error;
    return [];
  }
}

const least = (a: number, b: number): number => (Number.isNaN(a) || b < a ? b : a);
