import { decodeFrame } from '../../../src/wire/frame.ts';
import { decodeMessage } from '../../../src/wire/message.ts';
import type { HubEnvironment } from '../hub/hub-environment.ts';
import { LiveSession } from '../hub/live-session.ts';
import type { StoredSession } from './messages.ts';

/** A session that goes on, and what of it could not be read. */
export interface Replayed {
  readonly live: LiveSession;
  /** Messages of the log that could not be applied. */
  readonly damaged: number;
}

/**
 * A session as it was: from its checkpoint, and the messages after it, each at the time it came.
 *
 * It equals, bit for bit of `saveSession`, the session of a server that never stopped, up to its newest message on disk. What
 * cannot be read is passed over and counted: what lacks then is shown as a gap, as any loss is.
 */
export function replay(stored: StoredSession, environment: HubEnvironment): Replayed {
  let replayedUs: number | null = null;
  const clocked: HubEnvironment = { ...environment, now: () => replayedUs ?? environment.now() };
  const { live, isDamaged } = begin(stored, clocked);
  let damaged = isDamaged ? 1 : 0;
  for (const { bytes, cameUs } of stored.log) {
    replayedUs = cameUs;
    try {
      const { header, buffers } = decodeFrame(bytes);
      live.apply({ header, buffers, message: decodeMessage(header, buffers) }, bytes);
    } catch {
      damaged += 1;
    }
  }
  for (const [name, count] of Object.entries(stored.counts ?? {})) {
    // What was applied and lost is as it is here.
    if (name in live.store.messages && name !== 'applied' && name !== 'lost' && Number.isFinite(count))
      live.store.messages[name as keyof typeof live.store.messages] = count;
  }
  live.parent = stored.parent;
  live.script = stored.script;
  live.byHttp = stored.byHttp;
  live.ended = stored.ended;
  live.goneUs = stored.goneUs ?? replayedUs ?? stored.savedUs ?? stored.startedUs;
  live.disk.reached(live.epochId, live.seq);
  replayedUs = null;
  return { live, damaged };
}

function begin(
  { session, shown, epoch, startedUs, earlierUs, saved }: StoredSession,
  environment: HubEnvironment,
): { readonly live: LiveSession; readonly isDamaged: boolean } {
  const options = { session, name: shown, environment };
  const begun = (make: () => LiveSession, isDamaged = false) => {
    const live = make();
    live.earlierUs = earlierUs;
    return { live, isDamaged };
  };
  const fresh = () => new LiveSession({ ...options, epoch: { id: epoch, startedUs } });
  if (saved === null) return begun(fresh);
  try {
    return begun(() => LiveSession.restore(options, saved));
  } catch {
    return begun(fresh, true);
  }
}
