import { describe, expect, test } from 'vitest';
import { decodeFrame } from '../../../src/wire/frame.ts';
import type { FakeSocket } from '../ws/fake-socket.ts';
import { Stage } from '../ws/stage.ts';
import { rowsFrom } from './producer.ts';

/*
 * What a client of Centrifugo may rely on when it reconnects (its documents on history and recovery, and the tests of its
 * server), as tests of this server. Its stream is a session's epoch, its offset is `seq`.
 */

const kinds = (socket: FakeSocket): string[] => socket.frames().map((frame) => String(decodeFrame(frame).header.kind));
const seqs = (socket: FakeSocket): number[] => socket.frames().map((frame) => Number(decodeFrame(frame).header.seq));

/** A stage whose producer has sent messages 1 to `count`. */
function staged(count: number, limits: ConstructorParameters<typeof Stage>[0] = {}): Stage {
  const stage = new Stage(limits);
  for (let i = 0; i < count; i += 1) stage.send({ a: rowsFrom(stage.clock.nowUs, 3, 1000) });
  return stage;
}

const RAW = 100_000;

describe('recovery is all or nothing', () => {
  test('every message after the position comes, in order and once, and recovered is true', () => {
    const stage = staged(10);
    const { socket } = stage.view({ resume: { app: { epoch: stage.epoch, seq: 4 } }, rangeUs: RAW });
    expect(socket.texts('resumed')).toMatchObject([
      { session: 'app', epoch: stage.epoch, recovered: true, missed: 6, fromSeq: 4, toSeq: 10 },
    ]);
    expect(seqs(socket)).toEqual([5, 6, 7, 8, 9, 10]);
    expect(kinds(socket)).not.toContain('snapshot');
  });

  test('at the newest position nothing comes, and recovered is true', () => {
    const stage = staged(10);
    const { socket } = stage.view({ resume: { app: { epoch: stage.epoch, seq: 10 } } });
    expect(socket.texts('resumed')).toMatchObject([{ recovered: true, missed: 0 }]);
    expect(socket.frames()).toEqual([]);
  });

  test('where one missed message has left, none comes: recovered is false and a snapshot of the newest follows', () => {
    const stage = staged(10, { ringMs: 1000 });
    stage.clock.advance(2000);
    stage.send({ a: rowsFrom(stage.clock.nowUs, 3, 1000) });
    const { socket } = stage.view({ resume: { app: { epoch: stage.epoch, seq: 9 } } });
    expect(socket.texts('resumed')).toMatchObject([{ recovered: false, missed: 2, fromSeq: 9, toSeq: 11 }]);
    expect(kinds(socket)).toEqual(['snapshot']);
    expect(seqs(socket)).toEqual([11]);
  });

  test('the oldest position that can be recovered is the one before the oldest message held', () => {
    const stage = staged(10, { ringMs: 1000 });
    stage.clock.advance(2000);
    stage.send();
    stage.send();
    const answer = (seq: number) =>
      stage.view({ resume: { app: { epoch: stage.epoch, seq } } }).socket.texts('resumed')[0]!;
    expect(answer(10)).toMatchObject({ recovered: true, missed: 2 });
    expect(answer(9)).toMatchObject({ recovered: false });
  });

  test('of a stream whose first messages never came here, a position before the first that did is not recovered', () => {
    const stage = new Stage();
    for (let i = 0; i < 5; i += 1) stage.main.next();
    stage.send();
    stage.send();
    const answer = (seq: number) =>
      stage.view({ resume: { app: { epoch: stage.epoch, seq } } }).socket.texts('resumed')[0]!;
    expect(answer(5)).toMatchObject({ recovered: true, missed: 2 });
    expect(answer(4)).toMatchObject({ recovered: false });
  });

  test('a position in another epoch is not recovered, whatever its number', () => {
    const stage = staged(10);
    const { socket } = stage.view({ resume: { app: { epoch: 'b'.repeat(32), seq: 9 } } });
    expect(socket.texts('resumed')).toMatchObject([{ epoch: stage.epoch, recovered: false }]);
    expect(kinds(socket)).toEqual(['snapshot']);
  });

  test('a position ahead of the stream is not recovered', () => {
    const stage = staged(10);
    const { socket } = stage.view({ resume: { app: { epoch: stage.epoch, seq: 11 } } });
    expect(socket.texts('resumed')).toMatchObject([{ recovered: false, toSeq: 10 }]);
    expect(kinds(socket)).toEqual(['snapshot']);
  });

  test('a viewer without a position gets a snapshot, never a part of the history', () => {
    const { socket } = staged(10).view();
    expect(socket.texts('resumed')).toMatchObject([{ recovered: false, toSeq: 10 }]);
    expect(kinds(socket)).toEqual(['snapshot']);
  });

  test('more than 16 MB of missed messages come as a snapshot', () => {
    const stage = staged(1);
    for (let i = 0; i < 9; i += 1) stage.send({ a: rowsFrom(stage.clock.nowUs, 115_000, 1) });
    const { socket } = stage.view({ resume: { app: { epoch: stage.epoch, seq: 1 } }, rangeUs: RAW });
    expect(socket.texts('resumed')).toMatchObject([{ recovered: false }]);
    expect(kinds(socket)).toEqual(['snapshot']);
  });

  test('each session is recovered for itself', () => {
    const stage = staged(3);
    const other = stage.producer({ session: 'other', epoch: { id: 'c'.repeat(32), startedUs: 1 } });
    other.send();
    const { socket } = stage.view({ resume: { app: { epoch: stage.epoch, seq: 1 } } });
    const [app, second] = socket.texts('resumed');
    expect(app).toMatchObject({ session: 'app', recovered: true, missed: 2 });
    expect(second).toMatchObject({ session: 'other', recovered: false, missed: 0 });
  });
});

