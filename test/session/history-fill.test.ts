import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SampleRing } from '../../src/core/sample-ring.ts';
import { fillFromHistory } from '../../src/session/history-fill.ts';

const timesOf = (ring: SampleRing) => Array.from({ length: ring.length }, (_, i) => ring.timeAt(i));

test('whatever rows were lost, the history of all rows brings them back; rows outside of it stay', () => {
  const times = Array.from({ length: 20 }, (_, i) => 10 * i);
  fc.assert(
    fc.property(fc.subarray(times), fc.nat(19), fc.nat(20), (held, a, length) => {
      const ring = new SampleRing(100);
      ring.append(Float64Array.from(held), Float64Array.from(held), 0, held.length);
      const history = times.slice(a, a + length);
      fillFromHistory(ring, Float64Array.from(history), Float64Array.from(history), 0, history.length);
      expect(timesOf(ring)).toEqual(times.filter((time) => history.includes(time) || held.includes(time)));
    }),
  );
});

test('a ring that lacks nothing of a shorter history is left alone', () => {
  const ring = new SampleRing(100);
  ring.append(Float64Array.of(1, 2, 3), Float64Array.of(10, 20, 30), 0, 3);
  fillFromHistory(ring, Float64Array.of(2, 3), Float64Array.of(-1, -1), 0, 2);
  expect([ring.valueAt(1), ring.valueAt(2)]).toEqual([20, 30]);
});
