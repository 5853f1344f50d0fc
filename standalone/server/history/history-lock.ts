import type { DatabaseSync } from 'node:sqlite';
import { historyProblem } from './history-problem.ts';
import { sqlite } from './sqlite.ts';

/**
 * Takes the right to write a history file, which one server has; the returned function gives it back.
 *
 * It is a lock of the operating system on an empty file beside it, `FILE-lock`: it ends with its process, however that ends.
 * Readers need none.
 *
 * @throws StreamVizError `HISTORY_LOCKED` where another server has it, `HISTORY_READ_ONLY`, `HISTORY_PATH`, `HISTORY_FULL`
 */
export function lockHistory(path: string): () => void {
  let lock: DatabaseSync | null = null;
  try {
    lock = new (sqlite().DatabaseSync)(`${path}-lock`);
    lock.exec('pragma busy_timeout = 0; pragma journal_mode = off; begin exclusive');
  } catch (error) {
    lock?.close();
    throw historyProblem(error, path);
  }
  const held = lock;
  return () => {
    if (held.isOpen) held.close();
  };
}
