import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PROBLEM_SHOWN_US } from '../../src/session/epoch-store.ts';
import { Sessions } from '../../src/session/sessions.ts';
import { decodeMessage } from '../../src/wire/message.ts';
import { FakeTime } from './fake-time.ts';
import { messageOf, sampleColumns } from './message-builder.ts';

const HEADER = {
  v: [1, 0],
  kind: 'batch',
  session: 'kernel-1',
  epoch: { id: 'a'.repeat(32), startedUs: 1 },
  seq: 1,
  sentUs: 5_000_000,
  samples: 0,
  document: 0,
  tables: {},
  stats: { folded: 0, late: 0, invalid: 0, missing: 0, expired: 0, roundMs: 2000, series: {} },
  parts: [],
};
const still = { now: () => 7_000_000, schedule: () => () => undefined };

describe('what cannot be applied', () => {
  test.each([
    ['a newer protocol', { ...HEADER, v: [2, 0] }, 'PROTOCOL_VERSION'],
    ['a broken header', { ...HEADER, seq: 'one' }, 'MESSAGE_INVALID'],
    ['a part without its buffer', { ...HEADER, parts: [{ role: 'samples', buffer: 3 }] }, 'MESSAGE_INVALID'],
  ])('%s becomes the problem of its session and is counted; the next good message goes on', (_what, header, code) => {
    const sessions = new Sessions(still);
    const store = sessions.get('kernel-1');
    let told = 0;
    store.subscribe(() => {
      told += 1;
    });
    sessions.deliver(header, []);
    expect([store.problem?.code, store.messages.invalid, store.status, told]).toEqual([code, 1, 'waiting', 1]);
    sessions.deliver(HEADER, []);
    expect([store.problem?.code, store.status, store.roundMs, store.nowUs()]).toEqual([code, 'live', 2000, 5_000_000]);
  });

  test('a view that waits for a named epoch sees the problem too', () => {
    const sessions = new Sessions(still);
    const store = sessions.get('kernel-1', HEADER.epoch.id);
    sessions.deliver({ ...HEADER, v: [2, 0] }, []);
    expect([store.problem?.code, store.status]).toEqual(['PROTOCOL_VERSION', 'waiting']);
  });

  test('a problem can be read for 3 s, whatever good comes meanwhile, and goes with the next good message', () => {
    let nowUs = 7_000_000;
    const sessions = new Sessions({ ...still, now: () => nowUs });
    const store = sessions.get('kernel-1');
    sessions.deliver({ ...HEADER, v: [2, 0] }, []);
    nowUs += PROBLEM_SHOWN_US - 1;
    sessions.deliver(HEADER, []);
    expect([store.problem?.code, store.status]).toEqual(['PROTOCOL_VERSION', 'live']);
    nowUs += 1;
    sessions.deliver({ ...HEADER, seq: HEADER.seq + 1 }, []);
    expect(store.problem).toBeNull();
  });

  test('a later kind is counted as unknown and is no problem', () => {
    const sessions = new Sessions(still);
    sessions.deliver({ ...HEADER, kind: 'alert' }, []);
    expect(sessions.get('kernel-1')).toMatchObject({ problem: null, messages: { unknown: 1, invalid: 0 } });
  });

  test("the producer's own error is shown with its code", () => {
    const sessions = new Sessions(still);
    const error = {
      v: [1, 0],
      kind: 'error',
      session: 'kernel-1',
      code: 'TIME_REFUSED',
      message: 'in ms?',
      details: {},
    };
    sessions.deliver(error, []);
    expect(sessions.get('kernel-1').problem).toMatchObject({ code: 'TIME_REFUSED', message: 'in ms?' });
  });

  test('what names no session is counted and nothing else', () => {
    const sessions = new Sessions(still);
    sessions.deliver(null, []);
    sessions.deliver({ v: [1, 0] }, []);
    expect(sessions.strayCount).toBe(2);
  });
});

