import fc from 'fast-check';
import { expect, test } from 'vitest';
import { COUNT, INDEX, MARKS } from '../../../src/core/windows/pane-row.ts';
import { WindowPanes } from '../../../src/core/windows/window-panes.ts';

const keep = { spread: true, counter: true, anchored: true, sketch: true, distinct: true, distinctLimit: 5 };

const index = fc.integer({ min: -30, max: 60 });
const step = fc.oneof(
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('add' as const), index, value: fc.nat({ max: 9 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('unmake' as const), index }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('evict' as const), index: fc.integer({ min: -40, max: 30 }) }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('look' as const), index }) },
);

test('panes made, emptied, taken back and evicted in any order are those of a sorted map, with all that they hold', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 150 }), (steps) => {
      const panes = new WindowPanes(keep);
      const model = new Map<number, number[]>();
      let evicted = Number.NaN;
      const sortedModel = () => [...model].sort((a, b) => a[0] - b[0]);
      for (const { kind, index: at, ...more } of steps) {
        if (kind === 'evict') {
          for (const [pane, values] of sortedModel()) {
            if (pane >= at) continue;
            evicted = values.at(-1) ?? evicted;
            model.delete(pane);
          }
          panes.evict(at);
        } else if (kind === 'look') {
          const slot = panes.seek(at);
          const before = sortedModel().filter(([pane]) => pane < at);
          expect(slot - panes.head).toBe(before.length);
          expect(panes.lastBefore(slot)).toBe(before.at(-1)?.[1].at(-1) ?? evicted);
        } else if (kind === 'unmake') {
          const { made } = panes;
          const place = panes.ensure(at);
          expect(panes.made > made).toBe(!model.has(at));
          if (!model.has(at)) panes.unmake(place);
        } else {
          const place = panes.ensure(at);
          const { value } = more as { value: number };
          expect(panes.addRun(place, Float64Array.of(at), Float64Array.of(value), 0, 1)).toBe(1);
          model.set(at, [...(model.get(at) ?? []), value]);
        }
      }
      expect(panes.first).toBeLessThanOrEqual(sortedModel()[0]?.[0] ?? Number.POSITIVE_INFINITY);
      panes.arrange();
      const slots = Array.from({ length: panes.tail - panes.head }, (_, i) => panes.head + i);
      panes.settle(panes.head, panes.tail);
      const stored = slots.map((slot) => {
        const row = panes.at(slot);
        return {
          index: panes.rows[row + INDEX]!,
          count: panes.rows[row + COUNT]!,
          marks: panes.rows[row + MARKS]!,
          sketch: panes.sketchAt(slot)?.count ?? 0,
          distinct: panes.distinctAt(slot)?.size ?? 0,
          samples: panes.samplesAt(slot)?.length ?? 0,
        };
      });
      expect(stored).toEqual(
        sortedModel().map(([pane, values]) => ({
          index: pane,
          count: values.length,
          marks: 0,
          sketch: values.length,
          distinct: Math.min(5, new Set(values).size),
          samples: values.length,
        })),
      );
      expect(panes.first).toBe(stored[0]?.index ?? Number.POSITIVE_INFINITY);
    }),
    { numRuns: 400 },
  );
});

test('a hundred thousand panes made in random order are put in order at once', () => {
  const panes = new WindowPanes({ ...keep, spread: false, counter: false, sketch: false, distinct: false });
  const count = 100_000;
  // 7919 has no divisor in common with the count: every number once.
  for (let i = 0; i < count; i += 1) panes.ensure((i * 7919) % count);
  expect(panes.seek(count / 2) - panes.head).toBe(count / 2);
  expect(panes.tail - panes.head).toBe(count);
  for (let slot = panes.head; slot < panes.tail; slot += 1) {
    if (panes.rows[panes.at(slot) + INDEX] !== slot - panes.head) expect.fail(`slot ${slot} is out of order`);
  }
});
