import type { DatabaseSync } from 'node:sqlite';
import { isoText } from '../../http/time-text.ts';
import type { SegmentReader } from '../reading/segment-reader.ts';
import type { HistoryCall } from './call.ts';
import { seriesOfCall } from './export-rows.ts';

/** What a file has of one series, as `list` prints it. */
export interface SeriesLine {
  readonly session: string;
  readonly metric: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Rows as they were sent: in segments, and newer ones in the log. */
  readonly samples: number;
  /** ISO 8601, or a step; null: nothing but what came folded within the log. */
  readonly from: string | number | null;
  readonly to: string | number | null;
  /** Of segments. */
  readonly bytes: number;
}

const SPAN = `select sum(case when tier = 0 then n else 0 end) as n, min(case when tier <= 0 then t0 end) as t0,
  max(case when tier <= 0 then t1 end) as t1, sum(length(body)) as bytes from seg where series = ?`;

/** The series that a call means, those too of which nothing is in segments yet. O(messages of the log and segments). */
export function listedSeries(db: DatabaseSync, reader: SegmentReader, call: HistoryCall): readonly SeriesLine[] {
  const spans = db.prepare(SPAN);
  const axes = new Map(
    db
      .prepare('select series, axis from written')
      .all()
      .map(({ series, axis }) => [Number(series), String(axis)]),
  );
  return seriesOfCall(db, reader, call).map(({ id, ...series }) => {
    const { n, t0, t1, bytes } = spans.get(id)!;
    const logged = reader.loggedSpan(series);
    const axis = (id === null ? undefined : axes.get(id)) ?? logged.axis;
    const time = (us: number) => (!Number.isFinite(us) ? null : axis === 'step' ? us : isoText(us));
    return {
      session: series.session,
      metric: series.name,
      labels: Object.fromEntries(JSON.parse(series.labels) as [string, string][]),
      samples: Number(n ?? 0) + logged.samples,
      from: time(Math.min(numberOr(t0, Number.POSITIVE_INFINITY), logged.firstUs)),
      to: time(Math.max(numberOr(t1, Number.NEGATIVE_INFINITY), logged.lastUs)),
      bytes: Number(bytes ?? 0),
    };
  });
}

const numberOr = (value: unknown, none: number): number =>
  value === null || value === undefined ? none : Number(value);
