import { type Batch, type Column, type DataType, DateUnit, TimeUnit, Type } from '@uwdata/flechette';
import { nestedText } from './arrow-nested-text.ts';
import type { RowsPart } from './message-types.ts';

/*
 * The cells of one column of any Arrow type.
 *
 * 1. int64 is exact: a number within 2^53, a bigint beyond. Decimals are scaled to the nearest float64.
 * 2. Times of any unit become whole microseconds; nanoseconds floor.
 * 3. What is neither a number, a time nor a boolean is text: lists and structs too.
 */

export type CellType = RowsPart['columns'][number]['type'];

/** Reads the cell of a batch at an index that is not null. */
type ReadCell = (batch: Batch<unknown>, index: number) => unknown;

const DAY_US = 86_400e6;

/** A batch of indices. */
interface EncodedBatch extends Batch<unknown> {
  readonly dictionary: Column<unknown>;
  key(index: number): number | bigint;
}

/** What a table shows of a type; of a dictionary that of its words. */
export function cellTypeOf(type: DataType): CellType {
  switch (type.typeId) {
    case Type.Dictionary:
      return cellTypeOf(type.dictionary);
    case Type.Timestamp:
    case Type.Date:
      return 'datetime';
    case Type.Int:
    case Type.Float:
    case Type.Decimal:
    case Type.Duration:
      return 'number';
    case Type.Bool:
      return 'bool';
    default:
      return 'text';
  }
}

function exact(value: unknown): unknown {
  if (typeof value !== 'bigint') return value;
  return value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value;
}

/** Whole microseconds of an int64 in `unit`; 64-bit arithmetic, so nothing is rounded but nanoseconds, downwards. */
function toMicroseconds(value: bigint, unit: (typeof TimeUnit)[keyof typeof TimeUnit]): number {
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

/** A two's-complement integer of 64-bit words, lowest first. */
function wordsToBigInt(words: BigUint64Array): bigint {
  let value = 0n;
  for (let i = words.length - 1; i >= 0; i--) value = (value << 64n) | words[i]!;
  return BigInt.asIntN(64 * words.length, value);
}

/** `value / 10^scale`, by way of its decimal text, which JavaScript rounds correctly. */
function scaled(value: bigint | number, scale: number): number {
  return Number(`${value}e${-scale}`);
}

function readerOf(type: DataType): ReadCell {
  switch (type.typeId) {
    case Type.Timestamp:
      return ({ values }, index) => toMicroseconds((values as BigInt64Array)[index]!, type.unit);
    case Type.Date:
      return type.unit === DateUnit.DAY
        ? ({ values }, index) => Number(values[index]) * DAY_US
        : ({ values }, index) => Number(values[index]) * 1000;
    case Type.Decimal: {
      const words = type.bitWidth / 64;
      if (words < 1) return ({ values }, index) => scaled(values[index]!, type.scale);
      return ({ values }, index) =>
        scaled(wordsToBigInt((values as BigUint64Array).subarray(index * words, (index + 1) * words)), type.scale);
    }
    case Type.Int:
    case Type.Duration:
      return (batch, index) => exact(batch.value(index));
    case Type.Float:
    case Type.Bool:
    case Type.Utf8:
    case Type.LargeUtf8:
    case Type.Utf8View:
      return (batch, index) => batch.value(index);
    default:
      return (batch, index) => nestedText(batch.value(index), type);
  }
}

function isEncoded(batch: Batch<unknown>): batch is EncodedBatch {
  return batch.type.typeId === Type.Dictionary;
}

/**
 * The cells of a column, null for a missing one. What lies in the buffers must have been checked: see `guardArrowStream`.
 *
 * @throws RangeError where an index is not one of its dictionary's
 */
export function readCells(column: Column<unknown>): unknown[] {
  const cells: unknown[] = [];
  const read = readerOf(column.type);
  for (const batch of column.data) {
    const words = isEncoded(batch) ? readCells(batch.dictionary) : null;
    const hasNulls = batch.nullCount > 0 && column.type.typeId !== Type.Null;
    for (let i = 0; i < batch.length; i++) {
      if (hasNulls && !batch.isValid(i)) cells.push(null);
      else if (words !== null && isEncoded(batch)) cells.push(wordAt(words, Number(batch.key(i))));
      else cells.push(read(batch, i));
    }
  }
  return cells;
}

function wordAt(words: readonly unknown[], index: number): unknown {
  const word = words[index];
  if (word === undefined) throw new RangeError(`the index ${index} is not one of ${words.length} words`);
  return word;
}
