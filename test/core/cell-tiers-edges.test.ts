import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CellTier } from '../../src/core/cell-tier.ts';
import { CellTiers } from '../../src/core/cell-tiers.ts';
import { createPaneFields, type Pane, type PaneFields, paneOf } from '../../src/core/pane.ts';
import { paneColumns } from '../session/message-builder.ts';
import { cellPane } from './cell-pane.ts';

const whole = (min: number, max: number) => fc.integer({ min, max });

function add(cells: CellTiers, times: readonly number[]): boolean {
  const given = Float64Array.from(times);
  return cells.addSamples(given, given, 0, given.length);
}

function shownOf(cells: CellTiers): readonly (readonly [tier: number, start: number, pane: Pane | null])[] {
  const shown: (readonly [number, number, Pane | null])[] = [];
  cells.eachShown(-Infinity, Infinity, (_duration, start, tier, row) => {
    shown.push([tier, start, cellPane(cells.tiers[tier]!, row)]);
  });
  return shown;
}

function fieldsOf(count: number): PaneFields {
  const fields = createPaneFields(1);
  fields.count[0] = count;
  return fields;
}

test('rows of cells equal a sorted map, whatever is made, found and dropped in any order', () => {
  const step = fc.oneof(
    { weight: 6, arbitrary: whole(-40, 40).map((start) => ({ kind: 'make' as const, start })) },
    { weight: 1, arbitrary: whole(-45, 45).map((start) => ({ kind: 'drop' as const, start })) },
    { weight: 1, arbitrary: fc.constant({ kind: 'trim' as const, start: 0 }) },
    { weight: 1, arbitrary: fc.constant({ kind: 'restore' as const, start: 0 }) },
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 120, size: 'max' }), (steps) => {
      let cells = new CellTier();
      const model = new Map<number, number>();
      for (const [i, { kind, start }] of steps.entries()) {
        if (kind === 'make') {
          const row = cells.ensureRow(start);
          expect(cells.count(row)).toBe(model.get(start) ?? 0);
          cells.copyFrom(row, fieldsOf(i + 1), 0);
          model.set(start, i + 1);
        } else if (kind === 'drop') {
          cells.evictBefore(start);
          for (const each of [...model.keys()]) if (each < start) model.delete(each);
        } else if (kind === 'trim') {
          cells.trim();
          expect(cells.bytes).toBe(11 * 8 * Math.max(2, 2 ** Math.ceil(Math.log2(Math.max(1, model.size)))));
        } else {
          const table = cells.toTable('cells');
          cells = new CellTier();
          cells.restore(table);
        }
      }
      const starts = [...model.keys()].sort((a, b) => a - b);
      expect(cells.size).toBe(starts.length);
      const { columns } = cells.toTable('cells');
      expect([...columns.start!]).toEqual(starts);
      expect([...columns.count!]).toEqual(starts.map((start) => model.get(start)));
      for (let start = -46; start <= 46; start += 1) {
        expect(cells.lowerBound(start) - cells.head).toBe(starts.filter((each) => each < start).length);
        expect(cells.find(start)).toBe(model.has(start) ? cells.head + starts.indexOf(start) : -1);
      }
    }),
    { numRuns: 25 },
  );
});

test('rows whose front half is free take no more room', () => {
  const cells = new CellTier();
  for (let i = 0; i < 1000; i += 1) {
    cells.ensureRow(i);
    cells.evictBefore(i - 2);
    expect(cells.bytes).toBe((i < 2 ? 2 : 4) * 11 * 8);
  }
  const full = new CellTier();
  for (let i = 0; i < 9; i += 1) full.ensureRow(i);
  expect(full.bytes).toBe(16 * 11 * 8);
});

test('a table of cells whose starts do not rise is refused', () => {
  const cells = new CellTier();
  for (const start of [10, 20, 30]) cells.ensureRow(start);
  const table = cells.toTable('cells');
  for (const start of [
    [10, 20, 20],
    [10, 30, 20],
    [Number.NaN, 20, 30],
    [10, 20, Infinity],
  ]) {
    const bad = { ...table, columns: { ...table.columns, start: Float64Array.from(start) } };
    expect(() => new CellTier().restore(bad)).toThrow(expect.objectContaining({ code: 'STATE_INVALID' }));
  }
});

test('the same tiers again show the same cells, and go on alike', () => {
  const durations = [10, 100, 600];
  const cells = new CellTiers({ durations, limit: 99 });
  add(cells, [1, 2, 15, 130, 700, 705]);
  const shown = shownOf(cells);
  const next = cells.withFinest(durations, 0);
  expect(shownOf(next)).toEqual(shown);
  add(next, [16, 131]);
  expect(next.query(10, 10)?.count).toBe(2);
  expect(next.query(100, 100)?.count).toBe(2);
  expect(shownOf(next).every(([tier]) => tier === 0)).toBe(true);
  expect(next.count).toBe(8);
});

