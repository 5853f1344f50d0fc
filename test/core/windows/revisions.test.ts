import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Revisions } from '../../../src/core/windows/revisions.ts';

test('revisions count up window by window; forgotten windows are saved no more, and what is restored counts on', () => {
  const step = fc.record({ window: fc.integer({ min: 0, max: 60 }), forgets: fc.boolean(), restores: fc.boolean() });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      let revisions = new Revisions();
      const model = new Map<number, number>();
      let from = 0;
      for (const { window, forgets, restores } of steps) {
        const at = from + window;
        model.set(at, (model.get(at) ?? 0) + 1);
        expect(revisions.next(at)).toBe(model.get(at));
        if (forgets) {
          from += 1;
          revisions.forget(from);
        }
        const kept = [...model].filter(([held]) => held >= from).sort((a, b) => a[0] - b[0]);
        expect(revisions.save()).toEqual(kept);
        if (!restores) continue;
        const saved = revisions.save();
        revisions = new Revisions();
        revisions.restore(saved);
      }
    }),
  );
});

test('a long stream holds no more revisions than twice those that can still change, and a few', () => {
  const revisions = new Revisions();
  for (let window = 0; window < 10_000; window += 1) {
    revisions.next(window);
    revisions.forget(window - 50);
    expect(revisions.held).toBeLessThanOrEqual(2 * 52);
  }
});
