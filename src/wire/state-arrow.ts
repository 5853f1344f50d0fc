import {
  Batch,
  binary,
  Column,
  type DataType,
  Endianness,
  type Field,
  field,
  float64,
  Precision,
  Table,
  Type,
  tableToIPC,
  uint8,
  uint32,
  utf8,
  Version,
} from '@uwdata/flechette';
import { StreamVizError } from '../core/errors.ts';
import type { StateColumn, StateTable, StateValue } from '../core/state-table.ts';
import { openArrowTable } from './arrow-table.ts';

/*
 * The tables of a state as Arrow bytes and back.
 *
 * 1. decode(encode(tables)) equals tables, NaN, -0 and infinities in columns and `meta` included.
 * 2. Every length and offset is checked before the library sees it; whatever is wrong becomes `STATE_INVALID`.
 *
 * The bytes are one Arrow stream with a row per table: `name` utf8, `table` binary, which is an Arrow stream itself with
 * the table's columns (float64, uint8, uint32, utf8, binary) and its `meta` as JSON in the schema's metadata under `meta`.
 * In that JSON a number that JSON has not is `{"$number": "NaN"}`, and a key that begins with `$` has one more.
 */

const META = 'meta';
const NUMBER = '$number';
const SPECIALS: Readonly<Record<string, number>> = { NaN: Number.NaN, Infinity: 1 / 0, '-Infinity': -1 / 0, '-0': -0 };
const MOST_DEPTH = 32;

/** Arrow bytes of a state. O(bytes); the arrays are copied. @throws StreamVizError `STATE_INVALID` where columns differ in length or have no name */
export function encodeState(tables: readonly StateTable[]): Uint8Array {
  const names = tables.map(({ name }) => name);
  const streams = tables.map(({ columns, meta }) => toStream(columns, new Map([[META, JSON.stringify(toJson(meta))]])));
  return toStream({ name: names, table: streams }, new Map());
}

/** The tables of {@link encodeState}. Nothing of the result shares memory with `bytes`. @throws StreamVizError `STATE_INVALID` */
export function decodeState(bytes: Uint8Array): readonly StateTable[] {
  try {
    const { columns } = fromStream(bytes);
    const names = columns.name ?? [];
    const streams = columns.table ?? [];
    const tables: StateTable[] = [];
    for (let i = 0; i < names.length; i += 1) {
      const name: unknown = names[i];
      const stream: unknown = streams[i];
      if (typeof name !== 'string' || !(stream instanceof Uint8Array)) throw invalid(`row ${i} is no table`);
      const inner = fromStream(stream);
      const meta = fromJson(JSON.parse(inner.metadata.get(META) ?? 'null'), 0);
      if (meta === null || typeof meta !== 'object' || Array.isArray(meta)) throw invalid(`${name} has no meta`);
      tables.push({ name, meta: meta as StateTable['meta'], columns: inner.columns });
    }
    return tables;
  } catch (cause) {
    if (cause instanceof StreamVizError && cause.code === 'STATE_INVALID') throw cause;
    throw invalid(cause instanceof Error ? cause.message : String(cause), cause);
  }
}

function invalid(problem: string, cause?: unknown): StreamVizError {
  return new StreamVizError('STATE_INVALID', `The state's bytes cannot be read: ${problem}`, { cause });
}

function toStream(columns: StateTable['columns'], metadata: Map<string, string>): Uint8Array {
  const names = Object.keys(columns);
  // The library reads a name without its byte order mark, and an empty one as none.
  if (names.some((name) => name === '' || name.startsWith('\ufeff'))) throw invalid('a column has no name');
  const batches = Object.values(columns).map(toBatch);
  const length = batches[0]?.length ?? 0;
  if (batches.some((batch) => batch.length !== length)) throw invalid('the columns of a table differ in length');
  const fields: Field[] = batches.map(({ type }, i) => field(names[i]!, type));
  const schema = { version: Version.V5, endianness: Endianness.Little, fields, metadata };
  const table = new Table(
    schema,
    batches.map((batch) => new Column([batch])),
  );
  const bytes = tableToIPC(table, { format: 'stream' });
  if (bytes === null) throw invalid('the library wrote them elsewhere');
  return bytes;
}

const NONE = new Uint8Array(0);

function toBatch(column: StateColumn): Batch<unknown> {
  const { length } = column;
  const batch = (type: DataType, parts: Pick<Batch<unknown>, 'values'> & Partial<Batch<unknown>>) =>
    new Batch<unknown>({ length, nullCount: 0, validity: NONE, type, ...parts });
  if (column instanceof Float64Array) return batch(float64(), { values: column });
  if (column instanceof Uint32Array) return batch(uint32(), { values: column });
  if (column instanceof Uint8Array) return batch(uint8(), { values: column });
  if (column.every((entry) => typeof entry === 'string')) {
    const encoder = new TextEncoder();
    return batch(utf8(), joined(column.map((entry) => encoder.encode(entry))));
  }
  const entries = column as readonly (Uint8Array | null)[];
  const validity = new Uint8Array((length + 7) >> 3);
  for (let i = 0; i < length; i += 1) if (entries[i] !== null) validity[i >> 3]! |= 1 << (i & 7);
  const nullCount = entries.filter((entry) => entry === null).length;
  return batch(binary(), { nullCount, validity, ...joined(entries) });
}

