import fc from 'fast-check';
import { expect, it } from 'vitest';
import { addValues, clearSummary, MinMaxPyramid } from '../../src/core/min-max-pyramid.ts';

it('add over any range equals a scan, however the slots were completed, blocks of all three levels included', () => {
  const slots = 70_000;
  const values = Float64Array.from({ length: slots }, (_, i) =>
    i % 11 === 0 ? Number.NaN : ((i * 7919) % 10_007) - 5000,
  );
  const pyramid = new MinMaxPyramid();
  pyramid.grow(1000);
  let at = 0;
  for (let step = 1; at < slots; step = (step * 3 + 7) % 5000) {
    const to = Math.min(slots, at + step);
    if (to > 1000) pyramid.grow(slots);
    pyramid.complete(values, at, to);
    at = to;
  }
  const [fast, slow] = [new Float64Array(4), new Float64Array(4)];
  fc.assert(
    fc.property(fc.nat(slots), fc.nat(slots), (a, b) => {
      clearSummary(fast);
      clearSummary(slow);
      pyramid.add(values, Math.min(a, b), Math.max(a, b), fast);
      addValues(values, Math.min(a, b), Math.max(a, b), slow);
      expect(fast).toEqual(slow);
    }),
  );
});
