import { evictBytes } from '../hub/history-limits.ts';
import type { HubEnvironment } from '../hub/hub-environment.ts';
import type { LiveSession, SessionHub } from '../hub/session-hub.ts';
import type { StoredSession } from './messages.ts';
import { replay } from './replay.ts';

/**
 * Puts the sessions of an earlier life into a hub, those used last first: nobody is connected to them.
 *
 * Where they are more than memory may hold, each becomes smaller; none is given up for that.
 */
export function restoreInto(
  hub: SessionHub,
  found: readonly StoredSession[],
  environment: HubEnvironment,
): { readonly sessions: number; readonly damaged: number } {
  const sessions = new Map<string, LiveSession>();
  let damagedMessages = 0;
  for (const stored of found) {
    const { live, damaged } = replay(stored, environment);
    damagedMessages += damaged;
    // As it was: what has no producer is given up whole before anything becomes smaller.
    live.connected = true;
    sessions.set(live.session, live);
  }
  evictBytes(sessions, environment.limits.bufferBytes);
  let adopted = 0;
  for (const live of sessions.values()) {
    live.connected = false;
    live.store.markGone();
    live.store.goneAtUs = live.goneUs - live.store.clock.offsetUs;
    if (hub.adopt(live)) adopted += 1;
    else hub.noteEnd(live.session, live.endUs);
  }
  hub.expire();
  return { sessions: adopted, damaged: damagedMessages };
}
