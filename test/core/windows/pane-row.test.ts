import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  addRun,
  addSpread,
  COUNT,
  counterStep,
  FIRST,
  FIRST_TIME,
  INCREASE,
  INDEX,
  LAST,
  LAST_TIME,
  M2,
  MARKS,
  MAX,
  MEAN,
  MIN,
  mergeRow,
  ROW,
  SUM,
} from '../../../src/core/windows/pane-row.ts';
import { expectWithin, type Samples, sizeOf, valueSets } from './window-runs.ts';

/** Samples in arrival order, of any times, one data set per run. */
const samples: fc.Arbitrary<Samples> = fc
  .constantFrom(...Object.values(valueSets))
  .chain((value) => fc.array(fc.tuple(fc.integer({ min: -9, max: 9 }), value), { maxLength: 50 }));

const sorted = samples.map((rows) => [...rows].sort((a, b) => a[0] - b[0]));
const finite = (rows: Samples): Samples => rows.filter(([, value]) => Number.isFinite(value));

/** Count, min, max, first and last by definition: of equal times the first and the last to come. */
function definition(given: Samples) {
  const rows = finite(given);
  if (rows.length === 0) return { count: 0 };
  const ordered = rows.map(([time, value], i) => ({ time, value, i })).sort((a, b) => a.time - b.time || a.i - b.i);
  const values = rows.map(([, value]) => value);
  return {
    count: rows.length,
    min: Math.min(...values) + 0,
    max: Math.max(...values) + 0,
    first: [ordered[0]!.time, ordered[0]!.value],
    last: [ordered.at(-1)!.time, ordered.at(-1)!.value],
  };
}

function read(row: Float64Array) {
  if (row[COUNT] === 0) return { count: 0 };
  return {
    count: row[COUNT]!,
    min: row[MIN]! + 0,
    max: row[MAX]! + 0,
    first: [row[FIRST_TIME]!, row[FIRST]!],
    last: [row[LAST_TIME]!, row[LAST]!],
  };
}

/** A row with something in every field, as one that is used again has, and no sample. */
function emptyRow(): Float64Array {
  const row = new Float64Array(ROW).fill(7);
  row[COUNT] = 0;
  row[MARKS] = 0;
  return row;
}

function add(row: Float64Array, rows: Samples, from = 0, to = rows.length): number {
  const times = Float64Array.from(rows, ([time]) => time);
  const values = Float64Array.from(rows, ([, value]) => value);
  addSpread(row, 0, row[COUNT]!, values, from, to);
  return addRun(row, 0, times, values, from, to);
}

function rowOf(rows: Samples): Float64Array {
  const row = emptyRow();
  for (let i = 0; i < rows.length; i += 1) add(row, rows, i, i + 1);
  return row;
}

/** Sum, mean and squared distances within their rounding errors of what two passes over the values give. */
function expectMoments(row: Float64Array, given: Samples): void {
  const values = finite(given).map(([, value]) => value);
  if (values.length === 0) return;
  const scale = sizeOf(values);
  const mean = values.reduce((sum, value) => sum + value / values.length, 0);
  const m2 = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  expectWithin(
    row[SUM]!,
    values.reduce((sum, value) => sum + value, 0),
    1e-12 * scale,
  );
  expectWithin(row[MEAN]!, mean, 1e-12 * scale + 1e-307);
  if (Number.isFinite(m2))
    expectWithin(row[M2]!, m2, 1e-9 * m2 + 1e-12 * Math.sqrt(m2) * scale + (1e-14 * scale) ** 2 + 1e-307);
}

test('adding samples one by one in any order equals the definition, in every data set', () => {
  fc.assert(
    fc.property(samples, (rows) => {
      const row = rowOf(rows);
      expect(read(row)).toEqual(definition(rows));
      expectMoments(row, rows);
    }),
    { numRuns: 300 },
  );
});

test('a run is added as its samples one by one, and their number is returned; sums bit for bit, but where they overflow', () => {
  fc.assert(
    fc.property(samples, sorted, (held, run) => {
      const row = rowOf(held);
      const before = row.slice();
      expect(add(row, run)).toBe(finite(run).length);
      expect(read(row)).toEqual(definition([...held, ...run]));
      expectMoments(row, [...held, ...run]);
      const single = before.slice();
      for (let i = 0; i < run.length; i += 1) add(single, run, i, i + 1);
      if (Number.isFinite(single[SUM]!)) expect(row[SUM]).toBe(single[SUM]);
    }),
    { numRuns: 500 },
  );
});

test('merged in any grouping, parts in arrival order equal the definition over all samples; the index stays', () => {
  fc.assert(
    fc.property(fc.array(samples, { maxLength: 6 }), fc.array(fc.nat({ max: 5 })), (parts, at) => {
      const rows = parts.map(rowOf);
      let i = 0;
      while (rows.length > 1) {
        const left = (at[i++ % Math.max(1, at.length)] ?? 0) % (rows.length - 1);
        const target = rows[left]!;
        target[INDEX] = -3;
        mergeRow(target, 0, rows[left + 1]!, 0);
        expect(target[INDEX]).toBe(-3);
        rows.splice(left + 1, 1);
      }
      const row = rows[0] ?? emptyRow();
      expect(read(row)).toEqual(definition(parts.flat()));
      expectMoments(row, parts.flat());
    }),
    { numRuns: 300 },
  );
});

test('marks join, also those of a pane without samples', () => {
  const [a, b] = [rowOf([[1, 1]]), emptyRow()];
  [a[MARKS], b[MARKS]] = [1, 2];
  mergeRow(a, 0, b, 0);
  expect(a[MARKS]).toBe(3);
  const c = rowOf([[1, 1]]);
  c[MARKS] = 8;
  mergeRow(c, 0, a, 0);
  expect(c[MARKS]).toBe(11);
});

test('increase over panes that follow one another is the sum of the steps, where a fall adds the value after it', () => {
  fc.assert(
    fc.property(fc.array(fc.array(fc.nat({ max: 9 }), { minLength: 1, maxLength: 5 }), { minLength: 1 }), (parts) => {
      let time = 0;
      const rows = parts.map((values) => {
        const row = rowOf(values.map((value) => [time++, value] as const));
        row[INCREASE] = values.slice(1).reduce((sum, value, i) => sum + counterStep(values[i]!, value), 0);
        return row;
      });
      const merged = emptyRow();
      for (const row of rows) mergeRow(merged, 0, row, 0);
      const all = parts.flat();
      const grown = all.slice(1).map((value, i) => (value < all[i]! ? value : value - all[i]!));
      expect(merged[INCREASE]).toBe(grown.reduce((sum, step) => sum + step, 0));
    }),
  );
});

test('the mean of values whose sum is no double is still theirs', () => {
  const row = emptyRow();
  addSpread(row, 0, 0, Float64Array.of(1.5e308, Number.NaN, 1.5e308, 1.5e308, 1.5e308), 0, 5);
  expect(row[MEAN]).toBeCloseTo(1.5e308, -295);
});
