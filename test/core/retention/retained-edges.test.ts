import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CellTiers } from '../../../src/core/cell-tiers.ts';
import { LineBuffer } from '../../../src/core/line-buffer.ts';
import { createPaneFields, mergeRunInto } from '../../../src/core/pane.ts';
import { restoreCells, saveCells } from '../../../src/core/retention/cells-state.ts';
import { mergeLateRows } from '../../../src/core/retention/late-rows.ts';
import { LineColumns, MAX_COLUMNS } from '../../../src/core/retention/line-columns.ts';
import { m4, m4Ring } from '../../../src/core/retention/m4.ts';
import { coveredFromUs, queryParts, rawFromUs } from '../../../src/core/retention/query-parts.ts';
import { RetainedSeries } from '../../../src/core/retention/retained-series.ts';
import { SampleRing } from '../../../src/core/sample-ring.ts';

const counting = (length: number, from = 0, step = 1): Float64Array =>
  Float64Array.from({ length }, (_, i) => from + i * step);

const columnsOf = (out: LineBuffer) =>
  Array.from({ length: out.length }, (_, i) => [out.time[i], out.value[i], out.min[i], out.max[i], out.breakBefore[i]]);

test('m4 in one column is the first, the last, the smallest and the largest; a break at the beginning is none', () => {
  const out = new Int32Array(5);
  const times = counting(7);
  const values = Float64Array.of(Number.NaN, 2, 9, 2, -5, Number.NaN, 3);
  expect([...out.subarray(0, m4(times, values, 0, 7, 0, 7, 1, out))]).toEqual([1, 2, 4, 6]);
  expect([...out.subarray(0, m4(times, values, 1, 2, 0, 7, 1, out))]).toEqual([1]);
  const ring = new SampleRing(9);
  ring.append(times, values, 0, 7);
  expect([...out.subarray(0, m4Ring(ring, 0, 7, 1, out))]).toEqual([1, 2, 4, 6]);
  expect([m4Ring(ring, 0, 7, 0, out), m4Ring(ring, 3, 3, 4, out)]).toEqual([0, 0]);
});

test('m4 puts the first of several missing values between two columns, and none within a column', () => {
  const out = new Int32Array(20);
  const values = Float64Array.of(1, Number.NaN, 2, 3, Number.NaN, Infinity, 4, 5);
  expect([...out.subarray(0, m4(counting(8), values, 0, 8, 0, 8, 2, out))]).toEqual([0, 3, 4, 6, 7]);
});

test('a merge of late rows is a stable sort: held ones first among equals, then rows as they came', () => {
  const anyTimes = fc.array(fc.nat(12), { maxLength: 30 });
  fc.assert(
    fc.property(anyTimes, anyTimes, fc.nat(5), (first, rows, pad) => {
      const held = Float64Array.from(first).sort();
      const times = Float64Array.from([...Array(pad).fill(-1), ...rows, ...Array(pad).fill(-1)]);
      const values = counting(times.length, 1000);
      const merged = mergeLateRows(held, counting(held.length), times, values, pad, pad + rows.length);
      const all = [
        ...Array.from(held, (time, i) => [time, i] as const),
        ...rows.map((time, i) => [time, 1000 + pad + i] as const),
      ].sort((a, b) => a[0] - b[0]);
      expect([...merged.time]).toEqual(all.map(([time]) => time));
      expect([...merged.value]).toEqual(all.map(([, value]) => value));
    }),
    { numRuns: 60 },
  );
});

test('an envelope stands in every column it touches, its samples spread evenly; those outside are left out', () => {
  const columns = new LineColumns();
  const out = new LineBuffer();
  const panes = createPaneFields(1);
  mergeRunInto(panes, 0, Float64Array.of(5, 34), Float64Array.of(-2, 10), 0, 2);
  columns.start(10, 50, 10, out);
  expect([columns.startUs, columns.endUs]).toEqual([10, 50]);
  columns.addEnvelope(5, 34, panes, 0);
  columns.breakBefore(20);
  columns.breakBefore(40);
  columns.breakBefore(9);
  columns.breakBefore(50);
  columns.addEnvelope(47, 80, panes, 0);
  columns.finish();
  expect(columnsOf(out)).toEqual([
    [15, 4, -2, 10, 0],
    [25, 4, -2, 10, 0],
    [35, 4, -2, 10, 0],
    [45, 4, -2, 10, 1],
  ]);
  expect([out.weight[0], out.weight[3]]).toEqual([0.5, 0.4]);
});