function joined(entries: readonly (Uint8Array | null)[]): { values: Uint8Array; offsets: Int32Array } {
  const offsets = new Int32Array(entries.length + 1);
  let total = 0;
  for (const [i, entry] of entries.entries()) {
    total += entry?.byteLength ?? 0;
    if (total > 0x7fffffff) throw invalid('a column has more than 2 GiB');
    offsets[i + 1] = total;
  }
  const values = new Uint8Array(total);
  for (const [i, entry] of entries.entries()) if (entry !== null) values.set(entry, offsets[i]);
  return { values, offsets };
}

function fromStream(bytes: Uint8Array): { columns: Record<string, StateColumn>; metadata: Map<string, string> } {
  const { schema, children } = openArrowTable(bytes);
  const columns: [string, StateColumn][] = schema.fields.map(({ name, type }, i) => [
    name,
    fromBatch(name, type, children[i]?.data[0]),
  ]);
  if (new Set(columns.map(([name]) => name)).size < columns.length) throw invalid('two columns have one name');
  // Entries, so that a column called __proto__ is a column.
  return { columns: Object.fromEntries(columns), metadata: schema.metadata ?? new Map() };
}

/** The values of a column; without a batch it has no rows. */
function fromBatch(name: string, type: DataType, batch: Batch<unknown> | undefined): StateColumn {
  switch (type.typeId) {
    case Type.Utf8:
      return batch ? textsOf(name, batch) : [];
    case Type.Binary:
      return batch ? bytesOf(batch) : [];
    case Type.Float:
      if (type.precision === Precision.DOUBLE) return numbersOf(name, batch, Float64Array);
      break;
    case Type.Int:
      if (!type.signed && type.bitWidth === 8) return numbersOf(name, batch, Uint8Array);
      if (!type.signed && type.bitWidth === 32) return numbersOf(name, batch, Uint32Array);
      break;
  }
  throw invalid(`column ${name} is of type ${type.typeId}`);
}

function numbersOf<T extends Float64Array | Uint8Array | Uint32Array>(
  name: string,
  batch: Batch<unknown> | undefined,
  Numbers: new (values: ArrayLike<number>) => T,
): T {
  if (batch === undefined) return new Numbers([]);
  const { values, nullCount } = batch;
  if (nullCount > 0) throw invalid(`column ${name} has nulls`);
  if (!(values instanceof Numbers)) throw invalid(`column ${name} has no numbers`);
  return new Numbers(values);
}

function textsOf(name: string, batch: Batch<unknown>): string[] {
  if (batch.nullCount > 0) throw invalid(`column ${name} has nulls`);
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  return Array.from({ length: batch.length }, (_, i) => decoder.decode(entryOf(batch, i)));
}

function bytesOf(batch: Batch<unknown>): (Uint8Array | null)[] {
  return Array.from({ length: batch.length }, (_, i) =>
    batch.nullCount > 0 && !batch.isValid(i) ? null : entryOf(batch, i).slice(),
  );
}

function entryOf({ values, offsets }: Batch<unknown>, index: number): Uint8Array {
  return (values as Uint8Array).subarray(Number(offsets[index]), Number(offsets[index + 1]));
}

/** A value without the numbers that JSON has not. */
function toJson(value: StateValue): StateValue {
  if (typeof value === 'number') {
    return Number.isFinite(value) && !Object.is(value, -0)
      ? value
      : { [NUMBER]: Object.is(value, -0) ? '-0' : `${value}` };
  }
  if (value === null || typeof value !== 'object') return value;
  if (isList(value)) return value.map(toJson);
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [escaped(key), toJson(entry)]));
}

function fromJson(value: unknown, depth: number): StateValue {
  if (depth > MOST_DEPTH) throw invalid(`meta nests deeper than ${MOST_DEPTH}`);
  if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    return value;
  if (Array.isArray(value)) return value.map((entry) => fromJson(entry, depth + 1));
  const entries = Object.entries(value as Record<string, unknown>);
  const [first] = entries;
  if (entries.length === 1 && first?.[0] === NUMBER) {
    const special = typeof first[1] === 'string' && Object.hasOwn(SPECIALS, first[1]) ? SPECIALS[first[1]] : undefined;
    if (special === undefined) throw invalid(`meta has the number ${String(first[1])}`);
    return special;
  }
  return Object.fromEntries(
    entries.map(([key, entry]) => [key.startsWith('$') ? key.slice(1) : key, fromJson(entry, depth + 1)]),
  );
}

const isList = (value: StateValue): value is readonly StateValue[] => Array.isArray(value);
const escaped = (key: string): string => (key.startsWith('$') ? `$${key}` : key);
