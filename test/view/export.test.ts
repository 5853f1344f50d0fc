import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EpochStore } from '../../src/session/epoch-store.ts';
import {
  csvText,
  type ExportCell,
  type ExportTable,
  fileName,
  isoTime,
  jsonText,
} from '../../src/view/export/export-table.ts';
import { lineRows } from '../../src/view/export/line-rows.ts';
import { messageOf, sampleColumns } from '../session/message-builder.ts';
import { parseCsv } from './csv-reader.ts';

const SOURCE = { session: 's', id: 'metric:a', kind: 'metric', name: 'a', title: 'A', unit: 'ms' };
const table = (columns: ExportTable['columns'], rows: readonly (readonly ExportCell[])[]): ExportTable => ({
  ...{ columns, rows, range: null, rowMeans: 'row' },
});

describe('CSV', () => {
  it('any text comes back from a reader of RFC 4180', () => {
    const text = fc.string({ maxLength: 12, unit: fc.constantFrom('a', '"', ',', '\n', '\r', ' ', 'é', '=') });
    fc.assert(
      fc.property(fc.array(fc.tuple(text, text), { maxLength: 5 }), (rows) => {
        const columns = ['x,"y"', 'z'].map((name) => ({ name, type: 'text' }) as const);
        expect(parseCsv(csvText(table(columns, rows)))).toEqual([['x,"y"', 'z'], ...rows]);
      }),
    );
  });

  it('numbers keep all their digits, whole ones beyond 2^53 too; null, NaN and infinity are nothing', () => {
    const columns = [{ name: 'n', type: 'number' }] as const;
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        expect(Number(parseCsv(csvText(table(columns, [[value]])))[1]?.[0])).toBe(value === 0 ? 0 : value);
      }),
    );
    const rows = [[2n ** 60n], [null], [Number.NaN], [Number.POSITIVE_INFINITY]];
    expect(csvText(table(columns, rows))).toBe('n\r\n1152921504606846976\r\n\r\n\r\n\r\n');
  });

  it('times are ISO 8601 in UTC, with microseconds where there are any', () => {
    const at = Date.UTC(2026, 2, 3, 14, 15, 0, 42) * 1000;
    expect([at, at + 7].map(isoTime)).toEqual(['2026-03-03T14:15:00.042Z', '2026-03-03T14:15:00.042007Z']);
    expect([Number.NaN, 1e300].map(isoTime)).toEqual(['', '']);
    const columns = [{ name: 'time', type: 'time' }] as const;
    expect(csvText(table(columns, [[at], [Number.NEGATIVE_INFINITY]]))).toBe(
      'time\r\n2026-03-03T14:15:00.042Z\r\n\r\n',
    );
  });
});

describe('JSON', () => {
  it('is JSON that says whose rows these are, and gives one object a row', () => {
    const cell = fc.oneof(fc.string(), fc.double(), fc.boolean(), fc.constant(null), fc.bigInt());
    fc.assert(
      fc.property(fc.array(fc.tuple(cell, cell), { maxLength: 5 }), (rows) => {
        const columns = [
          { name: 'a', type: 'text' },
          { name: 'b', type: 'number' },
        ] as const;
        const read = JSON.parse(jsonText(table(columns, rows), SOURCE));
        expect(read).toMatchObject({ ...SOURCE, range: null, rowMeans: 'row' });
        expect(read.rows.length).toBe(rows.length);
        for (const [i, row] of rows.entries()) {
          const [a] = row;
          const expected = typeof a === 'bigint' ? String(a) : typeof a === 'number' && !Number.isFinite(a) ? null : a;
          expect(read.rows[i].a).toEqual(Object.is(expected, -0) ? 0 : expected);
        }
      }),
    );
  });
});

describe('name of a file', () => {
  it('holds nothing that a system forbids, and never is empty or long', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), (title) => {
        const name = fileName(title, Date.UTC(2026, 2, 3, 14, 15) * 1000, 'csv');
        expect(name).toMatch(/^[\p{L}\p{N}-]+-2026-03-03T141500Z\.csv$/u);
        expect(name.length).toBeLessThan(90);
      }),
    );
  });
});

describe('rows of a chart', () => {
  const store = (samples: readonly (readonly [number, number])[]) => {
    const it = new EpochStore({ session: 'kernel-1', epochId: 'a'.repeat(32), now: () => 0 });
    const entry = { gen: 0, n: samples.length, before: null, tiers: [1e6, 10e6], axis: 'time', since: null } as const;
    const rows = samples.map(([time, value]) => ({ series: 0, time, value }));
    const finite = rows.filter(({ value }) => !Number.isNaN(value)).length;
    it.apply(
      messageOf({
        series: [{ ...entry, key: '["cpu",[]]', n: finite }],
        samples: sampleColumns(rows),
        samplesTotal: finite,
      }),
    );
    return it.series('cpu')[0]!;
  };

  it('where a pixel holds at most one, they are the samples of the range, no neighbour, missing ones empty', () => {
    const line = store([
      [1e6, 1],
      [2e6, Number.NaN],
      [3e6, 3],
      [4e6, 4],
    ]);
    const rows = lineRows([{ name: 'cpu', line }], {
      ...{ span: { startUs: 2e6, endUs: 4e6 }, columnUs: 1e4, axis: 'time' },
    });
    expect(rows.columns.map(({ name }) => name)).toEqual(['time', 'value']);
    expect(rows.rows).toEqual([
      [2e6, Number.NaN],
      [3e6, 3],
    ]);
    expect(csvText(rows).split('\r\n')[1]).toBe('1970-01-01T00:00:02.000Z,');
  });

  it('denser, they are mean, min and max per pixel, and no extreme is lost', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 50, maxLength: 300 }), (values) => {
        const line = store(values.map((value, i) => [i * 1000, value] as const));
        const span = { startUs: 0, endUs: values.length * 1000 };
        const { rows, columns, rowMeans } = lineRows([{ name: 'cpu', line }], { span, columnUs: 10_000, axis: 'time' });
        expect(columns.map(({ name }) => name)).toEqual(['time', 'mean', 'min', 'max']);
        expect(rowMeans).toMatch(/min and max/);
        expect(Math.min(...rows.map((row) => Number(row[2])))).toBe(Math.min(...values));
        expect(Math.max(...rows.map((row) => Number(row[3])))).toBe(Math.max(...values));
      }),
      { numRuns: 50 },
    );
  });

  it('several lines have their names in the first column, one line has none', () => {
    const line = store([[1e6, 1]]);
    const options = { span: { startUs: 0, endUs: 2e6 }, columnUs: 1e4, axis: 'time' } as const;
    const two = lineRows(
      ['a', 'b'].map((name) => ({ name, line })),
      options,
    );
    expect(two.columns.map(({ name }) => name)).toEqual(['line', 'time', 'value']);
    expect(two.rows).toEqual([
      ['a', 1e6, 1],
      ['b', 1e6, 1],
    ]);
  });
});
