import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DueHeap } from '../../src/cli/due-heap.ts';

test('what is due comes out by time, of equals by index, however pushing and popping alternate', () => {
  const action = fc.oneof(
    { weight: 2, arbitrary: fc.tuple(fc.integer({ min: -9, max: 9 }), fc.nat({ max: 99 })) },
    fc.constant(null),
  );
  fc.assert(
    fc.property(fc.array(action, { maxLength: 200 }), (actions) => {
      const heap = new DueHeap();
      const sorted: (readonly [number, number])[] = [];
      for (const pair of [...actions, ...actions.map(() => null)]) {
        if (pair !== null) {
          heap.push(pair[0], pair[1]);
          sorted.push(pair);
          sorted.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
        } else if (sorted.length > 0) {
          expect(heap.time).toBe(sorted[0]![0]);
          expect(heap.pop()).toBe(sorted.shift()![1]);
        }
      }
      expect(heap.time).toBe(Number.POSITIVE_INFINITY);
    }),
  );
});
