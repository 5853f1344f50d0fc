import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CellTiers } from '../../../src/core/cell-tiers.ts';
import { LineBuffer } from '../../../src/core/line-buffer.ts';
import { restoreCells, saveCells } from '../../../src/core/retention/cells-state.ts';
import { RetainedSeries } from '../../../src/core/retention/retained-series.ts';
import { SampleRing } from '../../../src/core/sample-ring.ts';
import type { StateTable } from '../../../src/core/state-table.ts';

const anyValue = fc.oneof(
  { weight: 8, arbitrary: fc.double({ min: -100, max: 100, noNaN: true }) },
  fc.constantFrom(Number.NaN, 1 / 0, -0, 1e17),
);
/** Rows from a clock that mostly rises. */
const anyBatch = fc.record({
  move: fc.integer({ min: -300, max: 2000 }),
  rows: fc.array(fc.tuple(fc.nat(40), anyValue), { maxLength: 150 }),
});
type Batch = { move: number; rows: [number, number][] };

function appendTo(
  target: { append(t: Float64Array, v: Float64Array, i: number, j: number): unknown },
  batches: readonly Batch[],
  clock: number,
): number {
  let now = clock;
  for (const { move, rows } of batches) {
    now += move;
    const times = Float64Array.from(rows, ([step]) => {
      now += step - 3;
      return now;
    });
    target.append(
      times,
      Float64Array.from(rows, ([, value]) => value),
      0,
      rows.length,
    );
  }
  return now;
}

const ringView = (ring: SampleRing) => {
  const out = new Float64Array(4);
  const sums: number[][] = [];
  for (let i = 0; i < ring.length; i += 13) {
    ring.minMaxSum(i, ring.length, out);
    sums.push([...out]);
  }
  return [ring.save(), ring.length, ring.lost, ring.lostUpToUs, ring.firstTimeUs, ring.lastTimeUs, sums];
};

describe('a restored state goes on as if it had never stopped', () => {
  it('SampleRing: every sum, sample and count, bit for bit, after any later batches', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(1, 40, 300, 1000, 5000),
        fc.array(anyBatch, { maxLength: 8 }),
        fc.array(anyBatch, { maxLength: 5 }),
        fc.option(fc.integer({ min: -1000, max: 9000 })),
        (capacity, before, after, evictTo) => {
          const ring = new SampleRing(capacity);
          const clock = appendTo(ring, before, 0);
          if (evictTo !== null) ring.evictBefore(evictTo);
          const restored = SampleRing.restore(ring.save());
          expect(ringView(restored)).toEqual(ringView(ring));
          appendTo(ring, after, clock);
          appendTo(restored, after, clock);
          expect(ringView(restored)).toEqual(ringView(ring));
        },
      ),
    );
  });

  it('CellTiers: every cell, count and horizon, whatever is added, folded, replaced or evicted later', () => {
    const cellAt = (cells: CellTiers, duration: number, start: number) => cells.query(duration, start);
    const step = fc.oneof(
      fc.record({ kind: fc.constant('rows' as const), batch: anyBatch }),
      fc.record({ kind: fc.constant('replace' as const), tier: fc.nat(2), start: fc.nat(60) }),
      fc.record({ kind: fc.constant('evict' as const) }),
      fc.record({ kind: fc.constant('expire' as const), edge: fc.nat(4000) }),
      fc.record({ kind: fc.constant('hole' as const), seq: fc.nat(9), before: fc.constantFrom(500, 1 / 0) }),
    );
    const play = (
      cells: CellTiers,
      steps: readonly (typeof step extends fc.Arbitrary<infer S> ? S : never)[],
    ): void => {
      let now = 0;
      steps.forEach((s, seq) => {
        if (s.kind === 'rows') now = appendTo({ append: (...rows) => cells.addSamples(...rows) }, [s.batch], now);
        else if (s.kind === 'evict') cells.evict();
        else if (s.kind === 'expire') cells.expire(s.edge);
        else if (s.kind === 'hole') cells.hole = { seq: s.seq, before: s.before };
        else {
          const one = (x: number) => Float64Array.of(x);
          const duration = cells.durations[s.tier]!;
          const start = s.start * duration;
          const fields = { count: one(2), sum: one(3), min: one(1), max: one(2), first: one(1), last: one(2) };
          cells.replace(duration, start, { ...fields, firstTime: one(start), lastTime: one(start + 1) }, 0, seq);
        }
      });
    };
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), fc.array(step, { maxLength: 8 }), (before, after) => {
        const cells = new CellTiers({ durations: [10, 100, 600], limit: 8 });
        play(cells, before);
        const restored = restoreCells(saveCells(cells));
        expect(saveCells(restored)).toEqual(saveCells(cells));
        play(cells, after);
        play(restored, after);
        expect(saveCells(restored)).toEqual(saveCells(cells));
        expect(restored.summary()).toEqual(cells.summary());
        expect(cellAt(restored, 600, 600)).toEqual(cellAt(cells, 600, 600));
      }),
    );
  });

  it('RetainedSeries: parts and pictures, its bounds included', () => {
    const options = { durations: [50, 500], rawCapacity: 200, cellLimit: 20, retentionUs: 6000, maxBytes: 30_000 };
    const [out, again] = [new LineBuffer(), new LineBuffer()];
    fc.assert(
      fc.property(fc.array(anyBatch, { maxLength: 8 }), fc.array(anyBatch, { maxLength: 5 }), (before, after) => {
        const series = new RetainedSeries(options);
        const clock = appendTo(series, before, 0);
        const restored = RetainedSeries.restore(series.save());
        const end = appendTo(series, after, clock);
        appendTo(restored, after, clock);
        expect(restored.save()).toEqual(series.save());
        expect(restored.readLine(end - 9000, end, 40, again)).toEqual(series.readLine(end - 9000, end, 40, out));
        expect(again.value.subarray(0, again.length)).toEqual(out.value.subarray(0, out.length));
      }),
    );
  });
});