test('a break before an empty column is before the next one that has samples', () => {
  const columns = new LineColumns();
  const out = new LineBuffer();
  const panes = createPaneFields(1);
  mergeRunInto(panes, 0, Float64Array.of(0), Float64Array.of(1), 0, 1);
  columns.start(-20, 31, 10, out);
  for (const time of [-15, 5, 35]) columns.addEnvelope(time, time, panes, 0);
  columns.breakBefore(-5);
  columns.breakBefore(15);
  columns.breakBefore(39);
  columns.finish();
  expect(columnsOf(out).map(([time, , , , breaks]) => [time, breaks])).toEqual([
    [-15, 0],
    [5, 1],
    [35, 1],
  ]);
});

test('a narrow picture after a wide one has its own columns alone', () => {
  const columns = new LineColumns();
  const out = new LineBuffer();
  const ring = new SampleRing(1000);
  ring.append(counting(1000), counting(1000), 0, 1000);
  for (const [startUs, endUs, length] of [
    [0, 1000, 100],
    [0, 50, 5],
    [0, 51, 6],
    [990, 1000, 1],
    [1000, 1010, 0],
  ] as const) {
    columns.start(startUs, endUs, 10, out);
    columns.addRows(ring, ring.lowerBound(columns.startUs), ring.lowerBound(columns.endUs));
    columns.finish();
    expect([out.length, out.time[0]]).toEqual([length, length === 0 ? out.time[0] : startUs + 5]);
    if (length > 0) expect([out.value[0], out.min[0], out.max[0]]).toEqual([startUs + 4.5, startUs, startUs + 9]);
  }
});

test('a range that begins among no samples begins with the finest cells that are held from there on', () => {
  const ring = new SampleRing(4);
  const cells = new CellTiers({ durations: [10, 100, 1000], limit: 99 });
  const times = Float64Array.of(5, 15, 705, 2105, 2205, 2305, 2315, 2325, 2335);
  cells.addSamples(times, times, 0, times.length);
  ring.append(times, times, 0, times.length);
  // The cells of 10 and 100 us before 1000 leave; those of 1000 us say what was there.
  cells.horizons.set([1000, 1000, Number.NEGATIVE_INFINITY]);
  for (const tier of [0, 1]) cells.tiers[tier]!.evictBefore(1000);
  const source = { ring, cells };
  expect(queryParts(source, 1500, 2400)[0]).toEqual({ startUs: 1500, endUs: 2210, tier: 10, count: 2 });
  cells.horizons.set([3000, 1000, Number.NEGATIVE_INFINITY]);
  expect(queryParts(source, 1500, 2400)[0]).toMatchObject({ startUs: 1500, endUs: 2100, tier: 100, count: 0 });
});

test('columns are a microsecond wide at least, and never more than the widest screen needs', () => {
  const columns = new LineColumns();
  const out = new LineBuffer();
  columns.start(0, 10, 0.01, out);
  expect([columns.columnUs, columns.end]).toEqual([1, 10]);
  columns.start(0, 10, Number.NaN, out);
  expect(columns.columnUs).toBe(1);
  for (const startUs of [0, 7, -12_345.5]) {
    columns.start(startUs, startUs + 1e9, 1, out);
    expect(columns.end - columns.first).toBeLessThanOrEqual(MAX_COLUMNS);
    expect(columns.end - columns.first).toBeGreaterThan(MAX_COLUMNS - 3);
    expect(columns.startUs <= startUs && columns.endUs >= startUs + 1e9).toBe(true);
  }
});

test('a range that is empty or has no end is drawn with nothing', () => {
  const series = new RetainedSeries();
  series.append(counting(10), counting(10), 0, 10);
  const out = new LineBuffer();
  out.length = 7;
  for (const [startUs, endUs] of [
    [5, 5],
    [6, 5],
    [-Infinity, Infinity],
    [0, Infinity],
    [Number.NaN, 5],
  ] as const) {
    expect(series.readLine(startUs, endUs, 100, out)).toEqual({ mode: 'points', parts: [] });
    expect(out.length).toBe(0);
  }
});

