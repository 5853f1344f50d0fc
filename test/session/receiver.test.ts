import { describe, expect, test } from 'vitest';
import { Receiver } from '../../src/session/receiver.ts';
import type { Message } from '../../src/wire/message-types.ts';
import { FakeTime } from './fake-time.ts';
import { messageOf, sampleColumns } from './message-builder.ts';

const KEY = '["cpu",[["core","0"]]]';
const TIERS = [1_000_000, 10_000_000];
const A = { id: 'a', startedUs: 10 };
const B = { id: 'b', startedUs: 20 };
const EARLIER = { id: 'c', startedUs: 5 };

/** Message `seq` with one sample at `seq` seconds of value `seq`. */
function oneSample(seq: number, epoch = A, fields: Partial<Message> = {}): Message {
  return messageOf({
    epoch,
    seq,
    samplesTotal: seq,
    series: [
      { key: KEY, gen: 0, n: seq, before: seq === 1 ? null : (seq - 1) * 1e6, tiers: TIERS, axis: 'time', since: null },
    ],
    samples: sampleColumns([{ series: 0, time: seq * 1e6, value: seq }]),
    ...fields,
  });
}

function setUp() {
  const time = new FakeTime();
  const receiver = new Receiver(time);
  return { time, receiver, store: receiver.store('kernel-1') };
}

describe('paths', () => {
  test('a message that comes by two paths counts once', () => {
    const { receiver, store } = setUp();
    for (const path of ['model', 'tap']) for (const seq of [1, 2, 3]) receiver.deliver(oneSample(seq), path);
    expect(store.messages).toMatchObject({ received: 6, applied: 3, doubled: 3, lost: 0 });
    expect(store.series('cpu')[0]!.count).toBe(3);
  });

  test('with one path a missing message counts as lost at once', () => {
    const { receiver, store } = setUp();
    receiver.deliver(oneSample(1), 'model');
    receiver.deliver(oneSample(3), 'model');
    expect(store.messages).toMatchObject({ applied: 2, lost: 1 });
  });

  test('a missing message is waited for while a live path is behind it, and order is kept', () => {
    const { receiver, store } = setUp();
    receiver.deliver(oneSample(1), 'slow');
    receiver.deliver(oneSample(1), 'fast');
    receiver.deliver(oneSample(3), 'fast');
    expect(store.seq).toBe(1);
    receiver.deliver(oneSample(2), 'slow');
    expect(store.seq).toBe(3);
    expect(store.messages).toMatchObject({ applied: 3, lost: 0 });
    expect(store.series('cpu')[0]!.exact).toBe(true);
  });

  test('it is waited for at most 250 ms', () => {
    const { receiver, store, time } = setUp();
    receiver.deliver(oneSample(1), 'slow');
    receiver.deliver(oneSample(3), 'fast');
    time.advance(249);
    expect(store.seq).toBe(1);
    time.advance(1);
    expect(store.seq).toBe(3);
    expect(store.messages.lost).toBe(1);
  });

  test('a path that was silent for 2 s is not waited for', () => {
    const { receiver, store, time } = setUp();
    receiver.deliver(oneSample(1), 'slow');
    time.advance(2000);
    receiver.deliver(oneSample(3), 'fast');
    expect(store.seq).toBe(3);
  });
});

describe('epochs', () => {
  test('a larger start wins, the old epoch never returns, and its store stays with those who watch it', () => {
    const { receiver, store } = setUp();
    const stop = store.subscribe(() => undefined);
    receiver.deliver(oneSample(1), 'model');
    receiver.deliver(oneSample(1, B), 'model');
    const next = receiver.store('kernel-1');
    expect(next).not.toBe(store);
    expect([store.status, next.status, next.epochId]).toEqual(['gone', 'live', 'b']);
    receiver.deliver(oneSample(2), 'model');
    expect([store.seq, next.messages.stale]).toEqual([1, 1]);
    expect(receiver.store('kernel-1', 'a')).toBe(store);
    stop();
    expect(receiver.store('kernel-1', 'a')).not.toBe(store);
    expect(receiver.store('kernel-1', 'a').status).toBe('gone');
  });

  test('a smaller start wins only once the current epoch has been silent for 5 s', () => {
    const { receiver, store, time } = setUp();
    receiver.deliver(oneSample(1), 'model');
    time.advance(5000);
    receiver.deliver(oneSample(1, EARLIER), 'model');
    expect(receiver.store('kernel-1')).toBe(store);
    time.advance(1);
    receiver.deliver(oneSample(1, EARLIER), 'model');
    expect(receiver.store('kernel-1').epochId).toBe('c');
  });

  test('an epoch that was announced wins at once whenever it began, one that is over never', () => {
    const { receiver, store } = setUp();
    receiver.deliver(oneSample(1, B), 'model');
    receiver.announce('kernel-1', 'c');
    receiver.deliver(oneSample(1), 'model');
    expect([receiver.store('kernel-1').epochId, store.messages.stale]).toEqual(['b', 1]);
    receiver.deliver(oneSample(1, EARLIER), 'model');
    expect(receiver.store('kernel-1').epochId).toBe('c');
    receiver.announce('kernel-1', 'b');
    receiver.deliver(oneSample(2, B), 'model');
    expect(receiver.store('kernel-1').epochId).toBe('c');
  });

  test('a store that was asked for before its first message is the one that gets it', () => {
    const { receiver, store } = setUp();
    const ofEpoch = receiver.store('kernel-1', 'b');
    expect([store.status, ofEpoch.status]).toEqual(['waiting', 'waiting']);
    receiver.deliver(oneSample(1), 'model');
    receiver.deliver(oneSample(1, B), 'model');
    expect([store.seq, store.epochId, ofEpoch.seq]).toEqual([1, 'a', 1]);
  });

  test('gone is told once, with the time, and a further message of the epoch takes it back', () => {
    const { receiver, store, time } = setUp();
    let told = 0;
    store.subscribe(() => {
      told += 1;
    });
    receiver.deliver(oneSample(1, A, { sentUs: -1000 }), 'model');
    time.advance(3);
    receiver.markGone('kernel-1', 'a');
    receiver.markGone('kernel-1', 'a');
    expect([store.status, store.goneAtUs, told]).toEqual(['gone', 2000, 2]);
    receiver.deliver(oneSample(2), 'model');
    expect([store.status, store.goneAtUs]).toEqual(['live', Number.NaN]);
  });
});

