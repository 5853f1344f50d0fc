import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseAggregation } from '../../../src/core/windows/aggregation.ts';
import { PaneWindows } from '../../../src/core/windows/pane-windows.ts';
import type { WindowOptions } from '../../../src/core/windows/window-operator.ts';
import { APPROXIMATE, AT_LEAST, REBUILT, WindowResults } from '../../../src/core/windows/window-results.ts';
import { windowShape } from '../../../src/core/windows/window-shape.ts';
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
      keepPanes: 1000,
    }),
  );

/** Samples by the pane they lie in. */
function byPane(rows: Samples, windows: PaneWindows): Map<number, Samples> {
  const panes = new Map<number, Samples>();
  for (const row of rows) {
    const start = windows.paneStart(row[0]);
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
      let i = 0;
      for (const [start, held] of byPane(rows, raw)) {
        const { panes, features } = foldOf(held);
        if (folded[i++ % folded.length]) windows.addPane(start, windows.paneSize, panes, 0, features);
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

test('panes replaced by what was lost end in the results of the whole stream, with neither late nor dropped touched', () => {
  fc.assert(
    fc.property(options, ordered, fc.func(fc.boolean()), fc.boolean(), (given, rows, isLost, ends) => {
      const lost = rows.map((row, i) => isLost(i, row[0]));
      const truth = new PaneWindows(given);
      const windows = new PaneWindows(given);
      addSplit(truth, rows, []);
      addSplit(
        windows,
        rows.filter((_, i) => !lost[i]),
        [],
      );
      const last = rows.at(-1)?.[0] ?? Number.NEGATIVE_INFINITY;
      for (const operator of [truth, windows]) operator.raiseWatermark(ends ? last + 30 : last);
      const counters = { ...windows.counters };
      const { watermark } = windows;
      for (const [start, held] of byPane(rows, windows)) {
        if (windows.paneCount(start).taken === held.length) continue;
        const { panes, features } = foldOf(held);
        windows.replacePane(start, panes, 0, features);
        expect(windows.paneCount(start)).toEqual({ taken: held.length, dropped: 0 });
      }
      const before = windows.results.length;
      windows.endReplace();
      expect([windows.counters, windows.watermark]).toEqual([counters, watermark]);
      for (const { flags } of rowsOf(windows.results).slice(before)) expect(flags & REBUILT).toBe(REBUILT);
      const newest = (operator: PaneWindows) => {
        const open = new WindowResults(aggregations.length);
        operator.readOpen(open);
        const results = [...rowsOf(operator.results), ...rowsOf(open)];
        return [...new Map(results.map((row) => [row.end, row])).values()].sort((a, b) => a.end - b.end);
      };
      const plain = (list: ReturnType<typeof rowsOf>) => list.map(({ end, count, values }) => ({ end, count, values }));
      expect(plain(newest(windows))).toEqual(plain(approx(newest(truth))));
      const { length } = windows.results;
      windows.endReplace();
      expect(windows.results.length).toBe(length);
    }),
  );
});

test('a replaced pane says REBUILT in a provisional window and adds 1 to the revision of a final one', () => {
  const windows = new PaneWindows({
    shape: windowShape({ window: 10 }),
    aggregations: [parseAggregation('sum')],
    keepPanes: 10,
  });
  addSplit(
    windows,
    [
      [1, 1],
      [12, 5],
    ],
    [],
  );
  windows.replacePane(
    0,
    foldOf([
      [1, 1],
      [2, 6],
    ]).panes,
    0,
    null,
  );
  windows.replacePane(
    10,
    foldOf([
      [12, 5],
      [13, 6],
    ]).panes,
    0,
    null,
  );
  windows.endReplace();
  const final = rowsOf(windows.results).map(({ start, revision, flags, values }) => [
    start,
    revision,
    flags,
    ...values,
  ]);
  expect(final).toEqual([
    [0, 0, 0, 1],
    [0, 1, REBUILT, 7],
  ]);
  const open = new WindowResults(1);
  windows.readOpen(open);
  expect(rowsOf(open)).toMatchObject([{ start: 10, flags: REBUILT, values: [11], final: false }]);
});
