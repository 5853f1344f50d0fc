/** Names for the numbers of the Arrow IPC format (Arrow columnar format, `Message.fbs` and `Schema.fbs`), and the four fixed schemas. */

/** First word of every encapsulated message. */
export const CONTINUATION = 0xffffffff;

/** Metadata versions V4 and V5; their record batches are alike for primitive columns. */
export const METADATA_V4 = 3;
export const METADATA_V5 = 4;

export const HEADER_SCHEMA = 1;
export const HEADER_DICTIONARY = 2;
export const HEADER_BATCH = 3;

export const TYPE_INT = 2;
export const TYPE_FLOAT = 3;
export const TYPE_BINARY = 4;
export const TYPE_TIMESTAMP = 10;
export const TYPE_LIST = 12;
export const PRECISION_DOUBLE = 2;
export const UNIT_MICROSECOND = 2;

/** Table fields, by their index in the FlatBuffers schema. */
export const MESSAGE = { version: 0, headerType: 1, header: 2, bodyLength: 3 } as const;
export const SCHEMA = { endianness: 0, fields: 1, metadata: 2 } as const;
export const FIELD = { name: 0, nullable: 1, typeType: 2, type: 3, dictionary: 4, children: 5, metadata: 6 } as const;
export const KEY_VALUE = { key: 0, value: 1 } as const;
export const BATCH = { length: 0, nodes: 1, buffers: 2, compression: 3, variadic: 4 } as const;
export const DICTIONARY = { id: 0, data: 1 } as const;

/** A column of a fixed schema: how its bytes are to be read. `floats` is a list of float64. */
export type FixedType = 'uint16' | 'int32' | 'int64' | 'float64' | 'timestamp' | 'binary' | 'floats';

export interface FixedColumn {
  readonly name: string;
  readonly type: FixedType;
}

/** Bytes of one value; of a column of bytes or lists, of one offset. */
export const WIDTH: Readonly<Record<FixedType, number>> = {
  uint16: 2,
  int32: 4,
  int64: 8,
  float64: 8,
  timestamp: 8,
  binary: 4,
  floats: 4,
};

/** Schema metadata key under which the series list and the keyframe's ranges travel, as JSON. */
export const METADATA_KEY = 'streamviz';

export const SAMPLE_SCHEMA = [
  { name: 'series', type: 'uint16' },
  { name: 'time', type: 'timestamp' },
  { name: 'value', type: 'float64' },
] as const satisfies readonly FixedColumn[];

export const PANE_SCHEMA = [
  { name: 'series', type: 'uint16' },
  { name: 'start', type: 'timestamp' },
  { name: 'duration', type: 'int64' },
  { name: 'count', type: 'int64' },
  { name: 'sum', type: 'float64' },
  { name: 'min', type: 'float64' },
  { name: 'max', type: 'float64' },
  { name: 'first', type: 'float64' },
  { name: 'firstTime', type: 'timestamp' },
  { name: 'last', type: 'float64' },
  { name: 'lastTime', type: 'timestamp' },
] as const satisfies readonly FixedColumn[];

export const FEATURE_SCHEMA = [
  { name: 'row', type: 'int32' },
  { name: 'mean', type: 'float64' },
  { name: 'm2', type: 'float64' },
  { name: 'increase', type: 'float64' },
  { name: 'sketch', type: 'binary' },
] as const satisfies readonly FixedColumn[];

export const RESULT_SCHEMA = [
  { name: 'window', type: 'int32' },
  { name: 'start', type: 'timestamp' },
  { name: 'end', type: 'timestamp' },
  { name: 'count', type: 'int64' },
  { name: 'state', type: 'uint16' },
  { name: 'revision', type: 'int32' },
  { name: 'flags', type: 'uint16' },
  { name: 'coverage', type: 'float64' },
  { name: 'values', type: 'floats' },
] as const satisfies readonly FixedColumn[];

/** Whether the values of a column have no fixed length: it has a buffer of offsets before the one of its values. */
export const isVariable = ({ type }: FixedColumn): boolean => type === 'binary' || type === 'floats';
