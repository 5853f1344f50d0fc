import { describe, expect, test } from 'vitest';
import { APPROXIMATE, REBUILT, SKETCHED } from '../../src/core/windows/window-results.ts';
import { naiveWindows } from './naive-windows.ts';
import { metric, type Row, S, seconds, WindowPage } from './window-page.ts';

describe('healing', () => {
  const COUNT_10 = metric({ window: '10s', aggregation: ['count', 'sum'] });

  test('a window that lost samples is given again, rebuilt and revised; the others stay as they are', () => {
    const page = new WindowPage(COUNT_10);
    page.send(seconds(0, 12));
    page.lose(seconds(12, 15));
    page.send(seconds(15, 35));
    const before = page.results();
    expect(before.map(([, count]) => count)).toEqual([10, 7, 10]);
    expect(page.line.nearest(20 * S)?.window).toMatchObject({ flags: APPROXIMATE, value: 7 });
    expect(page.line.nearest(30 * S)?.window).toMatchObject({ flags: 0, value: 10 });
    const { pastVersion } = page.line;
    page.keyframe();
    expect(page.results()).toEqual([before[0], [10, 10, 10, REBUILT, 1], before[2]]);
    expect(page.line.nearest(20 * S)?.window).toMatchObject({ flags: REBUILT, value: 10, revision: 1 });
    expect(page.line.pastVersion).toBeGreaterThan(pastVersion!);
    expect(page.line.window?.revisedAtUs).toBe(page.sentUs);
    page.keyframe();
    expect(page.results()[1]).toEqual([10, 10, 10, REBUILT, 1]);
  });

  test('it touches neither late nor dropped, and a window it does not concern keeps leaving out what was dropped', () => {
    const page = new WindowPage(metric({ window: '10s', aggregation: 'count', allowedLateness: '10s' }));
    page.send([...seconds(0, 15), [3.5 * S, 0]]);
    page.send([...seconds(15, 35), [4.5 * S, 0], [14.5 * S, 0]]);
    const counted = { late: 1, dropped: 2, outOfOrder: 3 };
    expect(page.windows.counters).toMatchObject(counted);
    page.lose(seconds(35, 38));
    page.send(seconds(38, 61));
    page.keyframe();
    expect(page.windows.counters).toMatchObject(counted);
    expect(page.results().map(([start, count, , flags, revision]) => [start, count, flags, revision])).toEqual([
      [0, 11, 0, 1],
      [10, 10, 0, 0],
      [20, 10, 0, 0],
      [30, 10, REBUILT, 1],
      [40, 10, 0, 0],
      [50, 10, 0, 0],
    ]);
  });

  test('a rebuilt window holds what was dropped from it, too', () => {
    const page = new WindowPage(COUNT_10);
    page.send(seconds(0, 5));
    page.lose(seconds(5, 6));
    page.send([...seconds(6, 25), [3.5 * S, 0]]);
    page.keyframe();
    expect(page.results()[0]).toEqual([0, 11, 11, REBUILT, 1]);
    expect(page.windows.counters).toMatchObject({ late: 0, dropped: 1 });
  });

  test('a window of which nothing had come appears', () => {
    const page = new WindowPage(COUNT_10);
    page.send(seconds(0, 10));
    page.lose(seconds(10, 20));
    page.send(seconds(20, 31));
    page.keyframe();
    expect(page.results().map(([start, count, , flags]) => [start, count, flags])).toEqual([
      [0, 10, 0],
      [10, 10, REBUILT],
      [20, 10, 0],
    ]);
  });

  test('a window that is still open takes what had been lost and goes on', () => {
    const page = new WindowPage(COUNT_10);
    page.send(seconds(0, 2));
    page.lose(seconds(2, 5));
    page.send(seconds(5, 8));
    page.keyframe();
    expect(page.line.window?.open).toMatchObject({ count: 8, final: false, revision: 0 });
    page.send(seconds(8, 11));
    expect(page.results()).toEqual([[0, 10, 10, 0, 0]]);
  });

  test('a window behind what was lost has its step from the lost sample', () => {
    const page = new WindowPage(metric({ window: '10s', aggregation: 'delta' }));
    page.send(seconds(0, 8));
    page.lose(seconds(8, 10));
    page.send(seconds(10, 31));
    expect(page.results().map(([, value]) => value)).toEqual([Number.NaN, 12, 10]);
    page.keyframe();
    expect(page.results().map(([, value, , flags]) => [value, flags])).toEqual([
      [Number.NaN, REBUILT],
      [10, REBUILT],
      [10, 0],
    ]);
  });

  test('a session that was cut by a loss is one again and names no part', () => {
    const page = new WindowPage(metric({ session: '2s', aggregation: 'count' }));
    page.send(seconds(0, 4));
    page.lose(seconds(4, 10));
    page.send([...seconds(10, 12), ...seconds(20, 21)]);
    expect(page.results().map(([start, count]) => [start, count])).toEqual([
      [0, 4],
      [10, 2],
    ]);
    page.keyframe({ history: 100 });
    expect(page.results()).toEqual([[0, 12, 12, REBUILT, 1]]);
  });

  test('a final session that joins an open one is provisional again', () => {
    const page = new WindowPage(metric({ session: '2s', aggregation: 'count', allowedLateness: '20s' }));
    page.send([...seconds(0, 3), ...seconds(6, 7)]);
    expect(page.results()).toEqual([[0, 3, 3, 0, 0]]);
    page.send([[4 * S, 4]]);
    expect(page.results()).toEqual([]);
    expect(page.line.window?.open).toMatchObject({ startUs: 0, endUs: 8 * S, count: 5 });
    page.send(seconds(20, 21));
    expect(page.results()).toEqual([[0, 5, 5, 0, 1]]);
  });
});

