import { expect, test } from 'vitest';
import { createPaneFields } from '../../../src/core/pane.ts';
import { QuantileSketch } from '../../../src/core/sketch/quantile-sketch.ts';
import { parseAggregation } from '../../../src/core/windows/aggregation.ts';
import { PaneWindows } from '../../../src/core/windows/pane-windows.ts';
import type { PaneFeatures } from '../../../src/core/windows/window-operator.ts';
import { APPROXIMATE, AT_LEAST } from '../../../src/core/windows/window-results.ts';
import { windowShape } from '../../../src/core/windows/window-shape.ts';
import { foldOf } from './fold-runs.ts';
import { addSplit, rowsOf, type Samples } from './window-runs.ts';

const counted = () =>
  new PaneWindows({
    shape: windowShape({ window: 100 }),
    aggregations: ['increase', 'count', 'stddev', 'distinct'].map(parseAggregation),
    counter: true,
  });

test.each<[string, readonly (Samples | readonly ['fold', Samples])[], number, boolean]>([
  [
    'after samples',
    [
      [[10, 5]],
      [
        'fold',
        [
          [20, 7],
          [30, 9],
        ],
      ],
    ],
    4,
    true,
  ],
  [
    'at the time of the last sample',
    [
      [[20, 5]],
      [
        'fold',
        [
          [20, 7],
          [30, 9],
        ],
      ],
    ],
    4,
    true,
  ],
  [
    'before samples',
    [
      [[30, 9]],
      [
        'fold',
        [
          [10, 5],
          [20, 7],
        ],
      ],
    ],
    4,
    true,
  ],
  [
    'between two folds',
    [
      [
        'fold',
        [
          [50, 1],
          [60, 4],
        ],
      ],
      [
        'fold',
        [
          [10, 2],
          [20, 5],
        ],
      ],
      [
        'fold',
        [
          [70, 5],
          [80, 6],
        ],
      ],
    ],
    9,
    true,
  ],
  [
    'up to the time of the first sample, which came before it',
    [
      [[20, 9]],
      [
        'fold',
        [
          [10, 5],
          [20, 7],
        ],
      ],
    ],
    4,
    false,
  ],
  [
    'around a sample',
    [
      [[15, 6]],
      [
        'fold',
        [
          [10, 5],
          [20, 7],
        ],
      ],
    ],
    2,
    false,
  ],
  [
    'before samples that follow it',
    [
      [
        'fold',
        [
          [10, 5],
          [20, 7],
        ],
      ],
      [
        [30, 9],
        [40, 12],
      ],
    ],
    7,
    true,
  ],
  [
    'after a sample that comes last',
    [
      [
        'fold',
        [
          [10, 5],
          [20, 7],
        ],
      ],
      [[5, 1]],
    ],
    6,
    true,
  ],
  [
    'before a sample that falls between',
    [
      [
        'fold',
        [
          [10, 5],
          [20, 7],
        ],
      ],
      [[15, 6]],
    ],
    2,
    false,
  ],
])(
  'a fold %s has its increase joined to theirs, or is approximate where it lies among them',
  (_, parts, total, exact) => {
    const windows = counted();
    windows.add(Float64Array.of(0), Float64Array.of(Number.NaN), 0, 1, Number.NaN);
    for (const part of parts) {
      if (part[0] !== 'fold') addSplit(windows, part as Samples, []);
      else {
        const { panes, features } = foldOf(part[1] as Samples);
        windows.addPane(0, 100, panes, 0, features);
      }
    }
    windows.close();
    const [result] = rowsOf(windows.results);
    expect((result!.flags & APPROXIMATE) === 0).toBe(exact);
    if (exact) expect(result!.values[0]).toBe(total);
  },
);

test('a fold whose values are all equal needs no features: its spread, increase and distinct values are known', () => {
  const windows = counted();
  windows.addPane(
    0,
    100,
    foldOf([
      [10, 5],
      [20, 5],
      [30, 5],
    ]).panes,
    0,
    null,
  );
  windows.close();
  expect(rowsOf(windows.results)).toMatchObject([{ flags: 0, values: [0, 3, 0, 1] }]);
});

