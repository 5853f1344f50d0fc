import { describe, expect, test } from 'vitest';
import { decodeFrame, encodeFrame } from '../../../src/wire/frame.ts';
import { rowsFrom } from '../hub/producer.ts';
import { Stage, type StagedViewer } from './stage.ts';

const headers = ({ socket }: StagedViewer) => socket.frames().map((frame) => decodeFrame(frame).header);

describe('a viewer', () => {
  test('hears hello first, then each session with all it holds, then what comes', () => {
    const stage = new Stage();
    stage.send({ a: rowsFrom(stage.clock.nowUs, 3, 1000) });
    const viewer = stage.view();
    expect(viewer.socket.texts()[0]).toEqual({
      v: [1, 2],
      kind: 'hello',
      id: 's',
      server: { id: 's1', version: '0.1.0' },
      title: 'Title',
      options: { theme: 'auto' },
      nowUs: stage.clock.nowUs,
      sessions: [{ session: 'app', name: 'app.py', connected: true, epoch: stage.epoch, startedUs: 1 }],
    });
    stage.send({ a: rowsFrom(stage.clock.nowUs, 3, 1000) });
    expect(headers(viewer).map(({ kind, seq }) => [kind, seq])).toEqual([
      ['snapshot', 1],
      ['batch', 2],
    ]);
  });

  test('gets the producer’s very bytes in the raw class, and all viewers of a class the same object', () => {
    const stage = new Stage();
    const [raw, one, other] = [
      stage.view({ rangeUs: 1e5 }),
      stage.view({ rangeUs: 6e7 }),
      stage.view({ rangeUs: 6e7 }),
    ];
    const frame = stage.main.next({ a: rowsFrom(stage.clock.nowUs, 500, 10) });
    stage.main.socket.binary(frame);
    expect(raw.socket.frames().at(-1)).toEqual(frame);
    expect(one.socket.frames().at(-1)).toBe(other.socket.frames().at(-1));
    expect(one.socket.frames().at(-1)!.length).toBeLessThan(frame.length / 2);
  });

  test('that changes its range gets another class from the next message on, and no snapshot', () => {
    const stage = new Stage();
    const viewer = stage.view({ rangeUs: 1e5 });
    const rows = () => ({ a: rowsFrom(stage.clock.nowUs, 500, 10) });
    stage.send(rows());
    viewer.tell({ kind: 'control', id: 'c', rangeUs: 6e7 });
    stage.send(rows());
    viewer.tell({ kind: 'control', id: 'c', width: 2000 });
    stage.send(rows());
    viewer.tell({ kind: 'control', id: 'c', rangeUs: null });
    stage.send(rows());
    expect(headers(viewer).map(({ kind }) => kind)).toEqual(['batch', 'batch', 'batch', 'batch']);
    const classes = viewer.socket.frames().map((frame) => JSON.stringify(decodeFrame(frame).header.lengths));
    expect(classes[0]).not.toBe(classes[1]);
    expect(viewer.server!.liveClass).toBe(500_000);
  });

  test('hears of sessions that come, go and are removed', () => {
    const stage = new Stage({ sessions: 2 });
    const viewer = stage.view();
    const other = stage.producer({ session: 'b', name: 'b.py', epoch: { id: 'b', startedUs: 7 } });
    other.send({ x: rowsFrom(0, 2, 1) });
    other.socket.closed();
    stage.producer({ session: 'c', epoch: { id: 'c', startedUs: 8 } });
    const told = viewer.socket.texts().filter(({ kind }) => kind === 'session' || kind === 'removed');
    expect(told).toMatchObject([
      { kind: 'session', session: 'b', name: 'b.py', connected: true, epoch: 'b', startedUs: 7 },
      { kind: 'session', session: 'b', connected: false },
      { kind: 'removed', session: 'b' },
      { kind: 'session', session: 'c', connected: true },
    ]);
    expect(headers(viewer)).toMatchObject([{ session: 'b', seq: 1, kind: 'batch' }]);
  });

  test('hears a producer’s own error', () => {
    const stage = new Stage();
    const viewer = stage.view();
    const error = { v: [1, 0], kind: 'error', session: 'app', code: 'X', message: 'why' };
    stage.main.socket.binary(encodeFrame(error));
    expect(headers(viewer)).toMatchObject([{ kind: 'error', session: 'app', code: 'X' }]);
    expect(stage.session.store.problem).toMatchObject({ code: 'X' });
  });

  test('subscribes once', () => {
    const viewer = new Stage().view();
    viewer.tell({ kind: 'subscribe', id: 't', width: 100, rangeUs: null });
    expect(viewer.socket.texts('error')).toMatchObject([{ id: 't', code: 'SUBSCRIBED' }]);
  });

  test('sees in stats how fast each session goes', () => {
    const stage = new Stage();
    const viewer = stage.view();
    for (let i = 0; i < 80; i += 1) {
      stage.send({ a: rowsFrom(stage.clock.nowUs, 3, 1000) });
      stage.clock.advance(100);
    }
    expect(viewer.socket.texts('stats').at(-1)).toMatchObject({
      sessions: [{ session: 'app', connected: true, samplesPerSecond: 30, messagesPerSecond: 10 }],
      conflated: 0,
      queuedBytes: 0,
    });
  });

  test('that has left is told nothing more', () => {
    const stage = new Stage();
    const viewer = stage.view();
    viewer.server!.closed();
    const { sent } = viewer.socket;
    stage.send();
    stage.clock.advance(5000);
    viewer.tell({ kind: 'ping', id: 'p' });
    expect(viewer.socket.sent).toBe(sent);
    expect(stage.hall.size).toBe(0);
  });
});
