import { accessSync, closeSync, constants, existsSync, openSync, readSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { StreamVizError } from '../../../src/core/errors.ts';
import { historyProblem } from './history-problem.ts';
import { APPLICATION, FORMAT, PAGE_BYTES, SCHEMA } from './history-schema.ts';
import { sqlite } from './sqlite.ts';

const SQLITE = Buffer.from('SQLite format 3\0', 'latin1');
/** So long a connection waits for another one's transaction. */
const BUSY_MS = 10_000;
const WAL_BYTES = 64 * 2 ** 20;

/**
 * A connection to a history file; `write` makes the file where there is none.
 *
 * What is no history file, is of a later version or damaged, or cannot be written, is left as it is, to the byte. Every
 * connection sees whole transactions, while others write too; which server may write, `lockHistory` says.
 *
 * @throws StreamVizError `HISTORY_PATH`, `HISTORY_NEWER`, `HISTORY_DAMAGED`, `HISTORY_READ_ONLY`, `HISTORY_FULL`,
 *   `HISTORY_LOCKED` (a program other than StreamViz), `HISTORY_FAILED`
 */
export function openHistory(path: string, mode: 'write' | 'read'): DatabaseSync {
  let db: DatabaseSync | null = null;
  try {
    const isNew = check(path, mode);
    if (!isNew) checkInside(path);
    db = new (sqlite().DatabaseSync)(path, { readOnly: mode === 'read' });
    db.exec(`pragma busy_timeout = ${BUSY_MS}; pragma temp_store = memory`);
    if (isNew) db.exec(`pragma page_size = ${PAGE_BYTES}; pragma auto_vacuum = incremental`);
    if (mode === 'write') {
      db.exec(`pragma journal_mode = wal; pragma synchronous = normal; pragma journal_size_limit = ${WAL_BYTES}`);
      if (isNew || isBlank(db)) lay(db);
    }
    return db;
  } catch (error) {
    db?.close();
    throw historyProblem(error, path);
  }
}

/** Runs `run` as one transaction that writes: all of it, or nothing where it throws. */
export function inTransaction<T>(db: DatabaseSync, run: () => T): T {
  db.exec('begin immediate');
  try {
    const made = run();
    db.exec('commit');
    return made;
  } catch (error) {
    try {
      db.exec('rollback');
    } catch {
      // A full disk has ended it already.
    }
    throw error;
  }
}

function lay(db: DatabaseSync): void {
  inTransaction(db, () => {
    // Another connection may have been first.
    if (!isBlank(db)) return;
    db.exec(`pragma application_id = ${APPLICATION}; pragma user_version = ${FORMAT}; ${SCHEMA}`);
  });
}

const isBlank = (db: DatabaseSync): boolean => numberOf(db, 'select count(*) as n from sqlite_schema') === 0;

/** The number that a statement of one row and one column `n` gives. */
export const numberOf = (db: DatabaseSync, sql: string, ...values: readonly (string | number)[]): number =>
  Number(db.prepare(sql).get(...values)?.n ?? 0);

/** Bytes of the file that are in use: free pages are taken again before it grows. */
export const fileBytes = (db: DatabaseSync): number =>
  (pragma(db, 'page_count') - pragma(db, 'freelist_count')) * pragma(db, 'page_size');

const pragma = (db: DatabaseSync, name: string): number =>
  Number(Object.values(db.prepare(`pragma ${name}`).get()!)[0]);

/** Looks at the file without SQLite, which would take its write-ahead log into it. Returns whether there is none yet. */
function check(path: string, mode: 'write' | 'read'): boolean {
  const info = statSync(path, { throwIfNoEntry: false });
  if (info === undefined || (info.isFile() && info.size === 0 && !hasLog(path))) {
    if (mode === 'read')
      throw wrong('HISTORY_PATH', path, info === undefined ? 'there is no such file' : 'it is empty');
    const folder = dirname(path);
    if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true)
      throw wrong('HISTORY_PATH', path, `there is no folder ${folder}`);
    accessSync(folder, constants.W_OK);
    return true;
  }
  if (!info.isFile()) throw wrong('HISTORY_PATH', path, 'it is no file');
  if (mode === 'write') {
    accessSync(path, constants.W_OK);
    accessSync(dirname(path), constants.W_OK);
  }
  if (info.size === 0) return false;
  const head = Buffer.alloc(100);
  const file = openSync(path, 'r');
  try {
    readSync(file, head, 0, 100, 0);
  } finally {
    closeSync(file);
  }
  if (!head.subarray(0, 16).equals(SQLITE)) throw notOurs(path);
  if (hasLog(path)) return false;
  const pages = head.readUInt32BE(28);
  const most = pages * (head.readUInt16BE(16) === 1 ? 65_536 : head.readUInt16BE(16));
  if (info.size < most) {
    const words = `it is damaged: ${info.size} bytes of ${most} are left; it was left as it is, move it away to begin another one`;
    throw wrong('HISTORY_DAMAGED', path, words);
  }
  return false;
}

/** Whether a write-ahead log lies beside the file: what the file itself says may be of before. */
const hasLog = (path: string): boolean => (statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0) > 0;

/** Reads whose file it is and of which version, without a word written. */
function checkInside(path: string): void {
  const isAlone = !existsSync(`${path}-shm`);
  const db = new (sqlite().DatabaseSync)(path, { readOnly: true });
  try {
    db.exec(`pragma busy_timeout = ${BUSY_MS}`);
    if (isBlank(db)) return;
    if (pragma(db, 'application_id') !== APPLICATION) throw notOurs(path);
    const version = pragma(db, 'user_version');
    if (version <= FORMAT) return;
    const words = `it is of format ${version}, this StreamViz knows ${FORMAT}; use a newer one, or name another file`;
    throw new StreamVizError('HISTORY_NEWER', `history ${path}: ${words}`, {
      details: { path, version, known: FORMAT },
    });
  } finally {
    db.close();
    // What only reads leaves these behind.
    if (isAlone && !hasLog(path)) for (const end of ['-shm', '-wal']) rmSync(path + end, { force: true });
  }
}

const wrong = (code: string, path: string, words: string): StreamVizError =>
  new StreamVizError(code, `history ${path}: ${words}`, { details: { path } });

const notOurs = (path: string): StreamVizError =>
  wrong('HISTORY_PATH', path, 'it is no history of StreamViz; it was left as it is, name another file');
