// What each aggregation gives for the cases that its table names (src/core/windows/evaluate.ts), written out.
import { expect, test } from 'vitest';
import { PLAIN_AGGREGATIONS, parseAggregation } from '../../../src/core/windows/aggregation.ts';
import { Evaluation } from '../../../src/core/windows/evaluate.ts';
import { ROW } from '../../../src/core/windows/pane-row.ts';
import { PaneWindows } from '../../../src/core/windows/pane-windows.ts';
import { AT_LEAST, SKETCHED, WindowResults } from '../../../src/core/windows/window-results.ts';
import { windowShape } from '../../../src/core/windows/window-shape.ts';
import { addSplit, rowsOf } from './window-runs.ts';

const TEXTS = [...PLAIN_AGGREGATIONS, 'median'] as const;
type Values = Readonly<Partial<Record<(typeof TEXTS)[number], number>>>;
const aggregations = TEXTS.map(parseAggregation);
const NONE = Number.NaN;

/** The windows [0, 10) and [10, 20) over these values: the first at 1, 2 ..., the second at 11, 12 ... */
function run(first: readonly number[], second: readonly number[], counter: boolean) {
  const windows = new PaneWindows({ shape: windowShape({ window: 10 }), aggregations, counter, unit: 5, sumPer: 2 });
  addSplit(windows, [...first.map((v, i) => [1 + i, v] as const), ...second.map((v, i) => [11 + i, v] as const)], []);
  windows.close();
  const rows = rowsOf(windows.results);
  return Object.fromEntries(TEXTS.map((text, k) => [text, rows.at(-1)!.values[k]!]));
}

test.each<[string, readonly number[], readonly number[], boolean, Values]>([
  [
    'one sample, nothing before it',
    [],
    [7],
    false,
    {
      last: 7,
      first: 7,
      sum: 7 / 5,
      avg: 7,
      min: 7,
      max: 7,
      count: 1,
      rate: 1 / 2,
      delta: NONE,
      increase: 0,
      stddev: NONE,
      variance: NONE,
      range: 0,
      distinct: 1,
      median: 7,
    },
  ],
  ['one sample of a counter, nothing before it', [], [7], true, { rate: 0, delta: NONE, increase: 0, count: 1 }],
  ['one sample after another window', [3, 4], [7], false, { delta: 3, increase: 3, rate: 1 / 2, first: 7 }],
  ['one sample of a counter that was reset', [3, 9], [7], true, { delta: -2, increase: 7, rate: 7 / 2 }],
  ['a fall of what is no counter', [9], [5, 2], false, { delta: -7, increase: -7, rate: 1 }],
  [
    'samples that are all equal',
    [],
    [0.1, 0.1, 0.1],
    false,
    { stddev: 0, variance: 0, range: 0, distinct: 1, median: 0.1, avg: (0.1 + 0.1 + 0.1) / 3 },
  ],
  [
    'mixed signs',
    [],
    [-3, 1, 4, -2],
    false,
    {
      sum: 0,
      avg: 0,
      min: -3,
      max: 4,
      range: 7,
      variance: 10,
      stddev: Math.sqrt(10),
      median: -2,
      increase: 1,
      distinct: 4,
      rate: 2,
    },
  ],
  [
    'NaN and infinities between',
    [5],
    [NONE, 2, Number.POSITIVE_INFINITY, 8, Number.NEGATIVE_INFINITY],
    true,
    { count: 2, first: 2, last: 8, min: 2, max: 8, avg: 5, increase: 8, delta: 3, distinct: 2, median: 2 },
  ],
  ['0 and -0', [], [0, -0], false, { distinct: 1, range: 0, variance: 0, median: 0 }],
  [
    'whole numbers above 2^53',
    [],
    [2 ** 53, 2 ** 53 + 2, 2 ** 53 + 4],
    true,
    { min: 2 ** 53, max: 2 ** 53 + 4, increase: 4, range: 4, variance: 4, distinct: 3 },
  ],
  ['values near 1e-300', [], [2 ** -1000, 3 * 2 ** -1000], false, { range: 2 ** -999, variance: 0, distinct: 2 }],
  ['a spread whose square is no double', [], [-1e300, 1e300], false, { avg: 0, variance: Number.POSITIVE_INFINITY }],
])('%s', (_name, first, second, counter, expected) => {
  const actual = run(first, second, counter);
  const named = Object.fromEntries(Object.keys(expected).map((text) => [text, actual[text]! + 0]));
  expect(named).toEqual(expected);
});

const EMPTY: Values = {
  last: NONE,
  first: NONE,
  sum: 0,
  avg: NONE,
  min: NONE,
  max: NONE,
  count: 0,
  rate: 0,
  delta: NONE,
  increase: 0,
  stddev: NONE,
  variance: NONE,
  range: NONE,
  distinct: 0,
  median: NONE,
};

test.each([true, false])('a window without samples has its empty values, whole (counter: %s)', (counter) => {
  const out = new WindowResults(aggregations.length);
  const evaluation = new Evaluation({ shape: windowShape({ window: 10 }), aggregations, counter });
  evaluation.evaluate(new Float64Array(ROW), 0, { before: 7, length: 10 }, null, null, out, out.push());
  expect([out.count[0], out.coverage[0], out.flags[0]]).toEqual([0, 1, 0]);
  expect(Object.fromEntries(TEXTS.map((text, k) => [text, out.value(0, k)]))).toEqual(EMPTY);
});

test('quantiles are exact up to 32 samples and say so beyond; distinct is exact up to its limit and says so beyond', () => {
  const run = (count: number) => {
    const windows = new PaneWindows({
      shape: windowShape({ window: 100, slide: 50 }),
      aggregations: ['p50', 'distinct'].map(parseAggregation),
      distinctLimit: 33,
    });
    addSplit(
      windows,
      Array.from({ length: count }, (_, i) => [30 + i, i] as const),
      [],
    );
    windows.close();
    return rowsOf(windows.results)[1]!;
  };
  expect(run(32)).toMatchObject({ values: [15, 32], flags: 0 });
  expect(run(33)).toMatchObject({ values: [expect.closeTo(16, 0), 33], flags: SKETCHED });
  expect(run(34)).toMatchObject({ values: [expect.closeTo(16, 0), 33], flags: SKETCHED | AT_LEAST });
});