describe('a state that cannot be', () => {
  const ring = new SampleRing(100);
  ring.append(Float64Array.of(1, 2, 3), Float64Array.of(1, 2, 3), 0, 3);
  const ringTable = ring.save()[0]!;
  const cells = new CellTiers({ durations: [10, 100], limit: 9 });
  cells.addSamples(Float64Array.of(1, 200), Float64Array.of(1, 2), 0, 2);
  const cellTables = saveCells(cells);
  const withMeta = (table: StateTable, meta: StateTable['meta']): StateTable => ({
    ...table,
    meta: { ...table.meta, ...meta },
  });
  const withColumns = (table: StateTable, columns: StateTable['columns']): StateTable => ({
    ...table,
    columns: { ...table.columns, ...columns },
  });
  const refused = expect.objectContaining({ code: 'STATE_INVALID' });

  it.each<[string, readonly StateTable[]]>([
    ['no table', []],
    ['no capacity', [withMeta(ringTable, { capacity: null })]],
    ['a capacity of 1e12', [withMeta(ringTable, { capacity: 1e12 })]],
    ['slots beyond the capacity', [withMeta(ringTable, { slots: 4096 })]],
    ['slots that cut a block', [withMeta(ringTable, { capacity: 1000, slots: 300 })]],
    ['a head outside', [withMeta(ringTable, { head: 128 })]],
    ['more samples than room', [withMeta(ringTable, { capacity: 2 })]],
    ['times that fall', [withColumns(ringTable, { time: Float64Array.of(1, 3, 2) })]],
    ['a time that is NaN', [withColumns(ringTable, { time: Float64Array.of(1, Number.NaN, 2) })]],
    ['an infinite time', [withColumns(ringTable, { time: Float64Array.of(1, 2, 1 / 0) })]],
    ['values of another length', [withColumns(ringTable, { value: Float64Array.of(1) })]],
    ['values of another type', [withColumns(ringTable, { value: ['1', '2', '3'] })]],
    ['samples lost up to no time', [withMeta(ringTable, { lostUpTo: 'NaN' })]],
  ])('a ring with %s is refused', (_, tables) => {
    expect(() => SampleRing.restore(tables)).toThrowError(refused);
  });

  it.each<[string, (tables: readonly StateTable[]) => readonly StateTable[]]>([
    ['a tier missing', (tables) => tables.slice(0, 2)],
    ['no tiers', ([first]) => [withColumns(first!, { duration: new Float64Array(0), horizon: new Float64Array(0) })]],
    [
      'a tier that does not divide the next',
      ([first, ...rest]) => [withColumns(first!, { duration: Float64Array.of(10, 25) }), ...rest],
    ],
    [
      'starts that repeat',
      ([first, second, third]) => [first!, withColumns(second!, { start: Float64Array.of(0, 0) }), third!],
    ],
    [
      'a column too short',
      ([first, second, third]) => [first!, withColumns(second!, { sum: Float64Array.of(0) }), third!],
    ],
    ['a count that is a text', ([first, ...rest]) => [withMeta(first!, { count: 'many' }), ...rest]],
  ])('cells with %s are refused', (_, change) => {
    expect(() => restoreCells(change(cellTables))).toThrowError(refused);
  });
});
