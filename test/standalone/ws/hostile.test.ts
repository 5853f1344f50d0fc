import { describe, expect, test } from 'vitest';
import { decodeFrame, encodeFrame } from '../../../src/wire/frame.ts';
import { rowsFrom } from '../hub/producer.ts';
import { Stage, type StagedProducer } from './stage.ts';

const EPOCH = { id: 'e'.repeat(32), startedUs: 5 };

/** A stage with a producer that behaves badly beside one, and a viewer of that one, that must not notice. */
function beside(limits: ConstructorParameters<typeof Stage>[0] = {}) {
  const stage = new Stage(limits);
  const bad = stage.producer({ session: 'bad', epoch: EPOCH });
  stage.send({ good: rowsFrom(stage.clock.nowUs, 3, 1000) });
  const viewer = stage.view();
  const isUnharmed = (): void => {
    const before = viewer.socket.frames().length;
    stage.send({ good: rowsFrom(stage.clock.nowUs, 3, 1000) });
    expect(viewer.socket.frames()).toHaveLength(before + 1);
    expect(stage.main.wire.closed).toBeNull();
    expect(viewer.socket.closed).toBeNull();
    expect(stage.session.store.series('good')[0]!.exact).toBe(true);
  };
  return { stage, bad, viewer, isUnharmed };
}

const lastError = ({ wire }: StagedProducer) => wire.texts('error').at(-1);

