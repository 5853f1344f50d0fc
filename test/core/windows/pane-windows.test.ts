/*
 * Every aggregation x every operation x every data set: where each is tested. All run over every aggregation (`EVERY`) and over
 * the data sets of `samples` (window-runs.ts): empty, one, constant, negative, mixed, NaN and infinite between, 1e-300, 1e300,
 * an offset of 1e9, whole numbers above 2^53; with duplicates of a time, out of order and late.
 *
 * | operation                  | windows                              | panes                  | sketches, sets of distinct values |
 * |----------------------------|--------------------------------------|------------------------|-----------------------------------|
 * | add, in any order          | here: equals the definition          | pane-row.test.ts       | ../sketch, ../distinct-set.test.ts |
 * | add, in any split          | here: bit for bit                    | pane-row.test.ts: runs | ../sketch, ../distinct-set.test.ts |
 * | merge, in any grouping     | here: windows of many panes; folds: pane-windows-folds.test.ts, fold-features.test.ts | pane-row.test.ts, merged-panes.test.ts | ../sketch, ../distinct-set.test.ts |
 * | subtract                   | here: sliding; nothing but sketches and distinct values is subtracted | not defined | merged-panes.test.ts, ../sketch |
 * | serialise, restore         | here: goes on as if never stopped    | as part of the windows | ../sketch, ../distinct-set.test.ts |
 * | the value for none, one, equal, mixed ... written out | aggregation-values.test.ts |       |                                   |
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { StateTable } from '../../../src/core/state-table.ts';
import { type Aggregation, parseAggregation } from '../../../src/core/windows/aggregation.ts';
import { PaneWindows } from '../../../src/core/windows/pane-windows.ts';
import { APPROXIMATE, WindowResults } from '../../../src/core/windows/window-results.ts';
import { type WindowShape, windowShape } from '../../../src/core/windows/window-shape.ts';
import { NaiveWindows } from './naive-windows.ts';
import { addSplit, EVERY, expectResults, options, rowsOf, type Samples, samples, splits } from './window-runs.ts';

test('every aggregation over any samples, in any split, equals judging each window for each sample from the raw samples', () => {
  fc.assert(
    fc.property(options, samples, splits, (given, rows, cuts) => {
      const windows = new PaneWindows(given);
      const naive = new NaiveWindows(given);
      addSplit(windows, rows, cuts);
      for (const [time, value] of rows) naive.add(time, value);
      expectResults(windows.results, naive.results, EVERY);
      expect(windows.counters).toEqual(naive.counters);
      expect(windows.watermark).toBe(naive.watermark);
      const open = new WindowResults(EVERY.length);
      windows.readOpen(open);
      expectResults(open, naive.open(), EVERY);
      windows.close();
      naive.raiseWatermark(Number.POSITIVE_INFINITY);
      expectResults(windows.results, naive.results, EVERY);
    }),
    { numRuns: 1000 },
  );
});

test('windows of many panes equal the definition too, with late samples and counters', () => {
  const wide = options.chain((given) =>
    fc.record({ window: fc.integer({ min: 17, max: 90 }), slide: fc.integer({ min: 1, max: 3 }) }).map((input) => ({
      ...given,
      shape: windowShape(input),
    })),
  );
  fc.assert(
    fc.property(wide, samples, splits, (given, rows, cuts) => {
      const windows = new PaneWindows(given);
      const naive = new NaiveWindows(given);
      addSplit(windows, rows, cuts);
      for (const [time, value] of rows) naive.add(time, value);
      const open = new WindowResults(EVERY.length);
      windows.readOpen(open);
      expectResults(open, naive.open(), EVERY);
      windows.close();
      naive.raiseWatermark(Number.POSITIVE_INFINITY);
      expectResults(windows.results, naive.results, EVERY);
      expect(windows.counters).toEqual(naive.counters);
    }),
    { numRuns: 150 },
  );
});

test('windows of many panes that nearly all hold a sample equal the definition', () => {
  const dense = fc
    .array(fc.tuple(fc.constantFrom(1, 1, 1, 1, 2, -3), fc.integer({ min: -9, max: 9 })), {
      minLength: 40,
      maxLength: 70,
    })
    .map((rows): Samples => {
      let time = 0;
      return rows.map(([step, value]) => {
        time += step;
        return [time, value];
      });
    });
  const given = options.map((plain) => ({ ...plain, shape: windowShape({ window: 40, slide: 1 }) }));
  fc.assert(
    fc.property(given, dense, splits, (settings, rows, cuts) => {
      const windows = new PaneWindows(settings);
      const naive = new NaiveWindows(settings);
      addSplit(windows, rows, cuts);
      for (const [time, value] of rows) naive.add(time, value);
      const open = new WindowResults(EVERY.length);
      for (let twice = 0; twice < 2; twice += 1) {
        open.clear();
        windows.readOpen(open);
        expectResults(open, naive.open(), EVERY);
      }
      windows.close();
      naive.raiseWatermark(Number.POSITIVE_INFINITY);
      expectResults(windows.results, naive.results, EVERY);
    }),
    { numRuns: 15 },
  );
});

test('samples of ten thousand panes that come in random order give what they give in order', () => {
  const count = 10_000;
  const run = (positions: readonly number[]) => {
    const windows = new PaneWindows({
      shape: windowShape({ window: 20, slide: 10 }),
      aggregations: ['count', 'sum', 'last', 'delta', 'p99', 'distinct'].map(parseAggregation),
      lateness: count * 10,
    });
    const rows = positions.map((at) => [at * 10 + 3, at % 97] as const);
    addSplit(windows, rows, [1, 2, 100, 3000]);
    windows.close();
    return windows;
  };
  const inOrder = run(Array.from({ length: count }, (_, i) => i));
  // 7919 has no divisor in common with the count: every pane once.
  const mixed = run(Array.from({ length: count }, (_, i) => (i * 7919) % count));
  expect(mixed.counters).toMatchObject({ late: 0, dropped: 0 });
  expect(mixed.results.length).toBe(count + 1);
  for (const column of ['end', 'count', 'values'] as const) {
    const [held, truth] = [mixed.results[column], inOrder.results[column]];
    expect(held.findIndex((value, i) => !Object.is(value, truth[i]))).toBe(-1);
  }
});

test('any split into batches gives the same results bit for bit, but for the spread', () => {
  const exact = EVERY.filter(({ kind }) => kind !== 'stddev' && kind !== 'variance');
  fc.assert(
    fc.property(options, samples, splits, (given, rows, cuts) => {
      const run = (at: readonly number[]) => {
        const windows = new PaneWindows({ ...given, aggregations: exact });
        addSplit(windows, rows, at);
        windows.close();
        return rowsOf(windows.results);
      };
      expect(run(cuts)).toEqual(run([]));
    }),
  );
});

test('an aggregation asked for alone gives what it gives among all others', () => {
  fc.assert(
    fc.property(options, samples, fc.constantFrom(...EVERY), (given, rows, aggregation) => {
      const run = (aggregations: readonly Aggregation[]) => {
        const windows = new PaneWindows({ ...given, allowedLateness: 0, aggregations });
        addSplit(windows, rows, []);
        windows.readOpen(windows.results);
        windows.close();
        const place = aggregations.indexOf(aggregation);
        return rowsOf(windows.results).map(({ end, final, count, values }) => [end, final, count, values[place]]);
      };
      expect(run([aggregation])).toEqual(run(EVERY));
    }),
    { numRuns: 300 },
  );
});

test('sliding({size, slide: size}) equals tumbling({size})', () => {
  fc.assert(
    fc.property(options, samples, fc.integer({ min: 1, max: 12 }), fc.integer(), (given, rows, size, origin) => {
      const run = (shape: WindowShape) => {
        const windows = new PaneWindows({ ...given, shape });
        addSplit(windows, rows, []);
        windows.close();
        return rowsOf(windows.results);
      };
      const sliding = run({ kind: 'sliding', size, slide: size, origin });
      expect(sliding).toEqual(run({ kind: 'tumbling', size, origin }));
    }),
  );
});

test('restored at any point from its tables, it goes on as if it had never stopped', () => {
  fc.assert(
    fc.property(options, samples, fc.nat({ max: 60 }), (given, rows, cut) => {
      const windows = new PaneWindows(given);
      addSplit(windows, rows.slice(0, cut), []);
      const restored = PaneWindows.restore(given, asSent(windows.save()));
      expect(restored.counters).toEqual(windows.counters);
      windows.results.clear();
      for (const operator of [windows, restored]) {
        addSplit(operator, rows.slice(cut), []);
        operator.readOpen(operator.results);
        operator.close();
      }
      expect(rowsOf(restored.results)).toEqual(rowsOf(windows.results));
      expect(restored.counters).toEqual(windows.counters);
      expect(asSent(restored.save())).toEqual(asSent(windows.save()));
    }),
  );
});

/** What a snapshot does to tables: numbers that are not finite become texts. */
function asSent(tables: readonly StateTable[]): StateTable[] {
  const text = (_: string, value: unknown) =>
    typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;
  return tables.map((table) => ({ ...table, meta: JSON.parse(JSON.stringify(table.meta, text)) }));
}

