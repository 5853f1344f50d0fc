import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LineBuffer } from '../../../src/core/line-buffer.ts';
import { mergePanes, paneOf } from '../../../src/core/pane.ts';
import { DetailOverlay } from '../../../src/session/detail-overlay.ts';
import { Sessions } from '../../../src/session/sessions.ts';
import { readSamplePart } from '../../../src/wire/arrow-fixed.ts';
import { decodeFrame } from '../../../src/wire/frame.ts';
import { decodeDetail } from '../../../standalone/viewer/detail-frame.ts';
import { paneColumns } from '../../session/message-builder.ts';
import { Stage } from '../ws/stage.ts';
import { rowsFrom } from './producer.ts';

const KEY = '["a",[]]';

function ask(stage: Stage, startUs: number, endUs: number, columns: number, series = [KEY]) {
  const { header, buffers } = decodeFrame(stage.session.detail({ id: 'q', series, startUs, endUs, columns }));
  const { columns: rows, metadata } = readSamplePart(buffers[0]!);
  const points = Array.from({ length: rows.length }, (_, i) => [rows.time[i]!, rows.value[i]!] as const);
  return { header, points, series: [...rows.series], list: JSON.parse(metadata!).series as { key: string }[] };
}

describe('the answer to a zoom', () => {
  test('is every sample of the range where they are at most four a column', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 400 }), fc.nat(400), fc.nat(400), (count, from, length) => {
        const stage = new Stage();
        const rows = rowsFrom(0, count, 1000);
        stage.send({ a: rows });
        const [startUs, endUs] = [from * 1000, (from + length + 1) * 1000];
        const { header, points } = ask(stage, startUs, endUs, 100 + length);
        expect(points).toEqual(rows.filter(([time]) => time >= startUs && time < endUs));
        expect(header).toMatchObject({ kind: 'detail', id: 'q', session: 'app', seq: 1, columnUs: 0, complete: true });
      }),
      { numRuns: 60 },
    );
  });

  test('has of each column its first, a smallest, a largest and its last sample where they are more', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 512, maxLength: 512 }), (values) => {
        const stage = new Stage();
        const rows = values.map((value, i) => [i * 1024, value] as const);
        stage.send({ a: rows });
        // Powers of two: no rounding decides which column a sample is in.
        const columns = 8;
        const endUs = values.length * 1024;
        const { header, points } = ask(stage, 0, endUs, columns);
        expect(header.columnUs).toBe(endUs / columns);
        expect(points.length).toBeLessThanOrEqual(5 * columns);
        for (let c = 0; c < columns; c += 1) {
          const inColumn = ([time]: readonly [number, number]) => Math.floor((time * columns) / endUs) === c;
          const all = rows.filter(inColumn).map(([, value]) => value);
          const chosen = points.filter(inColumn).map(([, value]) => value);
          expect([chosen[0], chosen.at(-1)]).toEqual([all[0], all.at(-1)]);
          expect([Math.min(...chosen), Math.max(...chosen)]).toEqual([Math.min(...all), Math.max(...all)]);
        }
      }),
      { numRuns: 40 },
    );
  });

  test('shows cells where raw rows are gone: no spike is hidden, and it says that it is not every sample', () => {
    const stage = new Stage();
    const rows = rowsFrom(0, 150_000, 1000).map(([time, value], i) => [time, i === 777 ? 1e6 : value] as const);
    stage.send({ a: rows });
    const held = stage.session.store.series('a')[0]!;
    expect(held.count).toBe(150_000);
    const { header, points } = ask(stage, 0, 2e6, 500);
    expect(Math.max(...points.map(([, value]) => value))).toBe(1e6);
    expect(points[0]).toEqual([0, rows[0]![1]]);
    expect(header).toMatchObject({ complete: false });
    expect(header.columnUs).toBeGreaterThan(0);
    for (let i = 1; i < points.length; i += 1) expect(points[i]![0]).toBeGreaterThanOrEqual(points[i - 1]![0]);
  });

  test('shows folded samples as their cell between the raw ones on both sides, in order of time', () => {
    const stage = new Stage();
    stage.send({ a: rowsFrom(0, 5, 1000) });
    const pane = mergePanes(paneOf(2e6, 7), mergePanes(paneOf(2.2e6, -9), paneOf(2.4e6, 8)))!;
    const { series } = stage.main.plain.message({
      a: [
        [2e6, 1],
        [2.2e6, 1],
        [2.4e6, 1],
      ],
    });
    const folds = paneColumns([{ series: 0, start: 2e6, duration: 1e6, pane }]);
    stage.main.plain.seq -= 1;
    stage.main.socket.binary(stage.main.plain.frame({}, { series, folds }));
    stage.send({ a: rowsFrom(4e6, 5, 1000) });
    const { points, header } = ask(stage, 0, 5e6, 100);
    const [before, after] = [rowsFrom(0, 5, 1000), rowsFrom(4e6, 5, 1000)];
    const cell = [
      [2e6, 7],
      [2.2e6, -9],
      [2.2e6, 8],
      [2.4e6, 8],
    ];
    expect(points).toEqual([...before, ...cell, ...after]);
    expect(header).toMatchObject({ complete: false, columnUs: 50_000 });
  });

  test('keeps missing values between samples, and says where samples are known to be missing', () => {
    const stage = new Stage();
    stage.send({
      a: [
        [0, 1],
        [1000, Number.NaN],
        [2000, 2],
      ],
    });
    expect(ask(stage, 0, 3000, 10).points).toEqual([
      [0, 1],
      [1000, Number.NaN],
      [2000, 2],
    ]);
    stage.main.next({ a: rowsFrom(3000, 2, 1) });
    stage.send({ a: rowsFrom(5000, 2, 1) });
    expect(ask(stage, 0, 9000, 10).header).toMatchObject({ complete: false });
  });

  test('has series in the order asked for, each once; unknown ones are left out', () => {
    const stage = new Stage();
    stage.send({ a: rowsFrom(0, 2, 1), b: rowsFrom(0, 3, 1) });
    const { series, list } = ask(stage, 0, 10, 10, ['["b",[]]', '["none",[]]', KEY, KEY]);
    expect(list.map(({ key }) => key)).toEqual(['["b",[]]', KEY]);
    expect(series).toEqual([0, 0, 0, 1, 1]);
  });

  test('keeps a missing value at both ends, so that what is put beside it breaks where the whole does', () => {
    const stage = new Stage();
    const rows = rowsFrom(0, 100, 10).map(([time, value], i) => [time, i % 50 < 2 ? Number.NaN : value] as const);
    stage.send({ a: rows });
    const values = ask(stage, 0, 500, 2).points.map(([, value]) => value);
    expect([values.at(0), values.at(-1)].map(Number.isNaN)).toEqual([true, false]);
    const to = ask(stage, 20, 520, 2).points.map(([, value]) => value);
    expect([to.at(0), to.at(-1)].map(Number.isNaN)).toEqual([false, true]);
    expect(ask(stage, 0, 20, 1).points.length).toBe(2);
  });

  test('says of which series every sample is there', () => {
    const stage = new Stage();
    stage.send({ a: rowsFrom(0, 1000, 1), b: rowsFrom(0, 10, 100), c: rowsFrom(0, 3, 100) });
    const keys = ['a', 'b', 'c'].map((name) => JSON.stringify([name, []]));
    expect(ask(stage, 0, 1024, 16, keys).header).toMatchObject({ columnUs: 64, raw: [1, 2] });
    expect(ask(stage, 0, 1024, 16, keys.slice(1)).header).toMatchObject({ columnUs: 0 });
    expect(ask(stage, 0, 1024, 16, keys.slice(1)).header.raw).toBeUndefined();
  });

  test('reaches the viewer that asked, and no other', () => {
    const stage = new Stage();
    stage.send({ a: rowsFrom(0, 2, 1) });
    const [one, other] = [stage.view(), stage.view()];
    const before = other.socket.sent;
    one.tell({ kind: 'query', id: 'q7', session: 'app', series: [KEY], startUs: 0, endUs: 10, columns: 5 });
    expect(decodeFrame(one.socket.frames().at(-1)!).header).toMatchObject({ kind: 'detail', id: 'q7' });
    expect(other.socket.sent).toBe(before);
  });

  test('is drawn by a viewer that joined late and goes back to what its snapshot had only coarsely', () => {
    const stage = new Stage();
    const end = stage.clock.nowUs - (stage.clock.nowUs % 6e8);
    for (let i = 0; i < 8; i += 1) stage.send({ a: rowsFrom(end - (8 - i) * 9e8, 9000, 100_000) });
    const sessions = new Sessions({ now: () => stage.clock.nowUs });
    const snapshot = decodeFrame(stage.session.snapshot({ width: 512, rangeUs: 3e8 }));
    sessions.deliver(snapshot.header, snapshot.buffers, 'ws');
    const series = sessions.get('app').data.series.get(KEY)!;
    const range = { startUs: end - 6.6e9, endUs: end - 6e9, columnUs: 6e8 / 512, maxPoints: 1024 };
    const out = new LineBuffer();
    const wide: number[] = [];
    series.cells.eachShown(range.startUs, range.endUs, (durationUs) => void wide.push(durationUs));
    expect(Math.min(...wide)).toBeGreaterThan(8 * range.columnUs);
    series.readLine(range, out);
    const { startUs, endUs } = range;
    const answer = stage.session.detail({ id: 'q', series: [KEY], startUs, endUs, columns: 512 });
    series.takeDetail(new DetailOverlay(decodeDetail(decodeFrame(answer)).series[0]!.parts));
    expect(series.readLine(range, out)).toBe('points');
    expect(out.length).toBeGreaterThan(1000);
  });
});
