import type { Worker } from 'node:worker_threads';
import type { ServerLimits } from '../limits.ts';
import { startOwnWorker } from '../own-worker.ts';

/** What a worker of the history does, and with what. */
export interface WorkerTask {
  /** `write` commits messages; `care` makes checkpoints and segments and lets the old go; `read` answers queries. */
  readonly history: 'write' | 'care' | 'read';
  readonly path: string;
  readonly limits: ServerLimits;
  /** Bytes that the file may have; Infinity: any. */
  readonly mostBytes: number;
}

/** Starts a worker; it keeps no process alive. */
export const startWorker = (task: WorkerTask): Worker => startOwnWorker(`history-${task.history}`, task);

/** Whether data given to a worker are a task of the history. */
export const isTask = (input: unknown): input is WorkerTask =>
  typeof input === 'object' && input !== null && 'history' in input && 'path' in input;
