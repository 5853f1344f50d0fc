import type { DatabaseSync } from 'node:sqlite';
import type { SavedSession } from '../hub/saved-session.ts';
import { readCheckpoint } from './checkpoints.ts';
import type { PastEnd, SessionEntry, StoredMessage, StoredSession } from './messages.ts';

type Row = Readonly<Record<string, unknown>>;

/**
 * The sessions that a server held when it wrote last, the one used last first: each is read as it is asked for.
 *
 * A checkpoint that cannot be read is passed over, and said to `tell`: the log after it then begins with a gap.
 */
export function* storedSessions(db: DatabaseSync, tell: (problem: unknown) => void): Generator<StoredSession> {
  const rows = db
    .prepare(`select * from session where held = 1 order by coalesce(gone_us, 1e18) desc, started_us desc`)
    .all();
  for (const row of rows) yield storedSession(db, sessionOf(row), countsOf(row.counts), tell);
}

/** Up to where the past reaches of the sessions that no server held last. */
export function pastEnds(db: DatabaseSync): readonly PastEnd[] {
  const rows = db.prepare('select name, earlier_us from session where held = 0').all();
  return rows.map((row) => ({ session: String(row.name), endUs: endOf(row.earlier_us) }));
}

/** The session of this name as it was last; null where none is held. */
export function storedSessionNamed(
  db: DatabaseSync,
  name: string,
  tell: (problem: unknown) => void,
): StoredSession | null {
  const row = db.prepare('select * from session where held = 1 and name = ?').get(name);
  return row === undefined ? null : storedSession(db, sessionOf(row), countsOf(row.counts), tell);
}

/** What of a session is there to go on from. */
function storedSession(
  db: DatabaseSync,
  session: Omit<SessionEntry, 'kind'>,
  counts: StoredSession['counts'],
  tell: (problem: unknown) => void,
): StoredSession {
  let saved: SavedSession | null = null;
  let from = 0;
  let savedUs: number | null = null;
  try {
    const found = readCheckpoint(db, session.session, session.epoch);
    if (found !== null) {
      saved = found.saved;
      from = found.mark.logSeq;
      savedUs = found.mark.cameUs;
    }
  } catch (error) {
    tell(error);
  }
  return { ...session, saved, savedUs, log: logAfter(db, session.session, session.epoch, from), counts };
}

/** The messages of an epoch in the log after one of its rows, in order. */
function logAfter(db: DatabaseSync, session: string, epoch: string, from: number): readonly StoredMessage[] {
  const rows = db
    .prepare('select seq, came_us, body from log where seq > ? and session = ? and epoch = ? order by seq')
    .all(from, session, epoch);
  return rows.map(({ seq, came_us: cameUs, body }) => ({
    row: Number(seq),
    bytes: body as Uint8Array,
    cameUs: Number(cameUs),
  }));
}

function sessionOf(row: Row): Omit<SessionEntry, 'kind'> {
  return {
    session: String(row.name),
    shown: String(row.shown),
    epoch: String(row.epoch),
    startedUs: Number(row.started_us),
    parent: row.parent === null ? null : Number(row.parent),
    script: row.script === null ? null : String(row.script),
    byHttp: row.by_http === 1,
    goneUs: row.gone_us === null ? null : Number(row.gone_us),
    ended: row.ended === 1,
    earlierUs: endOf(row.earlier_us),
  };
}

const endOf = (value: unknown): number => (typeof value === 'number' ? value : Number.NEGATIVE_INFINITY);

function countsOf(json: unknown): Readonly<Record<string, number>> | null {
  if (typeof json !== 'string') return null;
  try {
    return JSON.parse(json) as Record<string, number>;
  } catch {
    return null; // counts are a comfort
  }
}
