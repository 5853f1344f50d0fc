import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PastEnds } from '../../../standalone/server/hub/past-ends.ts';

const name = fc.integer({ min: 0, max: 9 }).map(String);

test('an end is never too early, and right for the newest names', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(name, fc.integer({ min: -100, max: 100 }))), (noted) => {
      const [few, many] = [new PastEnds(3), new PastEnds(10)];
      const truth = new Map<string, number>();
      for (const [session, endUs] of noted) {
        few.note(session, endUs);
        many.note(session, endUs);
        truth.set(session, Math.max(endUs, truth.get(session) ?? Number.NEGATIVE_INFINITY));
      }
      for (let i = 0; i < 10; i += 1) {
        const endUs = truth.get(String(i)) ?? Number.NEGATIVE_INFINITY;
        expect(few.of(String(i))).toBeGreaterThanOrEqual(endUs);
        expect(many.of(String(i))).toBe(endUs);
      }
    }),
  );
});

test('a session without samples takes no place', () => {
  const ends = new PastEnds(1);
  ends.note('a', 5);
  ends.note('b', Number.NEGATIVE_INFINITY);
  expect([ends.of('a'), ends.of('b')]).toEqual([5, Number.NEGATIVE_INFINITY]);
});
