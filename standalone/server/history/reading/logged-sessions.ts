import type { DatabaseSync, StatementSync } from 'node:sqlite';

/** The sessions of the log by steps through its index, one for each session and none for each message. */
const FOUND = `with recursive found(name) as (
  select min(session) from log
  union all select (select min(session) from log where session > found.name) from found where found.name is not null)`;

const OLDEST = 'select epoch from log where log.session = found.name order by seq limit 1';
const NEWEST = 'select epoch from log where log.session = found.name order by seq desc limit 1';

/**
 * Which sessions have messages in the log, and of which epochs.
 *
 * An epoch begins when the one before it is over, and messages leave the log in their order: where some are of another epoch,
 * the oldest is, or the newest. So the bodies in between are passed over. O(sessions · log messages).
 */
export class LoggedSessions {
  readonly #all: StatementSync;
  readonly #over: StatementSync;
  readonly #hasOther: StatementSync;

  constructor(db: DatabaseSync) {
    this.#all = db.prepare(`${FOUND} select name from found where name is not null`);
    this.#over = db.prepare(
      `${FOUND} select found.name from found left join session on session.name = found.name
       where found.name is not null and (session.name is null or session.held = 0
         or session.epoch <> (${OLDEST}) or session.epoch <> (${NEWEST}))`,
    );
    this.#hasOther = db.prepare(
      `with found(name) as (select ?1) select 1 from found where (${OLDEST}) <> ?2 or (${NEWEST}) <> ?2`,
    );
  }

  /** Sessions with messages in the log. */
  all(): readonly string[] {
    return this.#all.all().map(({ name }) => String(name));
  }

  /** Those with messages of an epoch that is over. */
  over(): readonly string[] {
    return this.#over.all().map(({ name }) => String(name));
  }

  /** Whether the log has messages of a session of another epoch than this one. */
  hasOther(session: string, epoch: string): boolean {
    return this.#hasOther.get(session, epoch) !== undefined;
  }
}
