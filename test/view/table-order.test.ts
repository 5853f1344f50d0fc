import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TableRow } from '../../src/session/session-view.ts';
import { compareCells, rowComparer } from '../../src/view/widgets/table/row-compare.ts';
import {
  changesBetween,
  countAtMost,
  KeyedInPlace,
  NewestFirst,
  type RowOrder,
  SortedRows,
} from '../../src/view/widgets/table/row-order.ts';

const shown = (order: RowOrder): number[] => Array.from({ length: order.length }, (_, i) => order.at(i)!.id);

/** States of one table: each step adds, changes (a new id for a known key) or removes rows, as the wire does. */
const states = fc
  .array(fc.array(fc.tuple(fc.integer({ min: 0, max: 12 }), fc.option(fc.double()), fc.boolean()), { maxLength: 8 }), {
    minLength: 1,
    maxLength: 12,
  })
  .map((steps) => {
    const byKey = new Map<string, TableRow>();
    let id = 0;
    return steps.map((step, seq) => {
      for (const [key, value, gone] of step) {
        id++;
        if (gone) byKey.delete(String(key));
        else {
          const firstId = byKey.get(String(key))?.firstId ?? id;
          byKey.set(String(key), { id, firstId, key: String(key), cells: [value], changedAtSeq: seq });
        }
      }
      return [...byKey.values()].sort((a, b) => a.id - b.id);
    });
  });

describe('row order', () => {
  it('SortedRows after any changes equals sorting the newest state', () => {
    fc.assert(
      fc.property(states, fc.boolean(), (steps, desc) => {
        const compare = rowComparer(0, 'number', desc);
        const order = new SortedRows(compare);
        for (const rows of steps) {
          order.update(rows);
          expect(shown(order)).toEqual([...rows].sort(compare).map(({ id }) => id));
        }
      }),
    );
  });

  it('NewestFirst is the rows by falling id', () => {
    fc.assert(
      fc.property(states, (steps) => {
        const order = new NewestFirst();
        for (const rows of steps) order.update(rows);
        expect(shown(order)).toEqual(
          steps
            .at(-1)!
            .map(({ id }) => id)
            .reverse(),
        );
      }),
    );
  });

  it('KeyedInPlace shows every live row once and never swaps two keys that stay', () => {
    fc.assert(
      fc.property(states, (steps) => {
        const order = new KeyedInPlace();
        let before: string[] = [];
        for (const rows of steps) {
          order.update(rows);
          const keys = Array.from({ length: order.length }, (_, i) => `${order.at(i)!.key}/${order.at(i)!.firstId}`);
          expect(shown(order).sort((a, b) => a - b)).toEqual(rows.map(({ id }) => id));
          const stayed = before.filter((key) => keys.includes(key));
          expect(keys.filter((key) => stayed.includes(key))).toEqual(stayed);
          before = keys;
        }
      }),
    );
  });

  it('KeyedInPlace shows a late joiner, who saw any part of the changes, what it shows one who saw them all', () => {
    fc.assert(
      fc.property(states, fc.infiniteStream(fc.boolean()), (steps, heard) => {
        const [whole, late] = [new KeyedInPlace(), new KeyedInPlace()];
        for (const rows of steps) {
          whole.update(rows);
          if (heard.next().value) late.update(rows);
        }
        late.update(steps.at(-1)!);
        expect(shown(late)).toEqual(shown(whole));
        const firstIds = Array.from({ length: late.length }, (_, i) => late.at(i)!.firstId);
        expect(firstIds).toEqual([...firstIds].sort((a, b) => a - b));
      }),
    );
  });

  it('indexNear finds every shown row in every order', () => {
    fc.assert(
      fc.property(states, (steps) => {
        const orders = [new NewestFirst(), new KeyedInPlace(), new SortedRows(rowComparer(0, 'number', true))];
        for (const order of orders) {
          for (const rows of steps) order.update(rows);
          for (let i = 0; i < order.length; i++) expect(order.indexNear(order.at(i)!)).toBe(i);
        }
      }),
    );
  });

  it('changesBetween names exactly what came and what went', () => {
    fc.assert(
      fc.property(states, (steps) => {
        const [before, after] = [steps[0]!, steps.at(-1)!];
        const { came, went } = changesBetween(before, after);
        const beforeIds = new Set(before.map(({ id }) => id));
        const afterIds = new Set(after.map(({ id }) => id));
        expect(came.map(({ id }) => id)).toEqual([...afterIds].filter((id) => !beforeIds.has(id)));
        expect([...went]).toEqual([...beforeIds].filter((id) => !afterIds.has(id)));
      }),
    );
  });

  it('countAtMost equals counting', () => {
    fc.assert(
      fc.property(states, fc.integer({ min: -1, max: 100 }), (steps, id) => {
        const rows = steps.at(-1)!;
        expect(countAtMost(rows, id)).toBe(rows.filter((row) => row.id <= id).length);
      }),
    );
  });
});

describe('comparing cells', () => {
  const row = (id: number, value: unknown): TableRow => ({
    id,
    firstId: id,
    key: String(id),
    cells: [value],
    changedAtSeq: 0,
  });

  it('integers beyond 2^53 are told apart, beside plain numbers too', () => {
    expect(compareCells('number', 9_007_199_254_740_993n, 9_007_199_254_740_992)).toBe(1);
    expect(compareCells('number', 1, 9_007_199_254_740_993n)).toBe(-1);
  });

  it('text sorts as people read it: item2 before item10, case aside', () => {
    expect(['Item10', 'item2', 'ITEM1'].sort((a, b) => compareCells('text', a, b))).toEqual([
      'ITEM1',
      'item2',
      'Item10',
    ]);
  });

  it.each([false, true])('empty cells come last, equal ones newest first (desc %s)', (desc) => {
    const rows = [row(1, null), row(2, 5), row(3, NaN), row(4, 5)];
    expect(rows.sort(rowComparer(0, 'number', desc)).map(({ id }) => id)).toEqual([4, 2, 3, 1]);
  });
});
