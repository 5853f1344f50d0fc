import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { openHistory } from '../../../standalone/server/history/history-file.ts';
import { HistoryWriter } from '../../../standalone/server/history/history-writer.ts';
import { HubRecorder } from '../../../standalone/server/history/hub-recorder.ts';
import { LogWriter } from '../../../standalone/server/history/log-writer.ts';
import type { WriteRequest } from '../../../standalone/server/history/messages.ts';
import { replay } from '../../../standalone/server/history/replay.ts';
import { FakeClock } from '../hub/fake-clock.ts';
import { helloOf, hubOn, PlainProducer } from '../hub/producer.ts';
import { freshPath, storedIn } from './file-stage.ts';

type Batch = Extract<WriteRequest, { readonly kind: 'batch' }>;

/** A hub whose writer's batches are kept when the test says so. */
function staged(mostBytes = 1e9) {
  const clock = new FakeClock();
  const hub = hubOn(clock);
  const batches: Batch[] = [];
  const { schedule } = clock.environment();
  const writer = new HistoryWriter({
    schedule,
    mostBytes,
    post: (request) => {
      if (request.kind === 'batch') batches.push(request);
    },
  });
  const recorder = new HubRecorder(hub, writer);
  const producer = new PlainProducer(clock);
  const seat = hub.join(producer.hello);
  const send = (rows = 1) => {
    const frame = producer.frame({ a: Array.from({ length: rows }, (_, i) => [clock.nowUs + i, i] as const) });
    seat.take(frame);
    return frame;
  };
  return { clock, hub, batches, writer, recorder, producer, seat, send, live: hub.sessions.get('app')! };
}

const messagesIn = (batches: readonly Batch[]) =>
  batches.flatMap(({ entries, bytes }) =>
    entries.flatMap((entry) =>
      entry.kind === 'message' ? [{ seq: entry.message, bytes: bytes.slice(entry.at, entry.at + entry.bytes) }] : [],
    ),
  );

describe('what happens in a hub goes to the worker', () => {
  test('every message once, in order and to the byte, within 50 ms', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 60 }), { minLength: 1, maxLength: 60 }), (pauses) => {
        const { clock, batches, send } = staged();
        const sent = pauses.map((ms) => {
          const bytes = send(1 + (ms % 7));
          clock.advance(ms);
          return bytes;
        });
        clock.advance(50);
        expect(messagesIn(batches)).toEqual(sent.map((bytes, i) => ({ seq: i + 1, bytes })));
      }),
      { numRuns: 50 },
    );
  });

  test('many in one batch, so that a transaction is not one message', () => {
    const { clock, batches, send } = staged();
    for (let i = 0; i < 100; i += 1) send();
    clock.advance(50);
    expect(batches.length).toBe(1);
    expect(batches[0]!.entries.map(({ kind }) => kind)).toEqual([
      'session',
      ...Array.from({ length: 100 }, () => 'message'),
      'counts',
    ]);
  });

  test('the rows of a message are the samples it brought', () => {
    const { clock, batches, send } = staged();
    for (const rows of [3, 1, 7]) send(rows);
    clock.advance(50);
    const rows = batches[0]!.entries.flatMap((entry) => (entry.kind === 'message' ? [entry.rows] : []));
    expect(rows).toEqual([3, 1, 7]);
  });
});

describe('a message is acknowledged once it is on disk', () => {
  test('the acknowledged position is the newest message of the newest batch that was kept, never one more', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('send', 'wait', 'keep'), { maxLength: 80 }), (steps) => {
        const { clock, batches, writer, send, seat } = staged();
        let kept = 0;
        for (const step of steps) {
          if (step === 'send') send();
          else if (step === 'wait') clock.advance(50);
          else if (kept < batches.length) {
            kept += 1;
            writer.kept(1);
          }
          expect(seat.position.seq).toBe(messagesIn(batches.slice(0, kept)).at(-1)?.seq ?? 0);
        }
      }),
    );
  });

  test('who comes back is told what is on disk, not what is applied', () => {
    const { clock, hub, writer, send } = staged();
    send();
    clock.advance(50);
    writer.kept(1);
    send();
    expect(hub.join(helloOf()).held).toEqual({ epoch: 'a'.repeat(32), seq: 1 });
  });

  test('whoever waits for a message of an epoch is told when it is on disk, though another epoch has begun', async () => {
    const { clock, hub, writer, send, seat } = staged();
    send();
    const first = seat.whenAcknowledged();
    const next = new PlainProducer(clock, { epoch: { id: 'b'.repeat(32), startedUs: 2 } });
    seat.leave(true);
    hub.join(next.hello).take(next.frame({ a: [[1, 1]] }));
    let isDone = false;
    void first.then(() => {
      isDone = true;
    });
    await Promise.resolve();
    expect(isDone).toBe(false);
    clock.advance(50);
    writer.kept(1);
    await first;
  });

  test('while nothing can be written, and once nothing is written any more, applied is acknowledged and nobody waits', async () => {
    const { recorder, send, seat } = staged();
    send();
    const waits = seat.whenAcknowledged();
    expect(seat.position.seq).toBe(0);
    recorder.waits = false;
    await waits;
    expect([seat.position.seq, seat.isAwaited]).toEqual([1, false]);
    recorder.waits = true;
    send();
    const more = seat.whenAcknowledged();
    expect(seat.isAwaited).toBe(true);
    recorder.stop();
    await more;
    expect(seat.isAwaited).toBe(false);
  });
});

describe('what is on its way is bounded', () => {
  test('above the bound messages are left out and counted, and taken again once there is room', () => {
    const { clock, batches, writer, send } = staged(100_000);
    let sent = 0;
    while (writer.droppedMessages < 10) {
      send(100);
      sent += 1;
      clock.advance(50);
      expect(writer.waitingBytes).toBeLessThan(101_000);
    }
    expect(writer.droppedSamples).toBe(1000);
    expect(messagesIn(batches).length).toBe(sent - 10);
    writer.kept(batches.length);
    expect(writer.waitingBytes).toBe(0);
    send();
    clock.advance(50);
    expect(messagesIn(batches).at(-1)!.seq).toBe(sent + 1);
    expect(writer.keptMessages).toBe(sent - 10);
  });

  test('messages that were left out are a gap after a restart, as any loss is', () => {
    const { clock, batches, writer, send, live } = staged(20_000);
    while (writer.droppedMessages < 5) {
      send(20);
      clock.advance(50);
    }
    writer.kept(batches.length);
    send(20);
    clock.advance(50);
    const db = openHistory(freshPath(), 'write');
    new LogWriter(db).write(batches);
    const [stored] = storedIn(db);
    db.close();
    const again = replay(stored!, clock.environment()).live;
    expect([again.seq, again.store.messages.lost]).toEqual([live.seq, 5]);
    expect([live.store.series('a')[0]!.exact, again.store.series('a')[0]!.exact]).toEqual([true, false]);
    expect(again.store.series('a')[0]!.pending.length).toBe(1);
  });
});
