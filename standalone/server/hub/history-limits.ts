import type { SeriesState } from '../../../src/session/series-state.ts';
import type { LiveSession } from './live-session.ts';
import { seriesBytes } from './store-bytes.ts';

/** Fewest raw samples and cell bytes a series is brought down to while others are larger. */
const LEAST_RAW = 1024;
const LEAST_RAW_BYTES = 40 * LEAST_RAW;
const LEAST_CELL_BYTES = 16_384;

/** Lets samples go that are older than `retentionUs` at their producer's clock. */
function expireSeries(series: SeriesState, edgeUs: number): void {
  if (series.axis !== 'time' || !(series.firstTimeUs < edgeUs || series.ring.firstTimeUs < edgeUs)) return;
  const raw = series.ring.evictBefore(edgeUs);
  const { gone } = series.cells;
  series.cells.expire(edgeUs);
  if (raw > 0 || series.cells.gone !== gone) touch(series);
}

/** Pictures of the past are no longer valid. */
function touch(series: SeriesState): void {
  series.memory.forget();
  series.pastVersion += 1;
}

/**
 * Lets go of everything older than `retentionUs`.
 *
 * @returns the sessions that nobody sends to and that are that old themselves: they are to be removed.
 */
export function expireSessions(
  sessions: ReadonlyMap<string, LiveSession>,
  retentionUs: number,
  nowUs: number,
): readonly string[] {
  if (retentionUs === Number.POSITIVE_INFINITY) return [];
  const over: string[] = [];
  for (const [name, session] of sessions) {
    if (!session.connected && session.goneUs < nowUs - retentionUs) {
      over.push(name);
      continue;
    }
    const edgeUs = session.store.nowUs() - retentionUs;
    for (const series of session.store.data.series.values()) expireSeries(series, edgeUs);
  }
  return over;
}

/**
 * Brings the history of all sessions below `maxBytes`, as far as that is possible.
 *
 * Sessions without a producer go first, the one gone longest before the others; then the largest series lose half of their
 * raw samples, then of their cells: what leaves stays known to coarser cells as long as there are any.
 *
 * @returns the sessions that are to be removed.
 */
export function evictBytes(sessions: ReadonlyMap<string, LiveSession>, maxBytes: number): readonly string[] {
  let total = 0;
  for (const session of sessions.values()) total += session.bytes;
  if (total <= maxBytes) return [];
  const removed: string[] = [];
  const gone = [...sessions.values()].filter(({ connected }) => !connected).sort((a, b) => a.goneUs - b.goneUs);
  for (const session of gone) {
    if (total <= maxBytes) return removed;
    total -= session.bytes;
    removed.push(session.session);
  }
  const kept = [...sessions.values()].filter(({ connected }) => connected);
  const series = kept.flatMap(({ store }) => [...store.data.series.values()]);
  while (total > maxBytes) {
    series.sort((a, b) => seriesBytes(b) - seriesBytes(a));
    let freed = 0;
    // The larger half at a time, so that large ones shrink towards the others.
    for (const one of series.slice(0, Math.ceil(series.length / 2))) {
      freed += shrink(one);
      if (total - freed <= maxBytes) break;
    }
    if (freed <= 0) return removed;
    total -= freed;
  }
  return removed;
}

/** Halves what a series holds raw, or else in cells. Returns the bytes that became free. */
function shrink(series: SeriesState): number {
  const before = seriesBytes(series);
  if (series.ring.bytes > LEAST_RAW_BYTES) {
    series.setRingCapacity(Math.max(LEAST_RAW, series.ring.length >> 1));
  } else if (series.cells.bytes > LEAST_CELL_BYTES) {
    series.cells.evictBytes(Math.max(LEAST_CELL_BYTES, series.cells.bytes / 2));
    touch(series);
  }
  return before - seriesBytes(series);
}
