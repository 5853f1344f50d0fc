import type { DatabaseSync } from 'node:sqlite';
import { inTransaction } from './history-file.ts';

/** Shorter times without a server are no gap anybody would see. */
const LEAST_US = 1e6;

/**
 * Writes down that no server took anything until now: for each session whose producer was connected when the one before ended,
 * from its newest message on. Its producer is gone from then on, until it comes back.
 */
export function noteGaps(db: DatabaseSync, nowUs: number): void {
  const rows = db
    .prepare(
      `select name, coalesce((select max(came_us) from log where log.session = name), checkpoint.came_us, started_us) as from_us
       from session left join checkpoint on checkpoint.session = name where held = 1 and gone_us is null`,
    )
    .all();
  inTransaction(db, () => {
    const gap = db.prepare('insert into gap(session, from_us, to_us) values (?, ?, ?)');
    const gone = db.prepare('update session set gone_us = ? where name = ?');
    for (const { name, from_us: fromUs } of rows) {
      gone.run(Number(fromUs), String(name));
      if (nowUs - Number(fromUs) >= LEAST_US) gap.run(String(name), Number(fromUs), nowUs);
    }
  });
}