describe('a message that comes again', () => {
  test('is counted without a look at its content', () => {
    const sessions = new Sessions(still);
    sessions.deliver(HEADER, []);
    sessions.deliver({ ...HEADER, parts: [{ role: 'samples', buffer: 3 }] }, [], 'tap');
    expect(sessions.get('kernel-1')).toMatchObject({
      problem: null,
      messages: { received: 2, applied: 1, doubled: 1, invalid: 0 },
    });
  });

  test('is told from what only looks like it: another epoch, major version, kind or session', () => {
    const sessions = new Sessions(still);
    sessions.deliver(HEADER, []);
    const others = [
      { epoch: { id: 'b', startedUs: 0 } },
      { v: [2, 0] },
      { kind: 'error', code: 'X', message: 'x' },
      { kind: 'alert' },
      { session: 'kernel-2' },
    ];
    for (const other of others) sessions.deliver({ ...HEADER, ...other }, []);
    expect(sessions.get('kernel-1').messages).toMatchObject({
      doubled: 0,
      applied: 1,
      stale: 1,
      invalid: 1,
      unknown: 1,
    });
    expect(sessions.get('kernel-2').seq).toBe(1);
  });

  test('over any paths with any losses and waits leaves the same as where every copy is decoded', () => {
    const arrival = fc.record({
      path: fc.constantFrom('hub', 'tap'),
      seq: fc.integer({ min: 1, max: 12 }),
      waitMs: fc.constantFrom(0, 0, 10, 200, 2500),
      epoch: fc.constantFrom(0, 0, 0, 1),
    });
    fc.assert(
      fc.property(fc.array(arrival, { maxLength: 60 }), (arrivals) => {
        const [decoded, quick] = [true, false].map((isDecoded) => {
          const time = new FakeTime();
          const sessions = new Sessions(time);
          for (const { path, seq, waitMs, epoch } of arrivals) {
            const header = { ...HEADER, seq, sentUs: seq * 1000, epoch: { id: `e${epoch}`, startedUs: epoch } };
            if (isDecoded) sessions.deliverMessage(decodeMessage(header, []), path);
            else sessions.deliver(header, [], path);
            time.advance(waitMs);
          }
          return sessions.inspect('kernel-1');
        });
        expect(quick).toEqual(decoded);
      }),
      { numRuns: 300 },
    );
  });
});

test('a session that was never heard of inspects as null', () => {
  expect(new Sessions(still).inspect('kernel-9')).toBeNull();
});

test('an observer gets number and time of each applied message until it stops', () => {
  const sessions = new Sessions(still);
  const seen: unknown[] = [];
  const stop = sessions.observe('kernel-1', (...message) => seen.push(message));
  sessions.deliver(HEADER, []);
  sessions.deliver(HEADER, []);
  stop();
  sessions.deliver({ ...HEADER, seq: 2 }, []);
  expect(seen).toEqual([[1, 5_000_000]]);
});

test('an inspection is plain data and says what was held', () => {
  const sessions = new Sessions(still);
  const key = '["cpu",[]]';
  const counters = { folded: 4, late: 3, invalid: 2, missing: 1, expired: 0 };
  sessions.deliverMessage(
    messageOf({
      samplesTotal: 2,
      documentRevision: 1,
      document: { revision: 1, widgets: [{ id: 'metric:cpu', kind: 'metric', name: 'cpu', options: {} }] },
      series: [{ key, gen: 0, n: 2, before: null, tiers: [1e6, 1e7], axis: 'time', since: null }],
      samples: sampleColumns([
        { series: 0, time: 2, value: 5 },
        { series: 0, time: 1, value: 7 },
      ]),
      tables: { 't:log': { floor: 0, keyFloor: 0, whole: '0'.repeat(16), part: '0'.repeat(16), total: 0 } },
      stats: { ...counters, roundMs: 2000, series: { [key]: counters } },
    }),
  );
  const inspection = sessions.inspect('kernel-1');
  expect(JSON.parse(JSON.stringify(inspection))).toEqual(inspection);
  expect(inspection).toMatchObject({ session: 'kernel-1', seq: 1, status: 'live', documentRevision: 1, roundMs: 2000 });
  expect(inspection?.series).toEqual([
    {
      ...{
        key,
        name: 'cpu',
        labels: [],
        generation: 0,
        n: 2,
        exact: true,
        pending: [],
        restored: [],
        ...counters,
        windows: [],
      },
      ...{ count: 2, sum: 12, min: 5, max: 7, first: 7, firstTime: 1, last: 5, lastTime: 2 },
    },
  ]);
  expect(inspection?.tables).toEqual([{ id: 't:log', rows: 0, total: 0, exact: true, complete: true, columns: [] }]);
});
