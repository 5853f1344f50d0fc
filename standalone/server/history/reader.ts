import type { Worker } from 'node:worker_threads';
import { StreamVizError } from '../../../src/core/errors.ts';
import { WorkerCalls } from '../worker-calls.ts';
import type { ReadAnswer, ReadQuestion } from './reading/read-messages.ts';
import type { HistorySource, ListedSeries, SeriesColumns, SeriesRequest } from './reading/series-request.ts';

/**
 * Reads a history file in a worker of its own, which is started when something is asked for.
 *
 * Answers are columns that come over without a copy. A worker that dies takes the questions it had with it
 * (`HISTORY_FAILED`); the next one starts another.
 */
export class HistoryReader implements HistorySource {
  readonly #calls: WorkerCalls<ReadQuestion, ReadAnswer>;

  /** @param start Starts a worker that runs `runReadWorker`. */
  constructor(start: () => Worker) {
    const lost = (words: string) => new StreamVizError('HISTORY_FAILED', `The history could not be read: ${words}.`);
    this.#calls = new WorkerCalls(start, lost);
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
  close(): Promise<void> {
    return this.#calls.close();
  }

  async #ask(question: ReadQuestion): Promise<ReadAnswer> {
    const answer = await this.#calls.ask(question);
    if (answer.kind === 'failed') throw new StreamVizError(answer.code, answer.message);
    return answer;
  }
}
