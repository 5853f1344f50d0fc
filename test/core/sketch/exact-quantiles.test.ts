import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { exactQuantiles } from '../../../src/core/sketch/exact-quantiles.ts';
import { nearestRank } from '../../../src/core/sketch/nearest-rank.ts';

const QS = [0, 0.01, 0.25, 0.5, 0.5, 0.9, 0.95, 0.99, 0.999, 1];

/** What sorting all and taking the place gives. */
const sorted = (values: readonly number[], qs: readonly number[]): number[] => {
  const ascending = Float64Array.from(values, (value) => value + 0).sort();
  return qs.map((q) => ascending[nearestRank(q, values.length) - 1]!);
};

function quantiles(values: readonly number[], qs: readonly number[], behind: readonly number[] = []): number[] {
  const out = new Float64Array(qs.length);
  exactQuantiles(Float64Array.from([...values, ...behind]), values.length, qs, out);
  return [...out];
}

const number = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.integer({ min: -5, max: 5 }),
  fc.constantFrom(0, -0, 1e300, -1e300, 5e-324, 2 ** 53),
);
const quantile = fc.double({ min: 0, max: 1, noNaN: true });

describe('exact quantiles', () => {
  test('are those of sorting, for any values and any ascending quantiles', () => {
    fc.assert(
      fc.property(
        fc.array(number, { minLength: 1, maxLength: 400 }),
        fc.array(quantile, { minLength: 1, maxLength: 6 }),
        fc.array(number, { maxLength: 5 }),
        (values, draws, behind) => {
          const qs = draws.sort((a, b) => a - b);
          expect(quantiles(values, qs, behind)).toEqual(sorted(values, qs));
        },
      ),
      { numRuns: 500 },
    );
  });

  const shapes: Readonly<Record<string, (i: number, n: number) => number>> = {
    rising: (i) => i,
    falling: (i) => -i,
    constant: () => 7,
    'of two values': (i) => i % 2,
    'rising, then falling': (i, n) => Math.min(i, n - i),
    'a saw': (i) => i % 100,
    'all but one equal': (i, n) => (i === n >> 1 ? 1 : 0),
    scattered: (i) => (i * 7919) % 10_007,
  };

  test.each(Object.entries(shapes))('of 10,000 values, %s, are those of sorting', (_name, shape) => {
    const values = Array.from({ length: 10_000 }, (_, i) => shape(i, 10_000));
    expect(quantiles(values, QS)).toEqual(sorted(values, QS));
  });

  test('of values that make every pivot a bad one are those of sorting, in no more than n log n', () => {
    const values = medianOfThreeKiller(10_000);
    expect(quantiles(values, [0.5])).toEqual(sorted(values, [0.5]));
    let reads = 0;
    const counted = new Proxy(Float64Array.from(values), {
      get(target, key) {
        if (typeof key === 'string') reads += 1;
        const held: unknown = Reflect.get(target, key);
        return typeof held === 'function' ? held.bind(target) : held;
      },
    });
    exactQuantiles(counted, values.length, [0.5], new Float64Array(1));
    expect(reads).toBeLessThan(10_000 * 80);
  });

  test('are given as 0 where the value is -0', () => {
    expect(Object.is(quantiles([-0, -0, -0], [0.5])[0], 0)).toBe(true);
  });
});

/** Musser's sequence (1997): each median of first, middle and last is nearly the smallest. */
function medianOfThreeKiller(n: number): number[] {
  const half = n / 2;
  return Array.from({ length: n }, (_, i) => {
    if (i >= half) return 2 * (i - half + 1);
    return i % 2 === 0 ? i + 1 : half + i + (half % 2 === 0 ? 0 : 1);
  });
}