describe('a producer that sends nonsense', () => {
  test('a frame cut at any byte is refused with FRAME_INVALID and closes its connection', () => {
    const whole = beside().bad.next({ a: rowsFrom(0, 2, 1) });
    for (let length = 0; length < whole.length; length += 7) {
      const { stage, bad, isUnharmed } = beside();
      bad.socket.binary(whole.subarray(0, length));
      expect(lastError(bad)).toMatchObject({ code: 'FRAME_INVALID' });
      expect(bad.wire.closed).toMatchObject({ code: 4400 });
      expect(stage.hub.sessions.get('bad')!.connected).toBe(false);
      isUnharmed();
    }
  });

  test('a frame whose Arrow is broken at any byte is refused or read, and never throws', () => {
    const { stage, bad, isUnharmed } = beside({ messagesPerSecond: Number.POSITIVE_INFINITY });
    for (let at = 0; at < 300; at += 3) {
      const frame = bad.next({ a: rowsFrom(0, 2, 1) });
      frame[frame.length - 1 - at]! ^= 0xff;
      const other = bad.wire.closed === null ? bad : stage.producer({ session: 'bad', epoch: EPOCH, seq: at });
      other.socket.binary(frame);
    }
    isUnharmed();
  });

  test('one message that cannot be read is skipped with an error; the next is applied, and the hole is known', () => {
    const { stage, bad, isUnharmed } = beside();
    bad.send({ a: rowsFrom(0, 2, 1) });
    const { header, buffers } = decodeFrame(bad.next({ a: rowsFrom(10, 2, 1) }));
    bad.socket.binary(encodeFrame({ ...header, parts: 'none' }, buffers));
    expect(lastError(bad)).toMatchObject({ code: 'MESSAGE_INVALID' });
    bad.send({ a: rowsFrom(20, 2, 1) });
    const { store } = stage.hub.sessions.get('bad')!;
    expect(bad.wire.closed).toBeNull();
    expect(store.messages).toMatchObject({ applied: 2, invalid: 1, lost: 1 });
    expect(store.series('a')[0]).toMatchObject({ exact: false, count: 4, n: 6 });
    isUnharmed();
  });

  test('a header or a document nested so deep that nobody could write it again is refused', () => {
    const { stage, bad, isUnharmed } = beside();
    const deep = (levels: number) => JSON.parse('['.repeat(levels) + ']'.repeat(levels)) as unknown;
    const { header } = decodeFrame(bad.next());
    const text = JSON.stringify(header).replace(/}$/, `,"more":${'['.repeat(50_000)}${']'.repeat(50_000)}}`);
    const frame = new Uint8Array(Math.ceil((4 + text.length) / 8) * 8);
    new DataView(frame.buffer).setUint32(0, text.length, true);
    frame.set(new TextEncoder().encode(text), 4);
    bad.socket.binary(frame);
    expect(lastError(bad)).toMatchObject({ code: 'MESSAGE_INVALID' });
    const document = new TextEncoder().encode(`{"revision":1,"more":${'['.repeat(50_000)}${']'.repeat(50_000)}}`);
    const parts = [{ role: 'document', buffer: 0 }];
    bad.socket.binary(encodeFrame({ ...header, seq: 2, parts }, [document]));
    expect(lastError(bad)).toMatchObject({ message: expect.stringMatching(/document is nested/) });
    expect(stage.hub.sessions.get('bad')!.seq).toBe(0);
    bad.socket.binary(encodeFrame({ ...header, seq: 3, more: deep(90), text: '[{'.repeat(500) }));
    expect(stage.hub.sessions.get('bad')!.seq).toBe(3);
    isUnharmed();
  });

  test('20 messages that cannot be read close the connection', () => {
    const { bad, isUnharmed } = beside();
    for (let i = 0; i < 20; i += 1) {
      expect(bad.wire.closed).toBeNull();
      const { header } = decodeFrame(bad.next());
      bad.socket.binary(encodeFrame({ ...header, seq: -1 }));
    }
    expect(bad.wire.closed).toMatchObject({ code: 4400, reason: 'MESSAGE_INVALID' });
    isUnharmed();
  });

  test.each([
    ['text that is no JSON', '{', 'MESSAGE_INVALID'],
    ['a text of an unknown kind', '{"kind":"subscribe"}', 'MESSAGE_KIND_UNKNOWN'],
    [
      'a second hello',
      '{"kind":"hello","session":"bad","epoch":{"id":"x","startedUs":1},"seq":0,"from":1}',
      'HELLO_TWICE',
    ],
  ])('%s is answered with an error', (_what, text, code) => {
    const { bad, isUnharmed } = beside();
    bad.socket.text(text);
    expect(lastError(bad)).toMatchObject({ code });
    isUnharmed();
  });

  test('a message of another session is refused, one of an epoch that is over too', () => {
    const { stage, bad, isUnharmed } = beside();
    bad.send();
    const frame = bad.next();
    const { header } = decodeFrame(frame);
    bad.socket.binary(encodeFrame({ ...header, session: 'app' }));
    expect(lastError(bad)).toMatchObject({ code: 'SESSION_MISMATCH' });
    bad.socket.binary(encodeFrame({ ...header, epoch: { id: 'f'.repeat(32), startedUs: 4 } }));
    expect(lastError(bad)).toMatchObject({ code: 'EPOCH_OVER' });
    expect(stage.hub.sessions.get('bad')!.seq).toBe(1);
    isUnharmed();
  });

  test('a message of an unknown kind is counted and ignored', () => {
    const { stage, bad, isUnharmed } = beside();
    const { header } = decodeFrame(bad.next());
    bad.socket.binary(encodeFrame({ ...header, kind: 'later' }));
    expect(bad.wire.texts('error')).toEqual([]);
    expect(stage.hub.sessions.get('bad')!.store.messages.unknown).toBe(1);
    isUnharmed();
  });

  test('another major version is told so and closed', () => {
    const stage = new Stage();
    const other = stage.enter();
    other.tell({ v: [2, 0], kind: 'subscribe', width: 1 });
    expect(other.socket.texts('error')).toMatchObject([{ code: 'PROTOCOL_VERSION' }]);
    expect(other.socket.closed).toMatchObject({ code: 4400 });
  });

  test('a replayed number changes nothing, however often it comes', () => {
    const { stage, bad, viewer } = beside();
    const frame = bad.next({ a: rowsFrom(0, 5, 1) });
    bad.socket.binary(frame);
    const { store } = stage.hub.sessions.get('bad')!;
    const before = viewer.socket.frames().length;
    for (let i = 0; i < 100; i += 1) bad.socket.binary(frame);
    expect(store.messages).toMatchObject({ applied: 1, doubled: 100 });
    expect(store.series('a')[0]!.count).toBe(5);
    expect(viewer.socket.frames()).toHaveLength(before);
  });
});

