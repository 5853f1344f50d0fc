import { parentPort, workerData } from 'node:worker_threads';
import { runCareWorker } from './care-worker.ts';
import { runReadWorker } from './reading/read-worker.ts';
import { isTask } from './workers.ts';
import { runWriteWorker } from './write-worker.ts';

/** Does what this worker was started for. */
export function runWorker(): void {
  if (parentPort === null || !isTask(workerData)) return;
  if (workerData.history === 'read') runReadWorker(parentPort, workerData);
  else if (workerData.history === 'write') runWriteWorker(parentPort, workerData);
  else runCareWorker(parentPort, workerData);
}
