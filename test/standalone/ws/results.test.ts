import { describe, expect, test } from 'vitest';
import { ToldSeries } from '../../../src/session/told-series.ts';
import { decodeFrame } from '../../../src/wire/frame.ts';
import { decodeMessage } from '../../../src/wire/message.ts';
import type { Message } from '../../../src/wire/message-types.ts';
import { rowsFrom } from '../hub/producer.ts';
import { Stage } from './stage.ts';
import { Viewer } from './viewer.ts';
import { allWindows, isTold } from './windows-of.ts';

const KEY = '["a",[]]';

function staged(options: object = { window: '1s', aggregation: ['avg', 'p99'] }, limits = {}): Stage {
  const stage = new Stage(limits);
  stage.main.socket.binary(stage.main.plain.documentFrame([{ id: 'w', kind: 'metric', name: 'a', options }]));
  return stage;
}

/** Sends one second of rows, and moves on. */
function second(stage: Stage, perSecond = 200): void {
  stage.send({ a: rowsFrom(stage.clock.nowUs, perSecond, 1e6 / perSecond) });
  stage.main.socket.heard();
  stage.clock.advance(1000);
}

const viewing = (stage: Stage, rangeUs: number | null, minor = 1): Viewer => {
  const viewer = new Viewer(() => stage.clock.nowUs, { width: 1000, rangeUs }, minor);
  viewer.connect(stage.hall);
  return viewer;
};

/** The messages that have arrived over the present connection. */
const messages = (viewer: Viewer): Message[] =>
  viewer.socket.frames().map((frame) => {
    const { header, buffers } = decodeFrame(frame);
    return decodeMessage(header, buffers);
  });

/** Of each message: null without results, else how many final rows it tells, and whether those are all. */
const told = (viewer: Viewer): ([finals: number, isWhole: boolean] | null)[] =>
  messages(viewer).map(({ results }) => {
    if (results === null) return null;
    return [results.rows.state.filter((state) => state === 1).length, results.windows.every(({ whole }) => whole)];
  });

const same = (stage: Stage, viewer: Viewer): void => {
  viewer.read();
  const store = viewer.store('app')!;
  expect(isTold(store.data.series.get(KEY)!)).toBe(true);
  expect(allWindows(store)).toEqual(allWindows(stage.session.store));
};

