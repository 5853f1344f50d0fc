import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { nearestRank } from '../../../src/core/sketch/nearest-rank.ts';
import { QuantileSketch } from '../../../src/core/sketch/quantile-sketch.ts';
import { bucketValue, heldValues, naiveBytes, naiveQuantile } from './naive-sketch.ts';

const PERCENTS = [0, 0.1, 1, 7, 25, 50, 55, 75, 90, 95, 99, 99.9, 100];
const SPECIAL = [0, -0, 1e-300, -1e-300, 1e300, -1e300, 5e-324, -1e-310, 2 ** -1022, 2 ** 53 + 2, -(2 ** 60) - 4096];

const value = fc.oneof(
  fc.double(),
  fc.double({ min: -1000, max: 1000, noNaN: true }),
  fc.integer({ min: -50, max: 50 }),
  fc.constantFrom(...SPECIAL, Number.MAX_VALUE, -Number.MAX_VALUE, Number.NaN, Number.POSITIVE_INFINITY),
);
const few = fc.array(value, { maxLength: 20 });
const many = fc.array(value, { maxLength: 120, size: 'max' });
const anyValues = fc.oneof(few, many);

function sketchOf(values: readonly number[]): QuantileSketch {
  const sketch = new QuantileSketch();
  sketch.addMany(Float64Array.from(values), 0, values.length);
  return sketch;
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const bytesOf = (sketch: QuantileSketch): string => hex(sketch.encode());

function mergeOf(...sketches: readonly QuantileSketch[]): QuantileSketch {
  const merged = new QuantileSketch();
  for (const sketch of sketches) merged.merge(sketch);
  return merged;
}

describe('a quantile', () => {
  test('is the value at the nearest rank, or the middle of its bucket from the 33rd value on', () => {
    fc.assert(
      fc.property(anyValues, fc.constantFrom(...PERCENTS), (values, percent) => {
        const sketch = sketchOf(values);
        expect(sketch.exact).toBe(heldValues(values).length <= 32);
        expect(sketch.quantile(percent / 100)).toBe(naiveQuantile(values, percent, !sketch.exact));
      }),
      { numRuns: 200 },
    );
  });

  test('is within 0.79 % of the value at its rank, with its sign, and 0 for 0 and subnormals', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (held) => {
        const found = sketchOf(Array.from({ length: 33 }, () => held)).quantile(0.5);
        if (Math.abs(held) < 2 ** -1022) expect(found).toBe(0);
        else expect(Math.abs(found / held - 1)).toBeLessThanOrEqual(1 / 128);
      }),
      { numRuns: 1000 },
    );
  });

  test('is NaN of nothing, and for a q that is none', () => {
    expect(new QuantileSketch().quantile(0.5)).toBeNaN();
    expect(sketchOf([Number.NaN, Number.NEGATIVE_INFINITY]).quantile(0.5)).toBeNaN();
    for (const values of [[1, 2], Array.from({ length: 50 }, (_, i) => i)]) {
      const out = new Float64Array(2);
      sketchOf(values).quantiles([0.5, Number.NaN], out);
      expect(sketchOf(values).quantile(Number.NaN)).toBeNaN();
      expect(out[0]).not.toBeNaN();
      expect(out[1]).toBeNaN();
    }
  });

  test('outside [0, 1] is the first or the last', () => {
    const sketch = sketchOf([1, 2, 3]);
    expect([sketch.quantile(-1), sketch.quantile(2)]).toEqual([1, 3]);
  });

  test('comes out the same together with others, in any order of q', () => {
    fc.assert(
      fc.property(anyValues, fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 8 }), (values, qs) => {
        const sketch = sketchOf(values);
        const out = new Float64Array(qs.length);
        for (const order of [qs, qs.toSorted((a, b) => a - b), qs.toSorted((a, b) => b - a)]) {
          sketch.quantiles(order, out);
          expect([...out]).toEqual(order.map((q) => sketch.quantile(q)));
        }
      }),
    );
  });
});

describe('the nearest rank', () => {
  test('is ceil(p n / 100) in whole numbers, whatever p / 100 rounds to', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1000 }), fc.integer({ min: 1, max: 1e12 }), (permille, n) => {
        const exact = Number((BigInt(permille) * BigInt(n) + 999n) / 1000n);
        expect(nearestRank(permille / 1000, n)).toBe(Math.max(1, exact));
        expect(nearestRank(permille / 10 / 100, n)).toBe(Math.max(1, exact));
      }),
      { numRuns: 1000 },
    );
    expect([nearestRank(0.55, 100), Math.ceil(0.55 * 100)]).toEqual([55, 56]);
  });
});

