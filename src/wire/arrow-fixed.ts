import { StreamVizError } from '../core/errors.ts';
import {
  BATCH,
  FIELD,
  type FixedColumn,
  HEADER_BATCH,
  HEADER_DICTIONARY,
  HEADER_SCHEMA,
  KEY_VALUE,
  METADATA_KEY,
  PANE_SCHEMA,
  PRECISION_DOUBLE,
  SAMPLE_SCHEMA,
  SCHEMA,
  TYPE_FLOAT,
  TYPE_INT,
  TYPE_TIMESTAMP,
  UNIT_MICROSECOND,
  WIDTH,
} from './arrow-layout.ts';
import { eachArrowMessage, truncated } from './arrow-stream.ts';
import type { ColumnArena } from './column-arena.ts';
import type { FlatReader } from './flat-reader.ts';
import type { PaneColumns, SampleColumns } from './message-types.ts';

/*
 * Reads the two fixed schemas from one self-contained Arrow IPC stream (arrow-stream.ts): a schema, then at most one batch.
 *
 * 1. Every length and offset is checked before use: damaged bytes give a StreamVizError, never anything else.
 * 2. There is no state between parts; cost per part is constant but for the 64-bit integers, which become float64.
 * 3. Float64 and uint16 columns are views on the given bytes where those are aligned, else copies.
 * 4. Columns after the known ones are ignored and counted.
 */

/** A part as read: its columns, the JSON text of its `streamviz` metadata (null: none), and how many columns were ignored. */
export interface FixedPart<Columns> {
  readonly columns: Columns;
  readonly metadata: string | null;
  readonly ignoredColumns: number;
}

interface Batch {
  /** Rows. */
  length: number;
  /** Byte offset of each known column in the part; valid when `length` > 0. */
  readonly offsets: number[];
  metadata: string | null;
  ignoredColumns: number;
}

const mismatch = (message: string, details: Record<string, unknown> = {}): StreamVizError =>
  new StreamVizError('ARROW_SCHEMA', message, { details });

function typeMatches(flat: FlatReader, field: number, column: FixedColumn): boolean {
  const typeAt = flat.field(field, FIELD.typeType);
  const type = flat.table(field, FIELD.type);
  if (typeAt === 0 || type === 0 || flat.field(field, FIELD.dictionary) !== 0) return false;
  const id = flat.u8(typeAt);
  const first = flat.field(type, 0);
  switch (column.type) {
    case 'float64':
      return id === TYPE_FLOAT && first !== 0 && flat.i16(first) === PRECISION_DOUBLE;
    case 'timestamp':
      return id === TYPE_TIMESTAMP && first !== 0 && flat.i16(first) === UNIT_MICROSECOND;
    case 'int64':
    case 'uint16': {
      const signed = flat.field(type, 1);
      const isSigned = signed !== 0 && flat.u8(signed) !== 0;
      return (
        id === TYPE_INT &&
        first !== 0 &&
        flat.i32(first) === WIDTH[column.type] * 8 &&
        isSigned === (column.type === 'int64')
      );
    }
  }
}

function readSchema(flat: FlatReader, schema: number, expected: readonly FixedColumn[], batch: Batch): void {
  const endianness = flat.field(schema, SCHEMA.endianness);
  if (endianness !== 0 && flat.i16(endianness) !== 0) {
    throw new StreamVizError('ARROW_ENDIANNESS', 'Arrow part is big-endian; only little-endian is read.');
  }
  const count = flat.vectorLength(schema, SCHEMA.fields, 4);
  if (count < expected.length) {
    throw mismatch(`Arrow part has ${count} columns, expected ${expected.length}.`, { columns: count });
  }
  const fields = flat.vectorStart(schema, SCHEMA.fields);
  for (let i = 0; i < expected.length; i++) {
    const field = flat.indirect(fields + 4 * i);
    const column = expected[i]!;
    if (!flat.stringIs(field, FIELD.name, column.name)) {
      const actual = flat.string(field, FIELD.name);
      throw mismatch(`Arrow column ${i} is '${actual}', expected '${column.name}'.`, { column: i, actual });
    }
    if (!typeMatches(flat, field, column)) {
      throw mismatch(`Arrow column '${column.name}' has another type than ${column.type}.`, { column: column.name });
    }
  }
  batch.ignoredColumns = count - expected.length;
  const pairs = flat.vectorLength(schema, SCHEMA.metadata, 4);
  for (let i = 0; i < pairs; i++) {
    const pair = flat.indirect(flat.vectorStart(schema, SCHEMA.metadata) + 4 * i);
    if (flat.stringIs(pair, KEY_VALUE.key, METADATA_KEY)) batch.metadata = flat.string(pair, KEY_VALUE.value);
  }
}

