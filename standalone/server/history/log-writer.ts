import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { inTransaction } from './history-file.ts';
import type { HistoryEntry } from './messages.ts';

/**
 * Writes what happened to a history file, one transaction at a time: all of it is there afterwards, or nothing.
 *
 * About 12,000 messages of 10 kB a second; allocates a view for each message.
 */
export class LogWriter {
  readonly #db: DatabaseSync;
  readonly #message: StatementSync;
  readonly #session: StatementSync;
  readonly #epoch: StatementSync;
  readonly #counts: StatementSync;
  readonly #removed: StatementSync;

  constructor(db: DatabaseSync) {
    this.#db = db;
    this.#message = db.prepare(
      'insert into log(session, epoch, message, came_us, rows, body) values (?, ?, ?, ?, ?, ?)',
    );
    this.#session = db.prepare(
      `insert into session(name, shown, epoch, started_us, parent, script, by_http, gone_us, ended, earlier_us,
       held) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1)
       on conflict(name) do update set shown = excluded.shown, epoch = excluded.epoch, started_us = excluded.started_us,
       parent = excluded.parent, script = excluded.script, by_http = excluded.by_http, gone_us = excluded.gone_us,
       ended = excluded.ended, earlier_us = excluded.earlier_us, held = 1`,
    );
    this.#epoch = db.prepare('update session set counts = null where name = ? and epoch <> ?');
    this.#counts = db.prepare('update session set counts = ? where name = ?');
    this.#removed = db.prepare('update session set held = 0, earlier_us = ? where name = ?');
  }

  /** @throws an error of SQLite; then nothing of the batches is there. */
  write(batches: readonly { readonly entries: readonly HistoryEntry[]; readonly bytes: Uint8Array }[]): void {
    inTransaction(this.#db, () => {
      for (const { entries, bytes } of batches) for (const entry of entries) this.#write(entry, bytes);
    });
  }

  #write(entry: HistoryEntry, bytes: Uint8Array): void {
    const { session } = entry;
    switch (entry.kind) {
      case 'message': {
        const { epoch, message, cameUs, rows, at } = entry;
        this.#message.run(session, epoch, message, cameUs, rows, bytes.subarray(at, at + entry.bytes));
        return;
      }
      case 'session': {
        const { shown, epoch, startedUs, parent, script, byHttp, goneUs, ended, earlierUs } = entry;
        const flags = [Number(byHttp), goneUs, Number(ended)];
        this.#epoch.run(session, epoch);
        this.#session.run(session, shown, epoch, startedUs, parent, script, ...flags, earlierUs);
        return;
      }
      case 'counts':
        this.#counts.run(JSON.stringify(entry.counts), session);
        return;
      case 'removed':
        this.#removed.run(entry.endUs, session);
    }
  }
}
