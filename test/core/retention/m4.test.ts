import fc from 'fast-check';
import { expect, it } from 'vitest';
import { M4_PER_COLUMN, m4, m4Ring } from '../../../src/core/retention/m4.ts';
import { SampleRing } from '../../../src/core/sample-ring.ts';

const COLUMNS = 16;
const anyRows = fc.array(
  fc.tuple(
    fc.integer({ min: -20, max: 340 }),
    fc.oneof({ weight: 8, arbitrary: fc.integer({ min: -50, max: 50 }) }, fc.constantFrom(Number.NaN, 1 / 0)),
  ),
  { maxLength: 200 },
);
const sorted = anyRows.map((rows) => [...rows].sort((a, b) => a[0] - b[0]));
const columns = (rows: readonly (readonly [number, number])[]) =>
  [Float64Array.from(rows, (row) => row[0]), Float64Array.from(rows, (row) => row[1])] as const;

/** First, last, min and max of the finite samples of each column, and whether a missing value parts it from the one before. */
function perColumn(rows: readonly (readonly [number, number])[], startUs: number, endUs: number) {
  const width = (endUs - startUs) / COLUMNS;
  let wasMissing = false;
  const found: { column: number; values: number[]; isBroken: boolean }[] = [];
  for (const [time, value] of rows) {
    if (!(time >= startUs && time < endUs)) continue;
    const column = Math.floor((time - startUs) / width);
    if (!Number.isFinite(value)) {
      wasMissing = found.length > 0;
      continue;
    }
    if (found.at(-1)?.column !== column) found.push({ column, values: [], isBroken: wasMissing });
    wasMissing = false;
    found.at(-1)?.values.push(value);
  }
  return found.map(({ column, values, isBroken }) => ({
    column,
    first: values[0],
    last: values.at(-1),
    min: Math.min(...values),
    max: Math.max(...values),
    isBroken,
  }));
}

it('the chosen samples have the first, last, min and max of every column, and the breaks between columns', () => {
  const out = new Int32Array(M4_PER_COLUMN * COLUMNS);
  fc.assert(
    fc.property(sorted, (rows) => {
      const [times, values] = columns(rows);
      const chosen = [...out.subarray(0, m4(times, values, 0, rows.length, 0, 320, COLUMNS, out))];
      expect(chosen).toEqual([...new Set(chosen)].sort((a, b) => a - b));
      expect(chosen.filter((i) => Number.isFinite(rows[i]![1])).length).toBeLessThanOrEqual(4 * COLUMNS);
      expect(
        perColumn(
          chosen.map((i) => rows[i]!),
          0,
          320,
        ),
      ).toEqual(perColumn(rows, 0, 320));
    }),
    { numRuns: 500 },
  );
});

/** The pixels that a line through the points covers: between two points of one column all rows between them, and each step across. */
function raster(points: readonly (readonly [number, number])[], heightPx: number): Set<string> {
  const pixels = new Set<string>();
  const widthPx = 320 / COLUMNS;
  const span = (column: number, a: number, b: number): void => {
    for (let y = Math.floor(Math.min(a, b)); y <= Math.floor(Math.max(a, b)); y += 1) pixels.add(`${column}:${y}`);
  };
  const toY = (value: number): number => ((value + 50) / 100) * heightPx;
  points.forEach(([time, value], i) => {
    const column = Math.floor(time / widthPx);
    span(column, toY(value), toY(value));
    const before = points[i - 1];
    if (before === undefined) return;
    const from = Math.floor(before[0] / widthPx);
    const at = (x: number): number =>
      toY(before[1]) + ((toY(value) - toY(before[1])) * (x - before[0])) / Math.max(time - before[0], 1e-9);
    for (let c = from; c <= column; c += 1) {
      const [left, right] = [Math.max(before[0], c * widthPx), Math.min(time, (c + 1) * widthPx)];
      span(c, time === before[0] ? toY(before[1]) : at(left), time === before[0] ? toY(value) : at(right));
    }
  });
  return pixels;
}

it('the line through the chosen samples covers the pixels that the line through all of them covers', () => {
  const out = new Int32Array(M4_PER_COLUMN * COLUMNS);
  const finite = sorted.map((rows) =>
    rows.filter(([time, value]) => Number.isFinite(value) && time >= 0 && time < 320),
  );
  fc.assert(
    fc.property(finite, fc.integer({ min: 5, max: 60 }), (rows, heightPx) => {
      const [times, values] = columns(rows);
      const chosen = [...out.subarray(0, m4(times, values, 0, rows.length, 0, 320, COLUMNS, out))].map((i) => rows[i]!);
      expect([...raster(chosen, heightPx)].sort()).toEqual([...raster(rows, heightPx)].sort());
    }),
    { numRuns: 300 },
  );
});

it('m4Ring chooses what m4 chooses from the same samples, also where the ring has wrapped', () => {
  const [out, again] = [new Int32Array(M4_PER_COLUMN * COLUMNS), new Int32Array(M4_PER_COLUMN * COLUMNS)];
  fc.assert(
    fc.property(sorted, fc.nat(400), fc.integer({ min: 1, max: 250 }), (rows, before, capacity) => {
      const ring = new SampleRing(capacity);
      const early = Float64Array.from({ length: before }, (_, i) => i - 1000);
      ring.append(early, early, 0, before);
      const [times, values] = columns(rows);
      ring.append(times, values, 0, rows.length);
      const held = Array.from({ length: ring.length }, (_, i) => [ring.timeAt(i), ring.valueAt(i)] as const);
      const chosen = [...out.subarray(0, m4Ring(ring, 0, 320, COLUMNS, out))];
      expect(chosen).toEqual([...again.subarray(0, m4(...columns(held), 0, held.length, 0, 320, COLUMNS, again))]);
    }),
  );
});

it('an empty range, no columns and no samples choose nothing', () => {
  const out = new Int32Array(8).fill(-7);
  const times = Float64Array.of(1, 2, 3);
  expect(m4(times, times, 0, 3, 2, 2, 4, out)).toBe(0);
  expect(m4(times, times, 0, 3, 0, 4, 0, out)).toBe(0);
  expect(m4(times, times, 0, 3, 10, 20, 1, out)).toBe(0);
  expect(m4Ring(new SampleRing(4), 0, 10, 1, out)).toBe(0);
  expect([...out]).toEqual(Array(8).fill(-7));
});
