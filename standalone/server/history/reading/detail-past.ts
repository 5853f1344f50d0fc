import type { DetailQuery } from '../../hub/detail-query.ts';
import type { LiveSession } from '../../hub/live-session.ts';
import type { SeriesReading } from '../../hub/series-reading.ts';
import { memoryReach } from './memory-reach.ts';
import type { ReadingNeed } from './reading-need.ts';
import type { HistorySource } from './series-request.ts';
import { stitch, type WantedSeries } from './stitch.ts';

/** Raw samples of one series that a zoom reads; where there are more, cells do. */
const MOST_ROWS = 500_000;

/**
 * The series of a zoom of which the disk has more than memory, as they are read for it; null where memory alone does.
 *
 * Cells do where they are at most a column. Nothing is read before the first question that needs it.
 */
export function detailPast(
  { session, epochId: epoch, earlierUs, store }: Pick<LiveSession, 'session' | 'epochId' | 'earlierUs' | 'store'>,
  { series, startUs, endUs, columns }: DetailQuery,
  past: HistorySource,
): Promise<ReadonlyMap<string, SeriesReading>> | null {
  const need: ReadingNeed = {
    ...{ startUs, endUs, stepUs: (endUs - startUs) / columns },
    ...{ needsSpread: false, needsAnchor: false, takesCells: true, takesShorter: true, mostRows: MOST_ROWS },
  };
  const wanted = new Map<string, WantedSeries>();
  for (const key of series) {
    const held = store.data.series.get(key);
    if (held === undefined || !(startUs < memoryReach(held, need, earlierUs))) continue;
    const { name, labels, axis } = held;
    wanted.set(key, { session, name, labels: JSON.stringify(labels), axis, epoch, earlierUs, held });
  }
  if (wanted.size === 0) return null;
  const keys = [...wanted.keys()];
  return stitch([...wanted.values()], need, past).then(
    (readings) => new Map(readings.map((one, i) => [keys[i]!, one])),
  );
}
