import fc from 'fast-check';
import { expect, test } from 'vitest';
import { saveSession } from '../../../src/session/session-state.ts';
import { unpackTables } from '../../../src/session/state-pack.ts';
import type { Message } from '../../../src/wire/message-types.ts';
import { writeMessageFrame } from '../../../src/wire/message-writer.ts';
import { decodeState } from '../../../src/wire/state-arrow.ts';
import { Compactor } from '../../../standalone/server/history/compactor.ts';
import { replay } from '../../../standalone/server/history/replay.ts';
import type { LiveSession } from '../../../standalone/server/hub/live-session.ts';
import type { ProducerSeat } from '../../../standalone/server/hub/producer-seat.ts';
import { messagesOf } from '../../session/random-messages.ts';
import { FakeClock } from '../hub/fake-clock.ts';
import { helloOf } from '../hub/producer.ts';
import { FileStage, freshPath, storedIn } from './file-stage.ts';

const EPOCH = { id: 'a'.repeat(32), startedUs: 0 };

/** The frames of a random producer that folds, loses, heals, clears and has tables and windows. */
const framesOf = (seed: number, ticks: number): readonly Uint8Array[] =>
  messagesOf(seed, ticks).map((message: Message) => writeMessageFrame({ ...message, session: 'app', epoch: EPOCH }));

const sit = ({ hub }: FileStage): ProducerSeat => hub.join(helloOf({ epoch: EPOCH }));

/** What a session holds and says; who is connected is another matter. */
function expectSame(actual: LiveSession, expected: LiveSession): void {
  const said = ({ name, startedUs, epochId, seq, totals, document }: LiveSession) => {
    return { name, startedUs, epochId, seq, totals: { ...totals, windowed: null }, document };
  };
  expect(said(actual)).toEqual(said(expected));
  const [held, wanted] = [saveSession(actual.store), saveSession(expected.store)];
  // Only where they differ: it takes long.
  if (Buffer.compare(held, wanted) !== 0)
    expect(unpackTables(decodeState(held))).toEqual(unpackTables(decodeState(wanted)));
  expect(Buffer.compare(held, wanted)).toBe(0);
}

/** Moves all that is settled, as an hour later; returns how many messages could not be read. */
function compacted({ db, clock }: FileStage): number {
  const compactor = new Compactor(db);
  while (compactor.step(clock.nowUs + 3.6e9)) {}
  return compactor.damaged;
}

const restoredIn = (stage: FileStage): LiveSession =>
  replay(storedIn(stage.db).find(({ session }) => session === 'app')!, stage.environment).live;

test('a server that is killed at any moment and started anew holds what one that never stopped holds, bit for bit', () => {
  fc.assert(
    fc.property(
      fc.nat(),
      fc.integer({ min: 1, max: 30 }),
      fc.array(fc.constantFrom('nothing', 'checkpoint', 'compact', 'kill', 'twice'), { maxLength: 40 }),
      (seed, ticks, events) => {
        const frames = framesOf(seed, ticks);
        const path = freshPath();
        const clock = new FakeClock(1e9);
        const never = new FileStage(freshPath(), new FakeClock(1e9));
        const neverSeat = sit(never);
        let stage = new FileStage(path, clock);
        let seat = sit(stage);
        frames.forEach((frame, i) => {
          const event = events[i % Math.max(1, events.length)] ?? 'nothing';
          for (let n = event === 'twice' ? 2 : 1; n > 0; n -= 1) {
            seat.take(frame.slice());
            neverSeat.take(frame.slice());
          }
          clock.advance(40);
          never.clock.advance(40);
          if (event === 'checkpoint' || event === 'compact') stage.checkpointer.make('app');
          // An hour later, so that everything settled is due.
          if (event === 'compact') expect(compacted(stage)).toBe(0);
          if (event !== 'nothing') expectSame(restoredIn(stage), never.hub.sessions.get('app')!);
          if (event !== 'kill') return;
          stage.kill();
          stage = new FileStage(path, clock);
          expect([stage.restored, stage.hub.sessions.get('app')!.seq]).toEqual([
            { sessions: 1, damaged: 0 },
            never.hub.sessions.get('app')!.seq,
          ]);
          seat = sit(stage);
        });
        stage.kill();
        never.kill();
      },
    ),
    { numRuns: 12 },
  );
}, 120_000);