describe('what a sketch holds', () => {
  test('depends on the values alone: any order, any grouping of merges, gives the bytes of the definition', () => {
    const parts = fc.array(anyValues, { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(parts, fc.integer({ min: 1, max: 3 }), (groups, cut) => {
        const bytes = hex(naiveBytes(groups.flat()));
        const sketches = groups.map(sketchOf);
        expect(bytesOf(sketchOf(groups.flat()))).toBe(bytes);
        expect(bytesOf(sketchOf(groups.flat().reverse()))).toBe(bytes);
        expect(bytesOf(mergeOf(...sketches))).toBe(bytes);
        expect(bytesOf(mergeOf(...sketches.toReversed()))).toBe(bytes);
        expect(bytesOf(mergeOf(mergeOf(...sketches.slice(0, cut)), mergeOf(...sketches.slice(cut))))).toBe(bytes);
      }),
      { numRuns: 40 },
    );
  });

  test('is the same by add, by addMany, and by addMany of any parts of any view', () => {
    fc.assert(
      fc.property(anyValues, fc.nat(10), fc.nat(120), (values, before, cut) => {
        const one = new QuantileSketch();
        for (const each of values) one.add(each);
        const view = new Float64Array(new ArrayBuffer((before + values.length + 3) * 8), before * 8, values.length + 2);
        view.set(values, 1);
        const middle = 1 + Math.min(cut, values.length);
        const parts = new QuantileSketch();
        parts.addMany(view, 1, middle);
        parts.addMany(view, middle, values.length + 1);
        expect(parts.count).toBe(heldValues(values).length);
        expect(bytesOf(parts)).toBe(bytesOf(one));
      }),
    );
  });

  test('is the same where all buckets are there already: any mix of signs, zeros, gaps and new keys, in any run', () => {
    const positive = fc.constantFrom(1, 1.5, 3, 1e3);
    const zeros = fc.constantFrom(1, 2, 0, -0, 5e-324);
    const mixed = fc.constantFrom(1, -1, 7, -64, 0, -0, Number.NaN, Number.POSITIVE_INFINITY, -5e-324);
    const run = fc.oneof(
      ...[positive, zeros, mixed, value].map((kind) => fc.array(kind, { maxLength: 150, size: 'max' })),
    );
    fc.assert(
      fc.property(fc.array(run, { minLength: 1, maxLength: 4 }), fc.nat(5), (runs, from) => {
        const sketch = new QuantileSketch();
        const added: number[] = [];
        for (const values of [...runs, ...runs]) {
          sketch.addMany(Float64Array.from(values), Math.min(from, values.length), values.length);
          added.push(...values.slice(from));
        }
        expect(sketch.count).toBe(heldValues(added).length);
        expect(bytesOf(sketch)).toBe(hex(naiveBytes(added)));
      }),
      { numRuns: 150 },
    );
  });

  test('twice is it merged with itself', () => {
    fc.assert(
      fc.property(anyValues, (values) => {
        const sketch = sketchOf(values);
        sketch.merge(sketch);
        expect(bytesOf(sketch)).toBe(hex(naiveBytes([...values, ...values])));
      }),
    );
  });

  test('is never changed by what a merge or a clone does elsewhere', () => {
    fc.assert(
      fc.property(anyValues, anyValues, (a, b) => {
        const [x, y] = [sketchOf(a), sketchOf(b)];
        const copy = x.clone();
        copy.merge(y);
        copy.subtract(x);
        copy.addMany(Float64Array.from(a), 0, a.length);
        expect([bytesOf(x), bytesOf(y)]).toEqual([hex(naiveBytes(a)), hex(naiveBytes(b))]);
        expect(bytesOf(x.clone())).toBe(bytesOf(x));
      }),
    );
  });

  test('is nothing after clear, and what follows is as in a new one', () => {
    fc.assert(
      fc.property(anyValues, anyValues, (a, b) => {
        const sketch = sketchOf(a);
        sketch.clear();
        expect([sketch.count, sketch.exact, bytesOf(sketch)]).toEqual([0, true, '010000']);
        sketch.addMany(Float64Array.from(b), 0, b.length);
        expect(bytesOf(sketch)).toBe(hex(naiveBytes(b)));
      }),
    );
  });

  test('takes no further memory once its range is covered', () => {
    const values = Float64Array.from({ length: 5000 }, (_, i) => Math.exp((i % 100) / 10) * (i % 3 === 0 ? -1 : 1));
    const sketch = new QuantileSketch();
    sketch.addMany(values, 0, values.length);
    const { bytes } = sketch;
    sketch.clear();
    sketch.addMany(values, 0, values.length);
    sketch.addMany(values, 0, values.length);
    expect(sketch.bytes).toBe(bytes);
    expect(sketch.clone().bytes).toBeLessThanOrEqual(bytes);
  });
});

describe('subtract', () => {
  test('undoes merge: the same bytes, or the buckets of values that were single before', () => {
    fc.assert(
      fc.property(anyValues, anyValues, (a, b) => {
        const sketch = sketchOf(a);
        const other = sketchOf(b);
        sketch.merge(other);
        const bucketed = !sketch.exact && heldValues(a).length > 0;
        sketch.subtract(other);
        expect(bytesOf(sketch)).toBe(hex(naiveBytes(a, bucketed)));
        expect(sketch.count).toBe(heldValues(a).length);
      }),
      { numRuns: 80 },
    );
  });

  test('lets a window slide over panes: merge the newest, subtract the oldest', () => {
    fc.assert(
      fc.property(fc.array(many, { minLength: 4, maxLength: 8 }), (panes) => {
        const sliding = new QuantileSketch();
        for (let i = 0; i < panes.length; i++) {
          sliding.merge(sketchOf(panes[i]!));
          if (i >= 3) sliding.subtract(sketchOf(panes[i - 3]!));
          const held = heldValues(panes.slice(Math.max(0, i - 2), i + 1).flat());
          expect(bytesOf(sliding)).toBe(hex(naiveBytes(held, !sliding.exact)));
        }
      }),
      { numRuns: 20 },
    );
  });

  test('takes of what is there only, and no count falls below 0', () => {
    fc.assert(
      fc.property(anyValues, anyValues, (a, b) => {
        const sketch = sketchOf(a);
        const other = sketchOf(b);
        const single = sketch.exact && other.exact;
        const left = heldValues(a);
        for (const taken of heldValues(b)) {
          const same = (held: number): boolean => (single ? held === taken : bucketValue(held) === bucketValue(taken));
          const at = left.findIndex(same);
          if (at >= 0) left.splice(at, 1);
        }
        sketch.subtract(other);
        expect(sketch.count).toBe(left.length);
        expect(bytesOf(sketch)).toBe(hex(naiveBytes(left, !single && left.length > 0)));
      }),
      { numRuns: 80 },
    );
  });

  test('of itself leaves nothing', () => {
    for (const length of [0, 20, 200]) {
      const sketch = sketchOf(Array.from({ length }, (_, i) => i - 10));
      sketch.subtract(sketch);
      expect(bytesOf(sketch)).toBe('010000');
    }
  });
});

describe('beyond 2^32 values', () => {
  const base = Array.from({ length: 40 }, (_, i) => i - 8);
  const sketch = sketchOf(base);
  for (let i = 0; i < 30; i++) sketch.merge(sketch);

  test('counts and quantiles stay exact', () => {
    expect(sketch.count).toBe(40 * 2 ** 30);
    for (const percent of PERCENTS) expect(sketch.quantile(percent / 100)).toBe(naiveQuantile(base, percent, true));
    sketch.add(1);
    sketch.addMany(Float64Array.from(base), 0, 40);
    expect(sketch.count).toBe(40 * 2 ** 30 + 41);
  });

  test('decode(encode(x)) equals x, and a narrow sketch takes a wide one', () => {
    const read = QuantileSketch.decode(sketch.encode());
    expect([read.count, bytesOf(read)]).toEqual([sketch.count, bytesOf(sketch)]);
    const narrow = sketchOf(base);
    narrow.merge(sketch);
    narrow.subtract(sketch);
    expect(bytesOf(narrow)).toBe(hex(naiveBytes(base, true)));
  });

  test('a single bucket passes 2^32 - 1', () => {
    const one = sketchOf(Array.from({ length: 64 }, () => 7));
    for (let i = 0; i < 26; i++) one.merge(one);
    expect(one.count).toBe(2 ** 32);
    one.add(7);
    expect(QuantileSketch.decode(one.encode()).count).toBe(2 ** 32 + 1);
  });
});

interface Vector {
  readonly name: string;
  readonly values: readonly (number | string)[];
  readonly count: number;
  readonly bytes: string;
  readonly quantiles: readonly (readonly [number, number | string])[];
}

const vectors = JSON.parse(
  readFileSync(new URL('../../fixtures/sketch/vectors.json', import.meta.url), 'utf8'),
) as readonly Vector[];

test.each(vectors)('the shared vector "$name" has its bytes and quantiles', ({ values, count, bytes, quantiles }) => {
  const sketch = sketchOf(values.map(Number));
  expect([sketch.count, bytesOf(sketch)]).toEqual([count, bytes]);
  const read = QuantileSketch.decode(Buffer.from(bytes, 'hex'));
  for (const [q, expected] of quantiles) {
    expect(sketch.quantile(q)).toBe(Number(expected));
    expect(read.quantile(q)).toBe(Number(expected));
  }
});
