import { type Data, DataType, type Schema, type Table, TimeUnit, tableFromIPC, type Vector } from 'apache-arrow';
import { StreamVizError } from '../core/errors.ts';
import { guardArrowStream } from './arrow-guard.ts';
import type { RowsPart } from './message-types.ts';

/*
 * Reads `rows` parts through apache-arrow, the only module that knows it.
 *
 * 1. int64 is exact: a number within 2^53, a bigint beyond. Decimals are scaled to the nearest float64.
 * 2. Times of any unit become whole microseconds; nanoseconds floor.
 * 3. Lengths and offsets are checked before the library sees them, because it trusts them; what it still throws becomes
 *    `ARROW_ROWS`.
 */

type Column = RowsPart['columns'][number];
type ReadCell = (data: Data, index: number) => unknown;

const ROW_ID = 'sv:row';
const GONE = 'sv:gone';
const FIRST_ID = 'sv:first';
const SYSTEM_COLUMNS = 3;

function typeOf(type: DataType): Column['type'] {
  if (DataType.isDictionary(type)) return typeOf(type.dictionary as DataType);
  if (DataType.isTimestamp(type) || DataType.isDate(type)) return 'datetime';
  if (DataType.isInt(type) || DataType.isFloat(type) || DataType.isDecimal(type) || DataType.isDuration(type))
    return 'number';
  if (DataType.isBool(type)) return 'bool';
  return 'text';
}

function exact(value: bigint): number | bigint {
  return value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value;
}

/** Whole microseconds of an int64 in `unit`; 64-bit arithmetic, so nothing is rounded but nanoseconds, downwards. */
function toMicroseconds(value: bigint, unit: TimeUnit): number {
  switch (unit) {
    case TimeUnit.SECOND:
      return Number(value) * 1e6;
    case TimeUnit.MILLISECOND:
      return Number(value) * 1e3;
    case TimeUnit.MICROSECOND:
      return Number(value);
    case TimeUnit.NANOSECOND: {
      const floored = value >= 0n ? value / 1000n : -((-value + 999n) / 1000n);
      return Number(floored);
    }
  }
}

/** A two's-complement integer of 32-bit words, lowest first. */
function wordsToBigInt(words: Uint32Array): bigint {
  let value = 0n;
  for (let i = words.length - 1; i >= 0; i--) value = (value << 32n) | BigInt(words[i]!);
  return BigInt.asIntN(32 * words.length, value);
}

/** `value / 10^scale`, by way of its decimal text, which JavaScript rounds correctly. */
function scaled(value: bigint, scale: number): number {
  return Number(`${value}e${-scale}`);
}

/** Reads one valid cell of a type from its column's own values. */
function readerOf(type: DataType, vector: Vector): ReadCell {
  if (DataType.isTimestamp(type)) {
    return (data, index) => toMicroseconds((data.values as BigInt64Array)[index]!, type.unit);
  }
  if (DataType.isDate(type)) {
    return (_data, index) => {
      const milliseconds: unknown = vector.get(index);
      return Number(milliseconds) * 1000;
    };
  }
  if (DataType.isDecimal(type)) {
    const words = type.bitWidth / 32;
    return (data, index) =>
      scaled(wordsToBigInt((data.values as Uint32Array).subarray(index * words, (index + 1) * words)), type.scale);
  }
  return (_data, index) => {
    const value: unknown = vector.get(index);
    return typeof value === 'bigint' ? exact(value) : value;
  };
}

/** One cell as what a table holds: null, boolean, number, bigint beyond 2^53, text; anything else as text. */
function toCell(value: unknown, type: Column['type']): unknown {
  if (value === null || value === undefined) return null;
  if (type !== 'text' || typeof value === 'string') return value;
  return String(value);
}

function damaged(what: string, cause?: unknown): StreamVizError {
  return new StreamVizError('ARROW_ROWS', `A rows part cannot be read: ${what}.`, { cause });
}

