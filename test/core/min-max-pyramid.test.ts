import fc from 'fast-check';
import { expect, it } from 'vitest';
import { clearSummary, MinMaxPyramid } from '../../src/core/min-max-pyramid.ts';

const SLOTS = 1_200_000;
const BLOCK = 128;
const LEVELS = 14;

/** Values with missing ones in some blocks and none in others, and times that stand still now and then. */
const values = Float64Array.from({ length: SLOTS }, (_, i) => {
  if (i % 11 === 0 && i % 50_000 < 20_000) return i % 2 === 0 ? Number.NaN : Number.NEGATIVE_INFINITY;
  return ((i * 7919) % 10_007) - 5000;
});
const times = Float64Array.from({ length: SLOTS }, (_, i) => Math.floor(i / 3) * 7 - 1e6);

/** Min, max, sum and count, said plainly; the sums are of whole numbers, so no order rounds them. */
function summaryOf(from: number, to: number): Float64Array {
  let [min, max, sum, count] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, 0];
  for (const value of values.subarray(from, to)) {
    if (!Number.isFinite(value)) continue;
    min = Math.min(min, value);
    max = Math.max(max, value);
    sum += value;
    count += 1;
  }
  return Float64Array.of(min, max, sum, count);
}

/** A pyramid over all values that grew once and was completed in steps of many sizes. */
function completed(): MinMaxPyramid {
  const pyramid = new MinMaxPyramid();
  pyramid.grow(1000);
  let at = 0;
  for (let step = 1; at < SLOTS; step = (step * 3 + 7) % 5000) {
    const to = Math.min(SLOTS, at + step);
    if (to > 1000) pyramid.grow(SLOTS);
    pyramid.complete(times, values, at, to);
    at = to;
  }
  return pyramid;
}

it('add over any range equals a scan, however the slots were completed, blocks of all levels included', () => {
  const pyramid = completed();
  const out = new Float64Array(4);
  const anySlot = fc.nat(SLOTS);
  const anyRange = fc.oneof(
    fc.tuple(anySlot, anySlot),
    fc.tuple(anySlot, fc.nat(200)).map(([a, n]) => [a, Math.min(SLOTS, a + n)] as const),
  );
  fc.assert(
    fc.property(anyRange, ([a, b]) => {
      const [from, to] = [Math.min(a, b), Math.max(a, b)];
      clearSummary(out);
      pyramid.add(values, from, to, out);
      expect(out).toEqual(summaryOf(from, to));
    }),
    { examples: [[[0, SLOTS]], [[1, SLOTS - 1]]] },
  );
});

it('add widens what it is given', () => {
  const pyramid = completed();
  for (const [from, to] of [
    [5, 5],
    [5, 40],
    [5, 70_000],
  ] as const) {
    const out = Float64Array.of(-9999, 9999, 3, 2);
    pyramid.add(values, from, to, out);
    const [, , sum, count] = summaryOf(from, to);
    expect([...out]).toEqual([-9999, 9999, 3 + sum!, 2 + count!]);
  }
});

it('every block of every level has the summary of its values and the time of its first one', () => {
  const { levels, starts } = completed();
  expect(levels).toHaveLength(LEVELS);
  for (const [k, level] of levels.entries()) {
    const size = BLOCK * 2 ** k;
    const blocks = Math.floor(SLOTS / size);
    expect(level).toHaveLength(blocks * 4);
    expect(starts[k]).toHaveLength(blocks);
    for (let block = 0; block < blocks; block += Math.max(1, blocks >> 5)) {
      expect(level.slice(block * 4, block * 4 + 4)).toEqual(summaryOf(block * size, (block + 1) * size));
      expect(starts[k]![block]).toBe(times[block * size]);
    }
  }
});

it('completing slots again takes their new values, and no others', () => {
  const fresh = Float64Array.from(values.subarray(0, 4096));
  const pyramid = new MinMaxPyramid();
  pyramid.grow(4096);
  pyramid.complete(times, fresh, 0, 4096);
  fresh[1000] = 1e9;
  fresh[3000] = -1e9;
  pyramid.complete(times, fresh, 1000, 2048);
  const out = new Float64Array(4);
  clearSummary(out);
  pyramid.add(fresh, 960, 4096, out);
  expect([out[0]! > -1e9, out[1]]).toEqual([true, 1e9]);
});

it('takes at most 0.63 bytes a slot', () => {
  const pyramid = new MinMaxPyramid();
  pyramid.grow(1 << 20);
  expect(pyramid.bytes).toBe(
    Array.from({ length: LEVELS }, (_, k) => 40 * 2 ** (13 - k)).reduce((total, bytes) => total + bytes, 0),
  );
  expect(pyramid.bytes / 2 ** 20).toBeLessThanOrEqual(0.63);
});