function readBatch(
  flat: FlatReader,
  record: number,
  expected: readonly FixedColumn[],
  body: { readonly start: number; readonly bytes: number },
  batch: Batch,
): void {
  if (flat.field(record, BATCH.compression) !== 0) {
    throw new StreamVizError('ARROW_COMPRESSED', 'Arrow part is compressed; parts travel uncompressed.');
  }
  const lengthAt = flat.field(record, BATCH.length);
  const length = lengthAt === 0 ? 0 : flat.i64(lengthAt);
  const nodes = flat.vectorLength(record, BATCH.nodes, 16);
  const buffers = flat.vectorLength(record, BATCH.buffers, 16);
  if (nodes < expected.length || buffers < 2 * expected.length) {
    throw mismatch('Arrow record batch has fewer columns than its schema.', { nodes, buffers });
  }
  const node = flat.vectorStart(record, BATCH.nodes);
  const buffer = flat.vectorStart(record, BATCH.buffers);
  for (let i = 0; i < expected.length; i++) {
    const name = expected[i]!.name;
    if (flat.i64(node + 16 * i) !== length) throw mismatch(`Arrow column '${name}' has another length than its batch.`);
    if (flat.i64(node + 16 * i + 8) !== 0) throw mismatch(`Arrow column '${name}' has nulls; none are allowed here.`);
    const at = buffer + 16 * (2 * i + 1);
    const offset = flat.i64(at);
    const need = length * WIDTH[expected[i]!.type];
    const have = flat.i64(at + 8);
    if (offset < 0 || offset + need > body.bytes || need > have || length < 0) {
      throw truncated(`column '${name}'`, need, Math.max(0, Math.min(have, body.bytes - offset)));
    }
    batch.offsets[i] = body.start + offset;
  }
  batch.length = length;
}

function readStream(bytes: Uint8Array, expected: readonly FixedColumn[]): Batch {
  const batch: Batch = { length: 0, offsets: [], metadata: null, ignoredColumns: 0 };
  let schemaSeen = false;
  let batchSeen = false;
  eachArrowMessage(bytes, (flat, type, header, body) => {
    if (type === HEADER_SCHEMA && !schemaSeen) {
      readSchema(flat, header, expected, batch);
      schemaSeen = true;
    } else if (type === HEADER_BATCH && schemaSeen && !batchSeen) {
      readBatch(flat, header, expected, body, batch);
      batchSeen = true;
    } else if (type !== HEADER_DICTIONARY || !schemaSeen) {
      throw new StreamVizError(
        'ARROW_FORMAT',
        `Arrow message of type ${type} is out of place: one schema, at most one batch.`,
      );
    }
  });
  if (!schemaSeen) throw new StreamVizError('ARROW_FORMAT', 'Arrow part has no schema.');
  return batch;
}

function float64At(bytes: Uint8Array, offset: number, length: number): Float64Array {
  if (length === 0) return new Float64Array(0);
  const at = bytes.byteOffset + offset;
  if (at % 8 === 0) return new Float64Array(bytes.buffer, at, length);
  return new Float64Array(bytes.slice(offset, offset + 8 * length).buffer);
}

