import {
  CONTINUATION,
  FEATURE_SCHEMA,
  type FixedColumn,
  HEADER_BATCH,
  HEADER_SCHEMA,
  METADATA_KEY,
  METADATA_V5,
  PANE_SCHEMA,
  PRECISION_DOUBLE,
  RESULT_SCHEMA,
  SAMPLE_SCHEMA,
  TYPE_BINARY,
  TYPE_FLOAT,
  TYPE_INT,
  TYPE_LIST,
  TYPE_TIMESTAMP,
  UNIT_MICROSECOND,
  WIDTH,
} from './arrow-layout.ts';
import { FlatWriter } from './flat-writer.ts';
import type { FeatureColumns, PaneColumns, ResultColumns, SampleColumns } from './message-types.ts';

const TYPE_ID = {
  uint16: TYPE_INT,
  int32: TYPE_INT,
  int64: TYPE_INT,
  float64: TYPE_FLOAT,
  timestamp: TYPE_TIMESTAMP,
  binary: TYPE_BINARY,
  floats: TYPE_LIST,
} as const;

/** Lists of numbers: row `i` is `values[ends[i], ends[i + 1])`. */
interface FloatLists {
  readonly ends: Int32Array;
  readonly values: Float64Array;
}

type Column = Float64Array | Uint16Array | Int32Array | readonly (Uint8Array | null)[] | FloatLists;

function writeType(flat: FlatWriter, column: FixedColumn): number {
  switch (column.type) {
    case 'float64':
      return flat.table([() => flat.i16(PRECISION_DOUBLE)]);
    case 'timestamp': {
      const zone = flat.string('UTC');
      return flat.table([() => flat.i16(UNIT_MICROSECOND), () => flat.offset(zone)]);
    }
    case 'binary':
    case 'floats':
      return flat.table([]);
    case 'uint16':
    case 'int32':
    case 'int64':
      return flat.table([() => flat.i32(8 * WIDTH[column.type]), () => flat.u8(column.type === 'uint16' ? 0 : 1)]);
  }
}

function writeMessage(flat: FlatWriter, headerType: number, header: number, bodyBytes: number): Uint8Array {
  const root = flat.table([
    () => flat.i16(METADATA_V5),
    () => flat.u8(headerType),
    () => flat.offset(header),
    () => flat.i64(bodyBytes),
  ]);
  return flat.finish(root);
}

function writeField(flat: FlatWriter, column: FixedColumn): number {
  const items = column.type === 'floats' ? [writeField(flat, { name: 'item', type: 'float64' })] : [];
  const name = flat.string(column.name);
  const type = writeType(flat, column);
  const children = flat.vector(items);
  return flat.table([
    () => flat.offset(name),
    () => flat.u8(0),
    () => flat.u8(TYPE_ID[column.type]),
    () => flat.offset(type),
    null,
    () => flat.offset(children),
  ]);
}

function schemaMessage(columns: readonly FixedColumn[], metadata: string | null): Uint8Array {
  const flat = new FlatWriter();
  const fields = columns.map((column) => writeField(flat, column));
  const fieldVector = flat.vector(fields);
  let pairs = 0;
  if (metadata !== null) {
    const value = flat.string(metadata);
    const key = flat.string(METADATA_KEY);
    pairs = flat.vector([flat.table([() => flat.offset(key), () => flat.offset(value)])]);
  }
  const schema = flat.table([
    () => flat.i16(0),
    () => flat.offset(fieldVector),
    metadata === null ? null : () => flat.offset(pairs),
  ]);
  return writeMessage(flat, HEADER_SCHEMA, schema, 0);
}

const padded = (bytes: number): number => Math.ceil(bytes / 8) * 8;

/** The bytes of one column's buffers after its validity bitmap, which is empty. */
function columnBytes(type: FixedColumn['type'], column: Column, length: number): Uint8Array[] {
  if (type === 'binary') return binaryBytes(column as readonly (Uint8Array | null)[], length);
  if (type === 'floats') return floatsBytes(column as FloatLists, length);
  const values = (column as Float64Array | Uint16Array | Int32Array).subarray(0, length);
  const out = new Uint8Array(length * WIDTH[type]);
  if (type === 'int64' || type === 'timestamp') writeInt64(out, values as Float64Array, length);
  else out.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  return [out];
}

function binaryBytes(values: readonly (Uint8Array | null)[], length: number): Uint8Array[] {
  const ends = new Int32Array(length + 1);
  for (let i = 0; i < length; i++) ends[i + 1] = ends[i]! + (values[i]?.length ?? 0);
  const bytes = new Uint8Array(ends[length]!);
  for (let i = 0; i < length; i++) if (values[i] != null) bytes.set(values[i]!, ends[i]!);
  return [new Uint8Array(ends.buffer), bytes];
}

