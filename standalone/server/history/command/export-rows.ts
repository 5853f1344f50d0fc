import type { DatabaseSync } from 'node:sqlite';
import type { SegmentReader } from '../reading/segment-reader.ts';
import { type StoredSeries, storedKey } from '../reading/series-request.ts';
import type { HistoryCall } from './call.ts';

/** Some rows of one series: samples, and what came folded as one row for each cell. */
export interface ExportRows extends StoredSeries {
  readonly axis: 'time' | 'step';
  readonly length: number;
  readonly time: Float64Array;
  /** End of a cell; of a sample its time. */
  readonly end: Float64Array;
  /** A cell's mean. NaN: missing. */
  readonly value: Float64Array;
  /** Samples: 1, of a missing value 0. */
  readonly count: Float64Array;
  readonly min: Float64Array;
  readonly max: Float64Array;
}

const ROWS_AT_ONCE = 65_536;

/** The series that a call means: those with an id, and those of which only the log has something. */
export function seriesOfCall(
  db: DatabaseSync,
  reader: SegmentReader,
  call: Pick<HistoryCall, 'metric' | 'session'>,
): readonly (StoredSeries & { readonly id: number | null })[] {
  const known = knownSeries(db, call);
  const keys = new Set(known.map(storedKey));
  const logged = reader
    .logged()
    .filter(
      ({ session, name }) =>
        (call.metric === null || name === call.metric) && (call.session === null || session === call.session),
    )
    .filter((series) => !keys.has(storedKey(series)));
  return [...known, ...logged.map((series) => ({ ...series, id: null }))];
}

function knownSeries(
  db: DatabaseSync,
  { metric, session }: Pick<HistoryCall, 'metric' | 'session'>,
): readonly (StoredSeries & { readonly id: number })[] {
  const rows = db
    .prepare(
      'select id, session, name, labels from series where (?1 is null or name = ?1) and (?2 is null or session = ?2) order by session, name, labels',
    )
    .all(metric, session);
  return rows.map((row) => ({
    id: Number(row.id),
    session: String(row.session),
    name: String(row.name),
    labels: String(row.labels),
  }));
}

/** Everything of the series of a call, series by series in time order, some ten thousand rows at a time. */
export function* exportRows(db: DatabaseSync, reader: SegmentReader, call: HistoryCall): Generator<ExportRows> {
  for (const { id, ...series } of seriesOfCall(db, reader, call)) {
    for (const [startUs, endUs] of slices(db, id, call)) {
      const found = reader.read({
        ...series,
        startUs,
        endUs,
        stepUs: 0,
        needsSpread: false,
        needsAnchor: false,
        withLog: true,
        epoch: null,
      });
      if (found === null) continue;
      const { rows, folds, axis } = found;
      const cells = [...folds].flatMap(([durationUs, list]) =>
        Array.from({ length: list.length }, (_, row) => ({ durationUs, list, row })),
      );
      cells.sort((a, b) => a.list.start[a.row]! - b.list.start[b.row]!);
      const length = rows.time.length + cells.length;
      if (length === 0) continue;
      const column = () => new Float64Array(length);
      const out = {
        ...series,
        axis,
        length,
        time: column(),
        end: column(),
        value: column(),
        count: column(),
        min: column(),
        max: column(),
      };
      let next = 0;
      let at = 0;
      const putCells = (untilUs: number) => {
        for (; next < cells.length && cells[next]!.list.start[cells[next]!.row]! <= untilUs; next += 1, at += 1) {
          const { durationUs, list, row } = cells[next]!;
          out.time[at] = list.start[row]!;
          out.end[at] = list.start[row]! + durationUs;
          out.value[at] = list.sum[row]! / list.count[row]!;
          out.count[at] = list.count[row]!;
          out.min[at] = list.min[row]!;
          out.max[at] = list.max[row]!;
        }
      };
      for (let i = 0; i < rows.time.length; i += 1, at += 1) {
        putCells(rows.time[i]!);
        const value = rows.value[i]!;
        out.time[at] = rows.time[i]!;
        out.end[at] = rows.time[i]!;
        for (const name of ['value', 'min', 'max'] as const) out[name][at] = value;
        out.count[at] = value - value === 0 ? 1 : 0;
      }
      putCells(Number.POSITIVE_INFINITY);
      yield out;
    }
  }
}

/** Ranges of some ten thousand rows each. */
function* slices(
  db: DatabaseSync,
  id: number | null,
  { startUs, endUs }: HistoryCall,
): Generator<readonly [number, number]> {
  let fromUs = Math.max(startUs, -Number.MAX_SAFE_INTEGER);
  let rows = 0;
  const parts = db
    .prepare('select t0, n from seg where series = ? and tier = 0 and t0 < ? order by t0')
    .all(id, Math.min(endUs, Number.MAX_SAFE_INTEGER));
  for (const { t0, n } of parts) {
    if (rows >= ROWS_AT_ONCE && Number(t0) > fromUs) {
      yield [fromUs, Number(t0)];
      fromUs = Number(t0);
      rows = 0;
    }
    rows += Number(n);
  }
  if (fromUs < endUs) yield [fromUs, Math.min(endUs, Number.MAX_SAFE_INTEGER)];
}
