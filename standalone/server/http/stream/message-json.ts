import { decodeFrame } from '../../../../src/wire/frame.ts';
import { decodeMessage } from '../../../../src/wire/message.ts';
import type { Message, PaneColumns, RowsPart, SampleColumns } from '../../../../src/wire/message-types.ts';
import { seriesEntryJson } from '../../../../src/wire/message-writer.ts';

/**
 * The number and the JSON text of a frame's message: header fields under their names, each part under its role as columns.
 *
 * Times are whole us, as on the wire. NaN is null; whole numbers beyond 2^53 are texts. Sketches are left out. O(rows).
 */
export function messageJson(frame: Uint8Array): { readonly seq: number; readonly json: string } {
  const { header, buffers } = decodeFrame(frame);
  const message = decodeMessage(header, buffers);
  const json = JSON.stringify(fieldsOf(message), (_key, value: unknown) =>
    typeof value === 'bigint' ? String(value) : value,
  );
  return { seq: message.seq, json };
}

function fieldsOf(message: Message): Record<string, unknown> {
  const { kind, session, epoch, seq, sentUs, samplesTotal, documentRevision, stats } = message;
  const { document, series, folds, samples, history, keyframe, latest, rows } = message;
  return {
    ...{ kind, session, epoch, seq, sentUs, samplesTotal, documentRevision },
    ...(stats === null ? {} : { stats }),
    ...(document === null ? {} : { document }),
    ...(series.length === 0 ? {} : { series: series.map(seriesEntryJson) }),
    ...(folds === null ? {} : { folds: panesJson(folds) }),
    ...(samples === null || samples.length === 0 ? {} : { samples: samplesJson(samples) }),
    ...(history === null ? {} : { history: samplesJson(history) }),
    ...(keyframe === null ? {} : { keyframe: { ranges: keyframe.ranges, panes: panesJson(keyframe.panes) } }),
    ...(latest === null ? {} : { latest: samplesJson(latest) }),
    ...(rows.length === 0 ? {} : { rows: rows.map(rowsJson) }),
  };
}

const numbers = (column: Float64Array | Uint16Array): readonly (number | null)[] =>
  Array.from(column, (value) => (Number.isFinite(value) ? value : null));

const samplesJson = ({ series, time, value }: SampleColumns) => ({
  series: numbers(series),
  time: numbers(time),
  value: numbers(value),
});

function panesJson({ length: _length, ...columns }: PaneColumns): Record<string, unknown> {
  return Object.fromEntries(Object.entries(columns).map(([name, column]) => [name, numbers(column)]));
}

const rowsJson = ({ table, slice, columns, rowIds, firstIds, gone, cells }: RowsPart) => ({
  table,
  slice,
  columns,
  rowId: numbers(rowIds),
  firstId: numbers(firstIds),
  gone: Array.from(gone, (mark) => mark === 1),
  cells,
});