test('a sliding sum carries nothing of a spike of 1e17 on once the spike has left the window', () => {
  const windows = new PaneWindows({
    shape: windowShape({ window: 40, slide: 1 }),
    aggregations: ['sum', 'avg', 'stddev'].map(parseAggregation),
  });
  const rows = Array.from({ length: 400 }, (_, i) => [i, i === 100 ? 1e17 : 0.1] as const);
  addSplit(windows, rows, []);
  const results = rowsOf(windows.results).filter(({ start }) => start > 100);
  expect(results.length).toBeGreaterThan(200);
  for (const { values } of results) expect(values).toEqual([expect.closeTo(4, 12), expect.closeTo(0.1, 14), 0]);
});

test('a jump of a year emits what there was and stores nothing for the time between', () => {
  const year = 365 * 86_400e6;
  const windows = new PaneWindows({
    shape: windowShape({ window: 1e6, slide: 1000 }),
    aggregations: [parseAggregation('count')],
  });
  windows.add(Float64Array.of(-5, year), Float64Array.of(1, 2), 0, 2, Number.NaN);
  expect(windows.results.length).toBe(1000);
  expect(windows.save()[0]!.columns.index).toHaveLength(1);
  windows.raiseWatermark(Number.MAX_SAFE_INTEGER);
  expect(windows.results.length).toBe(2000);
});

