import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createPaneFields, mergeRunInto, type PaneFields } from '../../../src/core/pane.ts';
import { QuantileSketch } from '../../../src/core/sketch/quantile-sketch.ts';
import { CHAIN_LIMIT } from '../../../src/core/windows/session-list.ts';
import { TRAIL_LIMIT } from '../../../src/core/windows/session-trail.ts';
import { SessionWindows } from '../../../src/core/windows/session-windows.ts';
import { APPROXIMATE, SKETCHED } from '../../../src/core/windows/window-results.ts';
import { finals, rowsOf, run, sessionOptions, texts } from './session-stream.ts';

type Sample = readonly [time: number, value: number];

function paneOf(samples: readonly Sample[]): PaneFields {
  const fields = createPaneFields(1);
  for (const [time, value] of samples) mergeRunInto(fields, 0, Float64Array.of(time), Float64Array.of(value), 0, 1);
  return fields;
}

test('a folded pane joins as [first time, last time], and makes what it joins approximate', () => {
  const windows = new SessionWindows(sessionOptions(['sum']));
  run(windows, [{ time: 0, value: 1 }]);
  windows.addPane(
    0,
    100,
    paneOf([
      [9, 2],
      [60, 3],
    ]),
    0,
    null,
  );
  run(windows, [
    { time: 70, value: 4 },
    { time: 200, value: 5 },
  ]);
  windows.close();
  expect(rowsOf(windows.results).map(texts)).toEqual(['0-80: 10 r0', '200-210: 5 r0']);
  expect([...windows.results.flags.subarray(0, 2)]).toEqual([APPROXIMATE, 0]);
});

test('a pane is late by its last time: taken and late, or dropped, with all of its samples', () => {
  const pane = paneOf([
    [0, 1],
    [4, 1],
    [8, 1],
  ]);
  const late = new SessionWindows(sessionOptions(['count'], { allowedLateness: 5 }));
  run(late, [{ watermark: 23 }]);
  late.addPane(0, 10, pane, 0, null);
  expect(late.counters).toMatchObject({ late: 3, dropped: 0 });
  expect(rowsOf(late.results).map(texts)).toEqual(['0-18: 3 r0']);
  const dropped = new SessionWindows(sessionOptions(['count'], { allowedLateness: 5 }));
  run(dropped, [{ watermark: 24 }]);
  dropped.addPane(0, 10, pane, 0, null);
  expect(dropped.counters).toMatchObject({ late: 0, dropped: 3 });
  expect(dropped.results.length).toBe(0);
});

test('a pane without samples changes nothing', () => {
  const windows = new SessionWindows(sessionOptions(['count']));
  windows.addPane(0, 10, createPaneFields(1), 0, null);
  windows.close();
  expect(windows.results.length).toBe(0);
});

test('quantiles cover the samples that sketches came for, and are missing where none did', () => {
  const sketch = new QuantileSketch();
  for (const value of [1, 2, 3]) sketch.add(value);
  const windows = new SessionWindows(sessionOptions(['p100']));
  windows.addPane(
    0,
    10,
    paneOf([
      [0, 1],
      [1, 2],
      [2, 3],
    ]),
    0,
    { mean: 2, m2: 2, increase: 2, sketch },
  );
  windows.addPane(0, 10, paneOf([[9, 9]]), 0, null);
  windows.addPane(100, 10, paneOf([[100, 9]]), 0, null);
  windows.close();
  expect([...windows.results.coverage.subarray(0, 2)]).toEqual([0.75, 0]);
  expect(windows.results.value(0, 0)).toBe(3);
  expect(windows.results.value(1, 0)).toBeNaN();
  expect(windows.results.flags[0]! & SKETCHED).toBe(0);
});

test('panes with their features, in time order, give the spread and the increase of their samples', () => {
  const values = fc.array(fc.integer({ min: 0, max: 50 }), { minLength: 2, maxLength: 30 });
  fc.assert(
    fc.property(values, fc.integer({ min: 1, max: 5 }), (all, size) => {
      const options = sessionOptions(['increase', 'variance', 'sum'], { counter: true });
      const raw = new SessionWindows(options);
      const folded = new SessionWindows(options);
      run(
        raw,
        all.map((value, time) => ({ time, value })),
      );
      for (let i = 0; i < all.length; i += size) {
        const part = all.slice(i, i + size);
        const mean = part.reduce((a, b) => a + b, 0) / part.length;
        const increase = part.slice(1).reduce((sum, x, k) => sum + (x >= part[k]! ? x - part[k]! : x), 0);
        const m2 = part.reduce((a, b) => a + (b - mean) ** 2, 0);
        const pane = paneOf(part.map((value, k) => [i + k, value]));
        folded.addPane(i, size, pane, 0, { mean, m2, increase, sketch: null });
      }
      raw.close();
      folded.close();
      for (const k of [0, 1, 2]) expect(folded.results.value(0, k)).toBeCloseTo(raw.results.value(0, k), 9);
      expect(folded.results.flags[0]! & APPROXIMATE).toBe(APPROXIMATE);
    }),
  );
});

test('the increase stays exact for a sample among the newest, and says so where it comes further back', () => {
  const counted = (lateTime: number) => {
    const windows = new SessionWindows(sessionOptions(['increase'], { counter: true }));
    const length = 3 * TRAIL_LIMIT;
    run(
      windows,
      [...Array.from({ length }, (_, time) => ({ time, value: time % 10 })), { time: lateTime, value: 100 }],
      [97],
    );
    windows.close();
    return [windows.results.value(0, 0), windows.results.flags[0]! & APPROXIMATE] as const;
  };
  const steps = Array.from({ length: 3 * TRAIL_LIMIT }, (_, time) => time % 10).slice(1);
  const plain = steps.reduce((sum, value) => sum + (value === 0 ? 0 : 1), 0);
  // Between 5 and 6 the late 100 adds 95 and, falling to 6, a reset of 6 in place of the step of 1.
  expect(counted(3 * TRAIL_LIMIT - 7 - ((3 * TRAIL_LIMIT - 7) % 10) + 5)).toEqual([plain + 95 + 6 - 1, 0]);
  expect(counted(5)[1]).toBe(APPROXIMATE);
  expect(counted(-1)).toEqual([plain + 0, 0]); // before all of it: a reset from 100 to 0
});

test('a sample that would have to join a forgotten session is dropped, so that results do not overlap', () => {
  const open = Array.from({ length: 40 }, (_, i) => ({ time: 15 + i * 10, value: 1 }));
  // The session at 0 lies within two gaps before the open one: still remembered, and joined.
  expect(finals(sessionOptions(['count']), [{ time: 0, value: 1 }, ...open, { time: 8, value: 1 }]).at(-1)).toBe(
    '0-415: 42 r1 replaces 0-10',
  );
  // At 24 before it, it is forgotten: what joins the open session reaches back to it one late sample at a time.
  const far = new SessionWindows(sessionOptions(['count']));
  run(far, [{ time: -9, value: 1 }, ...open, { time: 6, value: 1 }, { time: 1, value: 1 }]);
  expect(far.counters).toMatchObject({ dropped: 1, late: 0 });
});

test('sessions 1.5 gaps apart for ever are remembered up to a limit', () => {
  const windows = new SessionWindows(sessionOptions(['count']));
  for (let i = 0; i < 500; i += 1) run(windows, [{ time: i * 15, value: 1 }]);
  const [table] = windows.save();
  expect((table!.columns.count as Float64Array).length).toBeLessThanOrEqual(CHAIN_LIMIT + 5);
  expect(windows.results.length).toBe(499);
});
