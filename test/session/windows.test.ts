import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { REBUILT } from '../../src/core/windows/window-results.ts';
import { KEY, metric, type Row, S, seconds, TIERS, WindowPage } from './window-page.ts';

const AVG_10 = metric({ window: '10s', aggregation: 'avg' });

describe('live', () => {
  test('cost a series nothing whose name no widget shows through a window', () => {
    const page = new WindowPage(metric({}), { ...metric({ window: '10s' }, 'other'), name: 'other' });
    page.send(seconds(0, 30));
    page.fold(seconds(30, 40), S, true);
    page.keyframe({ features: true });
    expect(page.series.windows.stores.size).toBe(0);
    expect(page.series.windows.features.of(S, 30 * S, 1)).toBeNull();
    page.declare(metric({ window: '10s', aggregation: 'count' }));
    page.send(seconds(40, 41));
    expect(page.series.windows.stores.size).toBe(1);
  });

  test('each window is final once a later sample has come, and is the average of its samples', () => {
    const page = new WindowPage(AVG_10);
    page.send(seconds(0, 25));
    expect(page.results()).toEqual([
      [0, 4.5, 10, 0, 0],
      [10, 14.5, 10, 0, 0],
    ]);
    expect(page.line.window).toMatchObject({
      newest: { startUs: 10 * S, endUs: 20 * S, value: 14.5, final: true },
      open: { startUs: 20 * S, endUs: 30 * S, value: 22, count: 5, final: false, revision: 0 },
    });
  });

  test('any split of the rows into messages gives the same results and counters', () => {
    const sample = fc.tuple(fc.integer({ min: 0, max: 40_000 }), fc.integer({ min: -9, max: 9 }));
    const options = {
      window: '3s',
      slide: '1s',
      aggregation: ['sum', 'p50', 'delta'],
      lateness: '1s',
      allowedLateness: '2s',
    };
    fc.assert(
      fc.property(fc.array(fc.tuple(sample, fc.boolean()), { minLength: 1, maxLength: 60 }), (draws) => {
        const play = (isSplit: (cut: boolean) => boolean) => {
          const page = new WindowPage(metric(options));
          page.sentUs = 50 * S;
          let batch: Row[] = [];
          for (const [[ms, value], cut] of draws) {
            batch.push([ms * 1000, value]);
            if (!isSplit(cut)) continue;
            page.send(batch);
            batch = [];
          }
          page.send(batch);
          const { counters } = page.windows;
          return [page.results(0), page.results(1), page.results(2), { ...counters }];
        };
        const whole = play(() => false);
        expect(play((cut) => cut)).toEqual(whole);
        expect(play(() => true)).toEqual(whole);
      }),
    );
  });

  test('rows that a lost message came before are judged by the time it had reached', () => {
    const page = new WindowPage(metric({ window: '10s', aggregation: 'count' }));
    page.send(seconds(0, 5));
    page.lose(seconds(5, 31));
    page.send([[7 * S, 1]]);
    expect(page.windows.counters).toMatchObject({ late: 0, dropped: 1 });
    expect(page.windows.watermark).toBe(30 * S);
  });

  test('an idle stream becomes final with the clock of the messages that go on', () => {
    const page = new WindowPage(AVG_10);
    page.send(seconds(0, 3));
    page.beat(7 * S);
    expect(page.results()).toEqual([]);
    page.beat(15 * S);
    expect(page.results()).toEqual([[0, 1, 3, 0, 0]]);
  });

  test('slow mode adds nothing and closes nothing', () => {
    const page = new WindowPage(AVG_10);
    page.send(seconds(0, 3));
    const { version } = page.line;
    page.sentUs = 99 * S;
    page.send([[99 * S, 5]], { slow: true, samples: null });
    expect(page.results()).toEqual([]);
    expect(page.line.window?.open).toMatchObject({ count: 3, value: 1 });
    expect(page.line.version).toBeGreaterThanOrEqual(version);
  });

  test('steps have no clock', () => {
    const page = new WindowPage(metric({ x: 'step', window: 100, aggregation: 'count' }));
    page.axis = 'step';
    page.tiers = [100, 1000];
    page.send(Array.from({ length: 250 }, (_, i) => [1e9 + i, i]));
    page.beat(1e12);
    expect(page.results().map(([, value]) => value)).toEqual([100, 100]);
    expect(page.windows.counters.invalid).toBe(0);
  });

  test('rows and folds too far ahead of the clock are refused and counted, and close nothing', () => {
    const page = new WindowPage(AVG_10);
    page.send(seconds(0, 5));
    page.isClockHeld = true;
    page.send([[5 * S + 86_401e6, 1]]);
    page.fold([[5 * S + 86_402e6, 1]], S);
    page.send(seconds(5, 6));
    expect(page.windows.watermark).toBe(5 * S);
    expect(page.windows.counters.invalid).toBe(2);
    expect(page.line.window?.open).toMatchObject({ startUs: 0, count: 6 });
    page.lose(seconds(6, 7));
    page.send(seconds(7, 12));
    page.keyframe();
    expect(page.results()).toEqual([[0, 4.5, 10, REBUILT, 1]]);
    expect(page.windows.counters.invalid).toBe(2);
  });
});

