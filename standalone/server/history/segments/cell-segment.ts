import { ByteSink } from './byte-sink.ts';
import { ByteSource } from './byte-source.ts';
import { CELL_COLUMNS, type CellRows } from './cell-rows.ts';
import { readColumn, writeColumn } from './number-column.ts';
import { packBody, type SegmentBody, unpackBody } from './segment-body.ts';
import { segmentInvalid } from './segment-invalid.ts';

const VERSION = 1;
/** Refused above, so that damaged bytes take no memory. */
const MOST_CELLS = 4096;
const sink = new ByteSink();
/** Times within a cell are stored as distances from its start: short numbers, often the same in every cell. */
const RELATIVE: ReadonlySet<string> = new Set(['firstTime', 'lastTime']);
let scratch = new Float64Array(1024);

/**
 * Packs the cells `[from, to)`, at least one: `u8 version, u32 cells`, the columns of {@link CELL_COLUMNS}, the lengths of the
 * sketches as one more (0: none), their bytes. O(n).
 */
export function encodeCells(cells: CellRows, from: number, to: number): SegmentBody {
  const length = to - from;
  if (scratch.length < length) scratch = new Float64Array(length);
  sink.clear();
  sink.u8(VERSION);
  sink.u32(length);
  for (const name of CELL_COLUMNS) {
    if (RELATIVE.has(name)) {
      for (let i = 0; i < length; i += 1) scratch[i] = cells[name][from + i]! - cells.start[from + i]!;
      writeColumn(sink, scratch, 0, length);
    } else writeColumn(sink, cells[name], from, to);
  }
  for (let i = 0; i < length; i += 1) scratch[i] = cells.sketch[from + i]?.length ?? 0;
  writeColumn(sink, scratch, 0, length);
  for (let i = from; i < to; i += 1) {
    const bytes = cells.sketch[i];
    if (bytes != null) sink.bytes(bytes);
  }
  return packBody(sink.written);
}

/** The cells of a segment; without their sketches (null) where those are not wanted. @throws StreamVizError `SEGMENT_INVALID`, `SEGMENT_ENCODING` */
export function decodeCells(enc: number, body: Uint8Array, withSketches = true): CellRows {
  return readCells(unpackBody(enc, body), withSketches);
}

/** {@link decodeCells} of a payload. Sketches are copies. @throws StreamVizError `SEGMENT_INVALID` */
export function readCells(payload: Uint8Array, withSketches = true): CellRows {
  const source = new ByteSource(payload);
  const version = source.u8();
  if (version !== VERSION) throw segmentInvalid('version', String(VERSION), version);
  const length = source.u32();
  if (length < 1 || length > MOST_CELLS) throw segmentInvalid('cells', `1 to ${MOST_CELLS}`, length);
  const columns = {} as Record<(typeof CELL_COLUMNS)[number], Float64Array>;
  for (const name of CELL_COLUMNS) columns[name] = readColumn(source, length);
  const lengths = readColumn(source, length);
  const sketch = Array.from(lengths, (bytes) => sketchIn(source, bytes, withSketches));
  source.end();
  for (let i = 0; i < length; i += 1) {
    const start = columns.start[i]!;
    if (start - start !== 0 || (i > 0 && !(start >= columns.start[i - 1]!))) {
      throw segmentInvalid('start', 'finite, in order', start);
    }
    if (!(columns.count[i]! >= 1)) throw segmentInvalid('count', 'at least 1', columns.count[i]);
    columns.firstTime[i]! += start;
    columns.lastTime[i]! += start;
  }
  return { ...columns, length, sketch };
}

function sketchIn(source: ByteSource, length: number, isWanted: boolean): Uint8Array | null {
  if (length === 0) return null;
  if (!Number.isSafeInteger(length) || length < 0) throw segmentInvalid('sketch', 'whole bytes', length);
  const at = source.take(length);
  return isWanted ? source.bytes.slice(at, at + length) : null;
}
