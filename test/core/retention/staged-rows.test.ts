import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createPaneFields, mergeRunInto } from '../../../src/core/pane.ts';
import type { MixedRows } from '../../../src/core/retention/row-groups.ts';
import { type RowConsumer, StagedRows, type StagingOptions } from '../../../src/core/retention/staged-rows.ts';
import { SampleRing } from '../../../src/core/sample-ring.ts';
import { parseAggregation } from '../../../src/core/windows/aggregation.ts';
import { createWindows } from '../../../src/core/windows/create-windows.ts';
import type { WindowOperator, WindowOptions } from '../../../src/core/windows/window-operator.ts';
import { WindowResults } from '../../../src/core/windows/window-results.ts';
import { windowShape } from '../../../src/core/windows/window-shape.ts';
import { rowsOf } from '../windows/window-runs.ts';

const SERIES = 6;

type Row = readonly [series: number, time: number, value: number];

function mixed(rows: readonly Row[]): MixedRows {
  return {
    length: rows.length,
    // Longer than the batch, as columns of an arena may be.
    series: Uint16Array.from([...rows.map(([series]) => series), 40_000]),
    time: Float64Array.from(rows, ([, time]) => time),
    value: Float64Array.from(rows, ([, , value]) => value),
  };
}

/** Rings and windows of a few series, and everything that can be read of them. */
class Store implements RowConsumer {
  readonly rings = Array.from({ length: SERIES }, () => new SampleRing(50));
  readonly windows;
  readonly calls: (readonly [series: number, rows: number, now: number])[] = [];

  constructor(options: WindowOptions) {
    this.windows = Array.from({ length: SERIES }, () => createWindows(options));
  }

  add(series: number, times: Float64Array, values: Float64Array, from: number, to: number, now: number): void {
    this.calls.push([series, to - from, now]);
    // What is refused is no sample: a ring takes finite times only.
    for (let i = from; i < to; i += 1)
      if (Number.isFinite(times[i]!)) this.rings[series]!.append(times, values, i, i + 1);
    this.windows[series]!.add(times, values, from, to, now);
  }

  advance(now: number): void {
    for (const windows of this.windows) windows.advance(now);
  }

  read() {
    return this.windows.map((windows, s) => ({
      ring: this.rings[s]!.save(),
      results: rowsOf(windows.results),
      open: openOf(windows),
      watermark: windows.watermark,
      windows: windows.save(),
    }));
  }
}

function openOf(windows: WindowOperator) {
  const open = new WindowResults(windows.aggregations.length);
  windows.readOpen(open);
  return rowsOf(open);
}

const whole = (min: number, max: number) => fc.integer({ min, max });

const anySetting = fc.record({
  window: whole(1, 12),
  slide: fc.option(whole(1, 12)),
  session: fc.boolean(),
  lateness: whole(0, 6),
  idle: fc.option(whole(0, 25)),
  maxAhead: whole(0, 40),
  thin: fc.boolean(),
});

function windowsOf({ window, slide, session, lateness, idle, maxAhead, thin }: SettingOf): WindowOptions {
  const shape = session
    ? windowShape({ session: window })
    : windowShape({ window, slide: slide === null ? null : Math.min(slide, window) });
  const texts = thin ? ['count', 'sum', 'p50'] : ['count', 'delta', 'p50', 'last'];
  return { shape, aggregations: texts.map(parseAggregation), lateness, idle, maxAhead };
}

type SettingOf = typeof anySetting extends fc.Arbitrary<infer T> ? T : never;

const time = fc.oneof(
  { weight: 20, arbitrary: whole(-6, 4) },
  { weight: 3, arbitrary: whole(-30, 45) },
  { weight: 1, arbitrary: fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, -1e300) },
);
const value = fc.oneof(
  { weight: 9, arbitrary: fc.double({ noNaN: true }) },
  { weight: 1, arbitrary: fc.constant(Number.NaN) },
);
const anyStep = fc.oneof(
  {
    weight: 10,
    arbitrary: fc.record({
      kind: fc.constant('rows' as const),
      rows: fc.array(fc.tuple(fc.oneof(whole(0, 1), whole(0, SERIES - 1)), time, value), { maxLength: 9 }),
      by: fc.oneof({ weight: 8, arbitrary: whole(0, 6) }, { weight: 1, arbitrary: whole(-30, 60) }),
      isClocked: fc.oneof({ weight: 5, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) }),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('clock' as const),
      by: fc.oneof({ weight: 8, arbitrary: whole(0, 12) }, { weight: 1, arbitrary: fc.constantFrom(-20, Number.NaN) }),
    }),
  },
  { weight: 2, arbitrary: fc.constant({ kind: 'read' as const }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('fold' as const), series: whole(0, SERIES - 1) }) },
);