describe('a viewer with panes', () => {
  test('is told all results by its snapshot, then what changes; its rows are panes', () => {
    const stage = staged();
    for (let i = 0; i < 20; i += 1) second(stage);
    const viewer = viewing(stage, 3e8);
    for (let i = 0; i < 3; i += 1) {
      second(stage, 2000);
      viewer.server!.heard();
      same(stage, viewer);
    }
    expect(told(viewer)).toEqual([
      [19, true],
      [1, false],
      [1, false],
      [1, false],
    ]);
    const live = messages(viewer).slice(1);
    expect(live.map(({ samples, folds }) => [samples!.length, folds!.length])).toEqual([
      [0, 4],
      [0, 4],
      [0, 4],
    ]);
    const { header } = decodeFrame(viewer.socket.frames()[1]!);
    expect(header.v).toEqual([1, 2]);
  });

  test('that speaks 1.0 gets rows and no results, and one in the raw class computes them itself', () => {
    const stage = staged();
    second(stage);
    const [old, raw] = [viewing(stage, 3e8, 0), viewing(stage, 1e5)];
    second(stage);
    for (const viewer of [old, raw]) {
      expect(told(viewer)).toEqual([null, null]);
      expect(messages(viewer)[1]!.samples!.length).toBe(200);
      viewer.read();
      const [store] = viewer.store('app')!.data.series.get(KEY)!.windows.stores.values();
      expect(store).not.toBeInstanceOf(ToldSeries);
    }
    expect(raw.socket.frames()[1]).toEqual(stage.session.ring.newest!.bytes);
  });

  test('that goes from the raw class to one with panes and back is told all once, and from then on in every class', () => {
    const stage = staged();
    const viewer = viewing(stage, 1e5);
    const range = (rangeUs: number) => viewer.tell({ kind: 'control', id: 'c', rangeUs });
    for (const rangeUs of [1e5, 3e8, 3e8, 1e5, 3e8]) {
      range(rangeUs);
      second(stage);
      viewer.server!.heard();
      if (rangeUs === 3e8) same(stage, viewer);
    }
    // The first is the snapshot; with another class it is told all again.
    expect(told(viewer)).toEqual([null, null, [1, true], [1, false], [3, true], [4, true]]);
  });

  test('that gets another class has the open results that this one was told before', () => {
    const stage = staged({ window: '10s', aggregation: 'max' });
    const [viewer, other] = [viewing(stage, 6e8), viewing(stage, 1.5e7)];
    const beat = (series: string, value: number): void => {
      stage.send({ [series]: [[stage.clock.nowUs, value]] });
      viewer.read();
      stage.clock.advance(50);
    };
    stage.clock.advance(1000 - ((stage.clock.nowUs / 1000) % 1000));
    beat('a', 1);
    beat('a', 2);
    expect(told(other).at(-1)).toEqual([0, false]);
    expect(told(viewer).at(-1)).toBeNull();
    viewer.tell({ kind: 'control', id: 'c', rangeUs: 1.5e7 });
    beat('b', 1);
    same(stage, viewer);
  });

  test('that shows a shorter range of the same class is told changes', () => {
    const stage = staged();
    const viewer = viewing(stage, 3e8);
    second(stage);
    viewer.tell({ kind: 'control', id: 'c', rangeUs: 2.8e8 });
    second(stage);
    viewer.tell({ kind: 'control', id: 'c', rangeUs: 2.9e8 });
    second(stage);
    expect(told(viewer).slice(1)).toEqual([
      [0, true],
      [1, false],
      [2, true],
    ]);
  });

  test('that comes back is told all with the newest of what it missed', () => {
    const stage = staged();
    for (let i = 0; i < 5; i += 1) second(stage);
    const viewer = viewing(stage, 3e8);
    viewer.cut();
    for (let i = 0; i < 3; i += 1) second(stage);
    viewer.connect(stage.hall);
    expect(told(viewer)).toEqual([null, null, [7, true]]);
    same(stage, viewer);
    viewer.cut();
    viewer.connect(stage.hall);
    second(stage);
    expect(told(viewer)).toEqual([[8, true]]);
    same(stage, viewer);
  });

  test('that is too slow is told all by the snapshot that follows', () => {
    const stage = staged(undefined, { slowBytes: 500, caughtUpBytes: 100 });
    second(stage);
    const viewer = viewing(stage, 3e8);
    viewer.socket.isFast = false;
    for (let i = 0; i < 5; i += 1) {
      second(stage);
      viewer.server!.heard();
    }
    expect(viewer.server!.conflated).toBeGreaterThan(0);
    viewer.socket.drain();
    stage.clock.advance(200);
    viewer.socket.drain();
    expect(messages(viewer).at(-1)!.kind).toBe('snapshot');
    same(stage, viewer);
  });

  test('is told open results once in each duration of its class, and at once when a window becomes final', () => {
    const stage = staged({ window: '10s', aggregation: 'avg' });
    second(stage);
    const viewer = viewing(stage, 3e8);
    viewer.socket.arrived.length = 0;
    for (let i = 0; i < 200; i += 1) {
      stage.send({ a: rowsFrom(stage.clock.nowUs, 10, 5000) });
      stage.main.socket.heard();
      viewer.server!.heard();
      stage.clock.advance(50);
    }
    const counts = messages(viewer).map(({ results }) => results?.rows.state ?? null);
    const told = counts.filter((state) => state !== null);
    // 10 s in a class of 250 ms, and one window's end in between.
    expect(told.length).toBeGreaterThanOrEqual(40);
    expect(told.length).toBeLessThanOrEqual(42);
    expect(told.flatMap((state) => [...state]).filter((state) => state === 1).length).toBe(1);
  });

  test('shares what it is told with all others of its class', () => {
    const stage = staged();
    const [one, other] = [viewing(stage, 3e8), viewing(stage, 3e8)];
    second(stage);
    second(stage);
    expect(one.socket.frames().at(-1)).toBe(other.socket.frames().at(-1));
    expect(one.socket.frames().at(-2)).toBe(other.socket.frames().at(-2));
  });
});

