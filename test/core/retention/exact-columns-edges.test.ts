import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LineBuffer } from '../../../src/core/line-buffer.ts';
import { MinMaxPyramid } from '../../../src/core/min-max-pyramid.ts';
import { columnOf } from '../../../src/core/retention/column-of.ts';
import { fillExactly } from '../../../src/core/retention/exact-columns.ts';
import type { SampleRun } from '../../../src/core/retention/sample-run.ts';
import { SampleRing } from '../../../src/core/sample-ring.ts';

function emptied(out: LineBuffer, count: number): void {
  out.ensure(count);
  out.value.fill(0);
  out.weight.fill(0);
  out.min.fill(Number.POSITIVE_INFINITY);
  out.max.fill(Number.NEGATIVE_INFINITY);
  out.breakBefore.fill(0);
}

interface Column {
  readonly min: number;
  readonly max: number;
  readonly sum: number;
  readonly count: number;
  readonly breaks: number;
}

/** One sample at a time into the column of its time; the first one of a column breaks it where it or the one before is missing. */
function plainly(run: SampleRun, columnUs: number): Map<number, Column> {
  const found = new Map<number, Column>();
  for (let slot = run.from; slot < run.to; slot += 1) {
    const column = Math.floor(run.time[slot]! / columnUs);
    const value = run.value[slot]!;
    const isAfterMissing = slot > run.from ? Number.isNaN(run.value[slot - 1]) : run.followsMissing;
    const breaks = Number.isNaN(value) || isAfterMissing ? 1 : 0;
    const held = found.get(column) ?? { min: Infinity, max: -Infinity, sum: 0, count: 0, breaks };
    const isSample = Number.isFinite(value);
    found.set(column, {
      min: isSample ? Math.min(held.min, value) : held.min,
      max: isSample ? Math.max(held.max, value) : held.max,
      sum: isSample ? held.sum + value : held.sum,
      count: held.count + (isSample ? 1 : 0),
      breaks: held.breaks,
    });
  }
  return found;
}

test('each sample is in the column of its time, however many blocks a column has and wherever the run begins and ends', () => {
  const out = new LineBuffer();
  const anySteps = fc.constantFrom([1], [0, 0, 1], [3, 0, 5], [1, 1, 1, 1, 1, 1, 1, 900], [40]);
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 1500 }),
      anySteps,
      fc.constantFrom(0, 5, 64, 128, 301),
      fc.constantFrom(1, 2, 7, 60, 130, 1000, 5000),
      fc.tuple(fc.nat(300), fc.nat(300), fc.nat(100), fc.boolean()),
      (length, steps, gaps, columnUs, [before, after, unread, followsMissing]) => {
        const slots = Math.ceil((before + length + after + unread) / 128) * 128;
        const time = new Float64Array(slots);
        let clock = -500;
        for (let i = 0; i < slots; i += 1) time[i] = clock += steps[i % steps.length]!;
        const value = Float64Array.from({ length: slots }, (_, i) =>
          gaps > 0 && i % gaps === 0 ? (i % 2 === 0 ? Number.NaN : Infinity) : ((i * 7919) % 401) - 200,
        );
        const pyramid = new MinMaxPyramid();
        pyramid.grow(slots);
        const heldTo = before + length + after;
        // Blocks beyond what is held are of an earlier lap: their rows must not be believed.
        pyramid.complete(
          time,
          value.map((x, i) => (i < heldTo ? x : 1e6)),
          0,
          slots,
        );
        const [from, to] = [before, before + length];
        const lastUs = time[to - 1]!;
        const { levels, starts } = pyramid;
        const run = { time, value, levels, starts, from, to, heldTo, nextUs: Infinity, lastUs, followsMissing };
        const first = columnOf(time[from]!, columnUs);
        const count = columnOf(lastUs, columnUs) - first + 1;
        emptied(out, count);
        const cursor = { slot: from, entry: -1 };
        fillExactly(run, to, columnUs, first, cursor, out);
        expect(cursor).toEqual({ slot: to, entry: count - 1 });
        const expected = plainly(run, columnUs);
        for (let at = 0; at < count; at += 1) {
          const {
            min,
            max,
            sum,
            count: n,
            breaks,
          } = expected.get(first + at) ?? { min: Infinity, max: -Infinity, sum: 0, count: 0, breaks: 0 };
          if (
            out.min[at] !== min ||
            out.max[at] !== max ||
            out.value[at] !== sum ||
            out.weight[at] !== n ||
            out.breakBefore[at] !== breaks
          ) {
            expect([at, out.min[at], out.max[at], out.value[at], out.weight[at], out.breakBefore[at]]).toEqual([
              ...[at, min, max, sum, n, breaks],
            ]);
          }
        }
      },
    ),
    { numRuns: 20 },
  );
});

test('a missing sample that has left the ring breaks nothing, one that is still held does', () => {
  const out = new LineBuffer();
  for (const stepUs of [1, 1000]) {
    const times = Float64Array.from({ length: 400 }, (_, i) => i * stepUs);
    const values = Float64Array.from({ length: 400 }, (_, i) => (i === 127 || i === 9 ? Number.NaN : i));
    const ring = new SampleRing(500);
    ring.append(times, values, 0, 400);
    const breakAt = (i: number): number | undefined => {
      emptied(out, 500);
      ring.fillColumns(i, ring.length, 1000, Math.floor(ring.timeAt(i) / 1000), out);
      return out.breakBefore[0];
    };
    expect([breakAt(128), breakAt(129), breakAt(10), breakAt(9), breakAt(8)]).toEqual([1, 0, 1, 1, 0]);
    ring.evictBefore(10 * stepUs);
    expect(breakAt(0)).toBe(0);
    ring.evictBefore(128 * stepUs);
    expect(breakAt(0)).toBe(0);
  }
});