function fillColumn(vector: Vector, type: Column['type'], cells: unknown[][], position: number): void {
  if (DataType.isDictionary(vector.type)) {
    const dictionary = vector.data[0]?.dictionary as Vector | undefined;
    const words: unknown[][] = Array.from({ length: dictionary?.length ?? 0 }, () => []);
    if (dictionary) fillColumn(dictionary, type, words, 0);
    const indices = vector.data[0]!;
    for (let i = 0; i < cells.length; i++) {
      const at = Number((indices.values as ArrayLike<number | bigint>)[i]);
      if (indices.getValid(i) && words[at] === undefined) throw damaged('a dictionary index is out of range');
      cells[i]![position] = indices.getValid(i) ? words[at]![0] : null;
    }
    return;
  }
  const read = readerOf(vector.type as DataType, vector);
  const data = vector.data[0]!;
  for (let i = 0; i < cells.length; i++) {
    cells[i]![position] = data.getValid(i) ? toCell(read(data, i), type) : null;
  }
}

/** The library trusts lengths: a batch cannot have more rows than its bytes have bits. */
function checkLength(table: Table, bytes: number): void {
  const rows = table.numRows;
  if (!Number.isSafeInteger(rows) || rows < 0 || rows > 8 * bytes)
    throw damaged(`it claims ${rows} rows in ${bytes} bytes`);
  if (table.batches.length > 1) throw damaged('it has more than one batch');
}

function isInt64(type: DataType): boolean {
  return DataType.isInt(type) && type.bitWidth === 64;
}

function checkColumns(schema: Schema): void {
  const expected = [
    { name: ROW_ID, type: 'int64', fits: isInt64 },
    { name: GONE, type: 'bool', fits: DataType.isBool },
    { name: FIRST_ID, type: 'int64', fits: isInt64 },
  ];
  expected.forEach(({ name, type, fits }, i) => {
    const field = schema.fields[i];
    if (field?.name !== name || !fits(field.type as DataType)) {
      throw new StreamVizError(
        'ARROW_SCHEMA',
        `Column ${i} of a rows part is '${field?.name}', expected '${name}' of ${type}.`,
      );
    }
  });
}

/** An id of 1 ... 2^53 - 1; the one a key entered under is never above the row's own. */
function readId(value: unknown, column: string, most: number): number {
  const id = Number(value);
  if (!Number.isSafeInteger(id) || id < 1 || id > most) {
    throw damaged(`${column} is ${id}, expected a whole number of 1 to ${most}`);
  }
  return id;
}

function readTable(table: Table, bytes: number, id: string, slice: RowsPart['slice']): RowsPart {
  checkColumns(table.schema);
  checkLength(table, bytes);
  const length = table.numRows;
  const rowIds = new Float64Array(length);
  const firstIds = new Float64Array(length);
  const gone = new Uint8Array(length);
  const cells: unknown[][] = Array.from({ length }, () => []);
  const columns = table.schema.fields
    .slice(SYSTEM_COLUMNS)
    .map((field) => ({ name: field.name, type: typeOf(field.type as DataType) }));
  if (length > 0) {
    const ids = table.getChildAt(0)!;
    const flags = table.getChildAt(1)!;
    const firsts = table.getChildAt(2)!;
    for (let i = 0; i < length; i++) {
      const rowId = readId(ids.get(i), ROW_ID, Number.MAX_SAFE_INTEGER);
      rowIds[i] = rowId;
      firstIds[i] = readId(firsts.get(i), FIRST_ID, rowId);
      gone[i] = flags.get(i) === true ? 1 : 0;
    }
    columns.forEach((column, k) => {
      const vector = table.getChildAt(k + SYSTEM_COLUMNS);
      if (vector === null || vector.length !== length) throw damaged(`column '${column.name}' has another length`);
      fillColumn(vector, column.type, cells, k);
    });
  }
  return { table: id, slice, columns, rowIds, firstIds, gone, cells };
}

/**
 * Decodes one `rows` part of the table `id`.
 *
 * @returns Fresh arrays; nothing refers to `part`.
 * @throws StreamVizError `ARROW_SCHEMA`, `ARROW_ROWS`, `ARROW_TRUNCATED`, `ARROW_FORMAT`, `ARROW_COMPRESSED`
 */
export function readRowsPart(part: ArrayBuffer | ArrayBufferView, id: string, slice: RowsPart['slice']): RowsPart {
  const bytes = ArrayBuffer.isView(part)
    ? new Uint8Array(part.buffer, part.byteOffset, part.byteLength)
    : new Uint8Array(part);
  try {
    guardArrowStream(bytes);
    return readTable(tableFromIPC(bytes), bytes.byteLength, id, slice);
  } catch (cause) {
    if (cause instanceof StreamVizError) throw cause;
    throw damaged(cause instanceof Error ? cause.message : String(cause), cause);
  }
}
