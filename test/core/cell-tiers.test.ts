import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CellTiers } from '../../src/core/cell-tiers.ts';
import { type Pane, paneOf } from '../../src/core/pane.ts';
import { differInFinest } from '../../src/core/tier-lists.ts';
import { paneColumns } from '../session/message-builder.ts';
import { NaiveCells, type ShownCell } from '../session/naive-cells.ts';
import { cellPane } from './cell-pane.ts';

const DURATIONS = [10, 100, 600];

const whole = (min: number, max: number) => fc.integer({ min, max });
const rows = fc.array(fc.tuple(whole(-300, 4000), whole(-50, 50)), { minLength: 1, maxLength: 12 });
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('samples' as const), rows }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('fold' as const), tier: whole(0, 2), rows }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('replace' as const), tier: whole(0, 2), rows }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('forget' as const), cell: whole(-1, 5) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('evict' as const) }) },
);

/** The pane of those rows that fall into the same cell as the first one. */
function paneOfOneCell(tier: number, samples: readonly (readonly [number, number])[]) {
  const duration = DURATIONS[tier]!;
  const start = Math.floor(samples[0]![0] / duration) * duration;
  const cell = new NaiveCells([duration], 9);
  for (const [time, value] of samples)
    if (Math.floor(time / duration) * duration === start) cell.add(time, paneOf(time, value));
  return { start, duration, pane: cell.query(0, start) as Pane };
}

function shownOf(cells: CellTiers, startUs = -Infinity, endUs = Infinity): ShownCell[] {
  const shown: ShownCell[] = [];
  cells.eachShown(startUs, endUs, (_duration, start, tier, row) => {
    shown.push({ tier, start, pane: cellPane(cells.tiers[tier]!, row) as Pane });
  });
  return shown;
}

function play(steps: readonly (typeof step extends fc.Arbitrary<infer S> ? S : never)[], limit: number) {
  const cells = new CellTiers({ durations: DURATIONS, limit });
  const naive = new NaiveCells(DURATIONS, limit);
  steps.forEach((s, seq) => {
    if (s.kind === 'samples') {
      cells.addSamples(
        Float64Array.from(s.rows, ([t]) => t),
        Float64Array.from(s.rows, ([, v]) => v),
        0,
        s.rows.length,
      );
      for (const [time, value] of s.rows) naive.add(time, paneOf(time, value));
    } else if (s.kind === 'fold') {
      const { start, duration, pane } = paneOfOneCell(s.tier, s.rows);
      cells.addFold(duration, start, paneColumns([{ series: 0, start, duration, pane }]), 0);
      naive.add(start, pane, duration);
    } else if (s.kind === 'replace') {
      const { start, duration, pane } = paneOfOneCell(s.tier, s.rows);
      cells.replace(duration, start, paneColumns([{ series: 0, start, duration, pane }]), 0, seq + 1);
      naive.replace(duration, start, pane);
    } else if (s.kind === 'forget') {
      cells.forget(s.cell * 600);
      naive.forget(s.cell * 600);
    } else {
      cells.evict();
      naive.evict();
    }
  });
  return { cells, naive };
}

const steps = fc.array(step, { maxLength: 30 });
const limit = whole(3, 40);

