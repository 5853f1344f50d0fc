import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseAggregation } from '../../../src/core/windows/aggregation.ts';
import { PaneWindows } from '../../../src/core/windows/pane-windows.ts';
import type { WindowOptions } from '../../../src/core/windows/window-operator.ts';
import { APPROXIMATE, AT_LEAST } from '../../../src/core/windows/window-results.ts';
import { paneSize, windowShape } from '../../../src/core/windows/window-shape.ts';
import { foldOf } from './fold-runs.ts';
import { addSplit, rowsOf, type Samples } from './window-runs.ts';

const aggregations = [
  'count',
  'sum',
  'min',
  'max',
  'first',
  'last',
  'range',
  'delta',
  'increase',
  'median',
  'stddev',
].map(parseAggregation);

const ordered = fc
  .array(fc.tuple(fc.integer({ min: 0, max: 120 }), fc.integer({ min: -9, max: 9 })), { maxLength: 80 })
  .map((rows): Samples => rows.sort((a, b) => a[0] - b[0]));

const options = fc
  .record({ window: fc.integer({ min: 1, max: 12 }), slide: fc.integer({ min: 1, max: 12 }), counter: fc.boolean() })
  .map(
    ({ window, slide, counter }): WindowOptions => ({
      shape: windowShape({ window, slide: Math.min(slide, window) }),
      aggregations,
      counter,
    }),
  );

/** Samples by the pane they lie in. */
function byPane(rows: Samples, size: number): Map<number, Samples> {
  const panes = new Map<number, Samples>();
  for (const row of rows) {
    const start = Math.floor(row[0] / size) * size;
    panes.set(start, [...(panes.get(start) ?? []), row]);
  }
  return panes;
}

const close = (value: number) => (Number.isFinite(value) ? expect.closeTo(value, 9) : value);
const approx = (rows: ReturnType<typeof rowsOf>) => rows.map((row) => ({ ...row, values: row.values.map(close) }));

test('folded panes that lie within the windows give what their samples give', () => {
  fc.assert(
    fc.property(options, ordered, fc.array(fc.boolean(), { minLength: 1 }), (given, rows, folded) => {
      const raw = new PaneWindows(given);
      const windows = new PaneWindows(given);
      addSplit(raw, rows, []);
      const size = paneSize(given.shape);
      let i = 0;
      for (const [start, held] of byPane(rows, size)) {
        const { panes, features } = foldOf(held);
        if (folded[i++ % folded.length]) windows.addPane(start, size, panes, 0, features);
        else addSplit(windows, held, []);
      }
      for (const operator of [raw, windows]) operator.close();
      expect(rowsOf(windows.results)).toEqual(approx(rowsOf(raw.results)));
      expect(windows.counters).toEqual(raw.counters);
    }),
  );
});

test('what a fold does not know is said: increase and spread are approximate, a quantile has no coverage', () => {
  const windows = new PaneWindows({
    shape: windowShape({ window: 10 }),
    aggregations: ['increase', 'median', 'distinct'].map(parseAggregation),
    counter: true,
  });
  windows.addPane(
    0,
    10,
    foldOf([
      [1, 5],
      [2, 1],
      [3, 4],
    ]).panes,
    0,
    null,
  );
  windows.close();
  const [result] = rowsOf(windows.results);
  expect(result).toMatchObject({ count: 3, coverage: 0, flags: APPROXIMATE | AT_LEAST });
  expect(result!.values).toEqual([4, Number.NaN, 3]);
});

test('a fold across an edge counts in the window of its last sample, and both windows that it touches are approximate', () => {
  const windows = new PaneWindows({
    shape: windowShape({ window: 10 }),
    aggregations: [parseAggregation('count')],
  });
  addSplit(windows, [[1, 1]], []);
  windows.addPane(
    0,
    20,
    foldOf([
      [8, 1],
      [12, 2],
    ]).panes,
    0,
    null,
  );
  addSplit(windows, [[25, 1]], []);
  windows.close();
  expect(rowsOf(windows.results).map(({ start, count, flags }) => [start, count, flags])).toEqual([
    [0, 1, APPROXIMATE],
    [10, 2, APPROXIMATE],
    [20, 1, 0],
  ]);
});

test('a late fold counts all its samples as late, one that no window takes all as dropped', () => {
  const windows = new PaneWindows({
    shape: windowShape({ window: 10 }),
    aggregations: [parseAggregation('count')],
    allowedLateness: 20,
  });
  addSplit(
    windows,
    [
      [5, 1],
      [31, 1],
      [29, 1],
    ],
    [],
  );
  windows.addPane(
    10,
    10,
    foldOf([
      [11, 1],
      [12, 2],
    ]).panes,
    0,
    null,
  );
  windows.addPane(
    0,
    10,
    foldOf([
      [3, 1],
      [4, 2],
      [4, 2],
    ]).panes,
    0,
    null,
  );
  expect(windows.counters).toMatchObject({ late: 3, dropped: 3 });
});
