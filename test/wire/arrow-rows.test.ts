import {
  Bool,
  Dictionary,
  Float64,
  Int32,
  Int64,
  Table,
  TimestampMicrosecond,
  TimestampNanosecond,
  tableToIPC,
  Utf8,
  vectorFromArray,
} from 'apache-arrow';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { StreamVizError } from '../../src/core/errors.ts';
import { readRowsPart } from '../../src/wire/arrow-rows.ts';

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
