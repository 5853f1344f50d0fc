import type { LiveSession, SessionHub } from '../hub/session-hub.ts';
import { storeBytes } from '../hub/store-bytes.ts';
import { counter, gauge, type MetricFamily, type MetricSample } from './metric-family.ts';

const LOSSES = ['folded', 'late', 'invalid', 'missing', 'expired'] as const;

/**
 * What the sessions hold and how they fare, one line for each. O(series and their windows).
 *
 * Totals begin anew with each epoch of a producer, as those of a process do with each start.
 */
export function sessionFamilies(hub: SessionHub): readonly MetricFamily[] {
  const sessions = [...hub.sessions.values()];
  const each = (read: (session: LiveSession) => number): readonly MetricSample[] =>
    sessions.map((session) => ({ labels: { session: session.session }, value: read(session) }));
  const windows = new Map(sessions.map((session) => [session, windowCounts(session)]));
  const connected = sessions.filter((session) => session.connected).length;
  return [
    gauge('streamviz_sessions', 'Sessions held, by whether their producer is connected', [
      { labels: { state: 'connected' }, value: connected },
      { labels: { state: 'gone' }, value: sessions.length - connected },
    ]),
    gauge(
      'streamviz_session_connected',
      'Whether the producer of a session is connected',
      each(({ connected: isThere }) => Number(isThere)),
    ),
    gauge(
      'streamviz_session_series',
      'Series held',
      each(({ store }) => store.data.series.size),
    ),
    counter(
      'streamviz_session_samples',
      'Samples taken, those of folds included',
      each(({ rates }) => rates.samples),
    ),
    counter(
      'streamviz_session_messages',
      'Messages taken',
      each(({ rates }) => rates.messages),
    ),
    counter(
      'streamviz_session_messages_doubled',
      'Messages that came again and changed nothing',
      each(({ store }) => store.messages.doubled),
    ),
    counter(
      'streamviz_session_messages_invalid',
      'Messages that could not be read',
      each(({ store }) => store.messages.invalid),
    ),
    gauge(
      'streamviz_session_samples_per_second',
      'Samples a second over the last 5 s',
      each(({ rates }) => rates.samplesPerSecond),
    ),
    gauge(
      'streamviz_session_lag_seconds',
      'How much later the newest message came than the fastest of the last minute',
      each(({ lagUs }) => lagUs / 1e6),
    ),
    counter(
      'streamviz_session_samples_lost',
      'Samples by what became of them at the producer: folded into panes, late, invalid, missing, expired',
      sessions.flatMap(({ session, totals: { stats } }) =>
        LOSSES.map((what) => ({ labels: { session, what }, value: stats?.[what] ?? 0 })),
      ),
    ),
    counter(
      'streamviz_window_samples_late',
      'Samples that revised a final window',
      each((session) => windows.get(session)!.late),
    ),
    counter(
      'streamviz_window_samples_dropped',
      'Samples that came too late for every window',
      each((session) => windows.get(session)!.dropped),
    ),
    gauge(
      'streamviz_session_history_bytes',
      'History held in memory: samples, cells, folds and rows',
      each(({ store }) => storeBytes(store.data)),
    ),
    gauge(
      'streamviz_session_resume_bytes',
      'Newest messages held for viewers that resume',
      each(({ ring }) => ring.bytes),
    ),
    gauge(
      'streamviz_session_resume_messages',
      'How many messages are held for viewers that resume',
      each(({ ring }) => ring.length),
    ),
  ];
}

function windowCounts({ store }: LiveSession): { readonly late: number; readonly dropped: number } {
  let late = 0;
  let dropped = 0;
  for (const series of store.data.series.values()) {
    const { stores } = series.windows;
    if (stores.size === 0) continue;
    for (const { counters } of stores.values()) {
      late += counters.late;
      dropped += counters.dropped;
    }
  }
  return { late, dropped };
}
