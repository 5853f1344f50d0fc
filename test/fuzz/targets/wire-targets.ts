/** Frames and messages: taken apart, decoded, applied by a server, applied by a page. */
import { Sessions } from '../../../src/session/sessions.ts';
import { ColumnArena } from '../../../src/wire/column-arena.ts';
import { decodeFrame } from '../../../src/wire/frame.ts';
import { ProducerError } from '../../../src/wire/header.ts';
import { decodeMessage } from '../../../src/wire/message.ts';
import { SessionHub } from '../../../standalone/server/hub/session-hub.ts';
import type { SeededRandom } from '../../faults/seeded-random.ts';
import { FakeClock } from '../../standalone/hub/fake-clock.ts';
import { helloOf } from '../../standalone/hub/producer.ts';
import { mutatedBytes } from '../bytes-mutation.ts';
import { Accepted, type FuzzTarget } from '../fuzz-target.ts';
import { mutatedFrame } from './frame-mutation.ts';
import { FIXTURE_FRAMES, HISTORIES } from './valid-messages.ts';

const ALL = [...HISTORIES.flatMap(({ frames }) => frames), ...FIXTURE_FRAMES];

/** Decodes; a producer's own error is a message like others. */
function decoded(frame: Uint8Array, arena: ColumnArena | null): void {
  const { header, buffers } = decodeFrame(frame);
  try {
    decodeMessage(header, buffers, arena);
  } catch (error) {
    if (!(error instanceof ProducerError)) throw error;
  }
}

export const frameTarget: FuzzTarget<Uint8Array> = {
  name: 'frame',
  make: (random) => mutatedBytes(random, random.pick(ALL), random.pick(ALL)),
  take(bytes) {
    const { header, buffers } = decodeFrame(bytes);
    const total = buffers.reduce((sum, { byteLength }) => sum + byteLength, 0);
    if (total > bytes.byteLength) throw new Accepted(`buffers of ${total} bytes in a frame of ${bytes.byteLength}`);
    return header;
  },
};

const arena = new ColumnArena();

export const messageTarget: FuzzTarget<{ readonly frame: Uint8Array; readonly isPooled: boolean }> = {
  name: 'message',
  share: 2,
  make: (random) => ({
    frame: mutatedFrame(random, random.pick(ALL), random.pick(ALL)),
    isPooled: random.chance(0.5),
  }),
  take({ frame, isPooled }) {
    try {
      decoded(frame, isPooled ? arena : null);
    } finally {
      arena.reset();
    }
  },
};

/** Where in a history a changed frame comes, and instead of which. */
interface ChangedHistory {
  readonly history: number;
  readonly at: number;
  readonly changed: Uint8Array;
  readonly width: number;
  readonly rangeUs: number | null;
}

function changedHistory(random: SeededRandom): ChangedHistory {
  const history = random.whole(0, HISTORIES.length - 1);
  const { frames } = HISTORIES[history]!;
  const at = random.whole(1, frames.length - 3);
  const other = random.pick(frames);
  return {
    ...{ history, at, changed: mutatedFrame(random, random.chance(0.1) ? other : frames[at]!, other) },
    width: random.pick([1, 500, 2000, 1e9]),
    rangeUs: random.pick([null, 1, 50_000, 6e7, 1e15]),
  };
}

/** So many frames come before the changed one: what it meets. */
const BEFORE = 3;

/** A server that took what came before takes it, then what comes after, and still tells viewers all it holds. */
export const seatTarget: FuzzTarget<ChangedHistory> = {
  name: 'server session',
  share: 0.15,
  make: changedHistory,
  take({ history, at, changed, width, rangeUs }) {
    const { epoch, frames } = HISTORIES[history]!;
    const clock = new FakeClock(50_000);
    const hub = new SessionHub(clock.environment());
    const seat = hub.join(helloOf({ session: 'kernel-1', epoch }));
    const first = Math.max(0, at - BEFORE);
    let refused: unknown = null;
    for (let i = first; i < at + 2; i += 1) {
      try {
        seat.take(i === at ? changed : frames[i]!);
      } catch (error) {
        // Later ones may be of an epoch that is over now.
        if (i === at) refused = error;
        else if (refused !== null) throw error;
      }
    }
    const live = hub.sessions.get('kernel-1');
    if (live !== undefined && live.seq > 0) {
      live.snapshot({ width, rangeUs }, true);
      live.snapshot({ width, rangeUs }, false);
      for (const liveClass of [null, 1000, 500_000]) live.frame(live.seq, liveClass, true);
      live.detail({ id: 'q', series: ['["s0",[]]'], startUs: -1e6, endUs: 1e6, columns: 100 });
      if (!(hub.bytes < 60e6))
        throw new Accepted(`a frame of ${changed.length} bytes made the server hold ${hub.bytes}`);
    }
    clock.advance(1100);
    seat.leave(false);
    hub.close();
    if (refused !== null) throw refused;
  },
};

/** What a server sends to pages: snapshots, panes and results of windows. */
const TOLD: readonly Uint8Array[] = HISTORIES.flatMap(({ epoch, frames }) => {
  const hub = new SessionHub(new FakeClock(50_000).environment());
  const seat = hub.join(helloOf({ session: 'kernel-1', epoch }));
  const told: Uint8Array[] = [];
  for (const [i, frame] of frames.entries()) {
    seat.take(frame);
    const live = hub.sessions.get('kernel-1')!;
    if (i % 8 === 7) told.push(live.snapshot({ width: 500, rangeUs: 1e6 }, true));
    told.push(live.frame(live.seq, i % 2 === 0 ? null : 1000, true));
  }
  hub.close();
  return told;
});

/** A page never throws: it says that a message cannot be read, and shows what it has. */
export const pageTarget: FuzzTarget<readonly Uint8Array[]> = {
  name: 'page session',
  share: 0.25,
  make(random) {
    const at = random.whole(0, TOLD.length - 3);
    return [TOLD[at]!, mutatedFrame(random, TOLD[at + 1]!, random.pick(TOLD)), TOLD[at + 2]!];
  },
  take(frames) {
    const sessions = new Sessions({ now: () => 50_000, schedule: () => () => undefined, limits: { cellLimit: 100 } });
    let refused: unknown = null;
    for (const [i, frame] of frames.entries()) {
      try {
        // A frame that is none closes the connection: its own error.
        const { header, buffers } = decodeFrame(frame);
        if (i === 1) refused = deliver(sessions, header, buffers);
        else deliver(sessions, header, buffers);
      } catch (error) {
        if (i !== 1) throw error;
        refused = error;
      }
    }
    sessions.inspect('kernel-1');
    sessions.dispose();
    if (refused !== null) throw refused;
  },
};

function deliver(sessions: Sessions, header: Record<string, unknown>, buffers: readonly Uint8Array[]): unknown {
  const before = sessions.get('kernel-1').problem;
  sessions.deliver(header, buffers, 'socket');
  const { problem } = sessions.get('kernel-1');
  return problem !== before ? problem : null;
}
