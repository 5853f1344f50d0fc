import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Inboxes } from '../../src/runtime/inboxes.ts';
import { Sessions } from '../../src/session/sessions.ts';

const header = (seq: number, fields: object = {}) => ({
  ...{ v: [1, 0], kind: 'batch', session: 's', epoch: { id: 'a', startedUs: 1 }, seq, sentUs: seq * 1000 },
  ...{ samples: 0, document: 0, tables: {}, parts: [] },
  ...fields,
});

function setUp() {
  const sessions = new Sessions();
  const delivered: string[] = [];
  const forgotten: string[] = [];
  const inboxes = new Inboxes({
    sessions,
    onDelivered: (session) => delivered.push(session),
    onForgotten: (session) => forgotten.push(session),
  });
  return { sessions, inboxes, delivered, forgotten };
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('a message that comes by two ways', () => {
  test('counts once and waits once, however the two are interleaved', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom('hub', 'tap'), fc.integer({ min: 1, max: 30 }), fc.boolean()), {
          maxLength: 120,
        }),
        (arrivals) => {
          const { sessions, inboxes } = setUp();
          const ways = { hub: inboxes.open({ path: 'hub' }), tap: inboxes.open({ path: 'tap' }) };
          const [next, seen] = [{ hub: 1, tap: 1 }, new Set<number>()];
          let sent = 0;
          for (const [path, count, isFlushed] of arrivals as ['hub' | 'tap', number, boolean][]) {
            for (let i = 0; i < count; i++) {
              ways[path].receive(header(next[path]), [new Uint8Array(8)]);
              seen.add(next[path]);
              next[path] += 1;
              sent += 1;
            }
            if (isFlushed) inboxes.flush('s');
          }
          inboxes.flush('s');
          const messages = sessions.peek('s')?.messages;
          expect([messages?.received ?? 0, messages?.applied ?? 0, messages?.lost ?? 0]).toEqual([sent, seen.size, 0]);
          expect(messages?.doubled ?? 0).toBe(sent - seen.size);
        },
      ),
      { numRuns: 200 },
    );
  });

  test('is decoded once: the second may be broken and is no problem', () => {
    const { sessions, inboxes } = setUp();
    const [hub, tap] = [inboxes.open({ path: 'hub' }), inboxes.open({ path: 'tap' })];
    hub.receive(header(1), []);
    inboxes.flush('s');
    tap.receive(header(1, { parts: [{ role: 'samples', buffer: 9 }] }), []);
    inboxes.flush('s');
    expect(sessions.peek('s')).toMatchObject({ problem: null, messages: { applied: 1, doubled: 1, invalid: 0 } });
  });
});

describe('asking', () => {
  test('whoever asks, one request is outstanding; the newest way that can send sends it', () => {
    const { inboxes } = setUp();
    const sent: string[] = [];
    const way = (path: string, works: boolean) =>
      inboxes.open({
        path,
        send: () => {
          if (!works) throw new Error('comm closed');
          sent.push(path);
        },
      });
    const ways = [way('hub', true), inboxes.open({ path: 'mute' }), way('tap', false)];
    for (const { receive } of ways) receive(header(1), []);
    for (const { subscribe } of ways) subscribe('s', 'a');
    expect(sent).toEqual(['hub']);
    ways[2]!.subscribe('s', 'b'); // another epoch's hub was not asked yet
    expect(sent).toEqual(['hub', 'hub']);
  });

  test('a request that nobody could send does not stand in the way of the next', () => {
    const { inboxes } = setUp();
    inboxes.open({ path: 'mute' }).subscribe('s', 'a');
    const sent: unknown[] = [];
    const tap = inboxes.open({ path: 'tap', send: (_session, content) => sent.push(content) });
    tap.subscribe('s', 'a');
    expect(sent).toMatchObject([{ kind: 'subscribe', session: 's' }]);
    expect(sent[0]).not.toHaveProperty('seq');
  });
});

describe('a session that nobody brings', () => {
  test('is forgotten after 5 s, and its memory is free for another', () => {
    const { sessions, inboxes, forgotten } = setUp();
    const tap = inboxes.open({ path: 'tap' });
    tap.receive(header(1), []);
    inboxes.flush('s');
    tap.dispose();
    tap.dispose();
    vi.advanceTimersByTime(4999);
    expect(sessions.inspect('s')?.seq).toBe(1);
    vi.advanceTimersByTime(1);
    expect([sessions.inspect('s'), inboxes.size, forgotten]).toEqual([null, 0, ['s']]);
  });

  test('stays while another way brings it, while a view watches it, and where the notebook is opened again in time', () => {
    const { sessions, inboxes } = setUp();
    const [hub, tap] = [inboxes.open({ path: 'hub' }), inboxes.open({ path: 'tap' })];
    for (const way of [hub, tap]) way.receive(header(1), []);
    inboxes.flush('s');
    tap.dispose();
    vi.advanceTimersByTime(20_000);
    expect(inboxes.size).toBe(1);
    const stop = sessions.get('s').subscribe(() => undefined);
    hub.dispose();
    vi.advanceTimersByTime(20_000);
    expect(inboxes.size).toBe(1);
    stop();
    inboxes.sweepLater();
    vi.advanceTimersByTime(3000);
    inboxes.open({ path: 'tap-2' }).subscribe('s');
    vi.advanceTimersByTime(20_000);
    expect(sessions.inspect('s')?.seq).toBe(1);
  });

  test('a way that was left takes nothing more', () => {
    const { sessions, inboxes } = setUp();
    const tap = inboxes.open({ path: 'tap', send: () => undefined });
    tap.dispose();
    tap.receive(header(1), []);
    tap.subscribe('s');
    expect([sessions.peek('s'), inboxes.size]).toEqual([null, 0]);
  });
});

test('what names no session is counted as a stray', () => {
  const { sessions, inboxes } = setUp();
  inboxes.open({ path: 'tap' }).receive({ v: [1, 0] }, []);
  expect([sessions.strayCount, inboxes.size]).toEqual([1, 0]);
});

test('every message is told, also one that could not be read', () => {
  const { inboxes, delivered } = setUp();
  const tap = inboxes.open({ path: 'tap' });
  tap.receive(header(1), []);
  tap.receive(header(2, { v: [2, 0] }), []);
  inboxes.flush('s');
  expect(delivered).toEqual(['s', 's']);
});
