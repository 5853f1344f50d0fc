import { Worker } from 'node:worker_threads';

/** In one bundled file every thread is that file again; from the sources it is the entry beside this one. */
const isBundled = !import.meta.url.endsWith('.ts');

/** Starts a thread of this server, which `worker-main.ts` gives its work by `task`; it keeps no process alive. */
export function startOwnWorker(name: string, task: unknown): Worker {
  const entry = isBundled ? new URL(import.meta.url) : new URL('./worker-entry.ts', import.meta.url);
  // Not the options of the server: some hold for whole processes only.
  const worker = new Worker(entry, { workerData: task, name, execArgv: ['--disable-warning=ExperimentalWarning'] });
  worker.unref();
  return worker;
}
