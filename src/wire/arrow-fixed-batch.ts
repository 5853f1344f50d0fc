import { StreamVizError } from '../core/errors.ts';
import {
  BATCH,
  FIELD,
  type FixedColumn,
  HEADER_BATCH,
  HEADER_DICTIONARY,
  HEADER_SCHEMA,
  isVariable,
  KEY_VALUE,
  METADATA_KEY,
  PRECISION_DOUBLE,
  SCHEMA,
  TYPE_BINARY,
  TYPE_FLOAT,
  TYPE_INT,
  TYPE_LIST,
  TYPE_TIMESTAMP,
  UNIT_MICROSECOND,
  WIDTH,
} from './arrow-layout.ts';
import { eachArrowMessage, truncated } from './arrow-stream.ts';
import type { FlatReader } from './flat-reader.ts';

/** One record batch of a fixed schema, its lengths and offsets checked; nothing is read from its body. */
export interface FixedBatch {
  /** Rows. */
  length: number;
  /** Byte offset of each known column in the part; valid when `length` > 0. */
  readonly offsets: number[];
  /** Where the values of a column of bytes or lists lie in the part; its `offsets` entry is that of its int32 offsets. */
  readonly bodies: { readonly start: number; readonly bytes: number }[];
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
    case 'binary':
      return id === TYPE_BINARY;
    case 'floats': {
      if (id !== TYPE_LIST || flat.vectorLength(field, FIELD.children, 4) !== 1) return false;
      const item = flat.indirect(flat.vectorStart(field, FIELD.children));
      return typeMatches(flat, item, { name: column.name, type: 'float64' });
    }
    case 'int32':
    case 'int64':
    case 'uint16': {
      const signed = flat.field(type, 1);
      const isSigned = signed !== 0 && flat.u8(signed) !== 0;
      return (
        id === TYPE_INT &&
        first !== 0 &&
        flat.i32(first) === WIDTH[column.type] * 8 &&
        isSigned === (column.type !== 'uint16')
      );
    }
  }
}

function readSchema(flat: FlatReader, schema: number, expected: readonly FixedColumn[], batch: FixedBatch): void {
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
  batch: FixedBatch,
): void {
  if (flat.field(record, BATCH.compression) !== 0) {
    throw new StreamVizError('ARROW_COMPRESSED', 'Arrow part is compressed; parts travel uncompressed.');
  }
  const lengthAt = flat.field(record, BATCH.length);
  const length = lengthAt === 0 ? 0 : flat.i64(lengthAt);
  const nodes = flat.vectorLength(record, BATCH.nodes, 16);
  const buffers = flat.vectorLength(record, BATCH.buffers, 16);
  const lists = expected.filter(({ type }) => type === 'floats').length;
  const needed = 2 * expected.length + expected.filter(isVariable).length + lists;
  if (nodes < expected.length + lists || buffers < needed) {
    throw mismatch('Arrow record batch has fewer columns than its schema.', { nodes, buffers });
  }
  let node = flat.vectorStart(record, BATCH.nodes);
  let buffer = flat.vectorStart(record, BATCH.buffers);
  /** Position in the part of the next buffer, which holds `need` bytes or more. */
  const next = (name: string, need: number): { start: number; bytes: number } => {
    const offset = flat.i64(buffer);
    const have = flat.i64(buffer + 8);
    buffer += 16;
    if (offset < 0 || have < 0 || offset + Math.max(need, 0) > body.bytes || need > have || length < 0) {
      throw truncated(`column '${name}'`, need, Math.max(0, Math.min(have, body.bytes - offset)));
    }
    return { start: body.start + offset, bytes: Math.min(have, body.bytes - offset) };
  };
  for (let i = 0; i < expected.length; i++) {
    const { name, type } = expected[i]!;
    if (flat.i64(node) !== length) throw mismatch(`Arrow column '${name}' has another length than its batch.`);
    if (flat.i64(node + 8) !== 0) throw mismatch(`Arrow column '${name}' has nulls; none are allowed here.`);
    node += 16;
    buffer += 16; // the validity bitmap: there are no nulls
    if (isVariable(expected[i]!)) {
      batch.offsets[i] = next(name, length === 0 ? 0 : 4 * (length + 1)).start;
      if (type === 'floats') {
        if (flat.i64(node + 8) !== 0) throw mismatch(`Arrow column '${name}' has nulls; none are allowed here.`);
        node += 16;
        buffer += 16;
      }
      batch.bodies[i] = next(name, 0);
    } else batch.offsets[i] = next(name, length * WIDTH[type]).start;
  }
  batch.length = length;
}

/**
 * Reads the schema and the batch of one stream whose first columns are `expected`.
 *
 * @throws StreamVizError `ARROW_TRUNCATED`, `ARROW_FORMAT`, `ARROW_SCHEMA`, `ARROW_COMPRESSED`, `ARROW_ENDIANNESS`
 */
export function readFixedBatch(bytes: Uint8Array, expected: readonly FixedColumn[]): FixedBatch {
  const batch: FixedBatch = { length: 0, offsets: [], bodies: [], metadata: null, ignoredColumns: 0 };
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
