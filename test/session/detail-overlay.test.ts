import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LineBuffer } from '../../src/core/line-buffer.ts';
import { DetailOverlay } from '../../src/session/detail-overlay.ts';

const SPAN = { startUs: 0, endUs: 1000 };
const row = fc.tuple(
  fc.integer({ min: 0, max: 999 }),
  fc.oneof(fc.integer({ min: -50, max: 50 }), fc.constant(Number.NaN)),
);
const overlayOf = (rows: readonly (readonly [number, number])[], columnUs = 0): DetailOverlay =>
  new DetailOverlay({
    ...{ span: SPAN, columnUs },
    time: Float64Array.from(rows, ([time]) => time),
    value: Float64Array.from(rows, ([, value]) => value),
  });

describe('detail overlay', () => {
  it('gives the rows of a range in time order, equal times as they came, and one neighbour on each side', () => {
    fc.assert(
      fc.property(
        fc.array(row),
        fc.integer({ min: 0, max: 999 }),
        fc.integer({ min: 1, max: 500 }),
        (rows, from, length) => {
          const sorted = [...rows.keys()].sort((a, b) => rows[a]![0] - rows[b]![0] || a - b).map((i) => rows[i]!);
          const inside = sorted.map(([time]) => time >= from && time < from + length);
          const first = sorted.findIndex(([time]) => time >= from);
          const start = first < 0 ? sorted.length : first;
          const end = start + inside.filter(Boolean).length;
          const expected = sorted.slice(Math.max(0, start - 1), end + 1);
          const out = new LineBuffer();
          const range = { startUs: from, endUs: from + length, columnUs: 1, maxPoints: 1 };
          expect(overlayOf(rows).read(range, [], out)).toBe('points');
          const got = Array.from({ length: out.length }, (_, i) => [out.time[i]!, out.value[i]!] as const);
          expect(got).toEqual(expected);
          for (let i = 0; i < out.length; i += 1) expect(out.min[i]).toBe(out.value[i]);
        },
      ),
    );
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

  it('the nearest row is the one a search through all of them finds; there is none outside the span', () => {
    fc.assert(
      fc.property(fc.array(row), fc.integer({ min: 0, max: 999 }), (rows, at) => {
        const finite = rows.filter(([, value]) => Number.isFinite(value));
        const found = overlayOf(rows).nearest(at);
        if (finite.length === 0) expect(found).toBeNull();
        else expect(Math.abs(found!.timeUs - at)).toBe(Math.min(...finite.map(([time]) => Math.abs(time - at))));
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
