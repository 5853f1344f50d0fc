import {
  Binary,
  Bool,
  type DataType,
  Dictionary,
  Field,
  FixedSizeList,
  Float64,
  Int32,
  Int64,
  List,
  Struct,
  Table,
  TimestampMicrosecond,
  TimestampNanosecond,
  tableToIPC,
  Utf8,
  type Vector,
  vectorFromArray,
} from 'apache-arrow';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { StreamVizError } from '../../src/core/errors.ts';
import { readRowsPart } from '../../src/wire/arrow-rows.ts';
import { misaligned } from './arrow-parts.ts';

const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
const orNull = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null });
const anyRow = fc.record({
  gone: fc.boolean(),
  big: orNull(int64),
  real: orNull(fc.double()),
  name: orNull(fc.string({ unit: 'grapheme-composite' })),
  flag: orNull(fc.boolean()),
  time: orNull(fc.maxSafeInteger()),
  word: orNull(fc.constantFrom('a', 'b', '')),
});
type Row = typeof anyRow extends fc.Arbitrary<infer T> ? T : never;

function partOf(rows: readonly Row[]): Uint8Array {
  const time = vectorFromArray(
    rows.map((row) => (row.time === null ? null : 0)),
    new TimestampMicrosecond('UTC'),
  );
  rows.forEach((row, i) => {
    if (row.time !== null) (time.data[0]!.values as BigInt64Array)[i] = BigInt(row.time);
  });
  return tableToIPC(
    new Table({
      'sv:row': vectorFromArray(
        rows.map((_, i) => BigInt(i + 1)),
        new Int64(),
      ),
      'sv:gone': vectorFromArray(
        rows.map((row) => row.gone),
        new Bool(),
      ),
      'sv:first': vectorFromArray(
        rows.map((_, i) => BigInt((i >> 1) + 1)),
        new Int64(),
      ),
      big: vectorFromArray(
        rows.map((row) => row.big),
        new Int64(),
      ),
      real: vectorFromArray(
        rows.map((row) => row.real),
        new Float64(),
      ),
      name: vectorFromArray(
        rows.map((row) => row.name),
        new Utf8(),
      ),
      flag: vectorFromArray(
        rows.map((row) => row.flag),
        new Bool(),
      ),
      time,
      word: vectorFromArray(
        rows.map((row) => row.word),
        new Dictionary(new Utf8(), new Int32()),
      ),
    }),
    'stream',
  );
}

/** A part of rows with the columns given beside the ids. */
function partWith(columns: Record<string, Vector>, length: number): Uint8Array {
  const ids = Array.from({ length }, (_, i) => BigInt(i + 1));
  return tableToIPC(
    new Table({
      'sv:row': vectorFromArray(ids, new Int64()),
      'sv:gone': vectorFromArray(
        ids.map(() => false),
        new Bool(),
      ),
      'sv:first': vectorFromArray(ids, new Int64()),
      ...columns,
    }),
    'stream',
  );
}

const inner = (type: DataType) => new Field('item', type, true);
const text = fc.string({ unit: 'grapheme-ascii' });
/** Types that a table shows as text, with values of each. */
const NESTED: readonly (readonly [name: string, type: DataType, values: fc.Arbitrary<unknown>])[] = [
  ['list of int32', new List(inner(new Int32())), fc.array(orNull(fc.integer()))],
  ['list of int64', new List(inner(new Int64())), fc.array(orNull(int64))],
  ['list of text', new List(inner(new Utf8())), fc.array(orNull(text))],
  ['list of lists', new List(inner(new List(inner(new Bool())))), fc.array(fc.array(orNull(fc.boolean())))],
  ['two numbers', new FixedSizeList(2, inner(new Float64())), fc.array(fc.double(), { minLength: 2, maxLength: 2 })],
  [
    'struct',
    new Struct([new Field('a', new Int64(), true), new Field('b c', new Utf8(), true)]),
    fc.record({ a: orNull(int64), 'b c': orNull(text.filter((each) => JSON.stringify(each) === `"${each}"`)) }),
  ],
  ['bytes', new Binary(), fc.uint8Array()],
];

const exact = (value: bigint | null) =>
  value !== null && value >= -(2n ** 53n) + 1n && value <= 2n ** 53n - 1n ? Number(value) : value;

