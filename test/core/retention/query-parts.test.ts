import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LineBuffer } from '../../../src/core/line-buffer.ts';
import { coveredFromUs } from '../../../src/core/retention/query-parts.ts';
import { RetainedSeries, type RetentionOptions } from '../../../src/core/retention/retained-series.ts';

type Row = readonly [time: number, value: number];

const DURATIONS = [10, 100, 600];

const anyValue = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: -100, max: 100 }) },
  fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY),
);
/** Batches that mostly move on and sometimes reach back. */
const anyBatches: fc.Arbitrary<Row[][]> = fc
  .array(
    fc.record({
      move: fc.integer({ min: -400, max: 900 }),
      rows: fc.array(fc.tuple(fc.nat(300), anyValue), { maxLength: 60 }),
      isSorted: fc.boolean(),
    }),
    { minLength: 1, maxLength: 12 },
  )
  .map((batches) => {
    let clock = -1000;
    return batches.map(({ move, rows, isSorted }) => {
      clock += move;
      const placed = rows.map(([time, value]): Row => [clock + time, value]);
      return isSorted ? placed.sort((a, b) => a[0] - b[0]) : placed;
    });
  });
const anyOptions: fc.Arbitrary<RetentionOptions> = fc.record({
  durations: fc.constant(DURATIONS),
  rawCapacity: fc.constantFrom(1, 20, 64, 1000),
  cellLimit: fc.constantFrom(7, 12, 30, 1000),
  retentionUs: fc.constantFrom(500, 2000, Number.POSITIVE_INFINITY),
});
const anyRange = fc.record({ from: fc.integer({ min: -30, max: 80 }), cells: fc.integer({ min: 1, max: 120 }) });

function appendRows(series: RetainedSeries, rows: readonly Row[]): void {
  series.append(
    Float64Array.from(rows, ([time]) => time),
    Float64Array.from(rows, ([, value]) => value),
    0,
    rows.length,
  );
}

function fill(options: RetentionOptions, batches: readonly (readonly Row[])[]): [RetainedSeries, Row[]] {
  const series = new RetainedSeries(options);
  for (const rows of batches) appendRows(series, rows);
  return [series, batches.flat().filter(([, value]) => Number.isFinite(value))];
}

const between = (rows: readonly Row[], startUs: number, endUs: number): number[] =>
  rows.filter(([time]) => time >= startUs && time < endUs).map(([, value]) => value);

describe('queryParts', () => {
  it('parts tile what is retained of the range: no overlap, no hole, only whole cells wider than asked for', () => {
    fc.assert(
      fc.property(
        anyOptions,
        anyBatches,
        fc.integer({ min: -3000, max: 3000 }),
        fc.nat(4000),
        (options, batches, a, n) => {
          const [series] = fill(options, batches);
          const parts = series.parts(a, a + n);
          const start = Math.max(a, coveredFromUs(series));
          if (!(start < a + n)) {
            expect(parts).toEqual([]);
            return;
          }
          for (const [i, part] of parts.entries()) {
            expect(part.endUs).toBeGreaterThan(part.startUs);
            if (i > 0) expect(part.startUs).toBe(parts[i - 1]!.endUs);
            if (i > 0) expect(part.tier).not.toBe(parts[i - 1]!.tier);
          }
          const [first, last] = [parts[0]!, parts.at(-1)!];
          expect(first.startUs).toBeLessThanOrEqual(start);
          expect(last.endUs).toBeGreaterThanOrEqual(a + n);
          if (first.tier === 'raw') expect(first.startUs).toBe(start);
          else if (first.startUs < start) expect(Math.floor(start / first.tier) * first.tier).toBe(first.startUs);
          if (last.tier === 'raw') expect(last.endUs).toBe(a + n);
          else if (last.endUs > a + n) expect(last.endUs - last.tier).toBeLessThan(a + n);
        },
      ),
      { numRuns: 400 },
    );
  });

  it('each part counts exactly the samples of its time, and only the last is raw, whatever came late or left', () => {
    let raw = 0;
    let cells = 0;
    fc.assert(
      fc.property(anyOptions, anyBatches, anyRange, (options, batches, { from, cells: count }) => {
        // In order: a late sample may fall before what its tier retains, and be counted as gone.
        const ordered = batches.map((rows, i) => rows.map(([time, value]): Row => [time + i * 700, value]));
        const sorted = ordered.flat().sort((a, b) => a[0] - b[0]);
        const [series, samples] = fill(
          options,
          ordered.map((_, i) => sorted.slice(i * 40, (i + 1) * 40)).concat([sorted.slice(ordered.length * 40)]),
        );
        const parts = series.parts(from * 100, (from + count) * 100);
        for (const [i, part] of parts.entries()) {
          expect(part.count).toBe(between(samples, part.startUs, part.endUs).length);
          if (part.tier === 'raw') raw += 1;
          else cells += 1;
          if (i < parts.length - 1) expect(part.tier).not.toBe('raw');
        }
      }),
      { numRuns: 400 },
    );
    expect(Math.min(raw, cells)).toBeGreaterThan(2);
  });

  it('with edges on cell edges of the coarsest tier the counts add up to the samples in the range', () => {
    fc.assert(
      fc.property(anyOptions, anyBatches, anyRange, (options, batches, { from, cells }) => {
        const sorted = batches.flat().sort((a, b) => a[0] - b[0]);
        const [series, samples] = fill({ ...options, cellLimit: 1000, retentionUs: Number.POSITIVE_INFINITY }, [
          sorted.slice(0, 50),
          sorted.slice(50),
        ]);
        const range = [Math.floor(from / 6) * 600, Math.floor(from / 6) * 600 + cells * 600] as const;
        const total = series.parts(...range).reduce((sum, part) => sum + part.count, 0);
        expect(total).toBe(between(samples, ...range).length);
      }),
    );
  });

  it('late rows are in the parts like any others while their tier retains their time', () => {
    fc.assert(
      fc.property(anyBatches, fc.constantFrom(1, 20, 300), (batches, rawCapacity) => {
        const [series, samples] = fill({ durations: DURATIONS, rawCapacity, cellLimit: 1000 }, batches);
        const total = series.parts(-60_000, 60_000).reduce((sum, part) => sum + part.count, 0);
        expect(total).toBe(samples.length);
      }),
    );
  });
});

