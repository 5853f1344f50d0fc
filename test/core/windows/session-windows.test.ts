import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PLAIN_AGGREGATIONS } from '../../../src/core/windows/aggregation.ts';
import { CHAIN_LIMIT } from '../../../src/core/windows/session-list.ts';
import { SessionWindows } from '../../../src/core/windows/session-windows.ts';
import { WindowResults } from '../../../src/core/windows/window-results.ts';
import { type NaiveResult, NaiveSessions, type Step } from './naive-sessions.ts';
import { driftingSteps, finals, rowsOf, run, sessionOptions, steps, texts } from './session-stream.ts';

const EVERYTHING = [...PLAIN_AGGREGATIONS, 'median', 'p95', 'p0', 'p100'];
const lateness = fc.constantFrom(0, 5, 25);
const allowedLateness = fc.constantFrom(0, 1, 15, 1000);
const at = (...times: number[]): Step[] => times.map((time) => ({ time, value: 1 }));

/** Equal but for what rounding may do to the spread. */
function expectEqual(actual: readonly NaiveResult[], expected: readonly NaiveResult[]): void {
  expect(actual.map(({ values, ...rest }) => rest)).toEqual(expected.map(({ values, ...rest }) => rest));
  for (const [i, { values }] of actual.entries()) {
    for (const [k, value] of values.entries()) {
      const wanted = expected[i]!.values[k]!;
      if (Number.isNaN(wanted)) expect(value).toBeNaN();
      else expect(Math.abs(value - wanted)).toBeLessThanOrEqual(1e-12 * Math.max(1, Math.abs(wanted)) * 40);
    }
  }
}

test.each([false, true])(
  'results, revisions, counters and what they replace equal recomputation (counter: %s)',
  (counter) => {
    const given = fc.oneof(steps(120, 40), driftingSteps(40));
    fc.assert(
      fc.property(given, lateness, allowedLateness, (all, late, allowed) => {
        const options = sessionOptions(EVERYTHING, { lateness: late, allowedLateness: allowed, counter });
        const windows = new SessionWindows(options);
        const naive = new NaiveSessions(options, CHAIN_LIMIT);
        for (const step of all) {
          run(windows, [step]);
          naive.step(step);
          expect(windows.watermark).toBe(naive.watermark);
        }
        const open = new WindowResults(options.aggregations.length);
        windows.readOpen(open);
        expect(rowsOf(open).map(({ start, end, count }) => [start, end, count])).toEqual(naive.open());
        expect(rowsOf(open).every(({ revision }, row) => revision === 0 && open.final[row] === 0)).toBe(true);
        windows.close();
        naive.close();
        expectEqual(rowsOf(windows.results), naive.results);
        expect(windows.counters).toEqual(naive.counters);
      }),
      { numRuns: 400 },
    );
  },
);

test('any split into calls of add gives the same results bit for bit, in the same order', () => {
  const value = fc.double({ noDefaultInfinity: true, min: -1e9, max: 1e9 });
  const given = fc.array(fc.record({ time: fc.integer({ min: 0, max: 400 }), value }), { maxLength: 60 });
  const sizes = fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(given, fc.boolean(), sizes, lateness, allowedLateness, (all, sorted, parts, late, allowed) => {
      const stream = sorted ? [...all].sort((a, b) => a.time - b.time) : all;
      const options = sessionOptions(EVERYTHING, { lateness: late, allowedLateness: allowed, counter: true });
      const one = new SessionWindows(options);
      const other = new SessionWindows(options);
      run(one, stream);
      run(other, stream, parts);
      expect(rowsOf(other.results)).toEqual(rowsOf(one.results));
      expect(other.counters).toEqual(one.counters);
      one.close();
      other.close();
      expect(rowsOf(other.results)).toEqual(rowsOf(one.results));
    }),
  );
});

test('an operator restored from its state goes on as if it had never stopped', () => {
  const given = fc.oneof(steps(120, 40), driftingSteps(40));
  fc.assert(
    fc.property(given, given, lateness, allowedLateness, (before, after, late, allowed) => {
      const options = sessionOptions(EVERYTHING, { lateness: late, allowedLateness: allowed, counter: true });
      const lasting = new SessionWindows(options);
      run(lasting, before);
      lasting.results.clear();
      const tables = structuredClone(lasting.save()).map((table) => ({
        ...table,
        meta: JSON.parse(
          JSON.stringify(table.meta, (_, x) => (Number.isFinite(x) || typeof x !== 'number' ? x : `${x}`)),
        ),
      }));
      const restored = SessionWindows.restore(options, tables);
      expect(restored.save()).toEqual(lasting.save());
      for (const windows of [lasting, restored]) {
        run(windows, after);
        windows.close();
      }
      expect(rowsOf(restored.results)).toEqual(rowsOf(lasting.results));
      expect(restored.counters).toEqual(lasting.counters);
      expect(restored.watermark).toBe(lasting.watermark);
    }),
  );
});

test('final results that nothing replaced never overlap, and hold every sample that was not dropped', () => {
  fc.assert(
    fc.property(driftingSteps(60), lateness, allowedLateness, (all, late, allowed) => {
      const windows = new SessionWindows(sessionOptions(['count'], { lateness: late, allowedLateness: allowed }));
      run(windows, all);
      windows.close();
      const standing = new Map<string, NaiveResult>();
      for (const result of rowsOf(windows.results)) {
        for (const [start, end] of result.supersedes) expect(standing.delete(`${start} ${end}`)).toBe(true);
        standing.set(`${result.start} ${result.end}`, result);
      }
      const sorted = [...standing.values()].sort((a, b) => a.start - b.start);
      for (const [i, { start }] of sorted.entries()) if (i > 0) expect(start).toBeGreaterThan(sorted[i - 1]!.end);
      const held = sorted.reduce((sum, { count }) => sum + count, 0);
      expect(held + windows.counters.dropped).toBe(all.length);
    }),
  );
});