describe('readRowsPart', () => {
  it('returns every cell exactly: int64 beyond 2^53 as bigint, times in us, text, null', () => {
    fc.assert(
      fc.property(fc.array(anyRow, { minLength: 1, maxLength: 30 }), (rows) => {
        const part = readRowsPart(partOf(rows), 'table:t', null);
        expect(part.columns).toEqual([
          { name: 'big', type: 'number' },
          { name: 'real', type: 'number' },
          { name: 'name', type: 'text' },
          { name: 'flag', type: 'bool' },
          { name: 'time', type: 'datetime' },
          { name: 'word', type: 'text' },
        ]);
        expect(Array.from(part.rowIds)).toEqual(rows.map((_, i) => i + 1));
        expect(Array.from(part.firstIds)).toEqual(rows.map((_, i) => (i >> 1) + 1));
        expect(Array.from(part.gone)).toEqual(rows.map((row) => (row.gone ? 1 : 0)));
        expect(part.cells).toEqual(
          rows.map((row) => [exact(row.big), row.real, row.name, row.flag, row.time, row.word]),
        );
      }),
    );
  });

  it.each(NESTED)('shows a %s as the text that apache-arrow gives it', (_name, type, values) => {
    fc.assert(
      fc.property(fc.array(orNull(values), { minLength: 1, maxLength: 8 }), (given) => {
        const vector = vectorFromArray(given, type);
        const { columns, cells } = readRowsPart(partWith({ vector }, given.length), 't', null);
        expect(columns).toEqual([{ name: 'vector', type: 'text' }]);
        const expected = given.map((_, i) => {
          const value: unknown = vector.get(i);
          return value === null ? null : String(value);
        });
        expect(cells.map(([cell]) => cell)).toEqual(expected);
      }),
    );
  });

  it('reads a part at any alignment alike, and nothing of it refers to the part', () => {
    fc.assert(
      fc.property(fc.array(anyRow, { minLength: 1, maxLength: 5 }), (rows) => {
        const bytes = Uint8Array.from(partOf(rows));
        const whole = readRowsPart(bytes, 't', null);
        for (const given of [bytes.buffer, misaligned(bytes), new DataView(bytes.buffer)]) {
          const part = readRowsPart(given, 't', null);
          expect(part).toEqual(whole);
        }
        const before = structuredClone(whole);
        bytes.fill(0xee);
        expect(whole).toEqual(before);
      }),
    );
  });

  it('an index that is not one of its dictionary is ARROW_ROWS', () => {
    const word = vectorFromArray(['a', 'b'], new Dictionary(new Utf8(), new Int32()));
    for (const index of [2, -1]) {
      (word.data[0]!.values as Int32Array)[0] = index;
      expect(() => readRowsPart(partWith({ word }, 2), 't', null)).toThrow(
        expect.objectContaining({ code: 'ARROW_ROWS' }),
      );
    }
  });

  it('floors nanoseconds to microseconds, before 1970 too', () => {
    const time = vectorFromArray([0, 0], new TimestampNanosecond('UTC'));
    (time.data[0]!.values as BigInt64Array).set([1_999n, -1n]);
    const ids = vectorFromArray([1n, 2n], new Int64());
    const gone = vectorFromArray([false, false], new Bool());
    const table = new Table({ 'sv:row': ids, 'sv:gone': gone, 'sv:first': ids, time });
    const part = readRowsPart(tableToIPC(table, 'stream'), 't', null);
    expect(part.cells).toEqual([[1], [-1]]);
  });

  it.each([
    ['sv:first', 0n],
    ['sv:first', 3n],
    ['sv:row', -1n],
  ])('refuses a row whose %s is %s: ids rise from 1, and no key enters after its row', (column, value) => {
    const columns = { 'sv:row': [2n], 'sv:gone': [false], 'sv:first': [2n], [column]: [value] };
    const [row, gone, first] = Object.values(columns);
    const table = new Table({
      'sv:row': vectorFromArray(row!, new Int64()),
      'sv:gone': vectorFromArray(gone!, new Bool()),
      'sv:first': vectorFromArray(first!, new Int64()),
    });
    expect(() => readRowsPart(tableToIPC(table, 'stream'), 't', null)).toThrow(column);
  });

  it('a part without rows keeps its columns', () => {
    const part = readRowsPart(partOf([]), 't', { from: 1, to: 9, last: true });
    expect(part.rowIds.length).toBe(0);
    expect(part.columns.map(({ name }) => name)).toEqual(['big', 'real', 'name', 'flag', 'time', 'word']);
    expect(part.slice).toEqual({ from: 1, to: 9, last: true });
  });

  it('truncated or with a changed byte it reads or is a StreamVizError, and never hangs', () => {
    const bytes = partOf([
      { gone: false, big: 2n ** 60n, real: 1, name: 'a longer name', flag: true, time: 1, word: 'a' },
      { gone: true, big: null, real: null, name: null, flag: null, time: null, word: null },
    ]);
    const attempt = (damaged: Uint8Array): void => {
      try {
        readRowsPart(damaged, 't', null);
      } catch (error) {
        expect(error).toBeInstanceOf(StreamVizError);
      }
    };
    for (let end = 0; end < bytes.length; end++) attempt(bytes.slice(0, end));
    for (let at = 0; at < bytes.length; at++) {
      for (const value of [0x00, 0x7f, 0xff, bytes[at]! ^ 0x04]) {
        const damaged = bytes.slice();
        damaged[at] = value;
        attempt(damaged);
      }
    }
  });
});
