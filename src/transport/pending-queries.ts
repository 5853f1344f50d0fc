import { StreamVizError } from '../core/errors.ts';

/** Wait for the answer to one query, ms. */
export const QUERY_MS = 10_000;

interface Pending<Answer> {
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: StreamVizError) => void;
  readonly cancel: () => void;
}

/** Questions that wait for their answers, by id. Every promise settles: by its answer, an error, 10 s, or `fail`. */
export class PendingQueries<Answer> {
  readonly #pending = new Map<string, Pending<Answer>>();
  readonly #schedule: (run: () => void, ms: number) => () => void;

  constructor(schedule: (run: () => void, ms: number) => () => void) {
    this.#schedule = schedule;
  }

  get size(): number {
    return this.#pending.size;
  }

  /** A promise for the answer to `id`. Rejects with `QUERY_TIMEOUT` after 10 s. */
  wait(id: string): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const cancel = this.#schedule(() => {
        this.reject(id, new StreamVizError('QUERY_TIMEOUT', 'The server did not answer a query within 10 s.'));
      }, QUERY_MS);
      this.#pending.set(id, { resolve, reject, cancel });
    });
  }

  /** Settles `id`; false where nobody waits for it. */
  resolve(id: string, answer: Answer): boolean {
    const pending = this.#take(id);
    pending?.resolve(answer);
    return pending !== undefined;
  }

  reject(id: string, error: StreamVizError): boolean {
    const pending = this.#take(id);
    pending?.reject(error);
    return pending !== undefined;
  }

  /** Rejects everything that waits. */
  fail(error: StreamVizError): void {
    for (const id of [...this.#pending.keys()]) this.reject(id, error);
  }

  #take(id: string): Pending<Answer> | undefined {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    pending?.cancel();
    return pending;
  }
}
