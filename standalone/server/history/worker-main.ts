import type { MessagePort } from 'node:worker_threads';
import { runCareWorker } from './care-worker.ts';
import { runReadWorker } from './reading/read-worker.ts';
import type { WorkerTask } from './workers.ts';
import { runWriteWorker } from './write-worker.ts';

/** Does one of the three works of a history. */
export function runHistoryWorker(port: MessagePort, task: WorkerTask): void {
  if (task.history === 'read') runReadWorker(port, task);
  else if (task.history === 'write') runWriteWorker(port, task);
  else runCareWorker(port, task);
}
