import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CellTiers } from '../../src/core/cell-tiers.ts';
import { type Pane, paneAt, paneOf } from '../../src/core/pane.ts';
import { paneColumns } from '../session/message-builder.ts';
import { NaiveCells, type ShownCell } from '../session/naive-cells.ts';

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
    shown.push({ tier, start, pane: paneAt(cells.tiers[tier]!, row) as Pane });
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
