import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LineBuffer } from '../../src/core/line-buffer.ts';
import type { LineRange, SeriesView } from '../../src/session/session-view.ts';
import { metric, type Row, S, WindowPage } from './window-page.ts';

const ALL: LineRange = { startUs: -1000 * S, endUs: 1000 * S, columnUs: S, maxPoints: 10_000 };

/** `[time in s, value, breakBefore]` of what a line reads. */
function read(line: SeriesView, range: Partial<LineRange> = {}): { mode: string; entries: number[][] } {
  const out = new LineBuffer();
  const mode = line.readLine({ ...ALL, ...range }, out);
  const entries = Array.from({ length: out.length }, (_, i) => [out.time[i]! / S, out.value[i]!, out.breakBefore[i]!]);
  return { mode, entries };
}

const page = (options: object, rows: readonly Row[]): WindowPage => {
  const made = new WindowPage(metric(options));
  made.send(rows);
  return made;
};

const at = (...times: readonly number[]): Row[] => times.map((time) => [time * S, time]);

describe('a line of results', () => {
  test('has a point at the end of each window, and the open one just behind the newest sample', () => {
    const { line } = page({ window: '10s', aggregation: 'max' }, at(1, 2, 11, 21, 23));
    expect(read(line)).toEqual({
      mode: 'points',
      entries: [
        [10, 2, 0],
        [20, 11, 0],
        [23.000001, 23, 0],
      ],
    });
    expect([line.firstTimeUs, line.lastTimeUs, line.lastValue, line.count, line.intervalUs]).toEqual([
      ...[10 * S, 23 * S + 1, 11, 5, 10 * S],
    ]);
  });

  test('is broken where windows held no samples, and 0 there for count, sum and rate', () => {
    const rows = at(1, 11, 51, 52, 61);
    expect(read(page({ window: '10s', aggregation: 'avg' }, rows).line).entries).toEqual([
      [10, 1, 0],
      [20, 11, 0],
      [60, 51.5, 1],
      [61.000001, 61, 0],
    ]);
    const counts = [
      [10, 1, 0],
      [20, 1, 0],
      [30, 0, 0],
      [50, 0, 0],
      [60, 2, 0],
      [61.000001, 1, 0],
    ];
    expect(read(page({ window: '10s', aggregation: 'count' }, rows).line).entries).toEqual(counts);
    const rates = counts.map(([time, count, broken]) => [time, count! / 10, broken]);
    expect(read(page({ window: '10s', aggregation: 'rate' }, rows).line).entries).toEqual(rates);
  });

  test('is broken, not 0, where samples are missing', () => {
    const made = page({ window: '10s', aggregation: 'count' }, at(1, 11));
    made.lose(at(21, 31));
    made.send(at(51, 61));
    expect(read(made.line).entries.map(([time, , broken]) => [time, broken])).toEqual([
      [10, 0],
      [20, 0],
      [60, 1],
      [61.000001, 0],
    ]);
    made.keyframe();
    expect(read(made.line).entries.map(([, value]) => value)).toEqual([1, 1, 1, 1, 0, 1, 1]);
  });

  test('shows the windows that wait for late samples up to the one of the newest sample', () => {
    const { line } = page({ window: '10s', aggregation: 'count', lateness: '15s' }, at(1, 11, 21, 31));
    expect(read(line).entries).toEqual([
      [10, 1, 0],
      [20, 1, 0],
      [30, 1, 0],
      [31.000001, 1, 0],
    ]);
    expect(line.window).toMatchObject({ newest: { endUs: 10 * S }, open: { startUs: 30 * S, final: false } });
  });

  test('of a sliding window shows the open one that ends next', () => {
    const { line } = page({ window: '10s', slide: '2s', aggregation: 'count' }, at(0, 1, 2, 3, 4, 5));
    expect(line.window).toMatchObject({ newest: { endUs: 4 * S, value: 4 }, open: { endUs: 6 * S, value: 6 } });
    expect(read(line).entries).toEqual([
      [2, 2, 0],
      [4, 4, 0],
      [5.000001, 6, 0],
    ]);
  });

  test('has its value before there is a final one from the open window', () => {
    const { line } = page({ window: '10s', aggregation: 'avg' }, at(1, 2));
    expect([line.lastTimeUs, line.lastValue, line.window?.newest]).toEqual([2 * S + 1, 1.5, null]);
    expect(line.window?.open).toBe(line.window?.open);
  });

  test('nothing is read from no samples', () => {
    const made = new WindowPage(metric({ window: '10s' }));
    made.send([[1 * S, Number.NaN]]);
    const { line } = made;
    expect([line.lastTimeUs, line.lastValue, line.nearest(0), line.extent(0, 9, new Float64Array(2))]).toEqual([
      ...[Number.NaN, Number.NaN, null, false],
    ]);
    expect(read(line).entries).toEqual([]);
  });

  test('a range takes one neighbour on each side', () => {
    const { line } = page({ window: '10s', aggregation: 'max' }, at(1, 11, 21, 31, 41, 51));
    const range = { startUs: 25 * S, endUs: 35 * S };
    expect(read(line, range).entries.map(([time]) => time)).toEqual([20, 30, 40]);
    expect(read(line, { startUs: 5, endUs: 5 }).entries).toEqual([]);
  });

  test('nearest gives the whole window, a late revision too, and repaints the past', () => {
    const made = page({ window: '10s', aggregation: 'sum', allowedLateness: '60s' }, at(1, 11, 21, 31));
    const { version, pastVersion } = made.line;
    made.send(at(5));
    expect(made.line.nearest(12 * S)).toEqual({
      timeUs: 10 * S,
      value: 6,
      window: {
        ...{ startUs: 0, endUs: 10 * S, value: 6, count: 2, final: true, revision: 1, flags: 0, coverage: 1 },
      },
    });
    expect(made.line.version).toBeGreaterThan(version);
    expect(made.line.pastVersion).toBeGreaterThan(pastVersion!);
    expect(made.line.window).toMatchObject({ revisedAtUs: made.sentUs, counters: { late: 1, dropped: 0 } });
    expect(made.line.window?.revised).toEqual(made.line.nearest(12 * S)?.window);
  });

  test('has no revised result before one changed, nor once it is no longer there', () => {
    const made = page({ session: '2s', aggregation: 'count', allowedLateness: '60s' }, at(1, 2, 11, 21));
    expect(made.line.window).toMatchObject({ revised: null, revisedAtUs: Number.NaN });
    made.send(at(10));
    expect(made.line.window?.revised).toMatchObject({ startUs: 10 * S, endUs: 13 * S, count: 2, revision: 1 });
    made.send(at(12, 14, 16, 18, 20));
    expect(made.line.window).toMatchObject({ revised: null, open: { startUs: 10 * S, count: 8 } });
    made.send(at(41));
    expect(made.line.window?.revised).toMatchObject({ startUs: 10 * S, endUs: 23 * S, count: 8, revision: 6 });
  });

  test('says when its samples came, which is not where its entries are drawn', () => {
    const made = page({ window: '60s', aggregation: 'avg' }, at(1, 2, 3, 5, 61));
    made.beat(200 * S);
    expect([made.line.lastTimeUs, made.line.lastSampleUs]).toEqual([120 * S, 61 * S]);
    expect([made.line.intervalUs, made.line.sampleIntervalUs]).toEqual([60 * S, 1.5 * S]);
  });

  test('samples in order leave the past as it was painted', () => {
    const made = page({ window: '10s', aggregation: 'sum' }, at(1, 11));
    const { pastVersion, version } = made.line;
    made.send(at(12, 21, 31));
    expect(made.line.pastVersion).toBe(pastVersion);
    expect(made.line.version).toBeGreaterThan(version);
  });
});