test('samples exactly the gap apart are one session, one more apart are two', () => {
  expect(finals(sessionOptions(['count']), at(0, 10, 20))).toEqual(['0-30: 3 r0']);
  expect(finals(sessionOptions(['count']), at(0, 11))).toEqual(['0-10: 1 r0', '11-21: 1 r0']);
});

test('a session is final once the watermark is past its end, not at it', () => {
  const windows = new SessionWindows(sessionOptions(['count']));
  run(windows, at(0));
  windows.raiseWatermark(10);
  expect(windows.results.length).toBe(0);
  run(windows, at(10));
  windows.raiseWatermark(20.5);
  expect(rowsOf(windows.results).map(texts)).toEqual(['0-20: 2 r0']);
});

test('a late sample joins two final sessions into one result that names both', () => {
  const options = sessionOptions(['count', 'sum'], { allowedLateness: 100 });
  expect(finals(options, at(0, 18, 60, 9))).toEqual([
    '0-10: 1 1 r0',
    '18-28: 1 1 r0',
    '0-28: 3 3 r1 replaces 0-10, 18-28',
    '60-70: 1 1 r0',
  ]);
});

test('a final session joined to an open one is provisional again and names what its next final result replaces', () => {
  const windows = new SessionWindows(sessionOptions(['count']));
  run(windows, at(0, 15, 9));
  expect(rowsOf(windows.results).map(texts)).toEqual(['0-10: 1 r0']);
  const open = new WindowResults(1);
  windows.readOpen(open);
  expect(rowsOf(open).map(texts)).toEqual(['0-25: 3 r0 replaces 0-10']);
  expect(open.final[0]).toBe(0);
  expect(windows.counters).toMatchObject({ late: 1, dropped: 0 });
  windows.results.clear();
  windows.close();
  expect(rowsOf(windows.results).map(texts)).toEqual(['0-25: 3 r1 replaces 0-10']);
});

test('a late sample within a final session revises it and replaces nothing else', () => {
  expect(finals(sessionOptions(['max'], { allowedLateness: 50 }), at(0, 5, 40, 3))).toEqual([
    '0-15: 1 r0',
    '0-15: 1 r1',
    '40-50: 1 r0',
  ]);
});

test('a sample is taken at the allowed lateness and dropped one past it', () => {
  const taken = new SessionWindows(sessionOptions(['count'], { allowedLateness: 5 }));
  run(taken, [...at(0), { watermark: 15 }, ...at(0)]);
  expect(taken.counters).toMatchObject({ late: 1, dropped: 0 });
  const dropped = new SessionWindows(sessionOptions(['count'], { allowedLateness: 5 }));
  run(dropped, [...at(0), { watermark: 16 }, ...at(0)]);
  expect(dropped.counters).toMatchObject({ late: 0, dropped: 1 });
});

test('a sample of any age that joins an open session is taken and is not late', () => {
  const windows = new SessionWindows(sessionOptions(['count']));
  run(windows, [...Array.from({ length: 50 }, (_, i) => ({ time: i * 10, value: 1 })), ...at(-10)]);
  expect(windows.counters).toMatchObject({ late: 0, dropped: 0, outOfOrder: 1 });
  windows.close();
  expect(rowsOf(windows.results).map(texts)).toEqual(['-10-500: 51 r0']);
});

test('a sample that becomes the last one before a final session revises it where its value counts from it', () => {
  const options = sessionOptions(['delta'], { allowedLateness: 1000 });
  const stream = [
    { time: 0, value: 1 },
    { time: 100, value: 7 },
    { time: 200, value: 7 },
    { time: 50, value: 3 },
  ];
  expect(finals(options, stream)).toEqual([
    '0-10: NaN r0',
    '100-110: 6 r0',
    '50-60: 2 r0',
    '100-110: 4 r1',
    '200-210: 0 r0',
  ]);
  expect(finals({ ...options, aggregations: sessionOptions(['max']).aggregations }, stream)).toHaveLength(4);
});

test('times that are not finite or too far ahead of the clock are invalid and move nothing', () => {
  const windows = new SessionWindows(sessionOptions(['count'], { maxAhead: 1000 }));
  const times = Float64Array.of(0, Number.NaN, Number.POSITIVE_INFINITY, 2001, 5);
  windows.add(times, new Float64Array(5), 0, 5, 1000);
  expect(windows.counters).toEqual({ late: 0, dropped: 0, missing: 0, invalid: 3, outOfOrder: 0 });
  expect(windows.watermark).toBe(5);
});

test('an idle stream closes its session with the clock', () => {
  const windows = new SessionWindows(sessionOptions(['count'], { idle: 100 }));
  windows.add(Float64Array.of(1000), Float64Array.of(1), 0, 1, 5000);
  windows.add(Float64Array.of(Number.NaN), Float64Array.of(1), 0, 1, 5090); // refused: the stream stays idle
  windows.advance(5110);
  expect(windows.results.length).toBe(0);
  windows.advance(5111);
  expect(rowsOf(windows.results).map(texts)).toEqual(['1000-1010: 1 r0']);
});

test('a jump of a year and back costs two results', () => {
  const year = 365 * 86_400e6;
  expect(finals(sessionOptions(['count'], { lateness: 5 }), at(0, year))).toEqual([
    '0-10: 1 r0',
    `${year}-${year + 10}: 1 r0`,
  ]);
});
