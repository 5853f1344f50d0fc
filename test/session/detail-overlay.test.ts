import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CellTiers } from '../../src/core/cell-tiers.ts';
import { LineBuffer } from '../../src/core/line-buffer.ts';
import { DetailOverlay } from '../../src/session/detail-overlay.ts';
import { DetailPart } from '../../src/session/detail-part.ts';

type Row = readonly [timeUs: number, value: number];

const SPAN = { startUs: 0, endUs: 1000 };
const row = fc.tuple(
  fc.integer({ min: 0, max: 999 }),
  fc.oneof(fc.integer({ min: -50, max: 50 }), fc.constant(Number.NaN)),
);
const partOf = (rows: readonly Row[], { span = SPAN, columnUs = 0, seq = 1 } = {}): DetailPart =>
  new DetailPart({
    ...{ span, columnUs, seq },
    time: Float64Array.from(rows, ([time]) => time),
    value: Float64Array.from(rows, ([, value]) => value),
  });
const overlayOf = (rows: readonly Row[], columnUs = 0): DetailOverlay =>
  new DetailOverlay([partOf(rows, { columnUs })]);

/** Every row of a range that is one neighbour wider, as the overlay gives it. */
function readRows(overlay: DetailOverlay, startUs: number, endUs: number, columnUs = 1): readonly Row[] {
  const out = new LineBuffer();
  expect(overlay.read({ startUs, endUs, columnUs, maxPoints: 1 }, [], out)).toBe('points');
  return Array.from({ length: out.length }, (_, i): Row => [out.time[i]!, out.value[i]!]);
}

/** Stretches of a thousand us, each given with the rows that a series has there by then. */
const stretch = fc
  .record({ at: fc.integer({ min: 0, max: 19 }), length: fc.integer({ min: 1, max: 8 }), columnUs: fc.nat(2) })
  .map(({ at, length, columnUs }) => ({
    span: { startUs: at * 50, endUs: Math.min(1000, (at + length) * 50) },
    columnUs,
  }));