describe('after any run of samples, folds, complete panes, forgetting and eviction', () => {
  test('shown cells, horizons and what is gone equal a naive recomputation', () => {
    fc.assert(
      fc.property(steps, limit, (run, most) => {
        const { cells, naive } = play(run, most);
        expect(shownOf(cells)).toEqual(naive.shown());
        expect([...cells.horizons]).toEqual(naive.horizons);
        expect([cells.gone, cells.from]).toEqual([naive.gone, naive.from]);
      }),
      { numRuns: 500 },
    );
  });

  test('count is the sum over the shown cells, and retained ones are counted from `from` on', () => {
    fc.assert(
      fc.property(steps, limit, (run, most) => {
        const { cells } = play(run, most);
        const count = (from: number) =>
          shownOf(cells).reduce((n, { start, pane }) => n + (start >= from ? pane.count : 0), 0);
        expect(cells.count).toBe(count(-Infinity));
        expect(cells.countRetained()).toBe(count(cells.from));
      }),
    );
  });

  test('a range shows the cells that overlap it, and no others', () => {
    fc.assert(
      fc.property(steps, limit, whole(-400, 4200), whole(0, 1500), (run, most, start, length) => {
        const { cells, naive } = play(run, most);
        const overlapping = naive
          .shown()
          .filter((cell) => cell.start < start + length && cell.start + DURATIONS[cell.tier]! > start);
        expect(shownOf(cells, start, start + length)).toEqual(overlapping);
      }),
    );
  });

  test('every cell of every tier, the first time and the summary equal a naive recomputation', () => {
    fc.assert(
      fc.property(steps, limit, (run, most) => {
        const { cells, naive } = play(run, most);
        DURATIONS.forEach((duration, k) => {
          for (const start of naive.tiers[k]!.keys()) {
            expect(cells.query(duration, start)).toEqual(naive.query(k, start));
          }
        });
        const shown = naive.shown();
        expect(cells.firstTimeUs).toBe(shown[0]?.pane.firstTime ?? Number.NaN);
        expect(cells.summary()?.count ?? 0).toBe(shown.reduce((n, { pane }) => n + pane.count, 0));
      }),
    );
  });
});

test('values that are not finite enter no cell', () => {
  const cells = new CellTiers({ durations: DURATIONS, limit: 9 });
  cells.addSamples(Float64Array.of(1, 2, 3, 4), Float64Array.of(Number.NaN, 7, Infinity, -Infinity), 0, 4);
  expect(cells.summary()).toEqual(paneOf(2, 7));
});

test('a cell is proved when it is newer than the hole or a complete pane came since', () => {
  const cells = new CellTiers({ durations: [10], limit: 9 });
  cells.addSamples(Float64Array.of(5, 15, 25), Float64Array.of(1, 2, 3), 0, 3);
  cells.hole = { seq: 7, before: 15 };
  const proved = () => [0, 1, 2].map((row) => cells.isProved(0, row));
  expect(proved()).toEqual([false, false, true]);
  cells.replace(10, 0, paneColumns([{ series: 0, start: 0, duration: 10, pane: paneOf(5, 1) }]), 0, 6);
  expect(proved()).toEqual([false, false, true]);
  cells.replace(10, 0, paneColumns([{ series: 0, start: 0, duration: 10, pane: paneOf(5, 1) }]), 0, 7);
  expect(proved()).toEqual([true, false, true]);
});

test('a million samples in order stay within the limit of every tier', () => {
  const durations = [1e6, 1e7, 6e7, 6e8];
  const cells = new CellTiers({ durations, limit: 100 });
  const times = Float64Array.from({ length: 10_000 }, (_, i) => i);
  const values = new Float64Array(10_000).fill(1);
  for (let batch = 0; batch < 100; batch += 1) {
    const shifted = times.map((i) => (batch * 10_000 + i) * 100_000);
    cells.addSamples(shifted, values, 0, values.length);
    cells.evict();
  }
  for (const tier of cells.tiers) expect(tier.size).toBeLessThanOrEqual(100);
  expect(cells.count + cells.gone).toBe(1_000_000);
});

const samplesOf = (cells: CellTiers, given: readonly (readonly [number, number])[]) =>
  cells.addSamples(
    Float64Array.from(given, ([t]) => t),
    Float64Array.from(given, ([, v]) => v),
    0,
    given.length,
  );

test('adding samples says whether any time was smaller than the one before it', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(whole(0, 40), whole(-5, 5)), { maxLength: 6 }), (given) => {
      const cells = new CellTiers({ durations: DURATIONS, limit: 99 });
      expect(samplesOf(cells, given)).toBe(given.every(([time], i) => i === 0 || time >= given[i - 1]![0]));
    }),
  );
});

test('what expires is counted as gone, once, and nothing before it is taken any more', () => {
  fc.assert(
    fc.property(rows, whole(-400, 4500), whole(-400, 4500), (given, first, second) => {
      const cells = new CellTiers({ durations: DURATIONS, limit: 999 });
      samplesOf(cells, given);
      for (const edge of [first, second]) cells.expire(edge);
      const edge = Math.floor(Math.max(first, second) / 600) * 600;
      const before = given.filter(([time]) => time < edge).length;
      expect([cells.gone, cells.count, cells.from]).toEqual([before, given.length - before, edge]);
      expect([...cells.horizons]).toEqual([edge, edge, edge]);
      expect(cells.countRetained()).toBe(cells.count);
      samplesOf(cells, [[edge - 1, 1]]);
      expect([cells.gone, cells.count]).toEqual([before + 1, given.length - before]);
    }),
  );
});

