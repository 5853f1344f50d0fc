/** How far a stream had come in one session. */
export interface StreamPosition {
  readonly epoch: string;
  readonly seq: number;
}

/** Sessions that an id of an event may name: what is longer is not read. */
const MOST_SESSIONS = 1000;

/** The `id:` of an event: every session with epoch and seq, `session:epoch:seq` with commas between them, names percent-encoded. */
export function eventId(positions: ReadonlyMap<string, StreamPosition>): string {
  return [...positions].map(([session, { epoch, seq }]) => `${encodeURIComponent(session)}:${epoch}:${seq}`).join(',');
}

/** What {@link eventId} was made from; entries that say nothing are left out, so that their sessions begin with a snapshot. */
export function parseEventId(text: string): ReadonlyMap<string, StreamPosition> {
  const positions = new Map<string, StreamPosition>();
  for (const entry of text.split(',').slice(0, MOST_SESSIONS)) {
    const [name, epoch, seq, ...more] = entry.split(':');
    if (!name || !epoch || !/^\d{1,15}$/.test(seq ?? '') || more.length > 0) continue;
    try {
      positions.set(decodeURIComponent(name), { epoch, seq: Number(seq) });
    } catch {
      // No percent-encoding: an id that is not ours names no session.
    }
  }
  return positions;
}
