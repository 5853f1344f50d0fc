import {
  Batch,
  bool,
  Column,
  type DataType,
  Endianness,
  type Field,
  field,
  float64,
  int64,
  Table,
  TimeUnit,
  tableToIPC,
  timestamp,
  utf8,
  Version,
} from '@uwdata/flechette';
import { StreamVizError } from '../core/errors.ts';
import type { RowsPart } from './message-types.ts';

type CellType = RowsPart['columns'][number]['type'];

interface ColumnBytes {
  readonly type: DataType;
  readonly values: Float64Array | BigInt64Array | Uint8Array;
  readonly offsets?: Int32Array;
}

const NONE = new Uint8Array(0);

function bitsOf(length: number, isSet: (i: number) => boolean): Uint8Array {
  const bits = new Uint8Array((length + 7) >> 3);
  for (let i = 0; i < length; i += 1) if (isSet(i)) bits[i >> 3]! |= 1 << (i & 7);
  return bits;
}

const toInt64 = (values: Float64Array): BigInt64Array => BigInt64Array.from(values, (value) => BigInt(value));

/** int64 where a number needs it, as numbers beyond 2^53 come as bigints; else float64, which holds all others. */
function numberColumn(cells: readonly unknown[]): ColumnBytes {
  const needsInt64 = cells.some((cell) => typeof cell === 'bigint');
  const isWhole = (cell: unknown) => cell == null || typeof cell === 'bigint' || Number.isSafeInteger(cell);
  if (!needsInt64 || !cells.every(isWhole)) {
    return { type: float64(), values: Float64Array.from(cells, (cell) => (cell == null ? 0 : Number(cell))) };
  }
  return { type: int64(), values: BigInt64Array.from(cells, (cell) => (cell == null ? 0n : BigInt(cell as bigint))) };
}

function textColumn(cells: readonly unknown[]): ColumnBytes {
  const encoder = new TextEncoder();
  const entries = cells.map((cell) => (cell == null ? NONE : encoder.encode(String(cell))));
  const offsets = new Int32Array(entries.length + 1);
  for (const [i, entry] of entries.entries()) offsets[i + 1] = offsets[i]! + entry.byteLength;
  const values = new Uint8Array(offsets[entries.length]!);
  for (const [i, entry] of entries.entries()) values.set(entry, offsets[i]!);
  return { type: utf8(), values, offsets };
}

function columnOf(type: CellType, cells: readonly unknown[]): ColumnBytes {
  switch (type) {
    case 'number':
      return numberColumn(cells);
    case 'text':
      return textColumn(cells);
    case 'bool':
      return { type: bool(), values: bitsOf(cells.length, (i) => cells[i] === true) };
    case 'datetime': {
      const values = BigInt64Array.from(cells, (cell) => (cell == null ? 0n : BigInt(cell as number)));
      return { type: timestamp(TimeUnit.MICROSECOND, 'UTC'), values };
    }
  }
}

/**
 * Encodes rows of a table as one `rows` part: `sv:row`, `sv:gone`, `sv:first`, then the table's own columns.
 *
 * Cells are what `readRowsPart` gives: numbers, bigints beyond 2^53, whole microseconds, text, booleans, null.
 *
 * @returns Fresh bytes. O(cells).
 */
export function writeRowsPart({ columns, rowIds, firstIds, gone, cells }: RowsPart): Uint8Array {
  const { length } = rowIds;
  const fields: Field[] = [];
  const batches: Batch<unknown>[] = [];
  const add = (name: string, column: ColumnBytes, own: readonly unknown[] | null): void => {
    const nullCount = own?.reduce<number>((count, cell) => count + (cell == null ? 1 : 0), 0) ?? 0;
    const validity = nullCount === 0 ? NONE : bitsOf(length, (i) => own![i] != null);
    fields.push(field(name, column.type, own !== null));
    batches.push(new Batch({ length, nullCount, validity, ...column }));
  };
  add('sv:row', { type: int64(), values: toInt64(rowIds) }, null);
  add('sv:gone', { type: bool(), values: bitsOf(length, (i) => gone[i] !== 0) }, null);
  add('sv:first', { type: int64(), values: toInt64(firstIds) }, null);
  for (const [i, { name, type }] of columns.entries()) {
    const own = cells.map((row) => row[i] ?? null);
    add(name, columnOf(type, own), own);
  }
  const schema = { version: Version.V5, endianness: Endianness.Little, fields, metadata: null };
  const table = new Table(
    schema,
    batches.map((batch) => new Column([batch])),
  );
  const bytes = tableToIPC(table, { format: 'stream' });
  if (bytes === null)
    throw new StreamVizError('ARROW_ROWS', 'Rows cannot be written: the library wrote them elsewhere.');
  return bytes;
}
