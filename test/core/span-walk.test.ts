import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SpanWalk } from '../../src/core/span-walk.ts';

interface Walked {
  readonly end: number;
  readonly first: number;
  readonly last: number;
  readonly late: number;
  readonly latest: number;
}

type Walk = (
  times: Float64Array,
  values: Float64Array,
  range: readonly [from: number, to: number],
  span: readonly [start: number, edge: number],
  before: number,
) => Walked;

/** By definition, sample by sample. */
const plainWalk: Walk = (times, values, [from, to], [start, edge], before) => {
  let [end, first, last, late, latest] = [from, -1, -1, 0, before];
  for (; end < to && times[end]! >= start && times[end]! < edge; end += 1) {
    const time = times[end]!;
    if (Number.isFinite(values[end])) {
      if (time < latest) late += 1;
      if (first < 0 || time < times[first]!) first = end;
      if (last < 0 || time >= times[last]!) last = end;
    }
    latest = Math.max(latest, time);
  }
  return { end, first, last, late, latest };
};

const walk = new SpanWalk();

const walked: Walk = (times, values, [from, to], [start, edge], before) => {
  const end = walk.walk(times, values, from, to, start, edge, before);
  const { first, last, late, latest } = walk;
  return { end, first, last, late, latest };
};

test('a walk tells what its definition does: times in any order, missing values, edges, no numbers among them', () => {
  const step = fc.oneof(
    { weight: 30, arbitrary: fc.constantFrom(0, 1, 1, 2) },
    { weight: 3, arbitrary: fc.integer({ min: -30, max: -1 }) },
    { weight: 1, arbitrary: fc.constantFrom(200, Number.NaN) },
  );
  const value = fc.oneof({ weight: 9, arbitrary: fc.constant(1) }, fc.constantFrom(Number.NaN, Infinity));
  const samples = fc.array(fc.tuple(step, value), { minLength: 1, maxLength: 300 });
  const range = fc.tuple(fc.nat({ max: 20 }), fc.nat({ max: 30 }));
  const span = fc.tuple(fc.integer({ min: -40, max: 20 }), fc.integer({ min: 20, max: 500 }));
  const before = fc.constantFrom(Number.NEGATIVE_INFINITY, 0, 10, 100);
  fc.assert(
    fc.property(samples, range, span, before, (rows, [skip, behind], edges, latest) => {
      let time = 0;
      const times = Float64Array.from(rows, ([by]) => {
        if (!Number.isNaN(by)) time += by;
        return by + time - by;
      });
      const values = Float64Array.from(rows, ([, one]) => one);
      const from = Math.min(skip, rows.length - 1);
      fc.pre(times[from]! >= edges[0] && times[from]! < edges[1]);
      const to = Math.max(from, rows.length - behind);
      expect(walked(times, values, [from, to], edges, latest)).toEqual(
        plainWalk(times, values, [from, to], edges, latest),
      );
    }),
    { numRuns: 3000 },
  );
});

test('a span ends at its edges wherever they lie among times that rise, equal ones included', () => {
  const times = Float64Array.from({ length: 120 }, (_, i) => i >> 1);
  const values = new Float64Array(120);
  const wrong: unknown[] = [];
  for (const range of [
    [0, 120],
    [0, 5],
    [3, 20],
    [7, 99],
    [100, 119],
  ] as const) {
    for (let edge = 0; edge < 62; edge += 1) {
      for (const start of [0, 2, 50]) {
        if (times[range[0]]! < start || times[range[0]]! >= edge) continue;
        const own = walked(times, values, range, [start, edge], -1);
        const plain = plainWalk(times, values, range, [start, edge], -1);
        if (JSON.stringify(own) !== JSON.stringify(plain)) wrong.push([range, edge, start, own, plain]);
      }
    }
  }
  expect(wrong).toEqual([]);
});

test('one sample that jumps, also among equal times, is late, ends the span or is the latest, wherever it stands', () => {
  const wrong: unknown[] = [];
  for (let at = 0; at < 80; at += 1) {
    const each = at < 40 ? 1 : 20;
    for (const jump of [-0.5, -1, -1.5, -50, 0.5, 1, 60, 1000, Number.NaN]) {
      const times = Float64Array.from({ length: 40 }, (_, i) => Math.floor(i / each));
      times[at % 40]! += jump;
      const values = Float64Array.from(times, (_, i) => (i % 7 === 3 ? Number.NaN : i));
      for (const before of [-100, 20]) {
        for (const from of [0, 6]) {
          if (!(times[from]! >= -60 && times[from]! < 90)) continue;
          const own = walked(times, values, [from, 40], [-60, 90], before);
          const plain = plainWalk(times, values, [from, 40], [-60, 90], before);
          if (JSON.stringify(own) !== JSON.stringify(plain)) wrong.push([at, jump, before, from, own, plain]);
        }
      }
    }
  }
  expect(wrong).toEqual([]);
});

test('the sample it begins at is taken whatever its time, so that a walk always gets on', () => {
  for (const time of [-5, 20, Number.NaN]) {
    expect(walk.walk(Float64Array.of(time, 100), Float64Array.of(1, 1), 0, 2, 0, 10, -Infinity)).toBe(1);
  }
});
