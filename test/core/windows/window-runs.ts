// What a stream goes through, as data: random options, samples, splits; and the same run by the operator and by definition.
import fc from 'fast-check';
import { expect } from 'vitest';
import { type Aggregation, PLAIN_AGGREGATIONS, parseAggregation } from '../../../src/core/windows/aggregation.ts';
import type { WindowOperator, WindowOptions } from '../../../src/core/windows/window-operator.ts';
import { SKETCHED, type WindowResults } from '../../../src/core/windows/window-results.ts';
import { windowShape } from '../../../src/core/windows/window-shape.ts';
import type { NaiveResult } from './naive-windows.ts';

export const EVERY: readonly Aggregation[] = [...PLAIN_AGGREGATIONS, 'median', 'p99.9', 'p5', 'p0', 'p100'].map(
  parseAggregation,
);

export type Samples = readonly (readonly [time: number, value: number])[];

const whole = (min: number, max: number) => fc.integer({ min, max });

export const options: fc.Arbitrary<WindowOptions> = fc
  .record({
    window: whole(1, 12),
    slide: fc.option(whole(1, 12)),
    origin: whole(-15, 15),
    lateness: whole(0, 8),
    allowedLateness: fc.oneof(fc.constant(0), whole(1, 25)),
    counter: fc.boolean(),
    sumPer: fc.option(whole(1, 5)),
  })
  .map(({ window, slide, origin, ...rest }) => ({
    ...rest,
    shape: windowShape({ window, slide: slide === null ? null : Math.min(slide, window), origin }),
    aggregations: EVERY,
    unit: 1,
    distinctLimit: 6,
  }));

/** The data sets, as what one value of each may be. */
export const valueSets = {
  small: whole(-3, 3).map(Number),
  constant: fc.constant(0.1),
  negative: fc.double({ min: -1e6, max: -1, noNaN: true }),
  mixed: fc.double({ min: -1e9, max: 1e9, noNaN: true }),
  tiny: whole(-5, 5).map((n) => n * 1e-300),
  huge: whole(-5, 5).map((n) => n * 1e300),
  offset: whole(-5, 5).map((n) => 1e9 + n),
  large: fc.bigInt({ min: 2n ** 53n, max: 2n ** 60n }).map(Number),
  gaps: fc.oneof(fc.double({ min: -1e3, max: 1e3, noNaN: true }), fc.constant(Number.NaN)),
  holes: fc.oneof(whole(0, 9), fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0)),
};

/** Steps between samples: mostly forward, some back, some far, times that are no time. */
const steps = fc.oneof(
  { weight: 8, arbitrary: whole(0, 3) },
  { weight: 3, arbitrary: whole(-20, 0) },
  { weight: 1, arbitrary: whole(10, 60) },
);

export const samples: fc.Arbitrary<Samples> = fc
  .tuple(whole(-40, 20), fc.constantFrom(...Object.values(valueSets)))
  .chain(([start, value]) =>
    fc.array(fc.tuple(steps, value, fc.integer({ min: 0, max: 60 })), { maxLength: 60 }).map((rows) => {
      let time = start;
      return rows.map(([step, v, odd]) => {
        time += step;
        return [odd === 60 ? Number.NaN : odd === 59 ? Number.POSITIVE_INFINITY : time, v] as const;
      });
    }),
  );

/** Ends of batches: any split. */
export const splits = fc.array(whole(0, 60), { maxLength: 8 });

/** Adds `rows`, cut wherever `splits` says; of every other batch whose times rise the operator is told so. */
export function addSplit(windows: WindowOperator, rows: Samples, cuts: readonly number[], now = Number.NaN): void {
  const times = Float64Array.from(rows, ([time]) => time);
  const given = Float64Array.from(rows, ([, value]) => value);
  const edges = [0, ...cuts.filter((cut) => cut < rows.length), rows.length].sort((a, b) => a - b);
  for (let i = 1; i < edges.length; i += 1) {
    const [from, to] = [edges[i - 1]!, edges[i]!];
    const batch = times.subarray(from, to);
    const areRising = batch.every((time, k) => Number.isFinite(time) && (k === 0 || time >= batch[k - 1]!));
    windows.add(times, given, from, to, now, areRising && i % 2 === 1);
  }
}

/** The rows of results as plain values. */
export function rowsOf(results: WindowResults) {
  return Array.from({ length: results.length }, (_, row) => ({
    start: results.start[row]!,
    end: results.end[row]!,
    count: results.count[row]!,
    final: results.final[row] === 1,
    revision: results.revision[row]!,
    flags: results.flags[row]!,
    coverage: results.coverage[row]!,
    values: Array.from({ length: results.width }, (_, k) => results.value(row, k)),
  }));
}

/** Sum of sizes: rounding errors of sums are in proportion to it. */
export const sizeOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + Math.abs(value), 0);

/** Equal, or finite and no further apart than `error`. */
export function expectWithin(actual: number, expected: number, error: number): void {
  if (Object.is(actual + 0, expected + 0) || Math.abs(actual - expected) <= error) return;
  expect({ actual, error }).toEqual({ expected, error });
}

/** Same bounds, revisions and order; every value within its rounding error (none where it is exact by definition). */
export function expectResults(
  results: WindowResults,
  naive: readonly NaiveResult[],
  aggregations: readonly Aggregation[],
): void {
  const rows = rowsOf(results);
  const heads = <T extends { start: number; end: number; final: boolean; revision: number }>(list: readonly T[]) =>
    list.map(({ start, end, final, revision }) => ({ start, end, final, revision }));
  expect(heads(rows)).toEqual(heads(naive));
  for (const [i, row] of rows.entries()) {
    const truth = naive[i]!;
    for (const [k, aggregation] of aggregations.entries()) {
      const expected = truth.values[k]!;
      const error = errorOf(aggregation, truth, expected, (row.flags & SKETCHED) !== 0);
      const actual = row.values[k]!;
      const same = Object.is(actual + 0, expected + 0) || Math.abs(actual - expected) <= error;
      if (!same) expect({ ...row, aggregation: aggregation.text, actual }).toEqual({ expected, error, truth });
    }
  }
}

function errorOf(aggregation: Aggregation, truth: NaiveResult, expected: number, sketched: boolean): number {
  const sizes = truth.inputs.map(Math.abs);
  const scale = sizes.reduce((a, b) => a + b, 0);
  switch (aggregation.kind) {
    case 'sum':
    case 'avg':
    case 'increase':
    case 'rate':
      return 2e-12 * scale;
    case 'variance':
      return 1e-9 * expected + 1e-12 * Math.sqrt(expected) * scale + 1e-300;
    case 'stddev':
      return 1e-9 * expected + 1e-12 * scale + 1e-150;
    case 'quantile':
      return sketched ? Math.abs(expected) / 128 : 0;
    default:
      return 0;
  }
}
