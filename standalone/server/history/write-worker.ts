import type { DatabaseSync } from 'node:sqlite';
import { type MessagePort, receiveMessageOnPort } from 'node:worker_threads';
import { isStreamVizError } from '../../../src/core/errors.ts';
import { noteGaps } from './downtime.ts';
import { fillEarlier } from './earlier-column.ts';
import { fileBytes, openHistory } from './history-file.ts';
import { lockHistory } from './history-lock.ts';
import { historyProblem } from './history-problem.ts';
import { LogWriter } from './log-writer.ts';
import type { WriteAnswer, WriteRequest } from './messages.ts';
import { pastEnds, storedSessions } from './stored-sessions.ts';
import type { WorkerTask } from './workers.ts';

/** So often a batch is tried again that could not be written. */
const RETRY_MS = 500;

type Batch = Extract<WriteRequest, { readonly kind: 'batch' }>;

/**
 * The worker that writes: it takes the lock, opens the file, tells what is in it, and then commits batches as they come, all
 * that wait as one transaction.
 *
 * A batch that cannot be written waits, and those after it: none is skipped, none written twice.
 */
export function runWriteWorker(port: MessagePort, { path }: WorkerTask): void {
  const say = (answer: WriteAnswer, transfer: ArrayBuffer[] = []) => port.postMessage(answer, transfer);
  const begun = begin(path, say);
  if (begun === null) return;
  const { db, unlock } = begun;
  const writer = new LogWriter(db);
  let waiting: Batch[] = [];
  let isFailing = false;
  let isOver = false;
  let retry: NodeJS.Timeout | null = null;

  const commit = (): void => {
    if (waiting.length === 0 || isOver) return;
    try {
      writer.write(waiting);
    } catch (error) {
      const { code, message } = historyProblem(error, path);
      isOver = code === 'HISTORY_DAMAGED';
      if (!isFailing || isOver) say({ kind: 'failed', code, message, isOver });
      isFailing = true;
      if (!isOver) retry = setTimeout(commit, RETRY_MS);
      return;
    }
    isFailing = false;
    say({ kind: 'kept', batches: waiting.length, fileBytes: fileBytes(db) });
    waiting = [];
  };

  const close = (): void => {
    if (retry !== null) clearTimeout(retry);
    commit();
    isOver = true;
    try {
      db.close();
    } finally {
      unlock();
      say({ kind: 'closed' });
      port.close();
    }
  };

  port.on('message', (first: WriteRequest) => {
    let ends = false;
    for (
      let request: WriteRequest | undefined = first;
      request !== undefined;
      request = receiveMessageOnPort(port)?.message as WriteRequest | undefined
    ) {
      if (request.kind === 'batch') waiting.push(request);
      else ends = true;
    }
    if (ends) close();
    else if (!isFailing) commit();
  });
}

/** Opens the file and tells what is in it; null where it cannot be used, which was told. */
function begin(
  path: string,
  say: (answer: WriteAnswer, transfer?: ArrayBuffer[]) => void,
): { readonly db: DatabaseSync; readonly unlock: () => void } | null {
  let unlock = (): void => undefined;
  let db: DatabaseSync | null = null;
  try {
    // Looked at before the lock: a file that is none of ours gets none beside it.
    openHistory(path, 'write').close();
    unlock = lockHistory(path);
    db = openHistory(path, 'write');
    fillEarlier(db);
    for (const session of storedSessions(db, (error) =>
      say({ kind: 'unread', message: historyProblem(error, path).message }),
    )) {
      const bodies = [session.saved?.body, ...session.log.map(({ bytes }) => bytes)];
      say(
        { kind: 'stored', session },
        bodies.flatMap((body) => (body === undefined ? [] : [body.buffer as ArrayBuffer])),
      );
    }
    noteGaps(db, Date.now() * 1000);
    say({ kind: 'opened', fileBytes: fileBytes(db), ends: pastEnds(db) });
    return { db, unlock };
  } catch (error) {
    db?.close();
    unlock();
    const { code, message } = isStreamVizError(error) ? error : historyProblem(error, path);
    say({ kind: 'refused', code, message });
    return null;
  }
}
