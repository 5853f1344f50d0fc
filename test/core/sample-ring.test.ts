import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SampleRing } from '../../src/core/sample-ring.ts';

type Row = readonly [time: number, value: number];

const anyValue = fc.oneof(
  fc.integer({ min: -100, max: 100 }),
  fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, -0, 1e300),
);
const anyRows = (timeMax: number): fc.Arbitrary<Row[]> =>
  fc.array(fc.tuple(fc.integer({ min: -timeMax, max: timeMax }), anyValue), { maxLength: 120 });

/** What a ring holds, said plainly: a stable sort, then the newest. */
class NaiveRing {
  rows: Row[] = [];
  readonly capacity: number;
  constructor(capacity: number) {
    this.capacity = capacity;
  }
  append(batch: readonly Row[]): void {
    this.rows = [...this.rows, ...batch].sort((a, b) => a[0] - b[0]).slice(-this.capacity);
  }
}

function appendRows(ring: SampleRing, rows: readonly Row[], pad = 0): void {
  const times = Float64Array.from([...Array(pad).fill(0), ...rows.map((row) => row[0])]);
  const values = Float64Array.from([...Array(pad).fill(0), ...rows.map((row) => row[1])]);
  ring.append(times, values, pad, pad + rows.length);
}

const held = (ring: SampleRing): Row[] =>
  Array.from({ length: ring.length }, (_, i) => [ring.timeAt(i), ring.valueAt(i)] as const);

function naiveSummary(rows: readonly Row[]): number[] {
  const finite = rows.map((row) => row[1]).filter((value) => Number.isFinite(value));
  return [Math.min(...finite), Math.max(...finite), finite.reduce((sum, value) => sum + value, 0), finite.length];
}

function expectEqual(ring: SampleRing, naive: NaiveRing): void {
  expect(held(ring)).toEqual(naive.rows);
  expect(ring.firstTimeUs).toBe(naive.rows[0]?.[0] ?? Number.NaN);
  expect(ring.lastTimeUs).toBe(naive.rows.at(-1)?.[0] ?? Number.NaN);
}

describe('SampleRing', () => {
  it('holds the newest of all appended samples by time, ties by arrival, whatever the batches and their order', () => {
    const sorted = anyRows(1000).map((rows) => [...rows].sort((a, b) => a[0] - b[0]));
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 150 }),
        fc.array(fc.oneof(anyRows(20), sorted), { maxLength: 12 }),
        (capacity, batches) => {
          const ring = new SampleRing(capacity);
          const naive = new NaiveRing(capacity);
          for (const batch of batches) {
            appendRows(ring, batch, batch.length % 3);
            naive.append(batch);
            expectEqual(ring, naive);
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  it('min, max, sum, count and bounds equal a scan over any range, through growth, wrap-around and late rows', () => {
    const out = new Float64Array(4);
    fc.assert(
      fc.property(
        fc.constantFrom(700, 1000, 2500, 3333),
        fc.array(fc.record({ count: fc.nat(1500), late: fc.nat(400), step: fc.nat(3) }), {
          minLength: 1,
          maxLength: 8,
        }),
        fc.array(fc.tuple(fc.nat(), fc.nat()), { minLength: 5, maxLength: 5 }),
        (capacity, batches, ranges) => {
          const ring = new SampleRing(capacity);
          const naive = new NaiveRing(capacity);
          let clock = 0;
          for (const { count, late, step } of batches) {
            clock -= late;
            const rows = Array.from({ length: count }, (_, i): Row => {
              clock += step;
              return [clock, i % 7 === 0 ? Number.NaN : ((i * 7919 + clock * 31) % 2003) - 1000];
            });
            appendRows(ring, rows);
            naive.append(rows);
          }
          expectEqual(ring, naive);
          for (const [a, b] of ranges) {
            const [i, j] = [a % (ring.length + 1), b % (ring.length + 1)].sort((x, y) => x - y) as [number, number];
            ring.minMaxSum(i, j, out);
            expect(Array.from(out)).toEqual(naiveSummary(naive.rows.slice(i, j)));
            expect(ring.finiteCount(i, j)).toBe(out[3]);
            const time = naive.rows[i]?.[0] ?? 0;
            const bound = naive.rows.findIndex((row) => row[0] >= time);
            expect(ring.lowerBound(time)).toBe(bound < 0 ? ring.length : bound);
            expect(ring.lowerBoundFrom(0, time, ring.length)).toBe(ring.lowerBound(time));
            expect(ring.lowerBoundFrom(i, time, j)).toBe(Math.min(j, Math.max(i, ring.lowerBound(time))));
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it('replaceAll(rows) equals clear() then append(rows)', () => {
    fc.assert(
      fc.property(anyRows(50), anyRows(50), (before, after) => {
        const ring = new SampleRing(128);
        const naive = new NaiveRing(128);
        appendRows(ring, before);
        const times = Float64Array.from(after, (row) => row[0]);
        ring.replaceAll(
          times,
          Float64Array.from(after, (row) => row[1]),
          0,
          after.length,
        );
        naive.append(after);
        expectEqual(ring, naive);
      }),
    );
  });

  it('takes at most 17.5 bytes a sample at a million samples, the pyramid included', () => {
    const ring = new SampleRing(1_000_000);
    const times = Float64Array.from({ length: 10_000 }, (_, i) => i);
    for (let round = 0; round < 101; round++) {
      ring.append(
        times.map((time) => time + round * 10_000),
        times,
        0,
        times.length,
      );
    }
    expect(ring.length).toBe(1_000_000);
    expect(ring.firstTimeUs).toBe(10_000);
    expect(ring.bytes / ring.length).toBeLessThanOrEqual(17.5);
  });
});
