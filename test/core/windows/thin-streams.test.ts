// Streams of about one sample per window, which are held without a pane, against the definition and against held panes.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Aggregation, parseAggregation } from '../../../src/core/windows/aggregation.ts';
import { createWindows } from '../../../src/core/windows/create-windows.ts';
import { PaneWindows } from '../../../src/core/windows/pane-windows.ts';
import type { WindowOperator, WindowOptions } from '../../../src/core/windows/window-operator.ts';
import { planOf } from '../../../src/core/windows/window-plan.ts';
import { WindowResults } from '../../../src/core/windows/window-results.ts';
import { windowShape } from '../../../src/core/windows/window-shape.ts';
import { foldOf } from './fold-runs.ts';
import { NaiveWindows } from './naive-windows.ts';
import { addSplit, EVERY, expectResults, rowsOf, type Samples, splits, valueSets } from './window-runs.ts';

/** What needs no pane: neither the value before the window nor the spread. */
const ALONE = EVERY.filter(({ kind }) => !['delta', 'increase', 'stddev', 'variance'].includes(kind));

const whole = (min: number, max: number) => fc.integer({ min, max });

const options: fc.Arbitrary<WindowOptions> = fc
  .record({
    window: whole(1, 9),
    origin: whole(-15, 15),
    lateness: fc.oneof(fc.constant(0), whole(0, 12)),
    idle: fc.option(whole(0, 15)),
    sumPer: fc.option(whole(1, 5)),
  })
  .map(({ window, origin, ...rest }) => ({
    ...rest,
    shape: windowShape({ window, origin }),
    aggregations: ALONE,
    unit: 1,
    maxAhead: 30,
    distinctLimit: 6,
  }));

/** Mostly in order and far enough apart; some close, some back, some no time. */
const gap = fc.oneof(
  { weight: 10, arbitrary: whole(5, 14) },
  { weight: 3, arbitrary: whole(0, 4) },
  { weight: 1, arbitrary: whole(-12, 60) },
);
const value = fc.oneof(
  { weight: 9, arbitrary: fc.oneof(valueSets.small, valueSets.mixed, valueSets.tiny, valueSets.huge) },
  { weight: 1, arbitrary: valueSets.holes },
);
const samples: fc.Arbitrary<Samples> = fc
  .tuple(whole(-100, 100), fc.array(fc.tuple(gap, value, whole(0, 30)), { maxLength: 60 }))
  .map(([start, steps]) => {
    let time = start;
    return steps.map(([by, each, broken]) => {
      time += by;
      return [broken === 0 ? Number.NaN : time, each] as const;
    });
  });

test('streams of about one sample per window, in any split, equal the definition, open windows included', () => {
  fc.assert(
    fc.property(options, samples, splits, (given, rows, cuts) => {
      expect(planOf(given).takesAlone).toBe(true);
      const windows = new PaneWindows(given);
      const naive = new NaiveWindows(given);
      addSplit(windows, rows, cuts);
      for (const [time, each] of rows) naive.add(time, each);
      const open = new WindowResults(ALONE.length);
      windows.readOpen(open);
      expectResults(open, naive.open(), ALONE);
      windows.close();
      naive.raiseWatermark(Number.POSITIVE_INFINITY);
      expectResults(windows.results, naive.results, ALONE);
      expect(windows.counters).toEqual(naive.counters);
    }),
    { numRuns: 1000 },
  );
});

const step = fc.oneof(
  { weight: 12, arbitrary: fc.record({ kind: fc.constant('add' as const), rows: samples, ahead: whole(-40, 40) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('raise' as const), to: whole(-50, 400) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('advance' as const), by: whole(0, 20) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('fold' as const), rows: samples }) },
);

/** The same with panes: an aggregation that looks at the value before the window keeps every sample in one. */
const withPanes = (given: WindowOptions): WindowOptions => ({
  ...given,
  aggregations: [...given.aggregations, parseAggregation('delta')],
});

