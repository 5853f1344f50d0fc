import fc from 'fast-check';
import { expect, it } from 'vitest';
import { LineBuffer } from '../../../src/core/line-buffer.ts';
import { columnOf } from '../../../src/core/retention/fill-columns.ts';
import { SampleRing } from '../../../src/core/sample-ring.ts';

interface Column {
  readonly column: number;
  readonly min: number;
  readonly max: number;
  readonly sum: number;
  readonly count: number;
  readonly breaks: boolean;
}

/**
 * The column of each of the samples `[i, j)`, one at a time: that of its time, or, in an aligned block of 128 x 2^k slots no
 * wider than 0.52 of a column, that of the middle of the largest such block.
 */
function naiveAssignment(ring: SampleRing, i: number, j: number, columnUs: number): number[] {
  const found: number[] = [];
  const last = Math.floor(ring.timeAt(j - 1) / columnUs);
  ring.eachRun(i, j, (times, _values, from, to, offset) => {
    for (let slot = from; slot < to; slot += 1) {
      let column = Math.floor(times[slot]! / columnUs);
      for (let size = 128; size <= 128 * 2 ** 13; size *= 2) {
        const start = slot - (slot % size);
        const next = start + size + offset;
        if (start < from || start + size > to || next >= ring.length) break;
        const [startUs, endUs] = [times[start]!, ring.timeAt(next)];
        if (endUs - startUs <= columnUs * 0.52) column = Math.min(last, Math.floor((startUs + endUs) / 2 / columnUs));
      }
      found.push(column);
    }
  });
  return found;
}

/** The columns of samples `[i, j)`, one sample at a time. */
function naiveColumns(ring: SampleRing, i: number, j: number, columnOfSample: readonly number[]): Column[] {
  const found: Column[] = [];
  for (let k = i; k < j; k += 1) {
    const column = columnOfSample[k - i]!;
    const value = ring.valueAt(k);
    const last = found.at(-1);
    const begun = last?.column === column ? last : null;
    const breaks = begun?.breaks ?? (Number.isNaN(value) || (k > 0 && Number.isNaN(ring.valueAt(k - 1))));
    const { min, max, sum, count } = begun ?? { min: 1 / 0, max: -1 / 0, sum: 0, count: 0 };
    const isSample = Number.isFinite(value);
    const next = {
      column,
      min: isSample ? Math.min(min, value) : min,
      max: isSample ? Math.max(max, value) : max,
      sum: isSample ? sum + value : sum,
      count: isSample ? count + 1 : count,
      breaks,
    };
    if (begun !== null) found.pop();
    found.push(next);
  }
  return found;
}

/** A ring that grew, wrapped, took late rows and let old ones go. */
const anyRing = fc
  .record({
    capacity: fc.constantFrom(500, 3000, 20_000, 80_000),
    batches: fc.array(
      fc.record({
        count: fc.nat(20_000),
        late: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.nat(300)),
        step: fc.integer({ min: 1, max: 5 }),
        gaps: fc.constantFrom(0, 7, 997, 3001),
        pause: fc.constantFrom(0, 0, 900, 60_000),
      }),
      { minLength: 1, maxLength: 6 },
    ),
    evict: fc.option(fc.nat(9000)),
    isRestored: fc.boolean(),
  })
  .map(({ capacity, batches, evict, isRestored }) => {
    const ring = new SampleRing(capacity);
    let clock = -20_000;
    for (const { count, late, step, gaps, pause } of batches) {
      clock += pause - late;
      const times = Float64Array.from({ length: count }, (_, i) => {
        clock += i % 10 === 0 ? 0 : step;
        return clock;
      });
      const values = Float64Array.from({ length: count }, (_, i) =>
        gaps > 0 && i % gaps === 0 ? (i % 2 === 0 ? Number.NaN : 1 / 0) : ((i * 7919 + count) % 4001) - 2000,
      );
      // The first rows one by one: alone they take another path.
      const single = Math.min(count, 900);
      for (let i = 0; i < single; i += 1) ring.append(times, values, i, i + 1);
      ring.append(times, values, single, count);
    }
    if (evict !== null && ring.length > 0) ring.evictBefore(ring.timeAt(Math.min(evict, ring.length - 1)));
    return isRestored ? SampleRing.restore(ring.save()) : ring;
  });

it('each sample is in one column, at most 0.26 of one off; columns have the min, max, sum, count and break of theirs', () => {
  const out = new LineBuffer();
  let widest = 0;
  let moved = 0;
  fc.assert(
    fc.property(
      anyRing,
      fc.array(
        fc.record({ from: fc.nat(80_000), to: fc.nat(80_000), columnUs: fc.constantFrom(1, 3, 40, 333, 5000, 70_000) }),
        { minLength: 3, maxLength: 3 },
      ),
      (ring, ranges) => {
        for (const { from, to, columnUs } of ranges) {
          const [i, j] = [Math.min(from, to, ring.length), Math.min(Math.max(from, to), ring.length)];
          if (i === j) continue;
          const first = columnOf(ring.timeAt(i), columnUs);
          const count = columnOf(ring.timeAt(j - 1), columnUs) - first + 1;
          if (count > 60_000) continue;
          out.ensure(count);
          for (const [column, empty] of [
            [out.value, 0],
            [out.weight, 0],
            [out.min, 1 / 0],
            [out.max, -1 / 0],
            [out.breakBefore, 0],
          ] as const)
            column.fill(empty);
          ring.fillColumns(i, j, columnUs, first, out);
          const assigned = naiveAssignment(ring, i, j, columnUs);
          for (const [k, column] of assigned.entries()) {
            const time = ring.timeAt(i + k);
            const away = Math.max(column * columnUs - time, time - (column + 1) * columnUs);
            if (away > columnUs * 0.26) throw new Error(`a sample is ${away} us from its column of ${columnUs} us`);
            if (Math.floor(time / columnUs) !== column) moved += 1;
          }
          const expected = naiveColumns(ring, i, j, assigned);
          const read = expected.map(({ column }) => {
            const at = column - first;
            return {
              column,
              min: out.min[at],
              max: out.max[at],
              sum: out.value[at],
              count: out.weight[at],
              breaks: out.breakBefore[at] === 1,
            };
          });
          expect(read).toEqual(expected);
          let total = 0;
          for (const weight of out.weight.subarray(0, count)) total += weight;
          expect(total).toBe(expected.reduce((sum, column) => sum + column.count, 0));
          widest = Math.max(widest, ...expected.map((column) => column.count));
        }
      },
    ),
    { numRuns: 60 },
  );
  expect(widest).toBeGreaterThan(1000);
  expect(moved).toBeGreaterThan(100);
});

it('columnOf is the column that holds the time, rounding of the edges included', () => {
  fc.assert(
    fc.property(
      fc.double({ min: -(2 ** 52), max: 2 ** 52, noNaN: true }),
      fc.double({ min: 1, max: 1e9, noNaN: true }),
      (timeUs, columnUs) => {
        const column = columnOf(timeUs, columnUs);
        expect(column * columnUs <= timeUs && timeUs < (column + 1) * columnUs).toBe(true);
      },
    ),
  );
});
