import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ColumnArena } from '../../src/wire/column-arena.ts';

const steps = fc.array(
  fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({ kind: fc.constant('take' as const), length: fc.integer({ min: 0, max: 20_000 }) }),
    },
    fc.record({ kind: fc.constantFrom('reset' as const, 'release' as const) }),
  ),
  { maxLength: 20 },
);

test('columns keep what was written until reset, and after release for good', () => {
  fc.assert(
    fc.property(steps, (list) => {
      const arena = new ColumnArena();
      const released: { column: Float64Array; mark: number }[] = [];
      let taken: typeof released = [];
      for (const [mark, step] of list.entries()) {
        if (step.kind === 'take') {
          const column = arena.take(step.length).fill(mark);
          expect(column.length).toBe(step.length);
          taken.push({ column, mark });
        } else {
          arena[step.kind]();
          if (step.kind === 'release') released.push(...taken);
          taken = [];
        }
        for (const held of [...taken, ...released]) expect(held.column.every((x) => x === held.mark)).toBe(true);
      }
    }),
    { numRuns: 50 },
  );
});
