import fc from 'fast-check';
import { expect, test } from 'vitest';
import { nearestName } from '../../../src/core/windows/nearest-name.ts';

/** Edits by definition: drop a letter of either, or go on with both. */
function edits(a: string, b: string): number {
  if (a === '' || b === '') return a.length + b.length;
  if (a[0] === b[0]) return edits(a.slice(1), b.slice(1));
  return 1 + Math.min(edits(a.slice(1), b), edits(a, b.slice(1)), edits(a.slice(1), b.slice(1)));
}

test('the nearest name has the fewest edits by definition; of equals it is the first', () => {
  const name = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 5 });
  fc.assert(
    fc.property(name, fc.array(name, { minLength: 1, maxLength: 4 }), (text, names) => {
      const fewest = Math.min(...names.map((each) => edits(text, each)));
      expect(nearestName(text, names)).toBe(names.find((each) => edits(text, each) === fewest));
    }),
    { numRuns: 80 },
  );
});

test('case does not count, and neither does what is longer than any name', () => {
  expect(nearestName('AVG', ['sum', 'avg'])).toBe('avg');
  expect(nearestName('x'.repeat(1000), ['sum', 'xx'])).toBe('xx');
  expect(nearestName('', ['sum', 'p5'])).toBe('p5');
});
