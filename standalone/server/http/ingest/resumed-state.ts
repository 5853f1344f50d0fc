import type { LiveSession, SessionHub } from '../../hub/session-hub.ts';

/** What a series had sent. */
export interface SentSeries {
  readonly key: string;
  /** Finite samples. */
  readonly n: number;
  /** Largest time, us; null before the first. */
  readonly before: number | null;
}

/** Where a producer whose samples come by HTTP stands. */
export interface ProducerState {
  readonly epoch: { readonly id: string; readonly startedUs: number };
  readonly seq: number;
  readonly total: number;
  readonly revision: number;
  /** Metrics that its document shows. */
  readonly names: readonly string[];
  readonly counts: typeof NO_COUNTS;
  readonly series: ReadonlyMap<string, SentSeries>;
}

export const NO_COUNTS = { folded: 0, late: 0, invalid: 0, missing: 0, expired: 0 };

/**
 * Where the producer of a session stood when it was heard last: in an earlier life of the server, or too long ago for it to be
 * remembered. null: there is none that nobody has. O(series).
 */
export function stateInHub(hub: SessionHub, session: string): ProducerState | null {
  for (let i = 1; ; i += 1) {
    const live = hub.sessions.get(i === 1 ? session : `${session}#${i}`);
    if (live === undefined) return null;
    if (live.byHttp && !live.connected && live.seq > 0) return stateOf(live);
  }
}

function stateOf({ totals, document, seq, store }: LiveSession): ProducerState {
  const { epoch, samplesTotal: total, documentRevision: revision, stats } = totals;
  const { folded, late, invalid, missing, expired } = stats ?? NO_COUNTS;
  const series = [...store.data.series.values()].map(({ key, n, maxTimeUs }) => {
    return [key, { key, n, before: Number.isFinite(maxTimeUs) ? maxTimeUs : null }] as const;
  });
  return {
    ...{ epoch, seq, total, revision },
    names: namesIn(document),
    counts: { folded, late, invalid, missing, expired },
    series: new Map(series),
  };
}

/** Its own documents, which were checked when they came. */
function namesIn(document: unknown): readonly string[] {
  const { widgets } = (document ?? {}) as { readonly widgets?: readonly { readonly name?: unknown }[] };
  return (widgets ?? []).flatMap(({ name }) => (typeof name === 'string' ? [name] : []));
}