describe('one line', () => {
  test('a loss marks the time between the last known sample and the newest missing one, until it is healed', () => {
    const { receiver, store } = setUp();
    receiver.deliver(oneSample(1), 'model');
    receiver.deliver(oneSample(4), 'model');
    const line = store.series('cpu')[0]!;
    expect([line.exact, line.pending, line.restored]).toEqual([false, [{ startUs: 1e6, endUs: 3e6 }], []]);
    const { series, samples, ...rest } = oneSample(5);
    const panes = [1, 2, 3, 4, 5].map((s) => oneSample(s).samples!);
    const column = (of: (i: number) => number) => Float64Array.from(panes, (_, i) => of(i));
    const seconds = column((i) => panes[i]!.time[0]!);
    const values = column((i) => panes[i]!.value[0]!);
    const keyframe = {
      panes: {
        ...{
          length: 5,
          series: new Uint16Array(5),
          start: seconds,
          duration: column(() => 1e6),
          count: column(() => 1),
        },
        ...{
          sum: values,
          min: values,
          max: values,
          first: values,
          last: values,
          firstTime: seconds,
          lastTime: seconds,
        },
      },
      ranges: [{ series: 0, from: null, gone: 0 }],
    };
    receiver.deliver({ ...rest, series, samples, keyframe }, 'model');
    expect([line.exact, line.pending, line.restored]).toEqual([true, [], [{ startUs: 1e6, endUs: 3e6 }]]);
    expect(line.summary()).toMatchObject({ count: 5, sum: 15, first: 1, last: 5 });
  });

  test('name, labels, newest value and interval come from the rows; a missing value is the newest value', () => {
    const { receiver, store } = setUp();
    for (const seq of [1, 2, 3]) receiver.deliver(oneSample(seq), 'model');
    const line = store.series('cpu')[0]!;
    expect([line.name, line.labels, line.lastValue, line.intervalUs]).toEqual(['cpu', [['core', '0']], 3, 1e6]);
    const missing = sampleColumns([{ series: 0, time: 4e6, value: Number.NaN }]);
    const series = [{ ...oneSample(4).series[0]!, n: 3 }];
    receiver.deliver(oneSample(4, A, { samples: missing, series, samplesTotal: 3 }), 'model');
    expect([line.lastTimeUs, line.lastValue, line.count, line.exact]).toEqual([4e6, Number.NaN, 3, true]);
  });

  test('in slow mode the newest value is shown and nothing is added', () => {
    const { receiver, store } = setUp();
    receiver.deliver(oneSample(1), 'model');
    const { samples, ...slow } = oneSample(5);
    receiver.deliver({ ...slow, seq: 2, samples: null, latest: samples, slow: true }, 'model');
    const line = store.series('cpu')[0]!;
    expect([line.lastValue, line.count, line.exact, store.slow]).toEqual([5, 1, false, true]);
  });

  test('a message with a series key that is no key is refused whole, and the next good one goes on', () => {
    const { receiver, store } = setUp();
    receiver.deliver(oneSample(1), 'model');
    receiver.deliver(oneSample(2, A, { series: [{ ...oneSample(2).series[0]!, key: 'cpu' }] }), 'model');
    expect([store.problem?.code, store.messages.invalid, store.series('cpu')[0]!.count]).toEqual([
      'MESSAGE_INVALID',
      1,
      1,
    ]);
    receiver.deliver(oneSample(3), 'model');
    expect([store.status, store.messages.lost, store.series('cpu')[0]!.exact]).toEqual(['live', 1, false]);
  });
});

test('a table that a message no longer lists is closed', () => {
  const { receiver, store } = setUp();
  const empty = { floor: 0, keyFloor: 0, whole: '0'.repeat(16), part: '0'.repeat(16), total: 0 };
  receiver.deliver(oneSample(1, A, { tables: { log: empty } }), 'model');
  expect(store.table('log')).toMatchObject({ id: 'log', rowCount: 0, exact: true, complete: true });
  receiver.deliver(oneSample(2), 'model');
  expect(store.table('log')).toBeNull();
});
