import type { Worker } from 'node:worker_threads';
import { startOwnWorker } from '../own-worker.ts';
import { SCRYPT_TASK, type ScryptAnswer, type ScryptJob } from './scrypt-worker.ts';

interface Waiting {
  resolve(key: Buffer): void;
  reject(error: Error): void;
}

/**
 * Derives keys on a thread of its own, started with the first one: not on libuv's pool, where files, names of hosts and
 * compression would wait for them, and at the lowest priority, so that guesses of passwords take nothing from viewers.
 */
export class ScryptThread {
  readonly #start: () => Worker;
  #worker: Worker | null = null;
  #id = 0;
  readonly #waiting = new Map<number, Waiting>();

  /** @param start Default: a thread of this server. */
  constructor(start: () => Worker = () => startOwnWorker('scrypt', SCRYPT_TASK)) {
    this.#start = start;
  }

  /** The key; fails where the thread ends before, and the next one begins another thread. */
  derive(job: ScryptJob): Promise<Buffer> {
    const worker = this.#running();
    // Who waits for a key keeps the process alive; a thread that rests does not.
    worker.ref();
    this.#id += 1;
    const id = this.#id;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      worker.postMessage({ id, ...job });
    });
  }

  #running(): Worker {
    if (this.#worker !== null) return this.#worker;
    const worker = this.#start();
    this.#worker = worker;
    worker.on('message', (answer: ScryptAnswer) => {
      const waiting = this.#waiting.get(answer.id);
      this.#waiting.delete(answer.id);
      if (this.#waiting.size === 0) worker.unref();
      if ('key' in answer) waiting?.resolve(Buffer.from(answer.key));
      else waiting?.reject(new Error(answer.problem));
    });
    worker.on('error', (error) => this.#ended(worker, error instanceof Error ? error : new Error(String(error))));
    worker.on('exit', (code) => this.#ended(worker, new Error(`the thread that derives keys ended with ${code}`)));
    return worker;
  }

  #ended(worker: Worker, error: Error): void {
    if (this.#worker !== worker) return;
    this.#worker = null;
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { reject } of waiting) reject(error);
  }
}
