import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseAggregation } from '../../../src/core/windows/aggregation.ts';
import { Finality } from '../../../src/core/windows/finality.ts';
import { PaneWindows } from '../../../src/core/windows/pane-windows.ts';
import { Watermark } from '../../../src/core/windows/watermark.ts';
import { WindowGrid } from '../../../src/core/windows/window-grid.ts';
import { windowShape } from '../../../src/core/windows/window-shape.ts';

const count = [parseAggregation('count')];

test('the watermark is the largest time minus the lateness, and never goes back', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: -50, max: 50 })),
      fc.nat({ max: 20 }),
      fc.integer(),
      (times, late, raised) => {
        const watermark = new Watermark({ lateness: late });
        expect([watermark.value, watermark.maxTime]).toEqual([Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY]);
        watermark.raise(raised);
        for (const time of times) watermark.observe(time);
        expect(watermark.maxTime).toBe(Math.max(...times));
        expect(watermark.value).toBe(Math.max(raised, Math.max(...times) - late));
        watermark.raise(raised - 1);
        expect(watermark.value).toBe(Math.max(raised, Math.max(...times) - late));
      },
    ),
  );
});

test('a stream that is quiet for longer than `idle` goes on with the clock; one that was told no clock starts with the next', () => {
  const watermark = new Watermark({ lateness: 1, idle: 10 });
  watermark.observe(100);
  watermark.arrived(1000);
  watermark.advance(1010);
  expect(watermark.value).toBe(99);
  watermark.advance(1013);
  expect(watermark.value).toBe(102);
  watermark.arrivedUnclocked();
  watermark.advance(2000);
  watermark.advance(2010);
  expect(watermark.value).toBe(102);
  watermark.advance(2011);
  expect(watermark.value).toBe(103);
});

test('a stream without `idle`, or whose samples came without a clock, never goes on by itself', () => {
  const still = new Watermark({});
  still.observe(5);
  still.arrived(0);
  still.advance(1e12);
  expect(still.value).toBe(5);
  const unclocked = new Watermark({ idle: 1 });
  unclocked.observe(5);
  unclocked.arrived(Number.NaN);
  unclocked.advance(1e12);
  expect(unclocked.value).toBe(5);
});

test('a restored watermark goes on as the saved one', () => {
  const saved = new Watermark({ lateness: 2, idle: 10 });
  saved.observe(50);
  saved.arrived(1000);
  const restored = new Watermark({ lateness: 2, idle: 10 });
  restored.restore(saved.save());
  for (const each of [saved, restored]) each.advance(1025);
  expect([restored.value, restored.maxTime]).toEqual([63, 50]);
  expect(restored.save()).toEqual(saved.save());
});

test('times as far as whole numbers go are taken, one further is refused; a day ahead of the clock is, one more is not', () => {
  const most = Number.MAX_SAFE_INTEGER;
  const add = (time: number, now: number) => {
    const windows = new PaneWindows({ shape: windowShape({ window: 10 }), aggregations: count });
    windows.add(Float64Array.of(time), Float64Array.of(1), 0, 1, now);
    windows.close();
    return [windows.counters.invalid, windows.results.length];
  };
  for (const time of [-most, most]) expect(add(time, Number.NaN)).toEqual([0, 1]);
  for (const time of [-most - 1, most + 1]) expect(add(time, Number.NaN)).toEqual([1, 0]);
  expect(add(86_400e6 + 5, 5)).toEqual([0, 1]);
  expect(add(86_400e6 + 6, 5)).toEqual([1, 0]);
});

test('every pane, window and edge is the one that whole-number arithmetic gives', () => {
  const floor = (a: bigint, b: bigint) => (a >= 0n || a % b === 0n ? a / b : a / b - 1n);
  const length = fc.integer({ min: 1, max: 600 });
  const time = fc.oneof(
    fc.integer({ min: -5000, max: 5000 }),
    fc.maxSafeInteger().map((at) => at - Math.sign(at) * 5000),
  );
  fc.assert(
    fc.property(length, length, fc.integer({ min: -2000, max: 2000 }), time, (window, slide, origin, at) => {
      const shape = windowShape({ window, slide: Math.min(slide, window), origin });
      if (shape.kind === 'session') return;
      const grid = new WindowGrid(shape);
      const step = BigInt(shape.kind === 'sliding' ? shape.slide : shape.size);
      const pane = grid.paneAt(at);
      expect(grid.paneStart(pane) <= at && at < grid.paneStart(pane + 1)).toBe(true);
      const last = grid.lastEndedBy(at);
      expect(BigInt(grid.windowEnd(last))).toBe(floor(BigInt(at) - BigInt(origin), step) * step + BigInt(origin));
      fc.pre(Math.abs(at) < 1e15);
      // The windows over the pane's first time: ends in (start, start + size].
      const start = grid.paneStart(pane);
      expect(grid.windowEnd(grid.firstWindow(pane))).toBeGreaterThan(start);
      expect(grid.windowEnd(grid.firstWindow(pane) - 1)).toBeLessThanOrEqual(start);
      expect(grid.windowEnd(grid.lastWindow(pane))).toBeLessThanOrEqual(start + shape.size);
      expect(grid.windowEnd(grid.lastWindow(pane) + 1)).toBeGreaterThan(start + shape.size);
      expect(grid.paneStart(grid.firstPane(last))).toBe(grid.windowEnd(last) - shape.size);
      expect(grid.paneStart(grid.endPane(last))).toBe(grid.windowEnd(last));
    }),
  );
});

test('a window is final from its end on, closed from its end and the allowed lateness on, its panes kept until then', () => {
  const grid = new WindowGrid({ kind: 'sliding', size: 30, slide: 10, origin: 0 });
  const watermark = new Watermark({});
  const plain = new Finality(grid, watermark, 0);
  const patient = new Finality(grid, watermark, 20);
  const now = () => [
    plain.end,
    plain.lastFinal,
    plain.lastClosed,
    plain.firstKept,
    patient.lastClosed,
    patient.firstKept,
  ];
  const none = Number.NEGATIVE_INFINITY;
  expect(now()).toEqual([none, none, none, none, none, none]);
  watermark.observe(39);
  expect(now()).toEqual([30, 3, 3, 1, 1, -1]);
  watermark.observe(40);
  expect(now()).toEqual([40, 4, 4, 2, 2, 0]);
  watermark.raise(Number.POSITIVE_INFINITY);
  expect(plain.end).toBe(Number.POSITIVE_INFINITY);
});

test('panes are kept as long as a window that still takes samples holds them, by default to its end', () => {
  const run = (allowedLateness: number) => {
    const windows = new PaneWindows({ shape: windowShape({ window: 10 }), aggregations: count, allowedLateness });
    const times = Float64Array.of(1, 11, 12, 25, 33, 13, 14, 2);
    windows.add(times, new Float64Array(8).fill(1), 0, 8, Number.NaN);
    const { index, count: held } = windows.save()[0]!.columns;
    return { index: [...(index as Float64Array)], count: [...(held as Float64Array)], counters: windows.counters };
  };
  expect(run(0)).toMatchObject({ index: [3], count: [1], counters: { dropped: 3, late: 0, outOfOrder: 3 } });
  expect(run(14)).toMatchObject({ index: [1, 2, 3], count: [4, 1, 1], counters: { dropped: 1, late: 2 } });
});
