import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CellTiers } from '../../../src/core/cell-tiers.ts';
import { coveredFromUs } from '../../../src/core/retention/query-parts.ts';
import { RetainedSeries } from '../../../src/core/retention/retained-series.ts';
import { SampleRing } from '../../../src/core/sample-ring.ts';

const START_US = 1_763_000_000_000_000;

/** Rising samples `stepUs` apart, in batches of 997. */
function feed(series: RetainedSeries, count: number, stepUs: number, after: () => void = () => undefined): void {
  const times = Float64Array.from({ length: count }, (_, i) => START_US + i * stepUs);
  const values = Float64Array.from({ length: count }, (_, i) => Math.sin(i) * 10);
  for (let i = 0; i < count; i += 997) {
    series.append(times, values, i, Math.min(count, i + 997));
    after();
  }
}

describe('eviction', () => {
  it('by time: raw samples older than the retention leave, cells by whole cells of the coarsest tier, and all that left is counted', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 20_000 }),
        fc.integer({ min: 1, max: 300 }),
        fc.integer({ min: 10, max: 900_000 }),
        (count, stepUs, retentionUs) => {
          const durations = [1000, 10_000, 60_000];
          const series = new RetainedSeries({ durations, retentionUs });
          feed(series, count, stepUs);
          const newest = START_US + (count - 1) * stepUs;
          const held = Math.min(count, Math.floor(retentionUs / stepUs) + 1);
          expect(series.ring.length).toBe(held);
          expect(series.lostRaw).toBe(count - held);
          const edge = Math.floor((newest - retentionUs) / 60_000) * 60_000;
          const gone = Math.max(0, Math.min(count, Math.ceil((edge - START_US) / stepUs)));
          expect([series.gone, series.cells.count]).toEqual([gone, count - gone]);
          if (edge > START_US) expect(coveredFromUs(series)).toBe(edge);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('by bytes: after every append the bytes held are within the bound, what is held and gone add up, and the newest stay', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 60_000, max: 400_000 }),
        fc.constantFrom(1, 40, 700, 20_000),
        (maxBytes, stepUs) => {
          const series = new RetainedSeries({ durations: [100, 1000, 10_000], maxBytes });
          let most = 0;
          feed(series, 30_000, stepUs, () => {
            most = Math.max(most, series.bytes);
          });
          expect(most).toBeLessThanOrEqual(maxBytes);
          expect(series.cells.count + series.gone).toBe(30_000);
          expect(series.ring.length + series.lostRaw).toBe(30_000);
          expect(series.ring.lastTimeUs).toBe(START_US + 29_999 * stepUs);
          const parts = series.parts(START_US, START_US + 30_000 * stepUs);
          const covered = Math.max(0, Math.ceil((coveredFromUs(series) - START_US) / stepUs));
          expect(parts.reduce((sum, part) => sum + part.count, 0)).toBe(30_000 - covered);
          expect(30_000 - covered).toBe(Math.max(series.cells.count, series.ring.length));
        },
      ),
      { numRuns: 30 },
    );
  });

  it('a parent keeps the finer sum: what evictBytes takes from the finest tier stays in the next', () => {
    const cells = new CellTiers({ durations: [10, 100, 1000], limit: 1e6 });
    const times = Float64Array.from({ length: 5000 }, (_, i) => i * 3);
    const values = Float64Array.from({ length: 5000 }, (_, i) => (i * 7919) % 101);
    cells.addSamples(times, values, 0, 5000);
    const before = cells.summary();
    cells.evictBytes(cells.bytes / 2);
    expect(cells.tiers[0]!.size).toBeLessThan(1500);
    expect(cells.gone).toBe(0);
    expect(cells.summary()).toEqual(before);
  });

  it('evictBefore drops the samples before a time, counts them, and says from where on nothing left', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 500 }), { maxLength: 700 }),
        fc.integer({ min: -5, max: 505 }),
        (times, edge) => {
          const ring = new SampleRing(600);
          const sorted = [...times].sort((a, b) => a - b);
          ring.append(Float64Array.from(times), new Float64Array(times.length), 0, times.length);
          const held = sorted.slice(-600);
          const dropped = held.filter((time) => time < edge).length;
          expect(ring.evictBefore(edge)).toBe(dropped);
          expect(ring.lost).toBe(times.length - held.length + dropped);
          const gone = sorted.slice(0, times.length - held.length + dropped);
          expect(ring.lostUpToUs).toBe(gone.at(-1) ?? Number.NEGATIVE_INFINITY);
          const more = Float64Array.from({ length: 400 }, (_, i) => 600 + i);
          ring.append(more, more, 0, 400);
          const all = [...held.slice(dropped), ...more].slice(-600);
          expect(Array.from({ length: ring.length }, (_, i) => ring.timeAt(i))).toEqual(all);
          const out = new Float64Array(4);
          ring.minMaxSum(0, ring.length, out);
          expect(out[3]).toBe(all.length);
          expect(out[2]).toBe(all.reduce((sum, time) => sum + (time >= 600 ? time : 0), 0));
        },
      ),
    );
  });
});
