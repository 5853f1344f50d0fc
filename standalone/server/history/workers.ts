import { Worker } from 'node:worker_threads';
import type { ServerLimits } from '../limits.ts';

/** What a worker of the history does, and with what. */
export interface WorkerTask {
  /** `write` commits messages; `care` makes checkpoints and segments and lets the old go; `read` answers queries. */
  readonly history: 'write' | 'care' | 'read';
  readonly path: string;
  readonly limits: ServerLimits;
  /** Bytes that the file may have; Infinity: any. */
  readonly mostBytes: number;
}

/** In one bundled file every worker is that file again; from the sources it is the entry beside this one. */
const isBundled = !import.meta.url.endsWith('.ts');

/** Starts a worker; it keeps no process alive. */
export function startWorker(task: WorkerTask): Worker {
  const entry = isBundled ? new URL(import.meta.url) : new URL('./worker-entry.ts', import.meta.url);
  const worker = new Worker(entry, {
    workerData: task,
    name: `history-${task.history}`,
    // Not those of the server: some hold for whole processes only.
    execArgv: ['--disable-warning=ExperimentalWarning'],
  });
  worker.unref();
  return worker;
}

/** Whether data given to a worker are a task of the history. */
export const isTask = (input: unknown): input is WorkerTask =>
  typeof input === 'object' && input !== null && 'history' in input && 'path' in input;
