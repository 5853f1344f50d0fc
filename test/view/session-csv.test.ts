import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EpochStore } from '../../src/session/epoch-store.ts';
import { isoTime } from '../../src/view/export/export-table.ts';
import { type CsvSource, type RawSeries, sessionCsv } from '../../src/view/export/session-csv.ts';
import { FakeStore } from '../gallery-cards/fake-store.ts';
import { messageOf, sampleColumns } from '../session/message-builder.ts';
import { metric, S, seconds, WindowPage } from '../session/window-page.ts';
import { parseCsv } from './csv-reader.ts';

const NO_STORE: CsvSource['store'] = { document: null, windowed: () => [], table: () => null };

const raw = (
  name: string,
  rows: readonly (readonly [number, number])[],
  labels: RawSeries['labels'] = [],
): RawSeries => ({
  ...{ name, labels, axis: 'time' },
  ring: { length: rows.length, timeAt: (i) => rows[i]![0], valueAt: (i) => rows[i]![1] },
});

function rowsOf(source: CsvSource, file: string, mostRows?: number): string[][] {
  const found = sessionCsv(source, mostRows).find(({ name }) => name === file);
  return found === undefined ? [] : parseCsv(found.text);
}

describe('CSV of a session', () => {
  it('has every raw sample that a store holds, with all digits, in order of series and time', () => {
    const sample = fc.tuple(fc.integer({ min: 0, max: 1e12 }), fc.double({ noDefaultInfinity: true }));
    fc.assert(
      fc.property(fc.array(fc.array(sample, { maxLength: 20 }), { minLength: 1, maxLength: 4 }), (series) => {
        const store = new EpochStore({ session: 's', epochId: 'a'.repeat(32), now: () => 0 });
        const rows = series.flatMap((samples, i) => samples.map(([time, value]) => ({ series: i, time, value })));
        store.apply(
          messageOf({
            series: series.map((samples, i) => ({
              key: `["m${i}",[["host","h${i}"]]]`,
              gen: 0,
              n: samples.filter(([, value]) => Number.isFinite(value)).length,
              ...{ before: null, tiers: [1e6, 10e6], axis: 'time' as const, since: null },
            })),
            samples: sampleColumns(rows),
          }),
        );
        const held = [...store.data.series.values()];
        const [, ...shown] = rowsOf({ store, series: held }, 'series.csv');
        const expected = series.flatMap((samples, i) =>
          samples
            .map(([time, value], place) => ({ time, value, place }))
            .sort((a, b) => a.time - b.time || a.place - b.place)
            .map(({ time, value }) => [isoTime(time), `m${i}`, `{"host":"h${i}"}`, value]),
        );
        expect(
          shown.map(([time, name, labels, value]) => [time, name, labels, value === '' ? NaN : Number(value)]),
        ).toEqual(
          expected.map(([time, name, labels, value]) => [time, name, labels, Object.is(value, -0) ? 0 : value]),
        );
      }),
    );
  });

  it('has every final result of a windowed metric, and the open one as so far', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 90 }), fc.integer({ min: 1, max: 20 }), (length, sizeS) => {
        const page = new WindowPage(metric({ window: `${sizeS}s`, aggregation: ['sum', 'max'] }));
        page.send(seconds(0, length));
        const [header, ...rows] = rowsOf({ store: page.store, series: [] }, 'windows.csv');
        expect(header).toEqual(['start', 'end', 'name', 'labels', 'aggregation', 'value', 'samples', 'state']);
        for (const [aggregation, of] of [
          ['sum', (values: number[]) => values.reduce((a, b) => a + b, 0)],
          ['max', (values: number[]) => Math.max(...values)],
        ] as const) {
          const expected = [];
          for (let start = 0; start < length; start += sizeS) {
            const values = Array.from({ length: Math.min(sizeS, length - start) }, (_, i) => start + i);
            const isFinal = start + sizeS <= length - 1;
            expected.push([
              ...[isoTime(start * S), isoTime((start + sizeS) * S), 'cpu', '', aggregation],
              ...[String(of(values)), String(values.length), isFinal ? 'final' : 'so far'],
            ]);
          }
          expect(rows.filter((row) => row[4] === aggregation)).toEqual(expected);
        }
      }),
    );
  });

  it('no text in it begins a formula, and every text comes back but for the apostrophe before one', () => {
    const text = fc.string({ maxLength: 8, unit: fc.constantFrom('=', '+', '-', '@', '\t', '\r', '1', 'a', '"', ',') });
    fc.assert(
      fc.property(fc.array(text, { minLength: 1, maxLength: 6 }), (names) => {
        const series = names.map((name) => raw(name, [[0, 1]]));
        const [, ...rows] = rowsOf({ store: NO_STORE, series }, 'series.csv');
        for (const [i, row] of rows.entries()) {
          const shown = row[1]!;
          expect(shown.replace(/^'/, '')).toBe(names[i]!.replace(/^'/, ''));
          if (Number.isNaN(Number(shown)) || shown.trim() === '') expect(shown).not.toMatch(/^[=+\-@\t\r]/);
        }
      }),
    );
  });

  it('texts of tables are as harmless, their numbers are numbers', () => {
    const store = new FakeStore();
    store.setDocument([{ kind: 'table', name: 'a b/c' }]);
    store.setTable('table:a b/c', {
      columns: [
        { name: '=cmd', type: 'text' },
        { name: 'n', type: 'number' },
      ],
      rows: [
        ['@SUM(1)', -5],
        ['-5', null],
      ],
    });
    expect(rowsOf({ store, series: [] }, 'table-a-b-c.csv')).toEqual([
      ["'=cmd", 'n'],
      ["'@SUM(1)", '-5'],
      ['-5', ''],
    ]);
  });

  it('steps stand in a column of their own, only where there are any', () => {
    const loss: RawSeries = { ...raw('loss', [[12, 0.5]]), axis: 'step' };
    const cpu = raw('cpu', [[0, 1]]);
    expect(rowsOf({ store: NO_STORE, series: [cpu, loss] }, 'series.csv')).toEqual([
      ['time', 'step', 'name', 'labels', 'value'],
      ['1970-01-01T00:00:00.000Z', '', 'cpu', '', '1'],
      ['', '12', 'loss', '', '0.5'],
    ]);
    expect(rowsOf({ store: NO_STORE, series: [cpu] }, 'series.csv')[0]).toEqual(['time', 'name', 'labels', 'value']);
  });

  it('nothing held gives no file', () => {
    expect(sessionCsv({ store: NO_STORE, series: [raw('a', [])] })).toEqual([]);
  });

  it('beyond the limit the newest of every series are kept, and the name says so', () => {
    const series = [raw('a', seconds(0, 100)), raw('b', seconds(0, 300))];
    const [, ...rows] = rowsOf({ store: NO_STORE, series }, 'series-newest.csv', 40);
    expect(rows.length).toBeLessThanOrEqual(40);
    const values = (name: string) => rows.filter((row) => row[1] === name).map((row) => Number(row[3]));
    expect(values('a')).toEqual([90, 91, 92, 93, 94, 95, 96, 97, 98, 99]);
    expect(values('b').at(0)).toBe(270);
    expect(values('b').at(-1)).toBe(299);
  });

  it('tables whose names differ only in what a file name cannot hold have files of their own', () => {
    const store = new FakeStore();
    store.setDocument([
      { kind: 'table', name: 'a/b' },
      { kind: 'table', name: 'a:b' },
    ]);
    const columns = [{ name: 'x', type: 'text' }] as const;
    store.setTable('table:a/b', { columns, rows: [['1']] });
    store.setTable('table:a:b', { columns, rows: [['2']] });
    expect(sessionCsv({ store, series: [] }).map(({ name }) => name)).toEqual(['table-a-b.csv', 'table-a-b-2.csv']);
  });
});
