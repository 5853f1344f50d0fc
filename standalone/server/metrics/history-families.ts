import type { HistoryStatus } from '../history/history.ts';
import { counter, gauge, type MetricFamily } from './metric-family.ts';

const STATES = ['on', 'failing', 'off'] as const satisfies readonly HistoryStatus['state'][];

/** How the history on disk is. */
export function historyFamilies(status: HistoryStatus): readonly MetricFamily[] {
  return [
    gauge(
      'streamviz_history_state',
      'Whether the history is written (on), cannot be written now (failing), or is not (off)',
      STATES.map((state) => ({ labels: { state }, value: Number(status.state === state) })),
    ),
    gauge(
      'streamviz_history_problem',
      'Why it is not written, by code',
      status.problem === null ? [] : [{ labels: { code: status.problem.code }, value: 1 }],
    ),
    gauge('streamviz_history_file_bytes', 'What the history file holds', status.fileBytes),
    gauge('streamviz_history_waiting_bytes', 'Messages on their way to the disk', status.waitingBytes),
    counter('streamviz_history_kept_messages', 'Messages on disk since the server began', status.keptMessages),
    counter('streamviz_history_kept_bytes', 'Bytes on disk since the server began', status.keptBytes),
    counter(
      'streamviz_history_dropped_messages',
      'Messages that are not on disk because too much was on its way',
      status.droppedMessages,
    ),
    counter('streamviz_history_dropped_samples', 'Samples in them', status.droppedSamples),
    gauge('streamviz_history_damaged_messages', 'Messages that could not be read at the start', status.damagedMessages),
    gauge('streamviz_history_restored_sessions', 'Sessions found at the start', status.restoredSessions),
  ];
}