test('the coarser tiers keep what they hold from on, whatever becomes of the finest', () => {
  const cells = new CellTiers({ durations: [10, 100, 600], limit: 99 });
  cells.horizons.set([800, 700, 600]);
  expect([...cells.withFinest([100, 600], 0).horizons]).toEqual([700, 600]);
  const two = new CellTiers({ durations: [100, 600], limit: 99 });
  two.horizons.set([700, 600]);
  expect([...two.withFinest([10, 100, 600], 0).horizons]).toEqual([700, 700, 600]);
  const again = new CellTiers({ durations: [100, 600], limit: 99 });
  again.horizons.set([700, 600]);
  expect([...again.withFinest([20, 100, 600], 950).horizons]).toEqual([950, 700, 600]);
});

test('a tier at its limit keeps every cell; one cell more lets the oldest parent go, and the parent keeps the sum', () => {
  const cells = new CellTiers({ durations: [10, 100], limit: 12 });
  add(
    cells,
    Array.from({ length: 12 }, (_, i) => i * 10),
  );
  cells.evict();
  expect([cells.tiers[0]!.size, cells.gone]).toEqual([12, 0]);
  add(cells, [120]);
  cells.evict();
  expect([cells.tiers[0]!.size, cells.gone, [...cells.horizons]]).toEqual([3, 0, [100, -Infinity]]);
  expect(cells.query(100, 0)).toMatchObject({ count: 10, sum: 450, first: 0, last: 90 });
  expect(shownOf(cells).map(([tier, start]) => [tier, start])).toEqual([
    [1, 0],
    [0, 100],
    [0, 110],
    [0, 120],
  ]);
  expect([cells.firstTimeUs, cells.count, cells.countRetained()]).toEqual([0, 13, 13]);
  // Behind what the finest tier holds, a sample enters the parent alone.
  add(cells, [5]);
  expect([cells.query(10, 0), cells.query(100, 0)?.count, cells.gone]).toEqual([null, 11, 0]);
});

test('the coarsest tier lets cells go beyond its limit, and says how many samples', () => {
  const cells = new CellTiers({ durations: [10, 100], limit: 3 });
  add(cells, [50, 150, 250]);
  cells.evict();
  expect([cells.gone, cells.from]).toEqual([0, -Infinity]);
  add(cells, [350, 351]);
  cells.evict();
  expect([cells.gone, cells.from, cells.count]).toEqual([1, 100, 4]);
  add(cells, [450]);
  cells.evict();
  expect([cells.gone, cells.from, cells.count]).toEqual([2, 200, 4]);
});

test('of a tier or a cell that is not there nothing is known', () => {
  const cells = new CellTiers({ durations: [10, 100], limit: 9 });
  expect([cells.firstTimeUs, cells.summary(), cells.count, cells.countRetained()]).toEqual([NaN, null, 0, 0]);
  add(cells, [15, Number.NaN]);
  expect([cells.query(10, 10), cells.query(10, 0), cells.query(20, 0)]).toEqual([paneOf(15, 15), null, null]);
  expect([cells.tierOf(10), cells.tierOf(100), cells.tierOf(20)]).toEqual([0, 1, -1]);
});

test('a complete pane without samples empties its cell; the first time is then that of the next one', () => {
  const cells = new CellTiers({ durations: [10, 100], limit: 9 });
  add(cells, [5, 15, 115]);
  expect(cells.firstTimeUs).toBe(5);
  cells.replace(10, 0, createPaneFields(1), 0, 1);
  expect([cells.query(10, 0), cells.count]).toEqual([null, 2 + 1]);
  cells.replace(100, 0, createPaneFields(1), 0, 1);
  expect([cells.firstTimeUs, cells.count, shownOf(cells).map(([, start]) => start)]).toEqual([15, 2, [10, 110]]);
  cells.replace(10, 10, createPaneFields(1), 0, 2);
  expect([cells.firstTimeUs, cells.count, shownOf(cells).map(([, start]) => start)]).toEqual([115, 1, [110]]);
});

test('a complete pane behind what its tier holds is ignored, behind what any tier holds its samples are gone', () => {
  const cells = new CellTiers({ durations: [10, 100], limit: 99 });
  add(cells, [5, 250]);
  cells.forget(100);
  const pane = (start: number) => paneColumns([{ series: 0, start, duration: 10, pane: paneOf(start + 1, 7) }]);
  cells.replace(10, 90, pane(90), 0, 3);
  expect([cells.gone, cells.count]).toEqual([1, 1]);
  cells.replace(10, 100, pane(100), 0, 3);
  expect([cells.gone, cells.count, cells.query(10, 100)]).toEqual([1, 2, paneOf(101, 7)]);
  cells.horizons[0] = 200;
  cells.replace(10, 190, pane(190), 0, 3);
  expect([cells.gone, cells.count]).toEqual([1, 2]);
  cells.replace(10, 200, pane(200), 0, 3);
  expect(cells.count).toBe(3);
});
