import { StreamVizError } from '../core/errors.ts';
import {
  BATCH,
  DICTIONARY,
  FIELD,
  HEADER_BATCH,
  HEADER_DICTIONARY,
  HEADER_SCHEMA,
  KEY_VALUE,
  SCHEMA,
} from './arrow-layout.ts';
import { eachArrowMessage, truncated } from './arrow-stream.ts';
import type { FlatReader } from './flat-reader.ts';

const MAX_DEPTH = 8;

function damaged(what: string): StreamVizError {
  return new StreamVizError('ARROW_FORMAT', `Arrow part is damaged: ${what}.`);
}

function checkPairs(flat: FlatReader, table: number, index: number): void {
  const count = flat.vectorLength(table, index, 4);
  for (let i = 0; i < count; i++) {
    const pair = flat.indirect(flat.vectorStart(table, index) + 4 * i);
    flat.vectorLength(pair, KEY_VALUE.key, 1);
    flat.vectorLength(pair, KEY_VALUE.value, 1);
  }
}

function checkFields(flat: FlatReader, table: number, index: number, depth: number): void {
  if (depth > MAX_DEPTH) throw damaged(`types nest deeper than ${MAX_DEPTH}`);
  const count = flat.vectorLength(table, index, 4);
  for (let i = 0; i < count; i++) {
    const field = flat.indirect(flat.vectorStart(table, index) + 4 * i);
    flat.vectorLength(field, FIELD.name, 1);
    if (flat.table(field, FIELD.type) === 0) throw damaged('a field has no type');
    checkPairs(flat, field, FIELD.metadata);
    checkFields(flat, field, FIELD.children, depth + 1);
  }
}

function checkBatch(flat: FlatReader, record: number, bodyBytes: number): void {
  if (flat.field(record, BATCH.compression) !== 0) {
    throw new StreamVizError('ARROW_COMPRESSED', 'Arrow part is compressed; parts travel uncompressed.');
  }
  const mostRows = 8 * bodyBytes;
  const lengthAt = flat.field(record, BATCH.length);
  const length = lengthAt === 0 ? 0 : flat.i64(lengthAt);
  if (length < 0 || length > mostRows) throw damaged(`a batch claims ${length} rows in ${bodyBytes} bytes`);
  const nodes = flat.vectorLength(record, BATCH.nodes, 16);
  for (let i = 0; i < nodes; i++) {
    const node = flat.vectorStart(record, BATCH.nodes) + 16 * i;
    const rows = flat.i64(node);
    const nulls = flat.i64(node + 8);
    if (rows < 0 || rows > mostRows || nulls < 0 || nulls > rows)
      throw damaged(`a column claims ${rows} rows, ${nulls} null`);
  }
  const buffers = flat.vectorLength(record, BATCH.buffers, 16);
  for (let i = 0; i < buffers; i++) {
    const buffer = flat.vectorStart(record, BATCH.buffers) + 16 * i;
    const offset = flat.i64(buffer);
    const size = flat.i64(buffer + 8);
    if (offset < 0 || size < 0 || offset + size > bodyBytes) throw truncated('a buffer', size, bodyBytes - offset);
  }
  const variadic = flat.vectorLength(record, BATCH.variadic, 8);
  for (let i = 0; i < variadic; i++) {
    const count = flat.i64(flat.vectorStart(record, BATCH.variadic) + 8 * i);
    if (count < 0 || count > buffers) throw damaged(`a column claims ${count} buffers of ${buffers}`);
  }
}

/**
 * Checks every length and offset of an Arrow IPC stream that a general library trusts: a damaged one would make it
 * allocate without bound. One schema first, then batches. O(metadata).
 *
 * @throws StreamVizError `ARROW_TRUNCATED`, `ARROW_FORMAT`, `ARROW_COMPRESSED`
 */
export function guardArrowStream(bytes: Uint8Array): void {
  let schemas = 0;
  eachArrowMessage(bytes, (flat, type, header, body) => {
    if (type === HEADER_SCHEMA && schemas === 0) {
      schemas = 1;
      checkFields(flat, header, SCHEMA.fields, 0);
      checkPairs(flat, header, SCHEMA.metadata);
    } else if (type === HEADER_BATCH && schemas === 1) checkBatch(flat, header, body.bytes);
    else if (type === HEADER_DICTIONARY && schemas === 1) {
      const record = flat.table(header, DICTIONARY.data);
      if (record === 0) throw damaged('a dictionary has no batch');
      checkBatch(flat, record, body.bytes);
    } else throw damaged(`a message of type ${type} is out of place`);
  });
  if (schemas === 0) throw damaged('it has no schema');
}
