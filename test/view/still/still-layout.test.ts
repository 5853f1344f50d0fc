import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { TableRow } from '../../../src/session/session-view.ts';
import type { CardStill } from '../../../src/view/still/card-still.ts';
import { type StillDetail, stillLayout } from '../../../src/view/still/still-layout.ts';
import { firstRows } from '../../../src/view/still/table-still.ts';
import { KeyedInPlace, NewestFirst } from '../../../src/view/widgets/table/row-order.ts';

const DETAILS: readonly StillDetail[] = ['cards', 'low', 'rows', 'few'];
const cards = fc.array(
  fc.constantFrom(...(['chart', 'gauge', 'table', 'note'] as const)).map((kind) => ({ kind }) as CardStill),
  { minLength: 1, maxLength: 60 },
);

describe('the layout of a picture', () => {
  test('keeps every box inside and apart from the others, above the line at the foot', () => {
    fc.assert(
      fc.property(cards, fc.constantFrom(...DETAILS), (list, detail) => {
        const { widthPx, heightPx, boxes, footY } = stillLayout(list, detail);
        expect(widthPx).toBeLessThanOrEqual(720);
        for (const [i, a] of boxes.entries()) {
          expect(a.x >= 0 && a.y >= 0 && a.x + a.width <= widthPx).toBe(true);
          expect(a.y + a.height).toBeLessThanOrEqual(footY - 11);
          for (const b of boxes.slice(i + 1)) {
            const isApart =
              a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y;
            expect(isApart).toBe(true);
          }
        }
        expect(footY).toBeLessThan(heightPx);
      }),
    );
  });

  test('shows all widgets, or says of how many it shows the first', () => {
    fc.assert(
      fc.property(cards, fc.constantFrom(...DETAILS), (list, detail) => {
        const shown = stillLayout(list, detail).boxes.length;
        expect(shown).toBe(detail === 'few' ? Math.min(24, list.length) : list.length);
      }),
    );
  });

  test('with less detail is no higher', () => {
    fc.assert(
      fc.property(cards, (list) => {
        const heights = DETAILS.map((detail) => stillLayout(list, detail).heightPx);
        for (let i = 1; i < heights.length; i++)
          if (list.length > 2) expect(heights[i]).toBeLessThanOrEqual(heights[i - 1]!);
      }),
    );
  });
});

describe('the first rows of a table', () => {
  const rows = fc
    .uniqueArray(fc.integer({ min: 1, max: 10_000 }), { maxLength: 80 })
    .chain((ids) =>
      fc.tuple(
        fc.constant([...ids].sort((a, b) => a - b)),
        fc.array(fc.nat(9999), { minLength: ids.length, maxLength: ids.length }),
      ),
    )
    .map(([ids, back]) =>
      ids.map((id, i): TableRow => {
        return { id, firstId: Math.max(1, id - (back[i]! % id)), key: `k${id}`, cells: [], changedAtSeq: 1 };
      }),
    );

  test('are those that the live table shows first', () => {
    fc.assert(
      fc.property(rows, fc.boolean(), fc.integer({ min: 1, max: 90 }), (list, isKeyed, most) => {
        const order = isKeyed ? new KeyedInPlace() : new NewestFirst();
        order.update(list);
        const wanted = Array.from({ length: Math.min(most, list.length) }, (_, i) => order.at(i)!.id);
        expect(firstRows(list, isKeyed, most).map(({ id }) => id)).toEqual(wanted);
      }),
    );
  });
});
