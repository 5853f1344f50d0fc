import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DistinctSet } from '../../src/core/distinct-set.ts';
import { isStreamVizError } from '../../src/core/errors.ts';

const value = fc.oneof(
  fc.integer({ min: -9, max: 9 }),
  fc.double(),
  fc.constantFrom(0, -0, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 5e-324, 2 ** 53 + 2),
);
const values = fc.array(value, { maxLength: 60, size: 'max' });
const limit = fc.integer({ min: 1, max: 40 });

/** The definition: a Set of the finite values (a Set takes 0 and -0 as one). */
const distinct = (all: readonly number[]): number => new Set(all.filter(Number.isFinite)).size;

function setOf(all: readonly number[], most: number): DistinctSet {
  const set = new DistinctSet(most);
  set.addMany(Float64Array.from(all), 0, all.length);
  return set;
}

const stateOf = (set: DistinctSet): unknown => [...set.save()];

function expectDefinition(set: DistinctSet, all: readonly number[], most: number): void {
  expect([set.size, set.overflowed]).toEqual([Math.min(distinct(all), most), distinct(all) > most]);
}

test('the size is the number of distinct finite values, or the limit and overflowed', () => {
  fc.assert(
    fc.property(values, limit, (all, most) => {
      expectDefinition(setOf(all, most), all, most);
      const one = new DistinctSet(most);
      for (const each of all) one.add(each);
      expectDefinition(one, all, most);
    }),
  );
});

test('exactly the limit is exact, one value more is "at least"', () => {
  const set = new DistinctSet();
  set.addMany(
    Float64Array.from({ length: 20_000 }, (_, i) => (i % 10_000) / 7),
    0,
    20_000,
  );
  expect([set.limit, set.size, set.overflowed]).toEqual([10_000, 10_000, false]);
  set.add(-1);
  expect([set.size, set.overflowed, set.bytes]).toEqual([10_000, true, 0]);
  set.add(-2);
  expect(set.size).toBe(10_000);
});

test('0 and -0 are one value, saved as 0', () => {
  expect([setOf([-0, 0], 5).size, Object.is(setOf([-0], 5).save()[2], 0)]).toEqual([1, true]);
});

test('any order and any grouping of merges of any limits gives the same state, overflow included', () => {
  const part = fc.tuple(values, limit);
  fc.assert(
    fc.property(part, part, part, (x, y, z) => {
      const make = (...parts: readonly DistinctSet[]): DistinctSet => {
        const merged = parts[0]!.clone();
        for (const other of parts.slice(1)) merged.merge(other);
        return merged;
      };
      const [a, b, c] = [setOf(...x), setOf(...y), setOf(...z)];
      const most = Math.min(x[1], y[1], z[1]);
      const all = [...x[0], ...y[0], ...z[0]];
      const expected = stateOf(make(a, b, c));
      expect(stateOf(make(a, make(b, c)))).toEqual(expected);
      expect(stateOf(make(c, b, a))).toEqual(expected);
      expect(stateOf(setOf(all, most))).toEqual(expected);
      expectDefinition(make(a, b, c), all, most);
      expect(stateOf(make(a, a))).toEqual(stateOf(a));
    }),
  );
});

test('addMany reads the range it was given', () => {
  const set = new DistinctSet(9);
  set.addMany(Float64Array.of(1, 2, 3, 4, 5), 1, 3);
  expect([...set.save()]).toEqual([9, 0, 2, 3]);
});

test('restore(save(x)) equals x and goes on alike; a clone shares nothing', () => {
  fc.assert(
    fc.property(values, values, limit, (a, b, most) => {
      const set = setOf(a, most);
      const restored = DistinctSet.restore(set.save());
      const copy = set.clone();
      copy.addMany(Float64Array.from(b), 0, b.length);
      restored.addMany(Float64Array.from(b), 0, b.length);
      expect(stateOf(set)).toEqual(stateOf(setOf(a, most)));
      expect(stateOf(restored)).toEqual(stateOf(setOf([...a, ...b], most)));
      expect(stateOf(copy)).toEqual(stateOf(restored));
      set.clear();
      expect(stateOf(set)).toEqual([most, 0]);
      set.addMany(Float64Array.from(b), 0, b.length);
      expect(stateOf(set)).toEqual(stateOf(setOf(b, most)));
    }),
  );
});

test.each([
  ['nothing', []],
  ['no mark', [5]],
  ['a limit of 0', [0, 0]],
  ['half a limit', [1.5, 0]],
  ['a mark of 2', [5, 2]],
  ['a value twice', [5, 0, 1, 1]],
  ['NaN', [5, 0, Number.NaN]],
  ['more values than the limit', [1, 0, 1, 2]],
  ['values although overflowed', [5, 1, 1]],
])('a state with %s is refused', (_, saved) => {
  try {
    DistinctSet.restore(Float64Array.from(saved));
    expect.unreachable();
  } catch (error) {
    expect(isStreamVizError(error, 'STATE_INVALID')).toBe(true);
  }
});

test('values that differ in few bits cost no long search: a million adds of 10,000 values take under a second', () => {
  for (const step of [1, 2 ** -20, 2 ** 20, 1e-300]) {
    const held = Float64Array.from({ length: 10_000 }, (_, i) => (i + 1) * step);
    const set = new DistinctSet();
    const began = performance.now();
    for (let i = 0; i < 25; i++) set.addMany(held, 0, held.length);
    expect(set.size).toBe(10_000);
    expect(performance.now() - began).toBeLessThan(250);
  }
});