test('a time too far ahead of the clock is refused and moves nothing; without a clock it is not judged', () => {
  const windows = new PaneWindows({ shape: windowShape({ window: 10 }), aggregations: EVERY, maxAhead: 100 });
  windows.add(Float64Array.of(5, 106, 105.5), Float64Array.of(1, 2, 3), 0, 2, 5);
  expect(windows.counters).toMatchObject({ invalid: 1, late: 0, dropped: 0 });
  expect(windows.watermark).toBe(5);
  windows.add(Float64Array.of(1000, 1e300), Float64Array.of(1, 1), 0, 2, Number.NaN);
  expect(windows.watermark).toBe(1000);
  expect(windows.counters.invalid).toBe(2);
});

test('an idle stream goes on with the clock from where its watermark stood at the last arrival', () => {
  const windows = new PaneWindows({ shape: windowShape({ window: 10 }), aggregations: EVERY, lateness: 4, idle: 50 });
  windows.add(Float64Array.of(7), Float64Array.of(1), 0, 1, 1000);
  windows.advance(1050);
  expect(windows.watermark).toBe(3);
  windows.advance(1056);
  expect([windows.watermark, windows.results.length]).toEqual([9, 0]);
  windows.advance(1057);
  expect([windows.watermark, windows.results.length]).toEqual([10, 1]);
  windows.advance(1020);
  expect(windows.watermark).toBe(10);
});

test('a counter keeps a million samples to place a late one among; beyond, a pane that gets one is approximate', () => {
  const run = (count: number, disordered: boolean) => {
    const windows = new PaneWindows({
      shape: windowShape({ window: 1e7 }),
      aggregations: [parseAggregation('increase')],
      counter: true,
    });
    const times = Float64Array.from({ length: count }, (_, i) => i);
    windows.add(times, times, 0, count >> 1, Number.NaN);
    windows.add(times, times, count >> 1, count, Number.NaN);
    if (disordered) windows.add(Float64Array.of(500), Float64Array.of(501), 0, 1, Number.NaN);
    windows.close();
    return rowsOf(windows.results)[0]!;
  };
  // 500, then 501 at the same time, then 501: nothing is reset.
  expect(run(999_999, true)).toMatchObject({ flags: 0, values: [999_998] });
  expect(run(1_000_001, false)).toMatchObject({ flags: 0, values: [1_000_000] });
  expect(run(1_000_001, true)).toMatchObject({ flags: APPROXIMATE });
});
