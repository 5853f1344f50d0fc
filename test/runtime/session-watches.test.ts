import { expect, test, vi } from 'vitest';
import { SessionWatches } from '../../src/runtime/session-watches.ts';
import { Sessions } from '../../src/session/sessions.ts';
import { messageOf } from '../session/message-builder.ts';

const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));
const message = (seq: number, id = 'a', startedUs = 1) =>
  messageOf({ session: 's', epoch: { id, startedUs }, seq, samplesTotal: 0 });

function setUp() {
  const sessions = new Sessions();
  return { sessions, watches: new SessionWatches(sessions) };
}

test('any number of changes of a task is one call, after it, for each listener', async () => {
  const { sessions, watches } = setUp();
  const calls = [0, 0];
  for (const i of [0, 1]) watches.add('s', () => (calls[i]! += 1));
  for (const seq of [1, 2, 3]) sessions.deliverMessage(message(seq));
  expect(calls).toEqual([0, 0]);
  await settled();
  expect(calls).toEqual([1, 1]);
});

test('a watch that was there before the first message follows from epoch to epoch, to the status too, until it stops', async () => {
  const { sessions, watches } = setUp();
  const seen: string[] = [];
  const stop = watches.add('s', () => {
    const { epochId, status, problem } = sessions.get('s');
    seen.push(`${epochId} ${status} ${problem?.code ?? ''}`.trim());
  });
  const steps = [
    () => sessions.deliverMessage(message(1)),
    () => sessions.deliver({ v: [2, 0], session: 's' }, []),
    () => sessions.deliverMessage(message(1, 'b', 2)),
    () => sessions.markGone('s'),
    () => sessions.forget('s'),
    () => sessions.deliverMessage(message(1, 'c', 3)),
  ];
  for (const step of steps) {
    step();
    await settled();
  }
  expect(seen).toEqual(['a live', 'a live PROTOCOL_VERSION', 'b live', 'b gone', 'c live']);
  stop();
  stop();
  sessions.deliverMessage(message(2, 'c', 3));
  await settled();
  expect([seen.length, sessions.isWatched('s')]).toEqual([5, false]);
});

test('a hundred listeners are one subscription, and the last to leave ends it', () => {
  const { sessions, watches } = setUp();
  const subscribe = vi.spyOn(sessions.get('s'), 'subscribe');
  const stops = Array.from({ length: 100 }, () => watches.add('s', () => undefined));
  expect(subscribe).toHaveBeenCalledTimes(1);
  for (const stop of stops.slice(1)) stop();
  expect(sessions.isWatched('s')).toBe(true);
  stops[0]!();
  expect(sessions.isWatched('s')).toBe(false);
});

test('a listener that throws is reported and stops no other', async () => {
  const { sessions, watches } = setUp();
  const reported: unknown[] = [];
  vi.stubGlobal('reportError', (error: unknown) => reported.push(error));
  let told = 0;
  watches.add('s', () => {
    throw new Error('broken');
  });
  watches.add('s', () => (told += 1));
  sessions.deliverMessage(message(1));
  await settled();
  vi.unstubAllGlobals();
  expect([told, reported.length]).toEqual([1, 1]);
});