test('as many samples as pixels are drawn as points, one more as columns', () => {
  const series = new RetainedSeries();
  series.append(counting(10, 0, 100), Float64Array.of(0, 1, Number.NaN, 3, Infinity, 5, 6, 7, 8, 9), 0, 10);
  const out = new LineBuffer();
  expect(series.readLine(0, 1000, 10, out).mode).toBe('points');
  expect(columnsOf(out).map(([time, value]) => [time, value])).toEqual(
    [0, 1, Number.NaN, 3, Number.NaN, 5, 6, 7, 8, 9].map((value, i) => [i * 100, value]),
  );
  expect(series.readLine(100, 900, 7, out).mode).toBe('columns');
  expect(series.readLine(100, 900, 8, out).mode).toBe('points');
  expect([out.length, out.time[0], out.time[7]]).toEqual([8, 100, 800]);
});

test('the ring answers from the first whole cell after what it lost, and after the coarser cell around that', () => {
  const ring = new SampleRing(100);
  const cells = new CellTiers({ durations: [10, 100], limit: 99 });
  const source = { ring, cells };
  const times = counting(60, 0, 5);
  ring.append(times, times, 0, 60);
  cells.addSamples(times, times, 0, 60);
  expect([rawFromUs(source), coveredFromUs(source)]).toEqual([-Infinity, -Infinity]);
  ring.evictBefore(120);
  expect([ring.lostUpToUs, rawFromUs(source)]).toEqual([115, 120]);
  ring.evictBefore(125);
  expect([ring.lostUpToUs, rawFromUs(source)]).toEqual([120, 130]);
  expect(queryParts(source, 100, 150)).toEqual([
    { startUs: 100, endUs: 130, tier: 10, count: 6 },
    { startUs: 130, endUs: 150, tier: 'raw', count: 4 },
  ]);
  // Only the cell of 100 still knows what was lost: the raw samples begin where it ends.
  cells.evictBytes(0);
  expect([cells.horizons[0], cells.count]).toEqual([200, 20]);
  cells.addSamples(Float64Array.of(131), Float64Array.of(1), 0, 1);
  const older = new SampleRing(100);
  older.append(times, times, 0, 60);
  older.evictBefore(225);
  expect(rawFromUs({ ring: older, cells })).toBe(230);
  const coarse = new CellTiers({ durations: [10, 100], limit: 99 });
  coarse.horizons[0] = 200;
  coarse.addSamples(times, times, 0, 60);
  expect(rawFromUs({ ring, cells: coarse })).toBe(200);
  expect(queryParts({ ring, cells: coarse }, 150, 220)).toEqual([
    { startUs: 100, endUs: 200, tier: 100, count: 20 },
    { startUs: 200, endUs: 220, tier: 'raw', count: 4 },
  ]);
  expect([queryParts(source, 150, 150), queryParts(source, 151, 150)]).toEqual([[], []]);
});

test('saved cells are restored as they were; tiers that are none are refused', () => {
  const cells = new CellTiers({ durations: [10, 100], limit: 9 });
  cells.addSamples(counting(30, 0, 7), counting(30), 0, 30);
  const [table, ...tiers] = saveCells(cells);
  expect(saveCells(restoreCells([table!, ...tiers]))).toEqual([table, ...tiers]);
  for (const durations of [
    [0, 100],
    [-10, 100],
    [10, 10],
    [10, 105],
    [100, 10],
    [10, Infinity],
    [10, Number.NaN],
  ]) {
    const bad = { ...table!, columns: { ...table!.columns, duration: Float64Array.from(durations) } };
    expect(() => restoreCells([bad, ...tiers])).toThrow(expect.objectContaining({ code: 'STATE_INVALID' }));
  }
  const none = { ...table!, columns: { duration: new Float64Array(0), horizon: new Float64Array(0) } };
  expect(() => restoreCells([none])).toThrow(expect.objectContaining({ code: 'STATE_INVALID' }));
});
