import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CellTiers } from '../../src/core/cell-tiers.ts';
import { LineBuffer } from '../../src/core/line-buffer.ts';
import { createPaneFields, mergeRunInto } from '../../src/core/pane.ts';
import { SampleRing } from '../../src/core/sample-ring.ts';
import { FoldRing } from '../../src/session/fold-ring.ts';
import { LineMemory } from '../../src/session/line-memory.ts';
import { type LineSource, readExtent, readLine, readNearest } from '../../src/session/read-line.ts';

type Row = readonly [time: number, value: number];

/** How a sample reaches the page: one by one, folded with those of its cell, or lost and known by the cell alone. */
type Fate = 'row' | 'folded' | 'lost';

const TIER_US = 100;
const SECOND_TIER_US = 1000;
const cellOf = (time: number): number => Math.floor(time / TIER_US);

/** A source in which whole cells of 100 us have one fate. */
function sourceOf(rows: readonly Row[], fateOf: (cell: number) => Fate): LineSource {
  const ring = new SampleRing(10_000);
  const folds = new FoldRing();
  const cells = new CellTiers({ durations: [TIER_US, SECOND_TIER_US], limit: 1000 });
  const panes = new Map<number, ReturnType<typeof createPaneFields>>();
  for (const [time, value] of rows) {
    const fate = fateOf(cellOf(time));
    const [times, values] = [Float64Array.of(time), Float64Array.of(value)];
    if (fate === 'row') {
      ring.append(times, values, 0, 1);
      cells.addSamples(times, values, 0, 1);
    } else if (Number.isFinite(value)) {
      const pane = panes.get(cellOf(time)) ?? createPaneFields(1);
      panes.set(cellOf(time), pane);
      mergeRunInto(pane, 0, Float64Array.of(time), Float64Array.of(value), 0, 1);
    }
  }
  for (const [cell, pane] of panes) {
    if (fateOf(cell) === 'folded') {
      folds.append(pane, 0);
      cells.addFold(TIER_US, cell * TIER_US, pane, 0);
    } else cells.replace(TIER_US, cell * TIER_US, pane, 0, 1);
  }
  return { ring, folds, cells, pending: [] };
}

const anyRows: fc.Arbitrary<Row[]> = fc.array(
  fc.tuple(
    fc.integer({ min: -3000, max: 3000 }),
    fc.oneof({ weight: 5, arbitrary: fc.integer({ min: -1000, max: 1000 }) }, fc.constant(Number.NaN)),
  ),
  { maxLength: 80 },
);
const anyRange = fc
  .record({
    startUs: fc.integer({ min: -3500, max: 3000 }),
    span: fc.integer({ min: 1, max: 5000 }),
    columnUs: fc.oneof(fc.integer({ min: 1, max: 3000 }), fc.double({ min: 1, max: 700, noNaN: true })),
    maxPoints: fc.constantFrom(0, 5, 1000),
  })
  .map(({ startUs, span, columnUs, maxPoints }) => ({ startUs, endUs: startUs + span, columnUs, maxPoints }));

const finiteIn = (rows: readonly Row[], startUs: number, endUs: number): number[] =>
  rows.filter(([time, value]) => time >= startUs && time < endUs && Number.isFinite(value)).map(([, value]) => value);
const list = (column: Float64Array | Uint8Array, out: LineBuffer): number[] =>
  Array.from(column.subarray(0, out.length));

/** The times that the columns of a range cover. */
function covered({ startUs, endUs, columnUs }: { startUs: number; endUs: number; columnUs: number }): [number, number] {
  return [Math.floor(startUs / columnUs) * columnUs, Math.ceil(endUs / columnUs) * columnUs];
}

