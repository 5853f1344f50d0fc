import type { EpochStore } from '../../../src/session/epoch-store.ts';
import type { SeriesState } from '../../../src/session/series-state.ts';
import type { TimeSpan } from '../../../src/session/session-view.ts';
import { writeSamplePart } from '../../../src/wire/arrow-fixed-writer.ts';
import { encodeFrame } from '../../../src/wire/frame.ts';
import { PROTOCOL_VERSION } from '../../../src/wire/header.ts';
import type { SampleColumns } from '../../../src/wire/message-types.ts';
import { seriesEntryJson } from '../../../src/wire/message-writer.ts';
import { mergedSpans } from './detail-changes.ts';
import type { DetailQuery } from './detail-query.ts';
import { DetailRows, readDetail } from './detail-rows.ts';
import { DetailWatch } from './detail-watch.ts';
import { memoryReading, type SeriesReading } from './series-reading.ts';

const rows = new DetailRows();

interface Piece {
  readonly time: Float64Array;
  readonly value: Float64Array;
}

function joined(pieces: readonly Piece[]): SampleColumns {
  const length = pieces.reduce((sum, { time }) => sum + time.length, 0);
  const out = {
    length,
    series: new Uint16Array(length),
    time: new Float64Array(length),
    value: new Float64Array(length),
  };
  let at = 0;
  for (const [index, { time, value }] of pieces.entries()) {
    out.series.fill(index, at, at + time.length);
    out.time.set(time, at);
    out.value.set(value, at);
    at += time.length;
  }
  return out;
}

const entryOf = ({ key, generation, n, maxTimeUs, cells, axis }: SeriesState): Record<string, unknown> =>
  seriesEntryJson({
    ...{ key, gen: generation, n, axis },
    before: Number.isFinite(maxTimeUs) ? maxTimeUs : null,
    tiers: cells.durations,
    since: null,
  });

/** Stretches of one answer; of more, neighbours become one. */
const MOST_SPANS = 64;

/**
 * The stretches of a query that its series changed in since the viewer got them, as whole columns; the whole range where it
 * holds none of it. Null where it does not ask by message.
 */
function changedSpans(store: EpochStore, query: DetailQuery, watch: DetailWatch): readonly TimeSpan[] | null {
  const { startUs, endUs, columns, since = null } = query;
  const columnUs = (endUs - startUs) / columns;
  const all: TimeSpan[] = [];
  for (const key of new Set(query.series)) {
    const held = store.data.series.get(key);
    if (held === undefined) continue;
    const changes = watch.of(held, store.seq);
    if (since === null) continue;
    for (const span of changes.since(since, { startUs, endUs })) {
      const [first, last] = [(span.startUs - startUs) / columnUs, (span.endUs - startUs) / columnUs];
      all.push({ startUs: startUs + Math.floor(first) * columnUs, endUs: startUs + Math.ceil(last) * columnUs });
    }
  }
  if (since === null) return null;
  let spans = mergedSpans(all, { startUs, endUs });
  while (spans.length > MOST_SPANS) {
    spans = spans.flatMap((span, i) => (i % 2 === 1 ? [] : [{ ...span, endUs: (spans[i + 1] ?? span).endUs }]));
  }
  return spans;
}

/**
 * The frame that answers a zoom: rows of the series asked for, as of the store's `seq`.
 *
 * `columnUs` is 0 where every sample of every series is there, else the width of a column; `raw` lists the series of which
 * every sample is there. `complete` is false where samples are known to be missing, or cells longer than a column stand for
 * some. Times are whole microseconds: those of a cell's smallest and largest sample, which nobody knows, are its middle.
 *
 * `past` are readings of series of which memory no longer has every sample.
 *
 * A query with `since` gets `spans`, the stretches that changed after that message, and rows of those alone. The other rows
 * that the viewer holds are right as of this answer's `seq`, too.
 */
export function detailFrame(
  store: EpochStore,
  query: DetailQuery,
  watch = new DetailWatch(),
  past: ReadonlyMap<string, SeriesReading> | null = null,
): Uint8Array {
  const { id, startUs, endUs, columns } = query;
  const columnUs = (endUs - startUs) / columns;
  const changed = changedSpans(store, query, watch);
  const spans = changed ?? [{ startUs, endUs }];
  const series: Record<string, unknown>[] = [];
  const pieces: Piece[] = [];
  const raw: number[] = [];
  let complete = true;
  for (const key of spans.length === 0 ? [] : new Set(query.series)) {
    const held = store.data.series.get(key);
    if (held === undefined) continue;
    const source = past?.get(key) ?? memoryReading(held);
    let isRaw = true;
    const time: Float64Array[] = [];
    const value: Float64Array[] = [];
    for (const span of spans) {
      const wide = changed === null ? columns : Math.round((span.endUs - span.startUs) / columnUs);
      const reading = readDetail(source, { ...span, columns: wide }, rows);
      time.push(rows.time.slice(0, rows.length).map(Math.floor));
      value.push(rows.value.slice(0, rows.length));
      isRaw &&= reading.isRaw;
      complete &&= reading.isFine && held.exact && !(source.doubtedUs >= span.startUs);
    }
    if (isRaw) raw.push(series.length);
    series.push(entryOf(held));
    pieces.push({ time: concatenated(time), value: concatenated(value) });
  }
  const part = writeSamplePart(joined(pieces), JSON.stringify({ series }));
  const { session, epochId } = store;
  const seq = Math.min(store.seq, query.asOf ?? store.seq);
  return encodeFrame(
    {
      v: PROTOCOL_VERSION,
      kind: 'detail',
      ...{ id, session, epoch: epochId, seq, startUs, endUs },
      columnUs: raw.length === series.length ? 0 : columnUs,
      complete,
      ...(raw.length > 0 && raw.length < series.length ? { raw } : {}),
      ...(changed === null ? {} : { spans: changed.map((span) => [span.startUs, span.endUs]) }),
      parts: [{ role: 'samples', buffer: 0 }],
    },
    [part],
  );
}

function concatenated(runs: readonly Float64Array[]): Float64Array {
  if (runs.length === 1) return runs[0]!;
  const all = new Float64Array(runs.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const run of runs) {
    all.set(run, at);
    at += run.length;
  }
  return all;
}