test('whatever comes between, a stream without panes gives bit for bit what one with panes gives, and restores as it', () => {
  fc.assert(
    fc.property(options, fc.array(step, { maxLength: 8 }), whole(0, 8), splits, (given, steps, savedAt, cuts) => {
      const apart = withPanes(given);
      let windows = new PaneWindows(given);
      const truth = new PaneWindows(apart);
      let now = 100;
      const final: ReturnType<typeof rowsOf> = [];
      const take = () => {
        final.push(...rowsOf(windows.results));
        windows.results.clear();
      };
      for (const [at, each] of steps.entries()) {
        if (at === savedAt) {
          take();
          windows = PaneWindows.restore(given, windows.save());
        }
        for (const operator of [windows, truth]) {
          if (each.kind === 'add') addSplit(operator, each.rows, cuts, now + each.ahead);
          else if (each.kind === 'raise') operator.raiseWatermark(each.to);
          else if (each.kind === 'advance') operator.advance(now + each.by);
          else {
            const rows = each.rows.filter(([time, x]) => Number.isFinite(time + x)).sort((a, b) => a[0] - b[0]);
            if (rows.length > 0) operator.addPane(0, 0, foldOf(rows).panes, 0, foldOf(rows).features);
          }
        }
        if (each.kind === 'advance') now += each.by;
        take();
        expect(windows.watermark).toBe(truth.watermark);
        expect(windows.counters).toEqual(truth.counters);
        const open = [
          new WindowResults(given.aggregations.length),
          new WindowResults(apart.aggregations.length),
        ] as const;
        windows.readOpen(open[0]);
        truth.readOpen(open[1]);
        expect(rowsOf(open[0])).toEqual(rowsOf(open[1]).map(withoutLast));
        expect(final).toEqual(rowsOf(truth.results).map(withoutLast));
      }
      windows.close();
      truth.close();
      take();
      expect(final).toEqual(rowsOf(truth.results).map(withoutLast));
      expect(windows.save()[0]!.meta.counters).toEqual(truth.save()[0]!.meta.counters);
    }),
    { numRuns: 1000 },
  );
});

const withoutLast = (row: ReturnType<typeof rowsOf>[number]) => ({ ...row, values: row.values.slice(0, -1) });

test('which windows need a pane: those that slide, may be revised, look at the value before, or at the spread', () => {
  const takes = (texts: readonly string[], more: Partial<WindowOptions> = {}) =>
    planOf({ shape: windowShape({ window: 10 }), aggregations: texts.map(parseAggregation), ...more }).takesAlone;
  expect(takes(['count', 'sum', 'min', 'max', 'p99', 'distinct', 'rate'])).toBe(true);
  expect(takes(['last'], { lateness: 5 })).toBe(true);
  expect(takes(['last'], { allowedLateness: 5 })).toBe(false);
  expect(takes(['last'], { shape: windowShape({ window: 10, slide: 5 }) })).toBe(false);
  expect(takes(['delta'])).toBe(false);
  expect(takes(['increase'])).toBe(false);
  expect(takes(['stddev'])).toBe(false);
  expect(takes(['rate'], { counter: true })).toBe(false);
});

test('a sample that stands alone is open until the watermark reaches the end of its window, then final', () => {
  const windows = new PaneWindows({ shape: windowShape({ window: 10 }), aggregations: ALONE });
  addSplit(windows, [[5, 7]], []);
  const open = () => {
    const rows = new WindowResults(ALONE.length);
    windows.readOpen(rows);
    return rowsOf(rows).map(({ end, final }) => [end, final]);
  };
  windows.raiseWatermark(9);
  expect([open(), windows.results.length]).toEqual([[[10, false]], 0]);
  windows.raiseWatermark(10);
  expect([open(), rowsOf(windows.results).map(({ end, final }) => [end, final])]).toEqual([[], [[10, true]]]);
});

test('streams may append to one table of results, which then are those of each in turn', () => {
  const aggregations: readonly Aggregation[] = ['sum', 'p50'].map(parseAggregation);
  for (const shape of [windowShape({ window: 10 }), windowShape({ session: 3 })]) {
    const shared = new WindowResults(aggregations.length);
    const [a, b, alone] = [shared, shared, undefined].map((results) => createWindows({ shape, aggregations }, results));
    const feed = (operator: WindowOperator | undefined, from: number) =>
      addSplit(
        operator!,
        [0, 12, 13, 31, 44].map((time) => [from + time, time] as const),
        [],
      );
    feed(a, 0);
    const { length } = shared;
    feed(b, 100);
    feed(alone, 100);
    expect(length).toBeGreaterThan(1);
    expect(rowsOf(shared).slice(length)).toEqual(rowsOf(alone!.results));
  }
});

test('a million windows of one sample allocate no pane and keep no more than the rows read', () => {
  const windows = new PaneWindows({ shape: windowShape({ window: 1000 }), aggregations: ALONE, unit: 1 });
  const times = new Float64Array(1000);
  const values = new Float64Array(1000).fill(0.5);
  for (let round = 0; round < 1000; round += 1) {
    for (let i = 0; i < 1000; i += 1) times[i] = (round * 1000 + i) * 1000 + (i % 7);
    windows.add(times, values, 0, 1000, Number.NaN);
    expect(windows.results.length).toBe(round === 0 ? 999 : 1000);
    windows.results.clear();
  }
  expect(windows.save()[0]!.columns.index).toHaveLength(1);
  expect(windows.results.start.length).toBeLessThanOrEqual(2048);
});