describe('a producer that sends too much', () => {
  const many = (from: number, count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, i) => [`s${from + i}`, rowsFrom(0, 1, 1)]));

  test('10,000 new series in a second: those above the limit are refused with LIMIT_SERIES and 4429', () => {
    const { stage, bad, isUnharmed } = beside({ seriesPerSession: 2000 });
    for (let i = 0; i < 10 && bad.wire.closed === null; i += 1) bad.send(many(1000 * i, 1000));
    expect(lastError(bad)).toMatchObject({ code: 'LIMIT_SERIES', details: { most: 2000, held: 2000, added: 1000 } });
    expect(bad.wire.closed).toMatchObject({ code: 4429, reason: 'LIMIT_SERIES' });
    expect(stage.hub.sessions.get('bad')!.store.data.series.size).toBe(2000);
    isUnharmed();
  });

  test('new series faster than the rate are refused with LIMIT_SERIES_RATE; slower ones are not', () => {
    const limits = { newSeriesPerSecond: 10, silenceMs: 1e9 };
    const { stage, bad } = beside(limits);
    bad.send(many(0, 100));
    expect(bad.wire.closed).toBeNull();
    for (let i = 0; i < 5; i += 1) {
      stage.clock.advance(1000);
      bad.send(many(100 + 10 * i, 10));
    }
    expect(bad.wire.closed).toBeNull();
    bad.send(many(1000, 1));
    expect(bad.wire.closed).toMatchObject({ code: 4429, reason: 'LIMIT_SERIES_RATE' });
  });

  test.each([
    ['rows', { messageRows: 10 }, 'LIMIT_ROWS', 4429],
    ['bytes', { messageBytes: 500 }, 'MESSAGE_TOO_LARGE', 4413],
  ])('a message of too many %s is refused', (_what, limits, code, closeCode) => {
    const { bad, isUnharmed } = beside(limits);
    if ('messageRows' in limits) isUnharmed();
    bad.send({ a: rowsFrom(0, 100, 1) });
    expect(lastError(bad)).toMatchObject({ code });
    expect(bad.wire.closed).toMatchObject({ code: closeCode });
  });

  test('too many messages close the connection with 4429', () => {
    const { bad, isUnharmed } = beside({ messagesPerSecond: 5 });
    for (let i = 0; i < 60 && bad.wire.closed === null; i += 1) bad.send();
    expect(bad.wire.closed).toMatchObject({ code: 4429, reason: 'LIMIT_MESSAGES' });
    isUnharmed();
  });

  test('sessions are bounded: the one gone longest makes room, and where all are live the next is refused', () => {
    const stage = new Stage({ sessions: 3 });
    const others = ['b', 'c'].map((session, i) => stage.producer({ session, epoch: { id: session, startedUs: i } }));
    for (const other of others) other.send();
    const refused = stage.producer({ session: 'd', epoch: { id: 'd', startedUs: 9 } });
    expect(refused.wire.closed).toMatchObject({ code: 4429, reason: 'LIMIT_SESSIONS' });
    others[1]!.socket.closed();
    stage.clock.advance(10);
    others[0]!.socket.closed();
    stage.producer({ session: 'd', epoch: { id: 'd', startedUs: 9 } });
    expect([...stage.hub.sessions.keys()]).toEqual(['app', 'b', 'd']);
  });

  test('after a refusal nothing more is taken', () => {
    const { stage, bad } = beside({ messageRows: 10 });
    bad.send({ a: rowsFrom(0, 100, 1) });
    bad.send({ a: rowsFrom(0, 1, 1) });
    expect(stage.hub.sessions.get('bad')!.seq).toBe(0);
  });
});

