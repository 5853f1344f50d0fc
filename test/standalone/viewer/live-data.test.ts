import { describe, expect, it } from 'vitest';
import { writeMessage } from '../../../src/wire/message-writer.ts';
import { LiveData } from '../../../standalone/viewer/live-data.ts';
import { FakeConnection, FakeTimers } from '../../transport/fake-socket.ts';
import { TrialProducer } from './trial-producer.ts';

/** Live data whose connections, clock and tasks are the test's, and a producer to speak for. */
function setUp() {
  const timers = new FakeTimers();
  const connections: FakeConnection[] = [];
  const tasks: (() => void)[] = [];
  let sessionsChanged = 0;
  let asleepMs = 0;
  const live = new LiveData({
    url: 'ws://server/ws',
    detail: () => ({ width: 1024, rangeUs: 900e6 }),
    open: (_url, handlers) => {
      const connection = new FakeConnection(handlers);
      connections.push(connection);
      return { send: (text) => connection.sent.push(JSON.parse(text)), close: () => undefined };
    },
    schedule: timers.schedule,
    later: (task) => void tasks.push(task),
    random: () => 0.5,
    nowMs: () => timers.nowMs,
    wallMs: () => timers.nowMs + asleepMs,
    onSessions: () => {
      sessionsChanged += 1;
    },
    onState: () => undefined,
  });
  const producer = new TrialProducer('shop');
  const run = (): void => {
    for (const task of tasks.splice(0)) task();
  };
  const info = (connected = true) => ({
    ...{ session: 'shop', name: 'Shop', connected, epoch: producer.epoch.id, startedUs: producer.epoch.startedUs },
  });
  const greet = (connected = true): FakeConnection => {
    const server = connections.at(-1)!;
    server.open();
    server.say({
      kind: 'hello',
      title: 'Shop',
      server: { id: 'x', version: '1' },
      options: {},
      sessions: [info(connected)],
    });
    run();
    return server;
  };
  /** One message with a sample, sent at a time of the producer's clock. */
  const send = (server: FakeConnection, sentMs = timers.nowMs): number => {
    producer.send('cpu', {}, sentMs * 1000, sentMs);
    const { header, buffers } = writeMessage({ ...producer.message(), sentUs: sentMs * 1000 });
    server.frame(header, buffers);
    run();
    return producer.seq;
  };
  /** A laptop is closed for so long: no timer runs, and the clock that never runs backwards stands still or goes on. */
  const sleep = (ms: number, clock: 'stands' | 'runs'): void => {
    if (clock === 'runs') timers.sleep(ms);
    else asleepMs += ms;
  };
  return { live, timers, producer, connections, greet, send, run, info, sleep, changes: () => sessionsChanged };
}