describe('detail overlay', () => {
  it('gives the rows of a range in time order, equal times as they came, and one neighbour on each side', () => {
    fc.assert(
      fc.property(
        fc.array(row),
        fc.integer({ min: 0, max: 999 }),
        fc.integer({ min: 1, max: 500 }),
        (rows, from, length) => {
          const sorted = [...rows.keys()].sort((a, b) => rows[a]![0] - rows[b]![0] || a - b).map((i) => rows[i]!);
          const to = Math.min(1000, from + length);
          const inside = sorted.filter(([time]) => time >= from && time < to);
          const first = sorted.findIndex(([time]) => time >= from);
          const start = first < 0 ? sorted.length : first;
          const expected = sorted.slice(Math.max(0, start - 1), start + inside.length + 1);
          expect(readRows(overlayOf(rows), from, to)).toEqual(expected);
        },
      ),
    );
  });

  it('parts put side by side read as the rows of one: none lost, none doubled, the newest where they overlap', () => {
    const given = fc.record({ stretch, rows: fc.array(row, { maxLength: 60 }) });
    fc.assert(
      fc.property(fc.array(given, { maxLength: 60 }), stretch, (all, { span }) => {
        let overlay = new DetailOverlay();
        // What stands at each us: the rows of the part that was given last there.
        const owner = new Array<number>(1000).fill(-1);
        for (const [i, { stretch: own, rows }] of all.entries()) {
          overlay = overlay.with(partOf(rows, { ...own, columnUs: 0, seq: i }));
          owner.fill(i, own.span.startUs, own.span.endUs);
        }
        const isCovered = owner.slice(span.startUs, span.endUs).every((i) => i >= 0);
        expect(overlay.missing(span, 0).length === 0).toBe(isCovered);
        expect(overlay.serves({ ...span, columnUs: 1, maxPoints: 1 })).toBe(isCovered);
        if (!isCovered) return;
        const held = all.flatMap(({ rows }, i) => {
          const mine = rows.filter(([time]) => owner[time] === i);
          return mine.map(([time, value], place) => ({ time, value, place }));
        });
        const wanted = held
          .filter(({ time }) => time >= span.startUs && time < span.endUs)
          .sort((a, b) => a.time - b.time || a.place - b.place);
        const got = readRows(overlay, span.startUs, span.endUs).filter(
          ([time]) => time >= span.startUs && time < span.endUs,
        );
        expect(got).toEqual(wanted.map(({ time, value }) => [time, value]));
        expect(overlay.countIn(span)).toBe(wanted.length);
        // Beside it stands the next row of what goes on without a hole, where there is one.
        const next = [...overlay.parts]
          .filter(({ span: { startUs } }) => owner.slice(span.endUs, startUs + 1).every((i) => i >= 0))
          .flatMap((part) => [...part.time.subarray(part.from, part.to)])
          .filter((time) => time >= span.endUs);
        const after = readRows(overlay, span.startUs, span.endUs).filter(([time]) => time >= span.endUs);
        if (next.length > 0) expect(after.map(([time]) => time)).toEqual([Math.min(...next)]);
      }),
    );
  });

  it('what is missing and what is held finely enough are the whole span, and nothing twice', () => {
    fc.assert(
      fc.property(fc.array(stretch, { maxLength: 12 }), stretch, fc.nat(2), (all, { span }, columnUs) => {
        const width = new Array<number>(1000).fill(Number.POSITIVE_INFINITY);
        let overlay = new DetailOverlay();
        for (const own of all) {
          overlay = overlay.with(partOf([], own));
          width.fill(own.columnUs, own.span.startUs, own.span.endUs);
        }
        const gone = new Array<number>(1000).fill(0);
        for (const { startUs, endUs } of overlay.missing(span, columnUs)) {
          for (let i = startUs; i < endUs; i += 1) gone[i]! += 1;
        }
        const isMissing = (i: number) => i >= span.startUs && i < span.endUs && width[i]! > columnUs;
        expect(gone).toEqual(gone.map((_, i) => (isMissing(i) ? 1 : 0)));
      }),
    );
  });

  it('is right up to the oldest message of its parts, and up to a later one once that is told', () => {
    const of = (startUs: number, endUs: number, seq: number) => partOf([], { span: { startUs, endUs }, seq });
    const overlay = new DetailOverlay().with(of(0, 100, 5)).with(of(100, 200, 9));
    const spans = [
      { startUs: 0, endUs: 200 },
      { startUs: 100, endUs: 150 },
      { startUs: 300, endUs: 400 },
    ];
    expect(spans.map((span) => overlay.seqIn(span))).toEqual([5, 9, Number.POSITIVE_INFINITY]);
    const told = overlay.asOf({ startUs: 50, endUs: 150 }, 7);
    const of50 = [0, 50, 100, 150].map((startUs) => told.seqIn({ startUs, endUs: startUs + 50 }));
    expect(of50).toEqual([5, 7, 9, 9]);
  });

  it('many parts become few where they go on in the same columns, and say the same', () => {
    let overlay = new DetailOverlay();
    for (let i = 0; i < 200; i += 1) {
      const span = { startUs: i * 5, endUs: i * 5 + 5 };
      overlay = overlay.with(partOf([[i * 5 + 2, i]], { span, seq: 1000 - i }));
    }
    expect(overlay.parts.length).toBeLessThanOrEqual(32);
    expect(readRows(overlay, 0, 1000)).toEqual(Array.from({ length: 200 }, (_, i) => [i * 5 + 2, i]));
    expect(overlay.seqIn(SPAN)).toBe(801);
  });

  it('only samples that come into what it holds touch it, and what was looked at is forgotten', () => {
    const overlay = overlayOf([]);
    overlay.touch(1000, 2000);
    overlay.touch(-5, 0);
    expect(overlay.touched.isEmpty).toBe(true);
    overlay.touch(999, 1001);
    overlay.touch(10, 20);
    expect(overlay.with(partOf([])).touched.overlaps({ startUs: 15, endUs: 16 })).toBe(true);
    overlay.touched.forget({ startUs: 0, endUs: 15 });
    const rest = [
      { startUs: 0, endUs: 15 },
      { startUs: 15, endUs: 20 },
      { startUs: 990, endUs: 1000 },
    ];
    expect(rest.map((span) => overlay.touched.overlaps(span))).toEqual([false, true, true]);
  });

  it('serves what lies in its span and asks for nothing finer', () => {
    const range = (startUs: number, endUs: number, columnUs: number) => ({ startUs, endUs, columnUs, maxPoints: 10 });
    const raw = overlayOf([[1, 1]]);
    const columns = overlayOf([[1, 1]], 10);
    expect([raw.serves(range(0, 1000, 0.001)), columns.serves(range(0, 1000, 5))]).toEqual([true, true]);
    expect(columns.serves(range(0, 1000, 4.9))).toBe(false);
    const outside = [range(-1, 10, 9), range(10, 1001, 9), range(5, 5, 9), range(Number.NaN, 5, 9)];
    for (const each of outside) expect(raw.serves(each)).toBe(false);
  });

  it('draws far more rows than columns from the extremes of each column, hiding no spike and no gap between columns', () => {
    const values = fc.array(
      fc.oneof({ weight: 9, arbitrary: fc.integer({ min: -50, max: 50 }) }, fc.constant(Number.NaN)),
      {
        minLength: 1000,
        maxLength: 1000,
      },
    );
    fc.assert(
      fc.property(values, fc.integer({ min: 1, max: 9 }), (all, cuts) => {
        let overlay = new DetailOverlay();
        const rows = all.map((value, i): Row => [i, value]);
        for (let i = 0; i < cuts; i += 1) {
          const span = { startUs: Math.floor((i * 1000) / cuts), endUs: Math.floor(((i + 1) * 1000) / cuts) };
          overlay = overlay.with(partOf(rows.slice(span.startUs, span.endUs), { span }));
        }
        const got = readRows(overlay, 0, 1000, 100);
        expect(got.length).toBeLessThan(500);
        for (let c = 0; c < 1000; c += 64) {
          const inColumn = ([time, value]: Row) => time >= c && time < c + 64 && Number.isFinite(value);
          const [wanted, drawn] = [rows.filter(inColumn), got.filter(inColumn)].map((own) =>
            own.map(([, value]) => value),
          );
          expect([Math.min(...drawn!), Math.max(...drawn!)]).toEqual([Math.min(...wanted!), Math.max(...wanted!)]);
        }
      }),
      { numRuns: 30 },
    );
  });

  it('draws from cells where those are as fine as a pixel and the rows are more than pixels', () => {
    const cells = new CellTiers({ durations: [10], limit: 1000 });
    const rows = Array.from({ length: 1000 }, (_, i): Row => [i, i]);
    cells.addSamples(
      Float64Array.from(rows, ([time]) => time),
      Float64Array.from(rows, ([, value]) => value),
      0,
      1000,
    );
    const range = (columnUs: number, maxPoints: number) => ({ startUs: 0, endUs: 1000, columnUs, maxPoints });
    const finer = [range(10, 100), range(9, 100), range(10, 1000)].map((each) =>
      overlayOf(rows).isFinerThan(cells, each),
    );
    expect(finer).toEqual([false, true, true]);
  });

  it('the nearest row is the one a search through all of them finds; there is none outside the span', () => {
    fc.assert(
      fc.property(fc.array(row), fc.integer({ min: 0, max: 999 }), fc.nat(999), (rows, at, cut) => {
        const finite = rows.filter(([, value]) => Number.isFinite(value));
        const half = partOf(
          rows.filter(([time]) => time >= cut),
          { span: { startUs: cut, endUs: 1000 } },
        );
        for (const overlay of [overlayOf(rows), overlayOf(rows).with(half)]) {
          const found = overlay.nearest(at);
          if (finite.length === 0) expect(found).toBeNull();
          else expect(Math.abs(found!.timeUs - at)).toBe(Math.min(...finite.map(([time]) => Math.abs(time - at))));
        }
      }),
    );
    expect([-1, 1000, Number.NaN].map((at) => overlayOf([[5, 1]]).nearest(at))).toEqual([null, null, null]);
  });

  it('a pending gap breaks the line between the rows around it, and nowhere else', () => {
    const out = new LineBuffer();
    const range = { startUs: 0, endUs: 1000, columnUs: 1, maxPoints: 9 };
    overlayOf([10, 20, 30, 40].map((time) => [time, 1] as const)).read(range, [{ startUs: 22, endUs: 28 }], out);
    expect([...out.breakBefore.subarray(0, out.length)]).toEqual([0, 0, 1, 0]);
  });
});
