import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  addRun,
  addSpread,
  COUNT,
  counterStep,
  EVEN,
  FIRST,
  FIRST_TIME,
  INCREASE,
  LAST,
  LAST_TIME,
  M2,
  MAX,
  MEAN,
  MIN,
  mergeRow,
  ODD,
  ROW,
  SUM,
} from '../../../src/core/windows/pane-row.ts';

const huge = fc.oneof(
  fc.constantFrom(1e16, -1e16, 1, 3, -7, 0.1),
  fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY),
);

test('a sum is that of two halves, every other finite sample in each, however the samples are split into runs', () => {
  fc.assert(
    fc.property(fc.array(fc.array(huge, { maxLength: 9 }), { maxLength: 6 }), (runs) => {
      const row = new Float64Array(ROW).fill(7);
      row[COUNT] = 0;
      let at = 0;
      for (const run of runs) {
        const times = Float64Array.from(run, () => at++);
        addRun(row, 0, times, Float64Array.from(run), 0, run.length);
      }
      const finite = runs.flat().filter(Number.isFinite);
      if (finite.length === 0) {
        expect(row[COUNT]).toBe(0);
        return;
      }
      const half = (rest: number): number =>
        finite.filter((_, i) => i % 2 === rest).reduce((sum, value) => sum + value, 0);
      expect([row[COUNT], row[EVEN], row[ODD]]).toEqual([finite.length, half(0), half(1)]);
      expect([row[MIN], row[MAX]]).toEqual([Math.min(...finite), Math.max(...finite)]);
      expect(row[SUM]).toBe(row[EVEN]! + row[ODD]!);
    }),
    { numRuns: 150 },
  );
});

test('adding a run takes the samples of its range alone, and the times of its finite ones', () => {
  const row = new Float64Array(ROW);
  const times = Float64Array.of(0, 1, 2, 3, 4, 5, 6);
  const values = Float64Array.of(100, Number.NaN, 5, 2, 8, Number.POSITIVE_INFINITY, -100);
  expect(addRun(row, 0, times, values, 1, 6)).toBe(3);
  expect([row[COUNT], row[SUM], row[MIN], row[MAX]]).toEqual([3, 15, 2, 8]);
  expect([row[FIRST], row[FIRST_TIME], row[LAST], row[LAST_TIME]]).toEqual([5, 2, 8, 4]);
  expect([addRun(row, 0, times, values, 1, 2), addRun(row, 0, times, values, 3, 3)]).toEqual([0, 0]);
  expect(row[COUNT]).toBe(3);
});

test('the spread of one sample is nothing, that of two is half the square of their difference', () => {
  for (const [a, b] of [
    [1, 3],
    [-2.5, 2.5],
    [1e9, 1e9 + 1],
  ] as const) {
    const row = new Float64Array(ROW);
    const values = Float64Array.of(a, b);
    addSpread(row, 0, 0, values, 0, 1);
    expect([row[MEAN], row[M2]]).toEqual([a, 0]);
    addSpread(row, 0, 1, values, 1, 2);
    expect([row[MEAN], row[M2]]).toEqual([(a + b) / 2, ((b - a) * (b - a)) / 2]);
    const both = new Float64Array(ROW);
    addSpread(both, 0, 0, values, 0, 2);
    expect([both[MEAN], both[M2]]).toEqual([(a + b) / 2, ((b - a) * (b - a)) / 2]);
  }
});

test('a counter steps by its rise, by nothing where it stays, and by the new value after a fall', () => {
  expect([counterStep(3, 10), counterStep(3, 3), counterStep(3, 2), counterStep(3, 0)]).toEqual([7, 0, 2, 0]);
});

test('a merged pane goes on at its sum: samples that follow are added to it', () => {
  const values = Float64Array.of(4, 10, 1);
  const times = Float64Array.of(1, 2, 3);
  const [a, b] = [new Float64Array(ROW).fill(7), new Float64Array(ROW)];
  a[COUNT] = 0;
  addRun(b, 0, times, values, 0, 2);
  b[INCREASE] = 6;
  mergeRow(a, 0, b, 0);
  expect([a[COUNT], a[SUM], a[INCREASE]]).toEqual([2, 14, 6]);
  addRun(a, 0, times, values, 2, 3);
  expect([a[COUNT], a[SUM], a[MIN], a[LAST], a[LAST_TIME]]).toEqual([3, 15, 1, 1, 3]);
  mergeRow(a, 0, b, 0);
  expect([a[COUNT], a[SUM], a[FIRST_TIME], a[LAST_TIME]]).toEqual([5, 29, 1, 3]);
});