describe('live data', () => {
  it('a new subscription goes on from what was applied, for every session that has anything', () => {
    const { live, timers, connections, producer, greet, send } = setUp();
    live.start();
    const server = greet();
    expect(server.lastOf('subscribe')).toMatchObject({ resume: {} });
    for (let i = 0; i < 3; i += 1) send(server);
    server.end();
    timers.advance(250);
    connections.at(-1)!.open();
    expect(connections.at(-1)!.lastOf('subscribe')).toMatchObject({
      resume: { shop: { epoch: producer.epoch.id, seq: 3 } },
    });
  });

  it('a producer that left is gone as of its last message, and stays so while its history still comes', () => {
    const { live, timers, greet, send, run, info } = setUp();
    live.start();
    const server = greet();
    timers.advance(1000);
    send(server);
    timers.advance(700);
    server.say({ kind: 'session', ...info(false), atUs: timers.nowMs * 1000 });
    run();
    const store = live.store('shop');
    expect([store.status, store.goneAtUs]).toEqual(['gone', 1000_000]);
    send(server, 1100);
    expect([store.status, store.goneAtUs]).toEqual(['gone', 1100_000]);
    server.say({ kind: 'session', ...info(true) });
    run();
    send(server);
    expect(store.status).toBe('live');
  });

  it('a session that had ended before the page came is shown as gone', () => {
    const { live, greet, send } = setUp();
    live.start();
    send(greet(false), 500);
    expect(live.store('shop').status).toBe('gone');
  });

  it('a producer that left while the page was away for a moment is gone, though nothing was missed', () => {
    const { live, timers, greet, send } = setUp();
    live.start();
    send(greet());
    greet().end();
    timers.advance(250);
    greet(false);
    expect(live.store('shop').status).toBe('gone');
  });

  it('a session that the server gave up is let go with its data, and begins anew should it come back', () => {
    const { live, greet, send, run } = setUp();
    live.start();
    const server = greet();
    send(server);
    const before = live.store('shop');
    server.say({ kind: 'removed', session: 'shop' });
    run();
    expect(live.list.all).toEqual([]);
    expect(live.store('shop')).not.toBe(before);
    expect(live.store('shop').status).toBe('waiting');
    send(server);
    expect(live.store('shop').status).toBe('live');
  });

  it('a server lost for 3 s turns every store gone; a shorter loss does not', () => {
    const { live, timers, greet, send } = setUp();
    live.start();
    send(greet());
    greet().end();
    timers.advance(250);
    const back = greet();
    timers.advance(4000);
    expect(live.store('shop').status).toBe('live');
    back.end();
    timers.advance(2999);
    expect(live.store('shop').status).toBe('live');
    timers.advance(1);
    expect(live.store('shop').status).toBe('gone');
  });

  it('how long it was away, and whether all came, is told once for all sessions', () => {
    const { live, timers, connections, greet, send, run } = setUp();
    live.start();
    const first = greet();
    first.say({ kind: 'resumed', session: 'shop', recovered: false, fromSeq: 0, toSeq: 0 });
    send(first);
    expect(live.resumed).toBeNull();
    timers.advance(6000);
    first.end();
    const lostMs = timers.nowMs;
    timers.advance(5000);
    live.wake();
    expect(connections.length).toBeGreaterThan(1);
    const server = greet();
    const resume = (session: string, recovered: boolean): void => {
      server.say({ kind: 'resumed', session, recovered, fromSeq: 2, toSeq: 9 });
      run();
    };
    resume('shop', true);
    expect(live.resumed).toEqual({ awayMs: timers.nowMs - lostMs, recovered: true, atMs: timers.nowMs });
    resume('other', false);
    resume('third', true);
    expect(live.resumed).toMatchObject({ recovered: false });
  });

  describe.each(['stands', 'runs'] as const)(
    'a laptop that was closed for 43 minutes, whose clock %s meanwhile',
    (clock) => {
      const FAR_MS = 43 * 60_000;
      const closed = () => {
        const set = setUp();
        set.live.start();
        const first = set.greet();
        set.send(first);
        set.timers.advance(500);
        first.say({ kind: 'stats', lagMs: 0, conflated: 0, viewers: 1 });
        set.run();
        set.sleep(FAR_MS, clock);
        const back = (waitMs = 250) => {
          set.timers.advance(waitMs);
          set.greet().say({ kind: 'resumed', session: 'shop', recovered: false, fromSeq: 1, toSeq: 9 });
          set.run();
          return set.live.resumed;
        };
        return { ...set, first, back };
      };

      it('was away for 43 minutes where its connection is closed when it wakes', () => {
        const { first, back } = closed();
        first.end();
        const resumed = back();
        expect(resumed?.recovered).toBe(false);
        expect(resumed!.awayMs - FAR_MS).toBeGreaterThanOrEqual(0);
        expect(resumed!.awayMs - FAR_MS).toBeLessThan(1000);
      });

      it('was so too where what the server had said before comes first', () => {
        const { first, back, run, timers } = closed();
        first.say({ kind: 'stats', lagMs: 0, conflated: 0, viewers: 1 });
        run();
        timers.advance(4000);
        first.end();
        const resumed = back();
        expect(resumed!.awayMs - FAR_MS).toBeGreaterThanOrEqual(4000);
        expect(resumed!.awayMs - FAR_MS).toBeLessThan(5000);
      });

      it('a short loss soon after it is a short one', () => {
        const { first, back, connections, run, timers } = closed();
        first.end();
        back();
        timers.advance(1000);
        connections.at(-1)!.say({ kind: 'stats', lagMs: 0, conflated: 0, viewers: 1 });
        run();
        connections.at(-1)!.end();
        expect(back(3000)!.awayMs).toBeLessThanOrEqual(3000);
      });
    },
  );

  it('the epoch that a server goes on with is taken though it began before the one that was shown', () => {
    const { live, producer, timers, connections, greet, send, run, info } = setUp();
    live.start();
    const first = greet();
    send(first);
    first.end();
    timers.advance(5000);
    live.wake();
    expect(connections.length).toBeGreaterThan(1);
    const server = greet();
    const other = new TrialProducer('shop');
    other.epoch = { id: 'set back', startedUs: producer.epoch.startedUs - 3600e6 };
    server.say({ kind: 'session', ...info(), epoch: 'set back' });
    other.send('cpu', {}, 1e6, 7);
    const { header, buffers } = writeMessage(other.message());
    server.frame(header, buffers);
    run();
    expect(live.store('shop').epochId).toBe('set back');
  });

  it('missed messages do not count as late ones', () => {
    const { live, timers, greet, send, run } = setUp();
    timers.advance(100_000);
    live.start();
    const server = greet();
    send(server);
    server.say({ kind: 'resumed', session: 'shop', recovered: true, fromSeq: 2, toSeq: 3 });
    run();
    timers.advance(2000);
    send(server, timers.nowMs - 90_000);
    send(server, timers.nowMs - 80_000);
    expect(live.delayMs).toBeNaN();
    send(server, timers.nowMs - 40);
    expect(live.delayMs).toBeCloseTo(40, 3);
  });

  it('a new life of a session tells its owner that the store is another one', () => {
    const { live, greet, send, run, changes } = setUp();
    live.start();
    const server = greet();
    send(server);
    const before = [changes(), live.store('shop')] as const;
    const next = new TrialProducer('shop');
    next.send('cpu', {}, 5e6, 1);
    const later = { id: 'f'.repeat(32), startedUs: next.epoch.startedUs + 1e9 };
    const { header, buffers } = writeMessage({ ...next.message(), epoch: later });
    server.frame(header, buffers);
    expect(changes()).toBe(before[0]);
    run();
    expect(changes()).toBe(before[0] + 1);
    expect(live.store('shop')).not.toBe(before[1]);
    expect(before[1].status).toBe('gone');
  });

  it('after dispose no timer is left', () => {
    const { live, timers, greet, send } = setUp();
    live.start();
    const server = greet();
    send(server);
    server.end();
    live.dispose();
    live.dispose();
    expect(timers.count).toBe(0);
  });
});
