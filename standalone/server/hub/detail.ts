import type { EpochStore } from '../../../src/session/epoch-store.ts';
import type { SeriesState } from '../../../src/session/series-state.ts';
import { writeSamplePart } from '../../../src/wire/arrow-fixed-writer.ts';
import { encodeFrame } from '../../../src/wire/frame.ts';
import { PROTOCOL_VERSION } from '../../../src/wire/header.ts';
import type { SampleColumns } from '../../../src/wire/message-types.ts';
import { seriesEntryJson } from '../../../src/wire/message-writer.ts';
import type { DetailQuery } from './detail-query.ts';
import { DetailRows, readDetail } from './detail-rows.ts';

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

/**
 * The frame that answers a zoom: rows of the series asked for, as of the store's `seq`.
 *
 * `columnUs` is 0 where every sample of every series is there, else the width of a column. `complete` is false where samples
 * are known to be missing, or cells longer than a column stand for some. Times are whole microseconds: those of a cell's
 * smallest and largest sample, which nobody knows, are its middle.
 */
export function detailFrame(store: EpochStore, query: DetailQuery): Uint8Array {
  const { id, startUs, endUs, columns } = query;
  const series: Record<string, unknown>[] = [];
  const pieces: Piece[] = [];
  let isRaw = true;
  let complete = true;
  for (const key of new Set(query.series)) {
    const held = store.data.series.get(key);
    if (held === undefined) continue;
    const reading = readDetail(held, { startUs, endUs, columns }, rows);
    series.push(entryOf(held));
    pieces.push({
      time: rows.time.slice(0, rows.length).map(Math.floor),
      value: rows.value.slice(0, rows.length),
    });
    isRaw &&= reading.isRaw;
    complete &&= reading.isFine && held.exact;
  }
  const part = writeSamplePart(joined(pieces), JSON.stringify({ series }));
  const { session, epochId, seq } = store;
  return encodeFrame(
    {
      v: PROTOCOL_VERSION,
      kind: 'detail',
      ...{ id, session, epoch: epochId, seq, startUs, endUs },
      columnUs: isRaw ? 0 : (endUs - startUs) / columns,
      complete,
      parts: [{ role: 'samples', buffer: 0 }],
    },
    [part],
  );
}
