import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CellTiers } from '../../src/core/cell-tiers.ts';
import { SampleRing } from '../../src/core/sample-ring.ts';
import { parseAggregation } from '../../src/core/windows/aggregation.ts';
import { createWindows } from '../../src/core/windows/create-windows.ts';
import type { WindowOperator, WindowOptions } from '../../src/core/windows/window-operator.ts';
import { WindowResults } from '../../src/core/windows/window-results.ts';
import { windowShape } from '../../src/core/windows/window-shape.ts';
import { OpenResults } from '../../src/session/open-results.ts';
import { RawQuantiles } from '../../src/session/raw-quantiles.ts';
import { rowsOf } from '../core/windows/window-runs.ts';

const aggregations = ['count', 'sum', 'last', 'delta'].map(parseAggregation);
const source = {
  cells: new CellTiers({ durations: [1e6], limit: 10 }),
  ring: new SampleRing(1),
  pending: [],
  isCurrent: true,
};

function read(operator: WindowOperator, options: WindowOptions, newestUs: number) {
  const open = new OpenResults(options, new RawQuantiles(options, source));
  open.read({ operator, version: 1, nowUs: 0, newestUs, flagsOf: () => 0 });
  return rowsOf(open.rows);
}

/** All open windows up to the first that holds the newest sample; all where none does. */
function shownOf(operator: WindowOperator, newestUs: number) {
  const all = new WindowResults(aggregations.length);
  operator.readOpen(all);
  const rows = rowsOf(all);
  const first = rows.findIndex(({ start, end }) => start <= newestUs && newestUs < end);
  return first < 0 ? rows : rows.slice(0, first + 1);
}

const whole = (min: number, max: number) => fc.integer({ min, max });
const shape = fc.oneof(
  whole(1, 20).map((window) => windowShape({ window })),
  fc.tuple(whole(1, 20), whole(1, 20)).map(([a, b]) => windowShape({ window: Math.max(a, b), slide: Math.min(a, b) })),
  whole(1, 9).map((gap) => windowShape({ session: gap })),
);
const steps = fc.array(
  fc.oneof(
    { weight: 8, arbitrary: fc.tuple(whole(-25, 40), fc.constantFrom(1, 2.5, -3)) },
    { weight: 1, arbitrary: fc.tuple(whole(-25, 90), fc.constant(Number.NaN)) },
  ),
  { minLength: 1, maxLength: 25 },
);

test('what is read are the open windows up to the first that holds the newest sample, also after a missing value moved the watermark', () => {
  fc.assert(
    fc.property(shape, whole(0, 30), whole(0, 30), steps, (of, lateness, raised, rows) => {
      const options: WindowOptions = { shape: of, aggregations, lateness };
      const operator = createWindows(options);
      let newestUs = Number.NaN;
      for (const [time, value] of rows) {
        operator.add(Float64Array.of(time), Float64Array.of(value), 0, 1, Number.NaN);
        if (value - value === 0 && !(time <= newestUs)) newestUs = time;
        expect(read(operator, options, newestUs)).toEqual(shownOf(operator, newestUs));
      }
      operator.raiseWatermark(raised);
      expect(read(operator, options, newestUs)).toEqual(shownOf(operator, newestUs));
    }),
    { numRuns: 300 },
  );
});

test('of the thousand windows that one sample opens the first is read alone', () => {
  const options: WindowOptions = { shape: windowShape({ window: 1000, slide: 1 }), aggregations };
  const operator = createWindows(options);
  operator.add(Float64Array.of(5), Float64Array.of(7), 0, 1, Number.NaN);
  expect(read(operator, options, 5)).toMatchObject([{ end: 6, count: 1 }]);
  expect(read(operator, options, Number.NaN)).toHaveLength(1000);
});