test('a fold without features of several values has a spread that is said to be approximate, and counts those it names', () => {
  const run = (features: Partial<PaneFeatures> | null) => {
    const windows = new PaneWindows({
      shape: windowShape({ window: 100 }),
      aggregations: ['stddev', 'distinct'].map(parseAggregation),
    });
    addSplit(windows, [[1, 5]], []);
    const fold = foldOf([
      [10, 3],
      [20, 9],
      [30, 1],
      [40, 7],
    ]);
    windows.addPane(0, 100, fold.panes, 0, features === null ? null : { ...fold.features, ...features });
    windows.close();
    return rowsOf(windows.results)[0]!;
  };
  expect(run(null)).toMatchObject({ flags: APPROXIMATE | AT_LEAST, values: [0, 5] });
  expect(run({ m2: Number.NaN }).flags).toBe(APPROXIMATE | AT_LEAST);
  expect(run({}).flags).toBe(AT_LEAST);
  expect(run({}).values[0]).toBeCloseTo(Math.sqrt(10), 12);
});

test('a fold of one sample is that sample, one without samples is nothing', () => {
  const windows = counted();
  const plain = counted();
  windows.addPane(0, 100, createPaneFields(1), 0, null);
  expect(windows.watermark).toBe(Number.NEGATIVE_INFINITY);
  windows.addPane(0, 100, foldOf([[10, 5]]).panes, 0, null);
  windows.addPane(0, 100, foldOf([[20, 9]]).panes, 0, null);
  addSplit(
    plain,
    [
      [10, 5],
      [20, 9],
    ],
    [],
  );
  for (const operator of [windows, plain]) operator.close();
  expect(rowsOf(windows.results)).toEqual(rowsOf(plain.results));
});

test('a fold out of order is counted with all its samples, in order with none', () => {
  const windows = new PaneWindows({
    shape: windowShape({ window: 100 }),
    aggregations: [parseAggregation('count')],
    lateness: 50,
  });
  windows.addPane(
    0,
    100,
    foldOf([
      [10, 5],
      [20, 7],
    ]).panes,
    0,
    null,
  );
  expect(windows.counters.outOfOrder).toBe(0);
  windows.addPane(
    0,
    100,
    foldOf([
      [5, 5],
      [15, 7],
      [19, 8],
    ]).panes,
    0,
    null,
  );
  expect(windows.counters.outOfOrder).toBe(3);
  windows.addPane(
    0,
    100,
    foldOf([
      [15, 7],
      [20, 8],
    ]).panes,
    0,
    null,
  );
  expect(windows.counters.outOfOrder).toBe(3);
});

test('a counter fold inside one window leaves its neighbours exact; one over an edge marks both until they are gone', () => {
  const windows = new PaneWindows({
    shape: windowShape({ window: 20, slide: 10 }),
    aggregations: [parseAggregation('increase')],
    counter: true,
  });
  addSplit(windows, [[1, 1]], []);
  const { panes, features } = foldOf([
    [18, 2],
    [22, 3],
  ]);
  windows.addPane(10, 20, panes, 0, features);
  addSplit(
    windows,
    [
      [35, 4],
      [45, 5],
      [55, 6],
    ],
    [],
  );
  windows.close();
  const marked = rowsOf(windows.results).map(({ start, flags }) => [start, (flags & APPROXIMATE) !== 0]);
  expect(marked).toEqual([
    [-10, false],
    [0, true],
    [10, true],
    [20, true],
    [30, false],
    [40, false],
    [50, false],
  ]);
});

test('coverage is the share of the samples that the sketch knows, and never more than all', () => {
  const run = (known: readonly number[], input: Parameters<typeof windowShape>[0]) => {
    const windows = new PaneWindows({ shape: windowShape(input), aggregations: [parseAggregation('median')] });
    const sketch = new QuantileSketch();
    sketch.addMany(Float64Array.from(known), 0, known.length);
    const rows: Samples = [1, 2, 3, 4].map((time) => [time, time]);
    windows.addPane(0, 10, foldOf(rows).panes, 0, { ...foldOf(rows).features, sketch });
    windows.close();
    return rowsOf(windows.results)[0]!;
  };
  for (const shape of [{ window: 10 }, { window: 10, slide: 5 }]) {
    expect(run([2, 3], shape)).toMatchObject({ coverage: 0.5, flags: APPROXIMATE, values: [2] });
    expect(run([1, 2, 3, 4], shape)).toMatchObject({ coverage: 1, flags: 0, values: [2] });
    expect(run([1, 2, 3, 4, 5], shape)).toMatchObject({ coverage: 1, flags: 0, values: [3] });
    expect(run([], shape)).toMatchObject({ coverage: 0, flags: APPROXIMATE, values: [Number.NaN] });
  }
});
