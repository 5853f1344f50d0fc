import fc from 'fast-check';
import { expect, test } from 'vitest';
import { countKeys } from '../../../src/core/sketch/bucket-kernel.ts';
import {
  bucketMiddle,
  FIRST_KEY,
  KEY_END,
  KEY_MASK,
  KEY_SHIFT,
  SIGN_KEY,
  signedKeyOf,
} from '../../../src/core/sketch/bucket-key.ts';
import { BucketStore } from '../../../src/core/sketch/bucket-store.ts';

const SIZE = 24;

/** A range of keys somewhere, the lowest and the highest of all floats included. */
const low = fc.constantFrom(
  FIRST_KEY,
  FIRST_KEY + 1,
  signedKeyOf(0.3),
  signedKeyOf(1) - 2,
  signedKeyOf(1),
  KEY_END - SIZE,
);

/** Values by where their key lies from `low`: mostly within the range, at both of its edges, and just outside. */
const inside = fc.nat(SIZE - 1).map((place) => ({ place, sign: 1 }));
const signed = fc.record({ place: fc.nat(SIZE - 1), sign: fc.constantFrom(1, -1) });
const outside = fc.record({ place: fc.constantFrom(-1, SIZE, SIZE + 1), sign: fc.constantFrom(1, -1) });
const special = fc.constantFrom(0, -0, 5e-324, -1e-310, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY);
const counted = fc.oneof(
  { weight: 60, arbitrary: fc.oneof(inside, inside, inside, signed, special) },
  { weight: 1, arbitrary: outside },
);
const run = fc.oneof(
  fc.array(inside, { maxLength: 170, size: 'max' }),
  fc.array(fc.oneof(inside, signed), { maxLength: 170, size: 'max' }),
  fc.array(counted, { maxLength: 170, size: 'max' }),
);

const float = new Float64Array(1);
const words = new Uint32Array(float.buffer);

/** Somewhere in the bucket: its bits below the key say nothing about where it is counted. */
function floatAt(from: number, at: { readonly place: number; readonly sign: number } | number): number {
  if (typeof at === 'number') return at;
  words[1] = ((from + at.place) << KEY_SHIFT) | (at.place % 2 === 0 ? 4 : 8193);
  return at.sign * float[0]!;
}

/** Counted one at a time: the slots of `[0, size)` above, the same below where there are any, and the zeros at the end. */
function plainly(values: readonly number[], from: number, counts: Uint32Array, hasNegative: boolean) {
  let skipped = 0;
  for (const [i, value] of values.entries()) {
    const key = signedKeyOf(value) & KEY_MASK;
    const place = key - from;
    if (!Number.isFinite(value)) skipped += 1;
    else if (key < FIRST_KEY) counts[counts.length - 1]! += 1;
    else if (place < 0 || place >= SIZE || (value < 0 && !hasNegative)) return { stopped: i, skipped };
    else counts[place + (value < 0 ? SIZE : 0)]! += 1;
  }
  return { stopped: values.length, skipped };
}

test('counting many equals counting one at a time up to the first without a slot, and reads nothing outside its range', () => {
  fc.assert(
    fc.property(low, run, fc.boolean(), fc.nat(9), fc.nat(9), (from, given, hasNegative, before, after) => {
      const values = given.map((at) => floatAt(from, at));
      // What stands around the range would all be counted.
      const around = (length: number): number[] => Array.from({ length }, () => bucketMiddle(from));
      const all = Float64Array.from([...around(before), ...values, ...around(after)]);
      const expected = new Uint32Array((hasNegative ? 2 : 1) * SIZE + 1);
      const { stopped, skipped } = plainly(values, from, expected, hasNegative);
      const counts = new Uint32Array(expected.length);
      const left = new Float64Array(1);
      const end = before + values.length;
      expect(countKeys(new Uint32Array(all.buffer), before, end, counts, from, SIZE, left)).toBe(before + stopped);
      expect([...counts]).toEqual([...expected]);
      expect(left[0]).toBe(skipped);
    }),
    { numRuns: 120 },
  );
});