function uint16At(bytes: Uint8Array, offset: number, length: number): Uint16Array {
  if (length === 0) return new Uint16Array(0);
  const at = bytes.byteOffset + offset;
  if (at % 2 === 0) return new Uint16Array(bytes.buffer, at, length);
  return new Uint16Array(bytes.slice(offset, offset + 2 * length).buffer);
}

/** 64-bit integers as exact float64, by 32-bit halves. Beyond 2^53 throws `ARROW_RANGE`: no time or count is that large. */
function int64At(
  bytes: Uint8Array,
  offset: number,
  length: number,
  name: string,
  arena: ColumnArena | null,
): Float64Array {
  const out = arena === null ? new Float64Array(length) : arena.take(length);
  if (length === 0) return out;
  const at = bytes.byteOffset + offset;
  const halves =
    at % 4 === 0
      ? new Int32Array(bytes.buffer, at, 2 * length)
      : new Int32Array(bytes.slice(offset, offset + 8 * length).buffer);
  let outside = 0;
  for (let i = 0; i < length; i++) {
    const high = halves[2 * i + 1]!;
    outside |= (high + 0x200000) & ~0x3fffff;
    out[i] = high * 4294967296 + (halves[2 * i]! >>> 0);
  }
  if (outside !== 0) {
    throw new StreamVizError('ARROW_RANGE', `Arrow column '${name}' has a number beyond 2^53.`, { details: { name } });
  }
  return out;
}

const asBytes = (part: ArrayBuffer | ArrayBufferView): Uint8Array =>
  ArrayBuffer.isView(part) ? new Uint8Array(part.buffer, part.byteOffset, part.byteLength) : new Uint8Array(part);

/**
 * Reads one part of the sample schema.
 *
 * @param arena Where columns of 64-bit integers go; default: columns of their own.
 * @returns Columns; `series` and `value` are views on `part` where it is aligned to 8 bytes, valid as long as it is unchanged.
 * @throws StreamVizError `ARROW_TRUNCATED`, `ARROW_FORMAT`, `ARROW_SCHEMA`, `ARROW_COMPRESSED`, `ARROW_ENDIANNESS`, `ARROW_RANGE`
 */
export function readSamplePart(
  part: ArrayBuffer | ArrayBufferView,
  arena: ColumnArena | null = null,
): FixedPart<SampleColumns> {
  const bytes = asBytes(part);
  const { length, offsets, metadata, ignoredColumns } = readStream(bytes, SAMPLE_SCHEMA);
  const columns: SampleColumns = {
    length,
    series: uint16At(bytes, offsets[0]!, length),
    time: int64At(bytes, offsets[1]!, length, 'time', arena),
    value: float64At(bytes, offsets[2]!, length),
  };
  return { columns, metadata, ignoredColumns };
}

/** Reads one part of the pane schema; otherwise as {@link readSamplePart}. */
export function readPanePart(
  part: ArrayBuffer | ArrayBufferView,
  arena: ColumnArena | null = null,
): FixedPart<PaneColumns> {
  const bytes = asBytes(part);
  const { length, offsets, metadata, ignoredColumns } = readStream(bytes, PANE_SCHEMA);
  const columns: PaneColumns = {
    length,
    series: uint16At(bytes, offsets[0]!, length),
    start: int64At(bytes, offsets[1]!, length, 'start', arena),
    duration: int64At(bytes, offsets[2]!, length, 'duration', arena),
    count: int64At(bytes, offsets[3]!, length, 'count', arena),
    sum: float64At(bytes, offsets[4]!, length),
    min: float64At(bytes, offsets[5]!, length),
    max: float64At(bytes, offsets[6]!, length),
    first: float64At(bytes, offsets[7]!, length),
    firstTime: int64At(bytes, offsets[8]!, length, 'firstTime', arena),
    last: float64At(bytes, offsets[9]!, length),
    lastTime: int64At(bytes, offsets[10]!, length, 'lastTime', arena),
  };
  return { columns, metadata, ignoredColumns };
}