describe('a connection that says nothing, or the wrong thing first', () => {
  test('a hello that does not come in 10 s: 4408', () => {
    const stage = new Stage();
    const viewer = stage.enter();
    stage.clock.advance(9900);
    expect(viewer.socket.closed).toBeNull();
    stage.clock.advance(200);
    expect(viewer.socket.closed).toMatchObject({ code: 4408, reason: 'HELLO_LATE' });
    expect(stage.hub.sessions.size).toBe(1);
  });

  test('a frame before the hello: HELLO_MISSING', () => {
    const stage = new Stage();
    const { wire, socket } = stage.producer({ session: '' });
    socket.binary(stage.main.next());
    expect(wire.closed).toMatchObject({ code: 4400 });
  });

  test('a viewer that asks before it subscribes is told so, and one that sends bytes is closed', () => {
    const stage = new Stage();
    const viewer = stage.enter();
    viewer.tell({ kind: 'query', id: 'q', session: 'app', series: [], startUs: 0, endUs: 1, columns: 1 });
    expect(viewer.socket.texts('error')).toMatchObject([{ id: 'q', code: 'SUBSCRIBE_MISSING' }]);
    viewer.server!.binary();
    expect(viewer.socket.closed).toMatchObject({ code: 4400 });
  });

  test.each([
    [{ kind: 'subscribe', width: 'wide' }, 'MESSAGE_INVALID'],
    [{ kind: 'subscribe', width: 0 }, 'MESSAGE_INVALID'],
    [{ kind: 'subscribe', width: 100, rangeUs: -1 }, 'MESSAGE_INVALID'],
    [{ kind: 'subscribe', width: 100, resume: [] }, 'MESSAGE_INVALID'],
    [{ kind: 'subscribe', width: 100, resume: { app: { epoch: 'x', seq: 1.5 } } }, 'MESSAGE_INVALID'],
    [{ kind: 'query', id: 'q', series: [1], startUs: 0, endUs: 1, columns: 1, session: 'app' }, 'MESSAGE_INVALID'],
    [{ kind: 'query', id: 'q', series: [], startUs: 1, endUs: 1, columns: 1, session: 'app' }, 'MESSAGE_INVALID'],
  ])('%j is refused with %s', (message, code) => {
    const viewer = new Stage().enter();
    viewer.tell(message);
    expect(viewer.socket.texts('error')).toMatchObject([{ code }]);
    expect(viewer.socket.frames()).toEqual([]);
  });

  test('queries are bounded, and those that cannot be answered say why under their id', () => {
    const stage = new Stage({ detailColumns: 100, detailSeries: 2 });
    const viewer = stage.view();
    const ask = (more: Record<string, unknown>) => {
      viewer.tell({ kind: 'query', id: 'q', session: 'app', series: [], startUs: 0, endUs: 10, columns: 10, ...more });
      return viewer.socket.texts('error').at(-1);
    };
    expect(ask({ columns: 101 })).toMatchObject({ id: 'q', code: 'LIMIT_COLUMNS' });
    expect(ask({ series: ['a', 'b', 'c'] })).toMatchObject({ id: 'q', code: 'LIMIT_SERIES' });
    expect(ask({ session: 'none' })).toMatchObject({ id: 'q', code: 'SESSION_UNKNOWN' });
  });

  test('a viewer above the limit is refused, and there is room again once one has gone', () => {
    const stage = new Stage({ viewers: 2 });
    const [first] = [stage.view(), stage.view()];
    const third = stage.enter();
    expect(third.socket.closed).toMatchObject({ code: 4429, reason: 'LIMIT_VIEWERS' });
    first.server!.closed();
    expect(stage.enter().socket.closed).toBeNull();
  });

  test('a viewer that talks too much is closed with 4429, one that sends a novel with 4413', () => {
    const stage = new Stage({ viewerMessagesPerSecond: 2 });
    const loud = stage.view();
    for (let i = 0; i < 30; i += 1) loud.tell({ kind: 'ping', id: 'p' });
    expect(loud.socket.closed).toMatchObject({ code: 4429 });
    const long = stage.view();
    long.tell({ kind: 'ping', id: 'x'.repeat(70_000) });
    expect(long.socket.closed).toMatchObject({ code: 4413 });
  });
});

