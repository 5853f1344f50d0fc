import type { Worker } from 'node:worker_threads';

interface Waiting<Answer> {
  resolve(answer: Answer): void;
  reject(error: Error): void;
}

/**
 * Questions to a thread, each as a message with an `id`, and their answers with the same one, in any order.
 *
 * The thread starts with the first question. One that dies takes the questions it had with it, and the next one starts another.
 * It keeps the process alive only while somebody waits.
 */
export class WorkerCalls<Question extends object, Answer extends { readonly id: number }> {
  readonly #start: () => Worker;
  readonly #lost: (words: string) => Error;
  readonly #waiting = new Map<number, Waiting<Answer>>();
  #worker: Worker | null = null;
  #id = 0;
  #isClosed = false;

  /** @param lost The error of questions that get no answer, in whose words the thread ended. */
  constructor(start: () => Worker, lost: (words: string) => Error) {
    this.#start = start;
    this.#lost = lost;
  }

  ask(question: Question): Promise<Answer> {
    if (this.#isClosed) return Promise.reject(this.#lost('the server ends'));
    this.#worker ??= this.#begin();
    this.#id += 1;
    const id = this.#id;
    const worker = this.#worker;
    worker.ref();
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      worker.postMessage({ ...question, id });
    });
  }

  /** Ends the thread; what waits fails. Twice is harmless. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const worker = this.#worker;
    this.#fail('the server ends');
    await worker?.terminate();
  }

  #begin(): Worker {
    const worker = this.#start();
    worker.on('message', (answer: Answer) => {
      const waiting = this.#waiting.get(answer.id);
      this.#waiting.delete(answer.id);
      if (this.#waiting.size === 0) worker.unref();
      waiting?.resolve(answer);
    });
    const died = (words: string) => {
      if (this.#worker === worker) this.#fail(words);
    };
    worker.on('error', (error) => died(String(error)));
    worker.on('exit', () => died('its worker has ended'));
    return worker;
  }

  #fail(words: string): void {
    this.#worker = null;
    for (const { reject } of this.#waiting.values()) reject(this.#lost(words));
    this.#waiting.clear();
  }
}