describe('a line with more results than points are wanted', () => {
  const step = fc.integer({ min: 1, max: 4000 });
  const rows = fc.array(fc.tuple(step, fc.integer({ min: -99, max: 99 })), { minLength: 2, maxLength: 120 });
  const toRows = (draws: readonly (readonly [number, number])[]): Row[] => {
    let time = 0;
    return draws.map(([ms, value]) => {
      time += ms * 1000;
      return [time, value];
    });
  };

  test.each(['max', 'sum', 'delta'])('hides no extreme of %s in columns of any width', (aggregation) => {
    fc.assert(
      fc.property(rows, fc.integer({ min: 1, max: 60 }), (draws, columnS) => {
        const { line } = page({ window: '1s', aggregation }, toRows(draws));
        const points = new LineBuffer();
        const columns = new LineBuffer();
        expect(line.readLine(ALL, points)).toBe('points');
        expect(line.readLine({ ...ALL, columnUs: columnS * S, maxPoints: 0 }, columns)).toBe('columns');
        const finite = [...points.value.subarray(0, points.length)].filter((value) => !Number.isNaN(value));
        const low = columns.min.subarray(0, columns.length);
        const high = columns.max.subarray(0, columns.length);
        expect([Math.min(...low), Math.max(...high)]).toEqual([Math.min(...finite), Math.max(...finite)]);
        const extent = new Float64Array([Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]);
        line.extent(ALL.startUs, ALL.endUs, extent);
        expect([...extent]).toEqual([Math.min(...finite), Math.max(...finite)]);
      }),
    );
  });

  test('breaks where windows held no samples', () => {
    const { line } = page({ window: '1s', aggregation: 'avg' }, at(0.5, 1.5, 2.5, 7.5, 8.5, 9.5));
    expect(read(line, { maxPoints: 0 })).toEqual({
      mode: 'columns',
      entries: [
        [1.5, 0.5, 0],
        [2.5, 1.5, 0],
        [3.5, 2.5, 0],
        [8.5, 7.5, 1],
        [9.5, 9, 0],
      ],
    });
  });

  test('is 0 in every column without samples for a count', () => {
    const { line } = page({ window: '1s', aggregation: 'count' }, at(0.5, 1.5, 5.5, 6.5));
    expect(read(line, { maxPoints: 0 }).entries.map(([, value]) => value)).toEqual([1, 1, 0, 0, 0, 1]);
  });
});