describe('two producers of one name', () => {
  test('the second live one gets #2, the third #3, and each its own session', () => {
    const stage = new Stage();
    const names = [1, 2].map((i) => stage.producer({ epoch: { id: `p${i}`, startedUs: 10 + i } }).plain.session);
    expect(names).toEqual(['app#2', 'app#3']);
  });

  test('the same producer over a new connection replaces the old one, which is closed with 4409', () => {
    const stage = new Stage();
    stage.send();
    const again = stage.producer({ seq: 1, from: 2 });
    expect(again.plain.session).toBe('app');
    expect(again.wire.texts('welcome')).toMatchObject([{ seq: 1, epoch: stage.epoch }]);
    expect(stage.main.wire.closed).toMatchObject({ code: 4409, reason: 'REPLACED' });
    stage.send();
    expect(stage.session.seq).toBe(1);
  });

  test('a producer that began before the one that had the name last gets another name: no viewer goes back', () => {
    const stage = new Stage();
    stage.send();
    stage.main.socket.closed();
    stage.producer({ epoch: { id: 'younger', startedUs: 10 } }).send();
    expect(stage.session.epochId).toBe('younger');
    const older = stage.producer({ epoch: stage.main.plain.hello.epoch });
    expect(older.plain.session).toBe('app#2');
  });

  test('one that comes back while another has its name, but has sent nothing, takes nothing from it', () => {
    const stage = new Stage();
    stage.send();
    stage.main.socket.closed();
    const other = stage.producer({ epoch: { id: 'younger', startedUs: 10 } });
    const back = stage.producer({ epoch: stage.main.plain.hello.epoch, seq: 1, from: 2 });
    expect(other.wire.closed).toBeNull();
    expect(back.plain.session).toBe('app#2');
  });

  /** Child processes that run one after the other, each with one message. Returns the names they got. */
  const childrenOf = (stage: Stage, parent: number, count: number): string[] => {
    const names: string[] = [];
    for (let i = 0; i < count; i += 1) {
      stage.clock.advance(1000);
      const child = stage.producer({ parent, epoch: { id: `c${parent}-${i}`, startedUs: stage.clock.nowUs } });
      child.send();
      child.socket.closed();
      names.push(child.plain.session);
    }
    return names;
  };

  test('child processes that run one after the other keep their data, each under a name of its own', () => {
    const stage = new Stage();
    stage.send();
    expect(childrenOf(stage, 7, 3)).toEqual(['app#2', 'app#3', 'app#4']);
    stage.clock.advance(600_000);
    expect(childrenOf(stage, 7, 1)).toEqual(['app#2']);
  });

  test('so do those whose parent sends nothing', () => {
    const stage = new Stage();
    const joined = [1, 2].map((i) => {
      const child = stage.producer({ session: 'pool', parent: 7, epoch: { id: `p${i}`, startedUs: 10 + i } });
      child.send();
      child.socket.closed();
      return child.plain.session;
    });
    expect(joined).toEqual(['pool', 'pool#2']);
  });

  test('the next run of a script, and its children, take the places of the run before', () => {
    const stage = new Stage();
    stage.send();
    childrenOf(stage, 7, 2);
    stage.main.socket.closed();
    stage.clock.advance(1000);
    const next = stage.producer({ epoch: { id: 'next', startedUs: stage.clock.nowUs } });
    next.send();
    expect(next.plain.session).toBe('app');
    expect(childrenOf(stage, 8, 3)).toEqual(['app#2', 'app#3', 'app#4']);
  });

  test('acknowledgements come at most every 250 ms and name the newest message that was applied', () => {
    const stage = new Stage();
    for (let i = 0; i < 5; i += 1) stage.send();
    stage.clock.advance(240);
    expect(stage.main.wire.texts('ack')).toEqual([]);
    stage.clock.advance(10);
    expect(stage.main.wire.texts('ack')).toMatchObject([{ session: 'app', epoch: stage.epoch, seq: 5 }]);
    stage.clock.advance(500);
    expect(stage.main.wire.texts('ack')).toHaveLength(1);
  });

  test('after 64 kB, or where the producer asks by a ping, an acknowledgement comes within 50 ms', () => {
    const stage = new Stage();
    stage.send();
    stage.clock.advance(100);
    stage.main.socket.pinged();
    stage.main.socket.pinged();
    expect(stage.main.wire.texts('ack')).toEqual([]);
    stage.clock.advance(50);
    expect(stage.main.wire.texts('ack')).toMatchObject([{ seq: 1 }]);
    stage.main.send({ a: Array.from({ length: 5000 }, (_, i) => [stage.clock.nowUs + i, i]) });
    stage.clock.advance(50);
    expect(stage.main.wire.texts('ack')).toMatchObject([{ seq: 1 }, { seq: 2 }]);
    stage.clock.advance(500);
    expect(stage.main.wire.texts('ack')).toHaveLength(2);
  });

  test('bye ends the session at once, and every viewer hears it', () => {
    const stage = new Stage();
    const { socket } = stage.view();
    stage.main.socket.text('{"kind":"bye"}');
    expect(socket.texts('session')).toMatchObject([{ session: 'app', connected: false }]);
    expect(stage.session).toMatchObject({ connected: false, ended: true });
    expect(stage.session.store.status).toBe('gone');
    expect(stage.main.wire.closed).toMatchObject({ code: 1000 });
  });
});
