import type { DatabaseSync } from 'node:sqlite';
import { evictBytes, expireSessions } from '../hub/history-limits.ts';
import type { HubEnvironment } from '../hub/hub-environment.ts';
import { writeCheckpoint } from './checkpoints.ts';
import { numberOf } from './history-file.ts';
import { replay } from './replay.ts';
import { storedSessionNamed } from './stored-sessions.ts';

/** Fewest bytes of messages that are worth a checkpoint before a minute has passed. */
const LEAST_BYTES = 4 * 2 ** 20;
const MOST_AGE_US = 60e6;
/** A checkpoint is made at most so often, times what the one before took; for its age alone at most so often. */
const SHARE = 4;
const AGE_SHARE = 30;
const LEAST_PAUSE_US = 5e6;

/** Messages of a session that are in no checkpoint yet. */
interface Waiting {
  bytes: number;
  /** When the first of them came, us. */
  firstUs: number;
}

/**
 * Makes checkpoints, so that a restart need not read all messages again.
 *
 * A session's is due when the messages after its last one have as many bytes as a quarter of it and at least 4 MB, or are a minute
 * old. Making them takes at most a fifth of the time, and a thirtieth where it is for their age.
 */
export class Checkpointer {
  readonly #db: DatabaseSync;
  readonly #environment: HubEnvironment;
  readonly #waiting = new Map<string, Waiting>();
  readonly #sizes = new Map<string, number>();
  #scanned = 0;
  #tookUs = 0;
  #pausedUntilUs = Number.NEGATIVE_INFINITY;

  constructor(db: DatabaseSync, environment: HubEnvironment) {
    this.#db = db;
    this.#environment = environment;
    for (const { session, bytes } of db.prepare('select session, bytes from checkpoint').all())
      this.#sizes.set(String(session), Number(bytes));
  }

  /** Makes the checkpoint that is due first. Returns whose it is; null where none is due. */
  step(): string | null {
    this.#scan();
    const nowUs = this.#environment.now();
    if (nowUs < this.#pausedUntilUs) return null;
    for (const [session, { bytes, firstUs }] of this.#waiting) {
      const least = Math.max(LEAST_BYTES, (this.#sizes.get(session) ?? 0) / 4);
      if (bytes < least && nowUs - firstUs < Math.max(MOST_AGE_US, AGE_SHARE * this.#tookUs)) continue;
      this.make(session);
      this.#tookUs = this.#environment.now() - nowUs;
      this.#pausedUntilUs = this.#environment.now() + Math.max(LEAST_PAUSE_US, SHARE * this.#tookUs);
      return session;
    }
    return null;
  }

  /** Makes the checkpoint of a session from the one before and the messages since. */
  make(session: string): void {
    this.#waiting.delete(session);
    const stored = storedSessionNamed(this.#db, session, () => undefined);
    const last = stored?.log.at(-1);
    if (stored === null || last === undefined) return;
    const { live } = replay(stored, this.#environment);
    const sessions = new Map([[session, live]]);
    // Else it would be given up whole instead of made smaller.
    live.connected = true;
    expireSessions(sessions, this.#environment.limits.retentionUs, this.#environment.now());
    evictBytes(sessions, this.#environment.limits.bufferBytes);
    const saved = live.save();
    const mark = { session, epoch: live.epochId, message: live.seq, logSeq: last.row, cameUs: last.cameUs };
    writeCheckpoint(this.#db, mark, saved);
    this.#sizes.set(session, saved.body.byteLength);
  }

  /** Notes what came since. */
  #scan(): void {
    // First: what is committed meanwhile is noted by the next call.
    const newest = numberOf(this.#db, 'select coalesce(max(seq), 0) as n from log');
    if (newest <= this.#scanned) return;
    const rows = this.#db
      .prepare(
        `select log.session, came_us, length(body) as bytes from log
         where log.seq > ? and log.seq <= ? and log.seq > coalesce((select log_seq from checkpoint where checkpoint.session = log.session), 0)`,
      )
      .all(this.#scanned, newest);
    for (const { session, came_us: cameUs, bytes } of rows) {
      const waiting = this.#waiting.get(String(session));
      if (waiting === undefined) this.#waiting.set(String(session), { bytes: Number(bytes), firstUs: Number(cameUs) });
      else waiting.bytes += Number(bytes);
    }
    this.#scanned = newest;
  }
}