describe('readLine', () => {
  it('points are exactly the samples of the range, in order, with one neighbour on each side', () => {
    fc.assert(
      fc.property(anyRows, anyRange, (rows, range) => {
        const source = sourceOf(rows, () => 'row');
        const out = new LineBuffer();
        const sorted = [...rows].sort((a, b) => a[0] - b[0]);
        const inside = sorted.filter(([time]) => time >= range.startUs && time < range.endUs);
        const mode = readLine(source, range, out);
        expect(mode).toBe(inside.length <= range.maxPoints ? 'points' : 'columns');
        if (mode === 'columns') return;
        const before = sorted.filter(([time]) => time < range.startUs).slice(-1);
        const after = sorted.filter(([time]) => time >= range.endUs).slice(0, 1);
        const expected = [...before, ...inside, ...after];
        expect(list(out.time, out)).toEqual(expected.map((row) => row[0]));
        expect(list(out.value, out)).toEqual(expected.map((row) => row[1]));
      }),
      { numRuns: 500 },
    );
  });

  it('with every sample at hand, each column has the min, max and mean of the samples in it, and no other column exists', () => {
    fc.assert(
      fc.property(anyRows, anyRange, (rows, anyRangeGiven) => {
        const range = { ...anyRangeGiven, columnUs: Math.ceil(anyRangeGiven.columnUs), maxPoints: -1 };
        const out = new LineBuffer();
        expect(
          readLine(
            sourceOf(rows, () => 'row'),
            range,
            out,
          ),
        ).toBe('columns');
        const [startUs, endUs] = covered(range);
        const expected: number[][] = [];
        for (let at = startUs; at < endUs; at += range.columnUs) {
          const values = finiteIn(rows, at, at + range.columnUs);
          if (values.length > 0) expected.push([at + range.columnUs / 2, Math.min(...values), Math.max(...values)]);
        }
        const read = list(out.time, out).map((time, i) => [time, out.min[i]!, out.max[i]!]);
        expect(read.map((column) => column.map((x) => x + 0))).toEqual(
          expected.map((column) => column.map((x) => x + 0)),
        );
        for (const [i, time] of list(out.time, out).entries()) {
          const values = finiteIn(rows, time - range.columnUs / 2, time + range.columnUs / 2);
          expect(out.value[i]).toBeCloseTo(values.reduce((a, b) => a + b, 0) / values.length, 8);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('a picture that remembers the one before equals one that does not, while samples come in order', () => {
    const chunk = fc.array(
      fc.tuple(
        fc.integer({ min: 0, max: 60 }),
        fc.oneof({ weight: 5, arbitrary: fc.integer({ min: -9, max: 9 }) }, fc.constant(Number.NaN)),
      ),
      { maxLength: 12 },
    );
    const views = fc.array(
      fc.record({ span: fc.integer({ min: 1, max: 3000 }), columnUs: fc.constantFrom(7, 40.5, 150) }),
      {
        minLength: 1,
        maxLength: 3,
      },
    );
    fc.assert(
      fc.property(
        fc.array(chunk, { minLength: 2, maxLength: 25 }),
        views,
        fc.constantFrom(20, 64, 1000),
        (chunks, looks, capacity) => {
          const ring = new SampleRing(capacity);
          const cells = new CellTiers({ durations: [TIER_US, SECOND_TIER_US], limit: 8 });
          const source = { ring, cells, folds: new FoldRing(), pending: [] };
          const memory = new LineMemory();
          const [kept, fresh] = [new LineBuffer(), new LineBuffer()];
          const extents = [new Float64Array(2), new Float64Array(2)] as const;
          let now = 0;
          for (const [step, rows] of chunks.entries()) {
            const times = Float64Array.from(rows, ([gap]) => (now += gap));
            const values = Float64Array.from(rows, ([, value]) => value);
            cells.addSamples(times, values, 0, rows.length);
            cells.evict();
            ring.append(times, values, 0, rows.length);
            const { span, columnUs } = looks[step % looks.length]!;
            const range = { startUs: now - span, endUs: now + 1, columnUs, maxPoints: -1 };
            readLine({ ...source, memory }, range, kept);
            readLine(source, range, fresh);
            for (const column of ['time', 'value', 'min', 'max', 'breakBefore'] as const) {
              expect(list(kept[column], kept)).toEqual(list(fresh[column], fresh));
            }
            const found = readExtent({ ...source, memory }, range.startUs, range.endUs, extents[0]);
            expect(found).toBe(readExtent(source, range.startUs, range.endUs, extents[1]));
            expect(extents[0]).toEqual(extents[1]);
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  it('min and max over all columns equal those of the samples, whatever was folded or lost, when all data is covered', () => {
    fc.assert(
      fc.property(
        anyRows,
        anyRange,
        fc.array(fc.constantFrom<Fate>('row', 'folded', 'lost'), { minLength: 7, maxLength: 7 }),
        (rows, given, fates) => {
          const out = new LineBuffer();
          const source = sourceOf(rows, (cell) => fates[((cell % 7) + 7) % 7]!);
          readLine(source, { ...given, startUs: -3000, endUs: 3001, maxPoints: -1 }, out);
          const all = finiteIn(rows, -3000, 3001);
          expect(Math.min(...list(out.min, out))).toBe(Math.min(...all) + 0);
          expect(Math.max(...list(out.max, out))).toBe(Math.max(...all) + 0);
          const times = list(out.time, out);
          expect(times).toEqual([...new Set(times)].sort((a, b) => a - b));
        },
      ),
      { numRuns: 500 },
    );
  });

  it('hides no sample of any range, whatever was folded or lost, and shows none outside the cells it touches', () => {
    fc.assert(
      fc.property(
        anyRows,
        anyRange,
        fc.array(fc.constantFrom<Fate>('row', 'folded', 'lost'), { minLength: 7, maxLength: 7 }),
        (rows, range, fates) => {
          const out = new LineBuffer();
          const source = sourceOf(rows, (cell) => fates[((cell % 7) + 7) % 7]!);
          if (readLine(source, range, out) === 'points') return;
          const [startUs, endUs] = covered(range);
          const inside = finiteIn(rows, range.startUs, range.endUs);
          expect(Math.min(...list(out.min, out))).toBeLessThanOrEqual(Math.min(...inside));
          expect(Math.max(...list(out.max, out))).toBeGreaterThanOrEqual(Math.max(...inside));
          const touched = finiteIn(rows, startUs - TIER_US, endUs + TIER_US);
          expect(Math.min(...list(out.min, out))).toBeGreaterThanOrEqual(Math.min(...touched));
          expect(Math.max(...list(out.max, out))).toBeLessThanOrEqual(Math.max(...touched));
        },
      ),
      { numRuns: 500 },
    );
  });

  it('a column keeps its entry while the range slides over it', () => {
    fc.assert(
      fc.property(anyRows, fc.integer({ min: 1, max: 400 }), fc.nat(500), (rows, columnUs, slide) => {
        const source = sourceOf(rows, () => 'row');
        const [a, b] = [new LineBuffer(), new LineBuffer()];
        readLine(source, { startUs: -1000, endUs: 1000, columnUs, maxPoints: -1 }, a);
        readLine(source, { startUs: -1000 + slide, endUs: 1000 + slide, columnUs, maxPoints: -1 }, b);
        for (const [i, time] of list(a.time, a).entries()) {
          if (time - columnUs / 2 < -1000 + slide) continue;
          const j = list(b.time, b).indexOf(time);
          expect([b.value[j], b.min[j], b.max[j]]).toEqual([a.value[i], a.min[i], a.max[i]]);
        }
      }),
    );
  });

  it('columns break exactly where a missing value or a pending gap lies between their samples', () => {
    const rows: Row[] = [
      [0, 1],
      [10, 2],
      [15, Number.NaN],
      [20, 3],
      [30, 4],
      [60, 5],
    ];
    const source = { ...sourceOf(rows, () => 'row'), pending: [{ startUs: 30, endUs: 55 }] };
    const out = new LineBuffer();
    readLine(source, { startUs: 0, endUs: 70, columnUs: 10, maxPoints: -1 }, out);
    expect(list(out.time, out)).toEqual([5, 15, 25, 35, 65]);
    expect(list(out.breakBefore, out)).toEqual([0, 0, 1, 0, 1]);
    readLine(source, { startUs: 0, endUs: 70, columnUs: 10, maxPoints: 10 }, out);
    expect(list(out.value, out)).toEqual([1, 2, Number.NaN, 3, 4, 5]);
    expect(list(out.breakBefore, out)).toEqual([0, 0, 0, 0, 0, 1]);
  });

  it('an empty, reversed or infinite range reads nothing', () => {
    const source = sourceOf([[0, 1]], () => 'row');
    const out = new LineBuffer();
    for (const [startUs, endUs] of [
      [0, 0],
      [5, 1],
      [Number.NEGATIVE_INFINITY, 1],
      [Number.NaN, 1],
    ] as const) {
      expect(readLine(source, { startUs, endUs, columnUs: 1, maxPoints: 10 }, out)).toBe('points');
      expect(out.length).toBe(0);
    }
  });
});

describe('readExtent', () => {
  it('equals min and max of the samples in range where all are at hand, and never hides one elsewhere', () => {
    const out = new Float64Array(2);
    fc.assert(
      fc.property(
        anyRows,
        anyRange,
        fc.array(fc.constantFrom<Fate>('row', 'folded', 'lost'), { minLength: 7, maxLength: 7 }),
        (rows, { startUs, endUs }, fates) => {
          const values = finiteIn(rows, startUs, endUs);
          expect(
            readExtent(
              sourceOf(rows, () => 'row'),
              startUs,
              endUs,
              out,
            ),
          ).toBe(values.length > 0);
          if (values.length > 0) expect(Array.from(out)).toEqual([Math.min(...values), Math.max(...values)]);
          const source = sourceOf(rows, (cell) => fates[((cell % 7) + 7) % 7]!);
          const any = readExtent(source, startUs, endUs, out);
          if (values.length === 0) return;
          expect(any).toBe(true);
          expect(out[0]).toBeLessThanOrEqual(Math.min(...values));
          expect(out[1]).toBeGreaterThanOrEqual(Math.max(...values));
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('readNearest', () => {
  it('is the finite sample at the smallest distance where all samples are at hand', () => {
    fc.assert(
      fc.property(anyRows, fc.integer({ min: -4000, max: 4000 }), (rows, timeUs) => {
        const finite = rows.filter((row) => Number.isFinite(row[1]));
        const found = readNearest(
          sourceOf(rows, () => 'row'),
          timeUs,
        );
        if (finite.length === 0) {
          expect(found).toBe(null);
          return;
        }
        expect(found!.pane).toBeUndefined();
        expect(Math.abs(found!.timeUs - timeUs)).toBe(Math.min(...finite.map((row) => Math.abs(row[0] - timeUs))));
        expect(finite).toContainEqual([found!.timeUs, found!.value]);
      }),
    );
  });

  it('is the cell, with its pane, where the samples are known only by their cell', () => {
    const rows: Row[] = [
      [110, 1],
      [190, 3],
      [250, 9],
    ];
    const source = sourceOf(rows, (cell) => (cell === 1 ? 'lost' : 'row'));
    expect(readNearest(source, 150)).toEqual({
      timeUs: 150,
      value: 2,
      pane: { startUs: 100, endUs: 200, count: 2, min: 1, max: 3, mean: 2 },
    });
    expect(readNearest(source, 240)).toEqual({ timeUs: 250, value: 9 });
  });
});
