import type { Worker } from 'node:worker_threads';
import { StreamVizError } from '../../../src/core/errors.ts';
import type { ReadAnswer, ReadRequest } from './reading/read-messages.ts';
import type { HistorySource, ListedSeries, SeriesColumns, SeriesRequest } from './reading/series-request.ts';

interface Waiting {
  readonly resolve: (answer: ReadAnswer) => void;
  readonly reject: (error: StreamVizError) => void;
}

type Asked = ReadRequest extends infer Request ? (Request extends ReadRequest ? Omit<Request, 'id'> : never) : never;

/**
 * Reads a history file in a worker of its own, which is started when something is asked for.
 *
 * Answers are columns that come over without a copy. A worker that dies takes the questions it had with it
 * (`HISTORY_FAILED`); the next one starts another.
 */
export class HistoryReader implements HistorySource {
  readonly #start: () => Worker;
  readonly #waiting = new Map<number, Waiting>();
  #worker: Worker | null = null;
  #id = 0;
  #isClosed = false;

  /** @param start Starts a worker that runs `runReadWorker`. */
  constructor(start: () => Worker) {
    this.#start = start;
  }

  async list(name: string | null): Promise<readonly ListedSeries[]> {
    const answer = await this.#ask({ kind: 'list', name });
    return answer.kind === 'list' ? answer.series : [];
  }

  async read(requests: readonly SeriesRequest[]): Promise<readonly (SeriesColumns | null)[]> {
    const answer = await this.#ask({ kind: 'read', requests });
    return answer.kind === 'read' ? answer.columns : [];
  }

  /** Ends the worker; what waits fails. Twice is harmless. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const worker = this.#worker;
    this.#lost('the server ends');
    await worker?.terminate();
  }

  #ask(asked: Asked): Promise<ReadAnswer> {
    if (this.#isClosed) return Promise.reject(failed('the server ends'));
    this.#worker ??= this.#begin();
    this.#id += 1;
    const id = this.#id;
    const worker = this.#worker;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      worker.postMessage({ ...asked, id });
    });
  }

  #begin(): Worker {
    const worker = this.#start();
    worker.on('message', (answer: ReadAnswer) => {
      const waiting = this.#waiting.get(answer.id);
      this.#waiting.delete(answer.id);
      if (answer.kind === 'failed') waiting?.reject(new StreamVizError(answer.code, answer.message));
      else waiting?.resolve(answer);
    });
    const died = (words: string) => {
      if (this.#worker === worker) this.#lost(words);
    };
    worker.on('error', (error) => died(String(error)));
    worker.on('exit', () => died('its worker has ended'));
    return worker;
  }

  #lost(words: string): void {
    this.#worker = null;
    for (const { reject } of this.#waiting.values()) reject(failed(words));
    this.#waiting.clear();
  }
}

const failed = (words: string): StreamVizError =>
  new StreamVizError('HISTORY_FAILED', `The history could not be read: ${words}.`);
