import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type RowBlock, TableStore } from '../../src/core/table-store.ts';
import { type FakeRow, FakeTable, rowsPart } from '../session/fake-table.ts';

const change = fc.record({
  key: fc.integer({ min: 0, max: 6 }).map((k) => `k${k}`),
  value: fc.option(fc.integer({ min: 0, max: 99 }), { freq: 3 }),
  lost: fc.boolean(),
  doubled: fc.boolean(),
});
const changes = fc.array(change, { maxLength: 40 });

function play(run: readonly { key: string; value: number | null; lost: boolean; doubled: boolean }[], cap: number) {
  const producer = new FakeTable(cap, 1000);
  const table = new TableStore();
  table.setKeyColumn('key');
  run.forEach(({ key, value, lost, doubled }, seq) => {
    const row = producer.change(key, value);
    if (lost) return;
    for (let copy = doubled ? 2 : 1; copy > 0; copy -= 1) table.change(rowsPart('t', [row], null), seq);
    table.prove(producer.proof(), { roundEnded: false });
  });
  return { producer, table };
}

const held = (table: TableStore) =>
  table.rows().map(({ id, firstId, key, cells }) => ({ id, firstId, key, value: cells[1] }));
const live = (table: FakeTable): FakeRow[] => [...table.rows.values()];

describe('after any run of changes and removals, some lost, some doubled', () => {
  test('one round of slices of any cut leaves exactly the live rows: no ghost row, no lost row', () => {
    fc.assert(
      fc.property(changes, fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 5 }), (run, cap, cut) => {
        const { producer, table } = play(run, cap);
        for (let from = 0; from <= producer.top; from += cut) {
          const to = Math.min(from + cut, producer.top + 1);
          const listed = live(producer).filter(({ id }) => id >= from && id < to);
          const last = to === producer.top + 1;
          table.slice(rowsPart('t', listed, { from, to, last }), from, to, 99);
          table.prove(producer.proof(), { roundEnded: last });
        }
        expect(held(table)).toEqual(live(producer));
        expect([table.exact, table.complete, table.total]).toEqual([true, true, producer.rows.size]);
      }),
      { numRuns: 300 },
    );
  });

  test('the table is called complete exactly when its rows are the live ones', () => {
    fc.assert(
      fc.property(changes, fc.integer({ min: 1, max: 9 }), (run, cap) => {
        const { producer, table } = play(run, cap);
        table.prove(producer.proof(), { roundEnded: false });
        expect(table.complete).toBe(JSON.stringify(held(table)) === JSON.stringify(live(producer)));
      }),
      { numRuns: 300 },
    );
  });

  test('a key column named late gives the same rows as one named at first', () => {
    fc.assert(
      fc.property(changes, (run) => {
        // Without the key a removal cannot be understood; every other change can.
        const kept = run.filter(({ value }) => value !== null);
        const producer = new FakeTable(1000, 1000);
        const [early, late] = [new TableStore(), new TableStore()];
        early.setKeyColumn('key');
        for (const { key, value } of kept) {
          const part = rowsPart('t', [producer.change(key, value)], null);
          early.change(part, 1);
          late.change(part, 1);
        }
        late.setKeyColumn('key');
        expect(held(late)).toEqual(held(early));
      }),
    );
  });
});

test('rows keep their array until the rows change', () => {
  const { table } = play([{ key: 'a', value: 1, lost: false, doubled: false }], 9);
  const rows = table.rows();
  expect(table.rows()).toBe(rows);
  table.change(rowsPart('t', [{ id: 2, firstId: 2, key: 'b', value: 2 }], null), 5);
  expect(table.rows()).not.toBe(rows);
  expect(table.rows().map(({ changedAtSeq }) => changedAtSeq)).toEqual([0, 5]);
});

test('without a key column the key of a row is its rowId', () => {
  const table = new TableStore();
  table.change(rowsPart('t', [{ id: 7, firstId: 7, key: 'a', value: 1 }], null), 1);
  expect(table.rows()[0]!.key).toBe('7');
});

test('where a round ends without proof, rows older than keyframes carry go', () => {
  const producer = new FakeTable(1000, 2);
  const table = new TableStore();
  for (let i = 0; i < 5; i += 1) {
    const row = producer.change(null, i);
    if (i !== 1) table.change(rowsPart('t', [row], null), 1);
  }
  table.prove(producer.proof(), { roundEnded: false });
  expect([table.rowCount, table.exact, table.complete]).toEqual([4, true, false]);
  table.prove(producer.proof(), { roundEnded: true });
  expect([table.rows().map(({ id }) => id), table.exact, table.complete]).toEqual([[4, 5], true, false]);
});

test('a column that joins later is null in the rows before it', () => {
  const table = new TableStore();
  table.change(rowsPart('t', [{ id: 1, firstId: 1, key: 'a', value: 1 }], null), 1);
  const wider: RowBlock = {
    columns: [
      { name: 'value', type: 'number' },
      { name: 'note', type: 'text' },
      { name: 'key', type: 'text' },
    ],
    rowIds: Float64Array.of(2),
    firstIds: Float64Array.of(2),
    gone: Uint8Array.of(0),
    cells: [[2, 'new', 'b']],
  };
  table.change(wider, 2);
  expect(table.rows().map(({ cells }) => cells)).toEqual([
    [1, null, 'a'],
    [2, 'new', 'b'],
  ]);
});
