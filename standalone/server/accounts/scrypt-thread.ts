import type { Worker } from 'node:worker_threads';
import { startOwnWorker } from '../own-worker.ts';
import { WorkerCalls } from '../worker-calls.ts';
import { SCRYPT_TASK, type ScryptAnswer, type ScryptJob } from './scrypt-worker.ts';

/**
 * Derives keys on a thread of its own: not on libuv's pool, where files, names of hosts and compression would wait for them, and
 * at the lowest priority, so that guesses of passwords take nothing from viewers.
 */
export class ScryptThread {
  readonly #calls: WorkerCalls<ScryptJob, ScryptAnswer>;

  /** @param start Default: a thread of this server. */
  constructor(start: () => Worker = () => startOwnWorker('scrypt', SCRYPT_TASK)) {
    this.#calls = new WorkerCalls(start, (words) => new Error(`A key could not be derived: ${words}.`));
  }

  /** The key; fails where the thread ends before. */
  async derive(job: ScryptJob): Promise<Buffer> {
    const answer = await this.#calls.ask(job);
    if ('problem' in answer) throw new Error(answer.problem);
    return Buffer.from(answer.key);
  }
}
