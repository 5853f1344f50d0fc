import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { ColumnArena } from '../../../src/wire/column-arena.ts';
import { decodeFrame } from '../../../src/wire/frame.ts';
import { decodeMessage } from '../../../src/wire/message.ts';
import type { Message } from '../../../src/wire/message-types.ts';
import { inTransaction } from './history-file.ts';
import { SegmentWriter } from './segments/segment-writer.ts';

/** So old messages are turned into segments; a segment is best made of a minute. */
const LEAST_AGE_US = 60e6;
/** So many bytes of messages are not waited with. */
const MOST_BYTES = 48 * 2 ** 20;
/** Bytes of messages that become segments in one transaction. */
const SLICE_BYTES = 4 * 2 ** 20;

/**
 * Messages that nobody has to read again: they are in a checkpoint, or their epoch is over, or their session has left memory.
 * Others are never touched.
 */
const SETTLED = `log left join session on session.name = log.session left join checkpoint on checkpoint.session = log.session
  where (session.name is null or session.held = 0 or session.epoch <> log.epoch
    or (checkpoint.epoch = log.epoch and log.seq <= checkpoint.log_seq))`;

/**
 * Turns settled messages into segments, a slice at a time.
 *
 * 1. A message is in the log or in segments, never in both and never in neither: one transaction moves it.
 * 2. Of one session they go in the order they came. One that cannot be read is counted and deleted.
 */
export class Compactor {
  /** Messages that could not be read. */
  damaged = 0;
  readonly #db: DatabaseSync;
  readonly #arena = new ColumnArena();
  readonly #rows: StatementSync;
  readonly #drop: StatementSync;
  #writer: SegmentWriter;
  /** Summaries of what was moved are left to be written. */
  #isBehind = false;

  constructor(db: DatabaseSync) {
    this.#db = db;
    this.#writer = new SegmentWriter(db);
    this.#rows = db.prepare(`select log.seq as row, body from ${SETTLED} and log.session = ? order by log.seq`);
    this.#drop = db.prepare('delete from log where seq = ?');
  }

  /** Moves one slice of messages, or writes more of the summaries of such. Returns whether there was anything to do. */
  step(nowUs: number): boolean {
    if (this.#isBehind) {
      this.#write(() => undefined);
      return true;
    }
    const session = this.#due(nowUs);
    if (session === null) return false;
    this.#write(() => this.#move(session));
    return true;
  }

  /** Deletes segments that end before a time, us. Returns how many went. To be called in a transaction. */
  expire(beforeUs: number): number {
    return this.#writer.expire(beforeUs);
  }

  /** The session with the oldest settled messages, where they are old or many. */
  #due(nowUs: number): string | null {
    const oldest = this.#db.prepare(`select log.session, log.came_us from ${SETTLED} order by log.seq limit 1`).get();
    if (oldest === undefined) return null;
    if (nowUs - Number(oldest.came_us) >= LEAST_AGE_US) return String(oldest.session);
    const { bytes } = this.#db.prepare(`select sum(length(body)) as bytes from ${SETTLED}`).get()!;
    return Number(bytes) >= MOST_BYTES ? String(oldest.session) : null;
  }

  #write(add: () => void): void {
    try {
      inTransaction(this.#db, () => {
        add();
        this.#isBehind = this.#writer.flush();
      });
    } catch (error) {
      // What it holds is in the log still, and would be there twice.
      this.#writer = new SegmentWriter(this.#db);
      this.#isBehind = false;
      throw error;
    }
  }

  #move(session: string): void {
    const moved: number[] = [];
    let bytes = 0;
    for (const { row, body } of this.#rows.iterate(session)) {
      moved.push(Number(row));
      bytes += (body as Uint8Array).byteLength;
      this.#take(session, body as Uint8Array);
      if (bytes >= SLICE_BYTES) break;
    }
    for (const row of moved) this.#drop.run(row);
  }

  #take(session: string, body: Uint8Array): void {
    try {
      const message = this.#decoded(body);
      if (message !== null) this.#writer.add(session, message);
    } finally {
      this.#arena.reset();
    }
  }

  #decoded(body: Uint8Array): Message | null {
    try {
      const { header, buffers } = decodeFrame(body);
      return decodeMessage(header, buffers, this.#arena);
    } catch {
      this.damaged += 1;
      return null;
    }
  }
}