describe('a page opened late', () => {
  const all = {
    window: '10s',
    aggregation: ['avg', 'count', 'min', 'max', 'first', 'last', 'sum', 'p50', 'stddev', 'delta'],
  };

  /** Three minutes, five samples a second. */
  const rows: Row[] = seconds(0, 180, 0.2).map(([time], i) => [time, Math.round(50 * Math.sin(i)) + 60]);

  test.each([
    ['raw rows', { history: 1000 }],
    ['cells and features', { features: true }],
  ])('shows the same final values from %s', (what, keyframe) => {
    const early = new WindowPage(metric(all));
    early.send(rows);
    const late = new WindowPage(metric(all));
    late.lose(rows);
    late.keyframe(keyframe);
    expect(late.windows.history.size).toBe(17);
    all.aggregation.forEach((text, k) => {
      const values = (page: WindowPage) =>
        page.results(k).map(([start, value, count]) => [start, value!.toFixed(9), count]);
      const isSketched = text === 'p50' && (late.results()[0]![3]! & SKETCHED) !== 0;
      expect([text, isSketched]).toEqual([text, text === 'p50' && what === 'cells and features']);
      if (isSketched) {
        const exact = early.results(k);
        late.results(k).forEach(([, value], i) => {
          expect(Math.abs(value! - exact[i]![1]!)).toBeLessThanOrEqual(0.0079 * exact[i]![1]!);
        });
      } else expect([text, values(late)]).toEqual([text, values(early)]);
    });
    expect(late.results().every(([, , , flags]) => (flags! & (REBUILT | APPROXIMATE)) === REBUILT)).toBe(true);
    expect(late.windows.counters).toMatchObject({ late: 0, dropped: 0, missing: 0, outOfOrder: 0 });
  });

  test('without raw rows and features quantiles are not known, and the rest is as it was', () => {
    const late = new WindowPage(metric(all));
    late.lose(rows);
    late.keyframe();
    const quantile = all.aggregation.indexOf('p50');
    expect(late.results(quantile).every(([, value]) => Number.isNaN(value))).toBe(true);
    expect(late.line.window?.newest).toMatchObject({ coverage: 0, flags: APPROXIMATE | REBUILT, count: 50 });
  });

  test('windows that cross cells too coarse for them are not given, the others are', () => {
    const late = new WindowPage(metric({ window: '20s', slide: '5s', aggregation: 'count' }));
    late.lose(rows);
    late.keyframe({ limit: 10 });
    const { cells } = late.series;
    const coarse: [number, number][] = [];
    cells.eachShown(-Infinity, Infinity, (duration, start) => {
      if (duration > 5 * S) coarse.push([start, start + duration]);
    });
    const cut = (time: number) => coarse.some(([start, end]) => start < time && time < end);
    const whole = naiveWindows(
      rows.map(([time, value]) => ({ time, value })),
      late.options.shape,
    ).filter(({ start, end }) => end <= late.windows.watermark && !cut(start) && !cut(end));
    expect(coarse.length).toBeGreaterThan(3);
    expect(late.results().map(([start, count]) => [start! * S, count])).toEqual(whole.map((w) => [w.start, w.count]));
    expect(whole.length).toBeGreaterThan(1);
  });
});