test('brought down to a number of bytes, the finest cells went first, and every sample is shown or counted as gone', () => {
  const cells = new CellTiers({ durations: [10, 100, 1000], limit: 1e6 });
  const count = 50_000;
  samplesOf(
    cells,
    Array.from({ length: count }, (_, i) => [i * 10, 1] as const),
  );
  const { bytes } = cells;
  cells.evictBytes(bytes);
  expect([cells.bytes, cells.gone, cells.tiers[0]!.size]).toEqual([bytes, 0, count]);
  let finest = count;
  for (const share of [0.5, 0.1, 0.02, 0.002]) {
    cells.evictBytes(bytes * share);
    expect(cells.bytes).toBeLessThanOrEqual(bytes * share);
    expect(cells.count + cells.gone).toBe(count);
    expect(shownOf(cells).reduce((sum, { pane }) => sum + pane.count, 0)).toBe(cells.count);
    expect(cells.tiers[0]!.size).toBeLessThanOrEqual(finest);
    finest = cells.tiers[0]!.size;
    if (share >= 0.1) expect([cells.gone, cells.tiers[2]!.size]).toEqual([0, count / 100]);
    expect(shownOf(cells).at(-1)).toEqual({ tier: 0, start: (count - 1) * 10, pane: paneOf((count - 1) * 10, 1) });
  }
  cells.evictBytes(0);
  expect([cells.count, cells.gone]).toEqual([100, count - 100]);
  expect(cells.tiers.map(({ size }) => size)).toEqual([10, 10, 1]);
});

test('tiers differ in the finest at most where all but the first of each are the same', () => {
  for (const [a, b, differ] of [
    [[1, 10], [1, 10], true],
    [[1, 10], [2, 10], true],
    [[1, 10], [10], true],
    [[10], [1, 10], true],
    [[1, 2, 10], [10], false],
    [[10], [1, 2, 10], false],
    [[1, 10], [1, 20], false],
    [[10], [20], false],
    [[1, 2, 10], [1, 5, 10], false],
  ] as const) {
    expect([a, b, differInFinest(a, b)]).toEqual([a, b, differ]);
  }
});

test.each([
  ['goes', [10, 100, 600], [100, 600]],
  ['comes', [100, 600], [10, 100, 600]],
  ['is another', [10, 100, 600], [20, 100, 600]],
  ['stays', [10, 100, 600], [10, 100, 600]],
])('when the finest tier %s, the coarser cells hold what they would hold had it always been so', (_, before, after) => {
  fc.assert(
    fc.property(rows, rows, whole(-300, 4000), (early, late, horizon) => {
      const old = new CellTiers({ durations: before, limit: 999 });
      samplesOf(old, early);
      old.gone = 3;
      old.hole = { seq: 7, before: 5 };
      const cells = old.withFinest(after, horizon);
      expect([cells.count, cells.gone, cells.from, cells.hole]).toEqual([early.length, 3, old.from, old.hole]);
      samplesOf(cells, late);
      const naive = new NaiveCells([100, 600], 999);
      for (const [time, value] of [...early, ...late]) naive.add(time, paneOf(time, value));
      for (const [k, duration] of [100, 600].entries()) {
        for (const start of naive.tiers[k]!.keys()) expect(cells.query(duration, start)).toEqual(naive.query(k, start));
      }
      expect(cells.count).toBe(early.length + late.length);
      if (after.length < 3 || before[0] === after[0]) return;
      const finest = new NaiveCells([after[0]!], 999);
      for (const [time, value] of late) {
        if (Math.floor(time / after[0]!) * after[0]! >= horizon) finest.add(time, paneOf(time, value));
      }
      expect([...finest.tiers[0]!.keys()].sort((a, b) => a - b)).toEqual([
        ...cells.tiers[0]!.toTable('cells').columns.start!,
      ]);
    }),
  );
});