describe('sharing', () => {
  test('two widgets with two aggregations share one operator', () => {
    const page = new WindowPage(AVG_10, metric({ window: 10, aggregation: ['max', 'avg'] }, 'other'));
    page.send(seconds(0, 11));
    expect(page.series.windows.stores.size).toBe(1);
    const [avg, other] = page.data.document!.widgets.map((widget) =>
      widget.kind === 'metric' ? page.store.windowed('cpu', widget.options.window!) : [],
    );
    expect(avg!.map(({ lastValue, labels }) => [lastValue, labels])).toEqual([[4.5, []]]);
    expect(other!.map(({ lastValue, labels }) => [lastValue, labels])).toEqual([
      [9, [['aggregation', 'max']]],
      [4.5, [['aggregation', 'avg']]],
    ]);
    expect(new Set([...avg!, ...other!].map(({ key }) => key)).size).toBe(2);
    page.send(seconds(11, 12));
    expect(page.line).toBe(avg![0]);
  });

  test('windows that no widget shows any more go, and their lines begin anew when they come back', () => {
    const page = new WindowPage(AVG_10);
    page.send(seconds(0, 11));
    page.declare(metric({ window: '5s', aggregation: 'sum' }));
    page.send(seconds(11, 12));
    expect([...page.series.windows.stores.values()].map(({ options }) => options.shape)).toEqual([
      { kind: 'tumbling', size: 5 * S, origin: 0 },
    ]);
    expect(page.results()).toEqual([
      [0, 10, 5, REBUILT, 0],
      [5, 35, 5, REBUILT, 0],
    ]);
  });

  test('an aggregation that is added later has the values of the windows before, and revises none of them', () => {
    const page = new WindowPage(AVG_10);
    page.send(seconds(0, 25));
    page.send([[3 * S, 100]]);
    page.declare(AVG_10, metric({ window: '10s', aggregation: 'p90' }, 'other'));
    page.send(seconds(25, 31));
    expect(page.results(0)).toEqual([
      [0, 4.5, 10, REBUILT, 0],
      [10, 14.5, 10, 0, 0],
      [20, 24.5, 10, 0, 0],
    ]);
    // The dropped sample is in the cells: what comes from them says so.
    expect(page.results(1).map(([, value]) => value)).toEqual([9, 18, 28]);
    expect(page.windows.counters).toMatchObject({ late: 0, dropped: 1 });
  });

  test('a cleared series begins with nothing', () => {
    const page = new WindowPage(AVG_10);
    page.send(seconds(0, 25));
    page.clear();
    page.send(seconds(0, 12));
    expect(page.results()).toEqual([[0, 4.5, 10, 0, 0]]);
    expect(page.windows.counters).toMatchObject({ late: 0, dropped: 0 });
  });
});

describe('tiers that change in the finest', () => {
  test('keep the series, its counts and its windows, and serve finer windows from then on', () => {
    const page = new WindowPage(AVG_10);
    page.send(seconds(0, 25, 0.25));
    page.declare(metric({ window: '500ms', aggregation: 'count' }));
    page.retier([S / 2, ...TIERS], 25 * S);
    const held = page.series;
    page.send(seconds(25, 31, 0.25));
    expect(page.series).toBe(held);
    expect([held.exact, held.count, held.cells.durations]).toEqual([true, 124, [S / 2, ...TIERS]]);
    page.lose(seconds(31, 33, 0.25));
    page.send(seconds(33, 35, 0.25));
    expect(held.exact).toBe(false);
    page.keyframe();
    expect([held.exact, held.count]).toEqual([true, 140]);
    const finest = page.results().filter(([start]) => start! >= 25);
    expect(finest.map(([, count]) => count)).toEqual(finest.map(() => 2));
    expect(finest.length).toBe(19);
    page.declare(AVG_10);
    page.retier(TIERS, null);
    page.send(seconds(35, 41, 0.25));
    expect(page.series).toBe(held);
    expect([held.exact, held.count, held.cells.durations]).toEqual([true, 164, TIERS]);
    expect(page.results().map(([start, , count]) => [start, count])).toEqual(
      [0, 10, 20, 30].map((start) => [start, 40]),
    );
    page.keyframe();
    expect(held.exact).toBe(true);
  });
});

test('an inspection tells the newest result and the counters of each aggregation', () => {
  const page = new WindowPage(AVG_10);
  page.send([...seconds(0, 25), [3 * S, 9]]);
  const inspection = page.sessions.inspect('kernel-1');
  expect(JSON.parse(JSON.stringify(inspection))).toEqual(inspection);
  expect(inspection?.series[0]).toMatchObject({
    key: KEY,
    windows: [
      {
        aggregation: 'avg',
        results: 2,
        watermark: 24 * S,
        newest: { startUs: 10 * S, value: 14.5, final: true },
        open: { startUs: 20 * S, final: false },
        counters: { late: 0, dropped: 1 },
        revisedAt: null,
      },
    ],
  });
});
