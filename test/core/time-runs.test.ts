import fc from 'fast-check';
import { expect, test } from 'vitest';
import { firstFrom, isRisingRun } from '../../src/core/time-runs.ts';

test('among times that never fall the first at or after an edge is found', () => {
  const steps = fc.array(fc.constantFrom(0, 1, 1, 2), { minLength: 1, maxLength: 400, size: 'max' });
  fc.assert(
    fc.property(
      steps,
      fc.nat({ max: 40 }),
      fc.integer({ min: -5, max: 600 }),
      fc.nat({ max: 30 }),
      (by, skip, edge, behind) => {
        let time = 0;
        const times = Float64Array.from(by, (step) => (time += step));
        const from = Math.min(skip, by.length);
        const to = Math.max(from, by.length - behind);
        let first = from;
        while (first < to && times[first]! < edge) first += 1;
        expect(firstFrom(times, from, to, edge)).toBe(first);
      },
    ),
    { numRuns: 1000 },
  );
});

test('samples are in order where no time is smaller than the one before it', () => {
  const step = fc.oneof({ weight: 30, arbitrary: fc.constantFrom(0, 1, 2) }, fc.constantFrom(-1, Number.NaN));
  const steps = fc.array(step, { minLength: 1, maxLength: 60 });
  fc.assert(
    fc.property(steps, fc.nat({ max: 59 }), (by, skip) => {
      let time = 0;
      const times = Float64Array.from(by, (step) => {
        if (!Number.isNaN(step)) time += step;
        return step + time - step;
      });
      const from = Math.min(skip, by.length - 1);
      const own = [...times.subarray(from)];
      expect(isRisingRun(times, from, by.length)).toBe(own.every((t, i) => i === 0 || t >= own[i - 1]!));
    }),
    { numRuns: 1000 },
  );
});