describe('RetainedSeries.readLine', () => {
  it('over all columns min and max are those of all samples of the parts, at any zoom', () => {
    const out = new LineBuffer();
    fc.assert(
      fc.property(
        anyOptions,
        anyBatches,
        fc.integer({ min: -3000, max: 3000 }),
        fc.integer({ min: 1, max: 6000 }),
        fc.integer({ min: 1, max: 50 }),
        (options, batches, a, n, pixels) => {
          const sorted = batches.flat().sort((x, y) => x[0] - y[0]);
          const [series, samples] = fill(options, [sorted.slice(0, 70), sorted.slice(70)]);
          const { parts } = series.readLine(a, a + n, pixels, out);
          const values = parts.flatMap(({ startUs, endUs }) => between(samples, startUs, endUs));
          const drawn = [...out.min.subarray(0, out.length)].filter(Number.isFinite);
          const drawnMax = [...out.max.subarray(0, out.length)].filter(Number.isFinite);
          const cut = parts.some(({ tier }) => tier !== 'raw');
          if (cut) {
            // A cell at the edge may have its samples outside of the columns: nothing inside is hidden.
            const inside = between(samples, Math.max(a, parts[0]!.startUs), a + n);
            if (inside.length === 0) return;
            expect(Math.min(...drawn)).toBeLessThanOrEqual(Math.min(...inside));
            expect(Math.max(...drawnMax)).toBeGreaterThanOrEqual(Math.max(...inside));
            expect(Math.min(...drawn)).toBeGreaterThanOrEqual(Math.min(...values));
            expect(Math.max(...drawnMax)).toBeLessThanOrEqual(Math.max(...values));
          } else {
            expect(Math.min(...drawn)).toBe(Math.min(...values));
            expect(Math.max(...drawnMax)).toBe(Math.max(...values));
          }
        },
      ),
      { numRuns: 400 },
    );
  });

  it('a single spike is never hidden, wherever it lies and whatever the zoom, raw or in cells', () => {
    const out = new LineBuffer();
    const count = 40_000;
    const times = Float64Array.from({ length: count }, (_, i) => i * 7);
    fc.assert(
      fc.property(
        fc.nat(count - 1),
        fc.constantFrom(-1e6, 1e6),
        fc.constantFrom(1000, 20_000, 40_000),
        fc.array(
          fc.record({
            before: fc.double({ min: 0, max: 1, noNaN: true }),
            zoom: fc.double({ min: 0, max: 18, noNaN: true }),
            pixels: fc.integer({ min: 1, max: 2000 }),
          }),
          { minLength: 4, maxLength: 4 },
        ),
        (spike, height, rawCapacity, views) => {
          const values = Float64Array.from({ length: count }, (_, i) => (i === spike ? height : Math.sin(i)));
          const series = new RetainedSeries({ durations: [1000, 10_000], rawCapacity, cellLimit: 5000 });
          for (let i = 0; i < count; i += 5000) series.append(times, values, i, i + 5000);
          for (const { before, zoom, pixels } of views) {
            const span = 2 ** zoom;
            const startUs = times[spike]! - before * span;
            series.readLine(startUs, Math.max(times[spike]! + 1, startUs + span), pixels, out);
            const drawn =
              height < 0 ? Math.min(...out.min.subarray(0, out.length)) : Math.max(...out.max.subarray(0, out.length));
            expect(drawn).toBe(height);
          }
        },
      ),
      { numRuns: 40 },
    );
  });
});
