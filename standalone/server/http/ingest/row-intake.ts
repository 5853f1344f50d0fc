import { HttpProblem } from '../http-problem.ts';
import type { HttpProducer } from './http-producer.ts';
import type { KeyState } from './idempotency.ts';
import { type IngestSample, isProblem, type RowProblem } from './ingest-row.ts';
import type { RowRate } from './row-rate.ts';

/** Takes the rows of one request, message by message, and counts what became of them. */
export class RowIntake {
  readonly #producer: HttpProducer;
  readonly #rate: RowRate;
  readonly #state: KeyState | null;
  readonly #mostListed: number;
  readonly #batchRows: number;
  readonly #refused: { readonly row: number; readonly code: string; readonly message: string }[] = [];
  readonly #skip: number;
  #batch: IngestSample[] = [];
  #places: number[] = [];
  #refusedTotal = 0;
  #accepted: number;
  /** Rows that came, those skipped included. */
  #rows = 0;

  /** @param options.state What an earlier request of the same key did: so many rows are skipped. null: there was none. */
  constructor(options: {
    readonly producer: HttpProducer;
    readonly rate: RowRate;
    readonly state: KeyState | null;
    readonly mostListed: number;
    readonly batchRows: number;
  }) {
    this.#producer = options.producer;
    this.#rate = options.rate;
    this.#state = options.state;
    this.#mostListed = options.mostListed;
    this.#batchRows = options.batchRows;
    this.#skip = options.state?.rows ?? 0;
    this.#accepted = options.state?.accepted ?? 0;
  }

  /**
   * Takes one row, numbered from 0. Rows are applied once a message is full.
   *
   * @param place Its number in the body where that is not the count of rows before it.
   * @throws HttpProblem 429; the rows before it stay as they were answered in `details`
   */
  add(row: IngestSample | RowProblem, place = this.#rows): void {
    this.#rows += 1;
    if (this.#rows <= this.#skip) return;
    if (isProblem(row)) this.#refuse(place, row);
    else {
      this.#batch.push(row);
      this.#places.push(place);
    }
    if (this.#batch.length >= this.#batchRows) this.flush();
  }

  /** Applies what is still waiting. */
  flush(): void {
    const batch = this.#batch;
    const places = this.#places;
    this.#batch = [];
    this.#places = [];
    if (batch.length > 0) {
      this.#paid(batch.length);
      const problem = this.#producer.take(batch);
      if (problem === null) this.#accepted += batch.length;
      else for (const place of places) this.#refuse(place, problem);
    }
    if (this.#state === null) return;
    this.#state.rows = Math.max(this.#rows, this.#skip);
    this.#state.accepted = this.#accepted;
  }

  /** What the request is answered. */
  answer(): Record<string, unknown> {
    return {
      accepted: this.#accepted,
      refused: this.#refused,
      refusedTotal: this.#refusedTotal,
      ...this.#producer.position,
    };
  }

  #paid(rows: number): void {
    try {
      this.#rate.take(rows);
    } catch (error) {
      if (!(error instanceof HttpProblem)) throw error;
      const { status, code, message, retryAfter } = error;
      const done = { accepted: this.#accepted, rows: this.#rows - rows };
      throw new HttpProblem(status, code, message, { details: done, retryAfter: retryAfter ?? 1 });
    }
  }

  #refuse(row: number, { code, message }: RowProblem): void {
    this.#refusedTotal += 1;
    if (this.#refused.length < this.#mostListed) this.#refused.push({ row, code, message });
  }
}