describe('at the seam nothing is left out and nothing comes twice', () => {
  test('a message that comes right after the recovery follows it', () => {
    const stage = staged(5);
    const { socket } = stage.view({ resume: { app: { epoch: stage.epoch, seq: 3 } } });
    stage.send();
    expect(seqs(socket)).toEqual([4, 5, 6]);
  });

  test('a message that comes right after a snapshot is the next one', () => {
    const stage = staged(5);
    const { socket } = stage.view();
    stage.send();
    expect(seqs(socket)).toEqual([5, 6]);
  });

  test('recovery in a class ends in the frames that live viewers of the class get', () => {
    const stage = staged(1);
    const live = stage.view({ rangeUs: 6e7 });
    const rows = { a: rowsFrom(stage.clock.nowUs, 500, 100) };
    stage.send(rows);
    const late = stage.view({ resume: { app: { epoch: stage.epoch, seq: 1 } }, rangeUs: 6e7 });
    expect(late.socket.frames()[0]).toEqual(live.socket.frames().at(-1));
    const raw = stage.view({ resume: { app: { epoch: stage.epoch, seq: 1 } }, rangeUs: RAW });
    expect(raw.socket.frames()[0]!.length).toBeGreaterThan(2 * late.socket.frames()[0]!.length);
  });

  test('a message that the producer sends twice reaches no viewer twice', () => {
    const stage = staged(2);
    const { socket } = stage.view();
    const frame = stage.main.next();
    stage.main.socket.binary(frame);
    stage.main.socket.binary(frame);
    expect(seqs(socket)).toEqual([2, 3]);
    expect(stage.session.store.messages.doubled).toBe(1);
  });

  test('a new epoch begins with its first message, and a position in the old one is no longer recovered', () => {
    const stage = staged(3);
    const { socket } = stage.view();
    const old = stage.epoch;
    stage.main.socket.closed();
    const next = stage.producer({ epoch: { id: 'd'.repeat(32), startedUs: 99 } });
    next.send();
    expect(decodeFrame(socket.frames().at(-1)!).header).toMatchObject({ seq: 1, epoch: { id: 'd'.repeat(32) } });
    const late = stage.view({ resume: { app: { epoch: old, seq: 3 } } });
    expect(late.socket.texts('resumed')).toMatchObject([{ recovered: false, epoch: 'd'.repeat(32) }]);
  });
});

