import fc from 'fast-check';
import { expect, test } from 'vitest';
import { firstFrom, isRisingRun, runEnd } from '../../src/core/time-runs.ts';

/** By definition: the first sample at or after the edge or before its predecessor. */
function plainEnd(times: Float64Array, from: number, to: number, edge: number): number {
  let i = from + 1;
  while (i < to && times[i]! >= times[i - 1]! && times[i]! < edge) i += 1;
  return i;
}

test('a run ends at the edge wherever it lies, in a run of any length, equal times included', () => {
  const times = Float64Array.from({ length: 220 }, (_, i) => i >> 1);
  for (const [from, to] of [
    [0, 220],
    [0, 17],
    [3, 20],
    [7, 99],
    [100, 219],
  ] as const) {
    for (let edge = times[from]! + 1; edge < 112; edge += 1) {
      expect([from, to, edge, runEnd(times, from, to, edge)]).toEqual([
        from,
        to,
        edge,
        plainEnd(times, from, to, edge),
      ]);
    }
    expect(runEnd(times, from, to, Infinity)).toBe(to);
  }
});

test('a run ends at the one sample that is out of order, wherever that is and however far it jumps', () => {
  const wrong: number[] = [];
  for (let at = 1; at < 110; at += 1) {
    for (const jump of [-0.5, -1.5, -50, 0.5, 1.5, 60, 1000, Number.NaN]) {
      const times = Float64Array.from({ length: 110 }, (_, i) => i);
      times[at]! += jump;
      for (const edge of [40, 90, 2000]) {
        if (runEnd(times, 0, 110, edge) !== plainEnd(times, 0, 110, edge)) wrong.push(at, jump, edge);
      }
    }
  }
  expect(wrong).toEqual([]);
});

test('a run ends at the first time that falls, is at or after the edge, or is no number', () => {
  const step = fc.oneof({ weight: 40, arbitrary: fc.constantFrom(0, 1, 1, 2) }, fc.constantFrom(-1, 60, Number.NaN));
  const long = fc.array(step, { minLength: 1, maxLength: 400 });
  fc.assert(
    fc.property(long, fc.nat({ max: 20 }), fc.nat({ max: 600 }), fc.nat({ max: 30 }), (steps, skip, edge, behind) => {
      let time = 0;
      const times = Float64Array.from(steps, (by) => {
        if (Number.isNaN(by)) return by;
        time += by;
        return time;
      });
      const from = Math.min(skip, steps.length - 1);
      const to = Math.max(from + 1, steps.length - behind);
      fc.pre(times[from]! < edge);
      let end = from + 1;
      while (end < to && times[end]! >= times[end - 1]! && times[end]! < edge) end += 1;
      expect(runEnd(times, from, to, edge)).toBe(end);
    }),
    { numRuns: 1000 },
  );
});

test('among times that never fall the first at or after an edge is found', () => {
  const steps = fc.array(fc.constantFrom(0, 1, 1, 2), { minLength: 1, maxLength: 400 });
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

test('times that rise past the edge and fall back behind it do not hide the end of the run', () => {
  const times = Float64Array.from({ length: 300 }, (_, i) => (i >= 40 && i < 60 ? 1000 + i : i));
  expect(runEnd(times, 0, 300, 500)).toBe(40);
  expect(runEnd(times, 0, 300, 2000)).toBe(60);
});

test('samples are in order where no time is smaller than the one before it', () => {
  const steps = fc.array(fc.oneof({ weight: 30, arbitrary: fc.constantFrom(0, 1, 2) }, fc.constant(-1)), {
    minLength: 1,
    maxLength: 60,
  });
  fc.assert(
    fc.property(steps, fc.nat({ max: 59 }), (by, skip) => {
      let time = 0;
      const times = Float64Array.from(by, (step) => (time += step));
      const from = Math.min(skip, by.length - 1);
      expect(isRisingRun(times, from, by.length)).toBe(by.slice(from + 1).every((step) => step >= 0));
    }),
    { numRuns: 1000 },
  );
});