test('a store without buckets counts no word, one that covers a range counts all of it', () => {
  const values = Float64Array.of(1, -1, 0, 2, 1);
  const words = new Uint32Array(values.buffer);
  const store = new BucketStore();
  expect(store.addWords(words, 2, 5, new Float64Array(1))).toBe(2);
  store.cover(signedKeyOf(1), signedKeyOf(2) + 1, true);
  expect(store.addWords(words, 0, 5, new Float64Array(1))).toBe(5);
  expect([store.zeros, store.positive[signedKeyOf(1) - store.low], store.positive[signedKeyOf(2) - store.low]]).toEqual(
    [1, 2, 1],
  );
  expect(store.negative[(signedKeyOf(-1) & KEY_MASK) - store.low]).toBe(1);
});

test('room is made for no key twice: what is merged fits into a store that covers it, and an empty one adds nothing', () => {
  const [store, other] = [new BucketStore(), new BucketStore()];
  for (const value of [1, 2, -1, 0]) store.add(signedKeyOf(value));
  const { counts, low: lowest, size } = store;
  other.merge(new BucketStore());
  expect([other.counts.length, other.size]).toEqual([0, 0]);
  for (const value of [1, -2, 0, 0]) other.add(signedKeyOf(value));
  store.merge(other);
  expect([store.counts === counts, store.low, store.size]).toEqual([true, lowest, size]);
  const at = (from: BucketStore, value: number): number =>
    (value < 0 ? from.negative : from.positive)[(signedKeyOf(value) & KEY_MASK) - from.low] ?? 0;
  expect([1, 2, -1, -2].map((value) => at(store, value))).toEqual([2, 1, 1, 1]);
  expect(store.zeros).toBe(3);
  // A store that grows to one side keeps the other edge.
  store.cover(lowest - 1, lowest, false);
  expect([store.low + store.size, store.low < lowest]).toEqual([lowest + size, true]);
  const end = store.low + store.size;
  const start = store.low;
  store.cover(end, end + 1, false);
  expect([store.low, store.low + store.size > end]).toEqual([start, true]);
  expect([1, 2, -1, -2].map((value) => at(store, value))).toEqual([2, 1, 1, 1]);
});

test('a store keeps its counts wherever it grows, and needs no other room for a key that it covers', () => {
  const kinds = fc.record({ key: fc.integer({ min: FIRST_KEY, max: KEY_END - 1 }), isNegative: fc.boolean() });
  const near = fc.record({ key: fc.integer({ min: 60_000, max: 60_300 }), isNegative: fc.boolean() });
  const edges = fc.record({
    key: fc.constantFrom(FIRST_KEY, FIRST_KEY + 1, KEY_END - 1, KEY_END - 2),
    isNegative: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(fc.oneof({ weight: 12, arbitrary: near }, kinds, edges), { maxLength: 8 }), (keys) => {
      const store = new BucketStore();
      const expected = new Map<number, number>();
      for (const { key, isNegative } of keys) {
        const signedKey = key + (isNegative ? SIGN_KEY : 0);
        store.add(signedKey);
        expected.set(signedKey, (expected.get(signedKey) ?? 0) + 1);
        const { counts } = store;
        store.cover(key, key + 1, isNegative);
        expect(store.counts).toBe(counts);
        expect(store.low).toBeGreaterThanOrEqual(FIRST_KEY);
        expect(store.low + store.size).toBeLessThanOrEqual(KEY_END);
      }
      const found = new Map<number, number>();
      for (const [i, count] of store.negative.entries()) if (count > 0) found.set(store.low + i + SIGN_KEY, count);
      for (const [i, count] of store.positive.entries()) if (count > 0) found.set(store.low + i, count);
      expect(found.size).toBe(expected.size);
      for (const [key, count] of expected) expect(found.get(key)).toBe(count);
    }),
    { numRuns: 10 },
  );
});