describe('what is told', () => {
  test('at first is bounded by the visible range, and by the age of history', () => {
    const stage = staged({ window: '50ms', aggregation: 'avg' });
    for (let i = 0; i < 100; i += 1) second(stage, 20);
    const finals = (viewer: Viewer) => told(viewer)[0]![0];
    const narrow = new Viewer(() => stage.clock.nowUs, { width: 500, rangeUs: 3e7 });
    narrow.connect(stage.hall);
    // Those of 30 s, and before them one a pixel.
    expect(Math.abs(finals(narrow) - (30 * 20 + 512))).toBeLessThan(25);
    expect(finals(viewing(stage, 3e8))).toBe(1999);
    const old = staged(undefined, { retentionUs: 2e7 });
    for (let i = 0; i < 100; i += 1) second(old, 20);
    expect(Math.abs(finals(viewing(old, 3e8)) - 20)).toBeLessThanOrEqual(1);
  });

  test('at first of very many series is less of each: the newest', () => {
    const stage = staged(undefined, { snapshotCells: 400 });
    const names = Array.from({ length: 10 }, (_, i) => `["a",[["i","${i}"]]]`);
    for (let s = 0; s < 60; s += 1) {
      const at = stage.clock.nowUs;
      const plain = stage.main.plain;
      const series = names.map((key) => {
        plain.n.set(key, (plain.n.get(key) ?? 0) + 1);
        return {
          key,
          gen: 0,
          n: s + 1,
          before: s === 0 ? null : at - 1e6,
          tiers: [1e6, 1e7],
          axis: 'time',
          since: null,
        };
      });
      const samples = {
        length: 10,
        series: Uint16Array.from(names, (_name, i) => i),
        time: new Float64Array(10).fill(at),
        value: new Float64Array(10).fill(s),
      };
      stage.main.socket.binary(
        plain.frame({}, { series: series as Message['series'], samples, samplesTotal: plain.total }),
      );
      stage.main.socket.heard();
      stage.clock.advance(1000);
    }
    const viewer = viewing(stage, 3e8);
    const { results } = messages(viewer)[0]!;
    expect(results!.windows.length).toBe(10);
    expect(told(viewer)[0]![0]).toBe(400);
    viewer.read();
    const [store] = viewer.store('app')!.data.series.get(names[0]!)!.windows.stores.values();
    expect([store!.history.size, store!.history.values[0]![store!.history.end - 1]]).toEqual([40, 58]);
  });

  test('has no windows over steps: their rows travel', () => {
    const stage = new Stage();
    const options = { window: 5, aggregation: 'avg', x: 'step' };
    stage.main.socket.binary(stage.main.plain.documentFrame([{ id: 'w', kind: 'metric', name: 'a', options }]));
    const viewer = viewing(stage, 3e8);
    const series = { key: KEY, gen: 0, n: 200, before: null, tiers: [100, 1000], axis: 'step' as const, since: null };
    const samples = {
      length: 200,
      series: new Uint16Array(200),
      time: Float64Array.from({ length: 200 }, (_, i) => i),
      value: new Float64Array(200),
    };
    stage.main.socket.binary(stage.main.plain.frame({}, { series: [series], samples, samplesTotal: 200 }));
    expect(told(viewer).at(-1)).toBeNull();
    expect(messages(viewer).at(-1)!.samples!.length).toBe(200);
    viewer.read();
    expect(allWindows(viewer.store('app')!)).toEqual(allWindows(stage.session.store));
    expect(isTold(viewer.store('app')!.data.series.get(KEY)!)).toBe(false);
  });

  test('is the server’s own: what a producer says of results is not taken', () => {
    const stage = staged();
    const viewer = viewing(stage, 3e8);
    second(stage);
    const [entry] = messages(viewer).at(-1)!.results!.windows;
    const rows = messages(viewer).at(-1)!.results!.rows;
    const lie = {
      windows: [{ ...entry!, whole: true, late: 99 }],
      rows: { ...rows, length: 0, valueEnds: Int32Array.of(0) },
    };
    stage.main.socket.binary(stage.main.plain.frame({ a: rowsFrom(stage.clock.nowUs, 10, 1000) }, { results: lie }));
    expect(allWindows(stage.session.store)[`${KEY} ${entry!.window}`]!.counters.late).toBe(0);
    same(stage, viewer);
  });
});
