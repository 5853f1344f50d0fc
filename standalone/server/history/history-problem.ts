import { StreamVizError } from '../../../src/core/errors.ts';

/** What may be wrong with a history file; docs/history.md has a heading for each. */
export type HistoryCode =
  | 'HISTORY_PATH'
  | 'HISTORY_NEWER'
  | 'HISTORY_DAMAGED'
  | 'HISTORY_LOCKED'
  | 'HISTORY_READ_ONLY'
  | 'HISTORY_FULL'
  | 'HISTORY_FAILED';

/** Primary result codes of SQLite. */
const RESULT = { perm: 3, busy: 5, locked: 6, readOnly: 8, io: 10, corrupt: 11, full: 13, cantOpen: 14, notDb: 26 };
/** Extended: writing or growing the file failed, which is how some file systems say that they are full. */
const IO_WRITES = [778, 4874];

/** An error of SQLite, the file system or our own as one of the history, with words that say what to do. */
export function historyProblem(error: unknown, path: string): StreamVizError {
  if (error instanceof StreamVizError) return error;
  const { errcode, code } = error as { readonly errcode?: unknown; readonly code?: unknown };
  const cause = { cause: error, details: { path } };
  const text = error instanceof Error ? error.message : String(error);
  const result = typeof errcode === 'number' ? errcode & 0xff : -1;
  const say = (name: HistoryCode, words: string) => new StreamVizError(name, `history ${path}: ${words}`, cause);
  if (result === RESULT.full || code === 'ENOSPC' || code === 'EDQUOT' || code === 'EFBIG')
    return say('HISTORY_FULL', 'the disk is full; free some space, or set a smaller --history-size');
  if (typeof errcode === 'number' && IO_WRITES.includes(errcode))
    return say('HISTORY_FULL', `it cannot be written (${text}); is the disk full?`);
  if (result === RESULT.corrupt || result === RESULT.notDb)
    return say('HISTORY_DAMAGED', `it is damaged (${text}) and was left as it is; move it away to begin another one`);
  if (result === RESULT.busy || result === RESULT.locked)
    return say('HISTORY_LOCKED', 'another program writes it; end that one, or name another file');
  if (result === RESULT.readOnly || result === RESULT.perm || ['EACCES', 'EPERM', 'EROFS'].includes(String(code)))
    return say('HISTORY_READ_ONLY', 'this user may not write it, or its folder; nothing is kept');
  if (result === RESULT.cantOpen || code === 'ENOENT' || code === 'ENOTDIR' || code === 'EISDIR')
    return say('HISTORY_PATH', `it cannot be opened (${text})`);
  return say('HISTORY_FAILED', text);
}