function floatsBytes({ ends, values }: FloatLists, length: number): Uint8Array[] {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, 8 * ends[length]!);
  return [new Uint8Array(ends.slice(0, length + 1).buffer), bytes.slice()];
}

function batchMessage(
  schema: readonly FixedColumn[],
  body: readonly Uint8Array[][],
  length: number,
): { metadata: Uint8Array; bodyBytes: number } {
  const flat = new FlatWriter();
  const nodes: number[] = [];
  const buffers: number[] = [];
  let at = 0;
  for (const [i, column] of body.entries()) {
    nodes.push(length, 0);
    for (const [k, { byteLength }] of column.entries()) {
      const isItem = k === 1 && schema[i]!.type === 'floats';
      if (isItem) nodes.push(byteLength / 8, 0);
      // The validity bitmap of a column, and of the items of a list, is empty: there are no nulls.
      if (k === 0 || isItem) buffers.push(at, 0);
      buffers.push(at, byteLength);
      at += padded(byteLength);
    }
  }
  const bufferVector = flat.structs(buffers, 2);
  const nodeVector = flat.structs(nodes, 2);
  const batch = flat.table([() => flat.i64(length), () => flat.offset(nodeVector), () => flat.offset(bufferVector)]);
  return { metadata: writeMessage(flat, HEADER_BATCH, batch, at), bodyBytes: at };
}

function writeInt64(out: Uint8Array, values: Float64Array, length: number): void {
  const halves = new Int32Array(out.buffer, 0, 2 * length);
  for (let i = 0; i < length; i++) {
    const value = values[i]!;
    const high = Math.floor(value / 4294967296);
    halves[2 * i] = value - high * 4294967296;
    halves[2 * i + 1] = high;
  }
}

function writePart(
  schema: readonly FixedColumn[],
  columns: readonly Column[],
  length: number,
  metadata: string | null,
): Uint8Array {
  const head = schemaMessage(schema, metadata);
  const body = schema.map((column, i) => columnBytes(column.type, columns[i]!, length));
  const batch = length === 0 ? null : batchMessage(schema, body, length);
  const batchBytes = batch === null ? 0 : 8 + batch.metadata.length + batch.bodyBytes;
  const out = new Uint8Array(8 + head.length + batchBytes + 8);
  const view = new DataView(out.buffer);
  let at = 0;
  const start = (bytes: number): void => {
    view.setUint32(at, CONTINUATION, true);
    view.setInt32(at + 4, bytes, true);
    at += 8;
  };
  start(head.length);
  out.set(head, at);
  at += head.length;
  if (batch !== null) {
    start(batch.metadata.length);
    out.set(batch.metadata, at);
    at += batch.metadata.length;
    for (const bytes of body.flat()) {
      out.set(bytes, at);
      at += padded(bytes.byteLength);
    }
  }
  start(0);
  return out;
}

/**
 * Encodes samples as one self-contained Arrow IPC stream of the sample schema, with `metadata` as its `streamviz` text.
 *
 * @returns Fresh bytes, aligned to 8. Times are whole microseconds below 2^53; no rows give a stream without a batch.
 */
export function writeSamplePart(columns: SampleColumns, metadata: string | null = null): Uint8Array {
  return writePart(SAMPLE_SCHEMA, [columns.series, columns.time, columns.value], columns.length, metadata);
}

/** Encodes panes as one self-contained Arrow IPC stream of the pane schema; otherwise as {@link writeSamplePart}. */
export function writePanePart(columns: PaneColumns, metadata: string | null = null): Uint8Array {
  return writePart(
    PANE_SCHEMA,
    PANE_SCHEMA.map((column) => columns[column.name]),
    columns.length,
    metadata,
  );
}

/** Encodes features of pane rows; `metadata` is none: the series list travels with the panes. Otherwise as {@link writeSamplePart}. */
export function writeFeaturePart(columns: FeatureColumns): Uint8Array {
  return writePart(
    FEATURE_SCHEMA,
    FEATURE_SCHEMA.map((column) => columns[column.name]),
    columns.length,
    null,
  );
}

/** Encodes results of windows; otherwise as {@link writeSamplePart}. */
export function writeResultPart(columns: ResultColumns, metadata: string): Uint8Array {
  return writePart(
    RESULT_SCHEMA,
    RESULT_SCHEMA.map((column) =>
      column.name === 'values' ? { ends: columns.valueEnds, values: columns.values } : columns[column.name],
    ),
    columns.length,
    metadata,
  );
}
