import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseAggregation } from '../../../src/core/windows/aggregation.ts';
import { createWindows } from '../../../src/core/windows/create-windows.ts';
import type { WindowOperator } from '../../../src/core/windows/window-operator.ts';
import { WindowResults } from '../../../src/core/windows/window-results.ts';
import { windowShape } from '../../../src/core/windows/window-shape.ts';
import { addSplit, EVERY, options, rowsOf, samples } from './window-runs.ts';

function openOf(windows: WindowOperator, until?: number) {
  const open = new WindowResults(windows.aggregations.length);
  windows.readOpen(open, until);
  return rowsOf(open);
}

test('open windows read up to a time are those up to the first that ends after it, and reading changes nothing', () => {
  const session = fc.integer({ min: 1, max: 9 }).map((gap) => windowShape({ session: gap }));
  const shape = fc.oneof(
    options.map((given) => given.shape),
    session,
  );
  const aggregations = fc.constantFrom(EVERY, ['count', 'p50'].map(parseAggregation));
  fc.assert(
    fc.property(
      options,
      shape,
      aggregations,
      samples,
      fc.double({ min: -120, max: 200 }),
      (given, of, asked, rows, until) => {
        const windows = createWindows({ ...given, shape: of, aggregations: asked, lateness: 30 });
        addSplit(windows, rows, []);
        const all = openOf(windows);
        const isAfter = all.findIndex(({ end }) => end > until);
        expect(openOf(windows, until)).toEqual(isAfter < 0 ? all : all.slice(0, isAfter + 1));
        expect(openOf(windows)).toEqual(all);
      },
    ),
  );
});

test('of the thousand open windows over one sample the one that ends first is read alone', () => {
  const windows = createWindows({ shape: windowShape({ window: 1000, slide: 1 }), aggregations: EVERY });
  addSplit(windows, [[5, 1]], []);
  expect(openOf(windows)).toHaveLength(1000);
  expect(openOf(windows, 5)).toMatchObject([{ end: 6, count: 1, final: false }]);
  expect(openOf(windows, 6)).toHaveLength(2);
});

test('the window of a sample that stands alone is provisional however many rows were read before it', () => {
  const open = new WindowResults(1);
  const aggregations = [parseAggregation('last')];
  for (let i = 0; i < 300; i += 1) {
    const windows = createWindows({ shape: windowShape({ window: 1 }), aggregations });
    addSplit(windows, [[i, 7]], []);
    windows.readOpen(open);
  }
  expect(rowsOf(open).filter(({ final }) => final)).toEqual([]);
  expect(open.length).toBe(300);
});
