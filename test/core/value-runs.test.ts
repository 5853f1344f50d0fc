import fc from 'fast-check';
import { expect, test } from 'vitest';
import { foldValues, RUN_EVEN, RUN_FIELDS, RUN_MAX, RUN_MIN, RUN_ODD } from '../../src/core/value-runs.ts';

interface Folded {
  readonly count: number;
  readonly min: number;
  readonly max: number;
  readonly even: number;
  readonly odd: number;
}

/** What is held before: extremes of a value that is held, and sums. */
type Held = Omit<Folded, 'count'>;

const NOTHING = { even: 0, odd: 0 };

function folded(values: Float64Array, from: number, to: number, held: Held): Folded {
  const fold = new Float64Array(RUN_FIELDS);
  fold[RUN_MIN] = held.min;
  fold[RUN_MAX] = held.max;
  fold[RUN_EVEN] = held.even;
  fold[RUN_ODD] = held.odd;
  const count = foldValues(values, from, to, fold);
  return { count, min: fold[RUN_MIN]!, max: fold[RUN_MAX]!, even: fold[RUN_EVEN]!, odd: fold[RUN_ODD]! };
}

/** One by one. */
function plainly(values: Float64Array, from: number, to: number, held: Held): Folded {
  let { min, max, even, odd } = held;
  let count = 0;
  for (const value of values.subarray(from, to)) {
    if (!Number.isFinite(value)) continue;
    if (value < min) min = value;
    if (value > max) max = value;
    if (count % 2 === 0) even += value;
    else odd += value;
    count += 1;
  }
  return { count, min, max, even, odd };
}

/** Of the first value, or of what stands around it. */
const heldOf = (values: Float64Array, from: number): Held => ({ ...NOTHING, min: values[from]!, max: values[from]! });

const far = fc.constantFrom(1.7e308, -1.7e308, 5e-324, -5e-324, 0, -0, 1e16, 1e16 + 2, 1e16 + 4, 2 ** 53, 2 ** 53 + 2);
const near = fc.integer({ min: -6, max: 6 }).map((ulps) => 1 + ulps * Number.EPSILON);
const small = fc.integer({ min: -100, max: 100 });
const broken = fc.constantFrom(Number.NaN, Infinity, -Infinity);

test('a fold is that of its values one by one: ends of the doubles, neighbours, what is not finite', () => {
  const finite = fc.oneof(small, near, far, fc.double({ noNaN: true, noDefaultInfinity: true }));
  const run = (one: fc.Arbitrary<number>) => fc.array(one, { minLength: 1, maxLength: 400, size: 'max' });
  const runs = fc.oneof(
    run(small),
    run(near),
    run(far),
    run(finite),
    run(fc.oneof({ weight: 20, arbitrary: finite }, broken)),
  );
  fc.assert(
    fc.property(finite, runs, fc.nat({ max: 5 }), (first, rest, behind) => {
      const values = Float64Array.of(7, first, ...rest);
      const to = Math.max(2, values.length - behind);
      expect(folded(values, 1, to, heldOf(values, 1))).toEqual(plainly(values, 1, to, heldOf(values, 1)));
      const held = { min: Math.min(first, -3), max: Math.max(first, 50), even: 0.5, odd: -1e10 };
      expect(folded(values, 1, to, held)).toEqual(plainly(values, 1, to, held));
    }),
    { numRuns: 2000 },
  );
});

test('a new extreme is seen wherever it stands, by however little it is one', () => {
  const missed: unknown[] = [];
  for (const [low, high] of [
    [-1, 1],
    [1, 1 + 2 ** -40],
    [1e16, 1e16 + 8],
    [-1.7e308, 1.7e308],
    [0, 0],
    [5e-324, 1e-323],
    [-(2 ** 54), 0.25],
    [-0.25, 2 ** 54],
  ] as const) {
    for (const beyond of [nextUp(high), -nextUp(-low), high, low]) {
      for (let at = 1; at < 200; at += 1) {
        const values = Float64Array.from({ length: 200 }, (_, i) =>
          i === 0 ? low : i === 1 ? high : low / 2 + high / 2,
        );
        values[at] = beyond;
        const own = folded(values, 0, 200, heldOf(values, 0));
        const plain = plainly(values, 0, 200, heldOf(values, 0));
        if (own.min !== plain.min || own.max !== plain.max) missed.push([low, high, beyond, at]);
      }
    }
  }
  expect(missed).toEqual([]);
});

test('parts of an even number of values give the whole to the last bit, and of an odd number with the sums swapped', () => {
  const values = Float64Array.from({ length: 300 }, (_, i) => Math.sin(i * 0.7) * 10 ** ((i * 7) % 11));
  const whole = folded(values, 0, 300, heldOf(values, 0));
  for (let at = 1; at < 300; at += 1) {
    const { count: _count, ...part } = folded(values, 0, at, heldOf(values, 0));
    const swapped = at % 2 === 1;
    const rest = folded(values, at, 300, swapped ? { ...part, even: part.odd, odd: part.even } : part);
    const sums = swapped ? [rest.odd, rest.even] : [rest.even, rest.odd];
    expect([at, ...sums, rest.min, rest.max]).toEqual([at, whole.even, whole.odd, whole.min, whole.max]);
  }
});

/** The next larger double of a finite one. */
function nextUp(value: number): number {
  const bits = new BigInt64Array(1);
  const double = new Float64Array(bits.buffer);
  double[0] = value + 0;
  bits[0]! += double[0] >= 0 ? 1n : -1n;
  return double[0];
}
