import { parentPort, workerData } from 'node:worker_threads';
import { isScryptTask, runScryptWorker } from './accounts/scrypt-worker.ts';
import { runHistoryWorker } from './history/worker-main.ts';
import { isTask } from './history/workers.ts';

/** Does what this thread was started for. */
export function runWorker(): void {
  if (parentPort === null) return;
  if (isTask(workerData)) runHistoryWorker(parentPort, workerData);
  else if (isScryptTask(workerData)) runScryptWorker(parentPort);
}
