import type { DatabaseSync } from 'node:sqlite';
import { ColumnArena } from '../../../src/wire/column-arena.ts';
import { decodeFrame } from '../../../src/wire/frame.ts';
import { decodeMessage } from '../../../src/wire/message.ts';
import { inTransaction } from './history-file.ts';

/**
 * Makes a file of before `session.earlier_us` like the others: there it is the largest end known of what the file has of a
 * session, which is late enough. To be called by the one that writes, before anything else.
 */
export function fillEarlier(db: DatabaseSync): void {
  const column = "select 1 from pragma_table_info('session') where name = 'earlier_us'";
  const hasColumn = db.prepare(column).get() !== undefined;
  if (hasColumn && db.prepare('select 1 from session where earlier_us is null').get() === undefined) return;
  inTransaction(db, () => {
    if (!hasColumn) db.exec('alter table session add column earlier_us real');
    const fill = db.prepare('update session set earlier_us = ? where name = ?');
    for (const { name, epoch, held } of db
      .prepare('select name, epoch, held from session where earlier_us is null')
      .all()) {
      // What the log has of the newest epoch of a session that goes on will be in memory.
      const [session, inMemory] = [String(name), held === 1 ? String(epoch) : null];
      fill.run(Math.max(segmentsEnd(db, session), logEnd(db, session, inMemory)), session);
    }
  });
}

/** End of the segments of a session whose rows have times; -Infinity: there is none. */
function segmentsEnd(db: DatabaseSync, session: string): number {
  const row = db
    .prepare(
      `select max(t1 + max(0, -tier)) as end from seg join series on series.id = seg.series
       join written on written.series = series.id where series.session = ? and axis = 'time'`,
    )
    .get(session);
  return typeof row?.end === 'number' ? row.end : Number.NEGATIVE_INFINITY;
}

/** Largest time in the messages of a session in the log, but for those of one epoch; -Infinity: there is none. */
function logEnd(db: DatabaseSync, session: string, but: string | null): number {
  const arena = new ColumnArena();
  let endUs = Number.NEGATIVE_INFINITY;
  const rows = db.prepare('select body from log where session = ?1 and epoch is not ?2').iterate(session, but);
  for (const { body } of rows) {
    try {
      const { header, buffers } = decodeFrame(body as Uint8Array);
      const { series, samples, folds } = decodeMessage(header, buffers, arena);
      const isTimed = (index: number) => series[index]?.axis === 'time';
      for (let i = 0; i < (samples?.length ?? 0); i += 1)
        if (isTimed(samples!.series[i]!)) endUs = Math.max(endUs, samples!.time[i]!);
      for (let i = 0; i < (folds?.length ?? 0); i += 1)
        if (isTimed(folds!.series[i]!)) endUs = Math.max(endUs, folds!.lastTime[i]!);
    } catch {
      // What cannot be read brings no samples either.
    } finally {
      arena.reset();
    }
  }
  return endUs;
}
