import type { DatabaseSync } from 'node:sqlite';
import { StreamVizError } from '../../../src/core/errors.ts';
import type { SavedSession } from '../hub/saved-session.ts';
import { inTransaction } from './history-file.ts';
import { pack, unpack } from './packing.ts';

/** Bytes of one piece: what one transaction writes. */
const PIECE_BYTES = 4 * 2 ** 20;

/** Which message of a session a checkpoint is of. */
export interface CheckpointMark {
  readonly session: string;
  readonly epoch: string;
  readonly message: number;
  /** Everything in the log up to here is in it. */
  readonly logSeq: number;
  /** When its newest message came, us. */
  readonly cameUs: number;
}

/**
 * Writes a checkpoint in place of the one before, in pieces: a transaction each, so that messages are committed between them.
 * Until the last of them the one before is the session's.
 */
export function writeCheckpoint(db: DatabaseSync, mark: CheckpointMark, { totals, body }: SavedSession): void {
  const row = db.prepare('select coalesce(max(part), 0) + 1 as part from checkpoint_part').get()!;
  const part = Number(row.part);
  const insert = db.prepare('insert into checkpoint_part(part, place, enc, body) values (?, ?, ?, ?)');
  for (let place = 0; place * PIECE_BYTES < body.byteLength; place += 1) {
    const piece = pack(body.subarray(place * PIECE_BYTES, (place + 1) * PIECE_BYTES));
    inTransaction(db, () => insert.run(part, place, piece.enc, piece.body));
  }
  inTransaction(db, () => {
    db.prepare(
      `insert into checkpoint(session, epoch, message, log_seq, came_us, part, bytes, totals)
       values (?, ?, ?, ?, ?, ?, ?, ?)
       on conflict(session) do update set epoch = excluded.epoch, message = excluded.message, log_seq = excluded.log_seq,
       came_us = excluded.came_us, part = excluded.part, bytes = excluded.bytes, totals = excluded.totals`,
    ).run(mark.session, mark.epoch, mark.message, mark.logSeq, mark.cameUs, part, body.byteLength, totals);
  });
  dropLooseParts(db);
}

/** Deletes the pieces that are of no session's checkpoint: of earlier ones, and of one that was never finished. */
export function dropLooseParts(db: DatabaseSync): void {
  const next = db.prepare('select id from checkpoint_part where part not in (select part from checkpoint) limit 1');
  const drop = db.prepare('delete from checkpoint_part where id = ?');
  for (let row = next.get(); row !== undefined; row = next.get()) {
    const { id } = row;
    inTransaction(db, () => drop.run(id!));
  }
}

/** A session's checkpoint; null where none is of this epoch. @throws StreamVizError `HISTORY_DAMAGED` */
export function readCheckpoint(
  db: DatabaseSync,
  session: string,
  epoch: string,
): { readonly saved: SavedSession; readonly mark: CheckpointMark } | null {
  const row = db
    .prepare('select message, log_seq, came_us, part, bytes, totals from checkpoint where session = ? and epoch = ?')
    .get(session, epoch);
  if (row === undefined) return null;
  const body = new Uint8Array(Number(row.bytes));
  let at = 0;
  const pieces = db.prepare('select enc, body from checkpoint_part where part = ? order by place').iterate(row.part!);
  for (const { enc, body: piece } of pieces) {
    const bytes = unpack(Number(enc), piece as Uint8Array, PIECE_BYTES);
    if (at + bytes.byteLength > body.byteLength) break;
    body.set(bytes, at);
    at += bytes.byteLength;
  }
  if (at !== body.byteLength) {
    throw new StreamVizError(
      'HISTORY_DAMAGED',
      `The checkpoint of session '${session}' has ${at} of ${body.byteLength} bytes.`,
    );
  }
  const mark = {
    session,
    epoch,
    message: Number(row.message),
    logSeq: Number(row.log_seq),
    cameUs: Number(row.came_us),
  };
  return { saved: { totals: String(row.totals), body }, mark };
}