it('whatever is read after a flush is what handing on each batch and each clock at once gives, bit for bit', () => {
  const staging = fc.record({ rows: whole(1, 40), denseRows: whole(1, 8) });
  fc.assert(
    fc.property(anySetting, staging, fc.array(anyStep, { maxLength: 30 }), (setting, sizes, steps) => {
      const options = windowsOf(setting);
      const [held, truth] = [new Store(options), new Store(options)];
      const given: StagingOptions = { ...sizes, idle: setting.idle, maxAhead: setting.maxAhead };
      const log = new StagedRows(held, given);
      let now = 1000;
      for (const step of [...steps, { kind: 'read' as const }]) {
        if (step.kind === 'rows') {
          now += step.by;
          const clock = step.isClocked ? now : Number.NaN;
          const rows = step.rows.map(([series, before, x]): Row => [series, now + before, x]);
          log.push(mixed(rows), clock);
          for (let s = 0; s < SERIES; s += 1) {
            const own = mixed(rows.filter(([series]) => series === s));
            if (own.length > 0) truth.add(s, own.time, own.value, 0, own.length, clock);
          }
        } else if (step.kind === 'clock') {
          if (!Number.isNaN(step.by)) now += step.by;
          for (const each of [log, truth]) each.advance(Number.isNaN(step.by) ? step.by : now);
        } else {
          log.flush();
          expect(held.read()).toEqual(truth.read());
          if (step.kind === 'read') continue;
          const pane = createPaneFields(1);
          mergeRunInto(pane, 0, Float64Array.of(now - 1, now), Float64Array.of(1, 2), 0, 2);
          for (const each of [held, truth]) each.windows[step.series]!.addPane(now - 1, 2, pane, 0, null);
        }
        expect(log.length).toBeLessThanOrEqual(sizes.rows);
      }
      expect(log.length).toBe(0);
    }),
    { numRuns: 500 },
  );
});

const still: WindowOptions = { shape: windowShape({ window: 10 }), aggregations: [parseAggregation('count')] };
/** A row for each series at this time. */
const round = (at: number): readonly Row[] => Array.from({ length: SERIES }, (_, s) => [s, at, at + s] as const);

it('thin batches wait, and each series is visited once for all of them, with the clock of its last row', () => {
  const store = new Store(still);
  const log = new StagedRows(store, { idle: 50 });
  for (let at = 0; at < 40; at += 1) log.push(mixed(round(at)), 100 + at);
  log.push(mixed([[2, 40, 1]]), 140);
  expect([store.calls, log.length]).toEqual([[], 40 * SERIES + 1]);
  log.flush();
  expect(store.calls).toEqual(Array.from({ length: SERIES }, (_, s) => (s === 2 ? [s, 41, 140] : [s, 40, 139])));
  expect(log.length).toBe(0);
  log.flush();
  expect(store.calls).toHaveLength(SERIES);
});

it('a full log is handed on before the batch that it has no room for; a batch larger than it goes past it', () => {
  const store = new Store(still);
  const log = new StagedRows(store, { rows: 2 * SERIES });
  log.push(mixed(round(0)), 0);
  log.push(mixed(round(1)), 1);
  expect([store.calls.length, log.length]).toEqual([0, 2 * SERIES]);
  log.push(mixed(round(2)), 2);
  expect([store.calls.length, log.length]).toEqual([SERIES, SERIES]);
  log.push(mixed([...round(3), ...round(3), ...round(3)]), 3);
  expect(store.calls.slice(SERIES).map(([, rows]) => rows)).toEqual([
    ...Array(SERIES).fill(1),
    ...Array(SERIES).fill(3),
  ]);
  expect(log.length).toBe(0);
});

it('a batch of many rows a series is not delayed', () => {
  const store = new Store(still);
  const log = new StagedRows(store);
  const rows = Array.from({ length: 16 }, (_, i): Row => [i % 2, i, i]);
  log.push(mixed(rows.slice(0, 15)), 20);
  expect(store.calls).toEqual([]);
  log.push(mixed(rows), 20);
  expect(store.calls).toEqual([
    [0, 8, 20],
    [1, 7, 20],
    [0, 8, 20],
    [1, 8, 20],
  ]);
});

it('a row that comes after its series has idled is judged by where the clock had moved the watermark', () => {
  const store = new Store({ ...still, idle: 50 });
  const log = new StagedRows(store, { idle: 50, maxAhead: 1000 });
  log.push(mixed([[0, 9, 1]]), 100);
  log.advance(150);
  log.push(mixed([[1, 9, 1]]), 150);
  expect(store.calls).toHaveLength(1); // the clock of series 1 was not known
  log.advance(151);
  log.push(mixed([[0, 9, 1]]), 151);
  log.flush();
  expect(store.windows[0]!.counters.dropped).toBe(1);
  expect(store.windows.slice(0, 2).map(({ watermark }) => watermark)).toEqual([10, 9]);
});

it('a clock that goes back is no reason to idle', () => {
  const store = new Store({ ...still, idle: 10 });
  const log = new StagedRows(store, { idle: 10 });
  log.push(mixed([[0, 5, 1]]), 100);
  log.advance(105);
  log.push(mixed([[0, 6, 1]]), 90);
  log.flush();
  expect(store.windows[0]!.watermark).toBe(6);
});