describe('a slow client is told, and concerns nobody else', () => {
  test('above its queue its messages are left out and counted; caught up, it gets one snapshot and goes on', () => {
    const stage = staged(1, { slowBytes: 20_000, caughtUpBytes: 2000 });
    const slow = stage.view({ rangeUs: RAW }, false);
    const fast = stage.view({ rangeUs: RAW });
    for (let i = 0; i < 20; i += 1) stage.send({ a: rowsFrom(stage.clock.nowUs + i * 1e6, 200, 100) });
    expect(fast.socket.frames().length).toBe(21);
    expect(slow.server!.conflated).toBeGreaterThan(5);
    expect(slow.socket.bufferedAmount).toBeLessThan(40_000);
    slow.socket.drain();
    const arrived = slow.socket.frames().length;
    stage.send();
    expect(slow.socket.frames()).toHaveLength(arrived);
    stage.clock.advance(1000);
    slow.socket.drain();
    expect(slow.socket.texts('stats').at(-1)).toMatchObject({ conflated: slow.server!.conflated });
    expect(kinds(slow.socket).at(-1)).toBe('snapshot');
    expect(seqs(slow.socket).at(-1)).toBe(22);
    stage.send();
    slow.socket.drain();
    expect(seqs(slow.socket).slice(-2)).toEqual([22, 23]);
    const numbers = seqs(slow.socket);
    expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b));
  });

  test('one that is behind for longer than 2 s is slow, however little is unsent', () => {
    const stage = staged(1, { caughtUpBytes: 100 });
    const { socket, server } = stage.view({}, false);
    for (let i = 0; i < 5; i += 1) {
      stage.send({ a: rowsFrom(stage.clock.nowUs, 3, 1000) });
      stage.clock.advance(1000);
    }
    expect(server!.conflated).toBeGreaterThan(0);
    expect(Number(JSON.parse(String(lastText(socket))).lagMs)).toBeGreaterThan(2000);
  });

  test('one that takes nothing for 60 s is closed with 4408; one that takes a little is not', () => {
    const stage = staged(1, { slowBytes: 5000, caughtUpBytes: 100 });
    const stuck = stage.view({}, false);
    const slow = stage.view({}, false);
    for (let i = 0; i < 70; i += 1) {
      stage.send({ a: rowsFrom(stage.clock.nowUs, 500, 100) });
      slow.socket.drain(1);
      for (const { server } of [stuck, slow]) server!.heard();
      stage.clock.advance(1000);
    }
    expect(stuck.socket.closed).toMatchObject({ code: 4408, reason: 'VIEWER_STUCK' });
    expect(stuck.socket.isTerminated).toBe(true);
    expect(slow.socket.closed).toBeNull();
  });
});

/** The newest text, arrived or not. */
function lastText(socket: FakeSocket): string | undefined {
  socket.drain();
  return socket.arrived.filter((data) => typeof data === 'string').at(-1);
}

describe('both ends hear from each other', () => {
  test('a connection is pinged, and closed with 4408 after 30 s of silence', () => {
    const stage = staged(1);
    const silent = stage.view();
    const alive = stage.view();
    for (let i = 0; i < 5; i += 1) {
      alive.server!.heard();
      stage.main.socket.heard();
      stage.clock.advance(9000);
    }
    expect(silent.socket.pings).toBeGreaterThan(1);
    expect(silent.socket.closed).toMatchObject({ code: 4408, reason: 'SILENT' });
    expect(alive.socket.closed).toBeNull();
    expect(stage.main.wire.closed).toBeNull();
  });

  test('a ping is answered with the clock, and stats come once a second', () => {
    const stage = staged(1);
    const viewer = stage.view();
    viewer.tell({ kind: 'ping', id: 'p1' });
    expect(viewer.socket.texts('pong')).toMatchObject([{ id: 'p1', nowUs: stage.clock.nowUs }]);
    stage.clock.advance(3000);
    expect(viewer.socket.texts('stats')).toHaveLength(3);
    expect(viewer.socket.texts('stats')[0]).toMatchObject({
      viewers: 1,
      sessions: [{ session: 'app', connected: true }],
    });
  });
});
