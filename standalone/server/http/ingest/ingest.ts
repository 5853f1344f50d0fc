import type { ServerLimits } from '../../limits.ts';
import { HttpProblem } from '../http-problem.ts';
import { Parameters } from '../parameters.ts';
import { type PlacedRow, readArrowRows } from './arrow-input.ts';
import { BodyLines } from './body-lines.ts';
import { MESSAGE_ROWS } from './http-producer.ts';
import type { HttpProducers } from './http-producers.ts';
import { IdempotencyKeys, type KeyState } from './idempotency.ts';
import { problem, type RowRules, readIngestRow } from './ingest-row.ts';
import { RowIntake } from './row-intake.ts';
import { RowRate } from './row-rate.ts';

export interface IngestEnvironment {
  readonly producers: HttpProducers;
  readonly limits: ServerLimits;
  /** The clock, us. */
  readonly now: () => number;
}

/** Lines that come slowly are applied so often. */
const FLUSH_US = 100_000;
const KEY = /^[\x21-\x7e]{1,256}$/;
const ARROW_TYPES = ['application/vnd.apache.arrow.stream', 'application/octet-stream'];
const LINE_TYPES = ['application/x-ndjson', 'application/ndjson', 'application/jsonl', 'application/x-jsonlines'];

/**
 * `POST /api/ingest`: rows of a body into a session.
 *
 * 1. A row is taken or listed as refused with a code; the others are not concerned.
 * 2. NDJSON is taken as it comes and never held whole; one JSON text and Arrow are taken once they are whole.
 * 3. The answer comes when everything was applied, and is on disk where history is kept there: a query sees it.
 */
export class Ingest {
  readonly #environment: IngestEnvironment;
  readonly #keys: IdempotencyKeys;
  readonly #rate: RowRate;

  constructor(environment: IngestEnvironment) {
    this.#environment = environment;
    this.#keys = new IdempotencyKeys(environment.limits.idempotencyKeys);
    this.#rate = new RowRate(environment.limits.ingestRowsPerSecond, environment.now);
  }

  /** Answers one request. @throws HttpProblem 400, 409, 413, 415, 429; StreamVizError of the hub */
  async post(request: Request): Promise<Response> {
    const parameters = new Parameters(new URL(request.url).searchParams, ['session']);
    const session = sessionOf(parameters.text('session') ?? 'http');
    const key = request.headers.get('idempotency-key');
    if (key === null) return answered(await this.#take(request, session, null), false);
    if (!KEY.test(key))
      throw new HttpProblem(400, 'HEADER_INVALID', 'Idempotency-Key: expected 1 to 256 visible ASCII characters');
    const state = this.#keys.begin(JSON.stringify([session, key]));
    if (state.answer !== null) return answered(state.answer, true);
    let answer: string | null = null;
    try {
      answer = await this.#take(request, session, state);
      return answered(answer, false);
    } finally {
      this.#keys.end(state, answer);
    }
  }

  async #take(request: Request, session: string, state: KeyState | null): Promise<string> {
    const { limits, now, producers } = this.#environment;
    const type = (request.headers.get('content-type') ?? 'application/json').split(';')[0]!.trim().toLowerCase();
    const isLines = LINE_TYPES.includes(type);
    const isArrow = ARROW_TYPES.includes(type);
    if (!isLines && !isArrow && type !== 'application/json') {
      const known = ['application/json', LINE_TYPES[0], ARROW_TYPES[0]];
      throw new HttpProblem(415, 'TYPE_UNKNOWN', `Content-Type ${type.slice(0, 100)}: expected ${known.join(', ')}`);
    }
    const most = isLines || isArrow ? limits.ingestBytes : Math.min(limits.ingestBytes, limits.ingestJsonBytes);
    const rules: RowRules = { nowUs: now(), limits };
    const producer = producers.of(session);
    const intake = new RowIntake({
      producer,
      rate: this.#rate,
      state,
      mostListed: limits.ingestRefusedListed,
      batchRows: MESSAGE_ROWS,
    });
    if (isLines) await takeLines(request, most, limits.ingestLineBytes, intake, rules, now);
    else {
      const bytes = await wholeBody(request, most);
      const rows = isArrow ? readArrowRows(bytes, rules) : readJsonRows(bytes, rules);
      let taken = 0;
      for (const { place, row } of rows) {
        intake.add(row, place);
        taken += 1;
        // Others have their turn between messages.
        if (taken % MESSAGE_ROWS === 0) await new Promise((resolve) => setImmediate(resolve));
      }
    }
    intake.flush();
    await producer.settled();
    return `${JSON.stringify(intake.answer())}\n`;
  }
}

function answered(json: string, isReplayed: boolean): Response {
  const headers: Record<string, string> = { 'Content-Type': 'application/json; charset=utf-8' };
  if (isReplayed) headers['Idempotency-Replayed'] = 'true';
  return new Response(json, { headers });
}

function sessionOf(name: string): string {
  if (name.length <= 200 && !/\p{Cc}/u.test(name)) return name;
  throw new HttpProblem(400, 'PARAMETER_INVALID', 'session: expected a name of at most 200 characters', {
    details: { parameter: 'session' },
  });
}

async function takeLines(
  request: Request,
  most: number,
  lineBytes: number,
  intake: RowIntake,
  rules: RowRules,
  now: () => number,
): Promise<void> {
  const lines = new BodyLines(lineBytes);
  const take = (line: string | null) => {
    if (line === null) intake.add(problem('ROW_TOO_LARGE', `a line has at most ${lineBytes} bytes`));
    else if (line.trim() !== '') intake.add(readLine(line, rules));
  };
  let flushedUs = now();
  for await (const piece of pieces(request, most)) {
    for (const line of lines.push(piece)) take(line);
    if (now() - flushedUs < FLUSH_US) continue;
    intake.flush();
    flushedUs = now();
  }
  for (const line of lines.finish()) take(line);
}

function readLine(line: string, rules: RowRules) {
  let row: unknown;
  try {
    row = JSON.parse(line);
  } catch {
    return problem('JSON_INVALID', 'this line is no JSON');
  }
  return readIngestRow(row, rules);
}

function* readJsonRows(bytes: Uint8Array, rules: RowRules): Generator<PlacedRow> {
  let input: unknown;
  try {
    input = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw new HttpProblem(400, 'JSON_INVALID', 'the body is no JSON text in UTF-8; nothing of it was taken');
  }
  const rows: readonly unknown[] = Array.isArray(input) ? input : [input];
  for (const [place, row] of rows.entries()) yield { place, row: readIngestRow(row, rules) };
}

async function wholeBody(request: Request, most: number): Promise<Uint8Array> {
  const held: Uint8Array[] = [];
  for await (const piece of pieces(request, most)) held.push(piece);
  return new Uint8Array(Buffer.concat(held));
}

/** The body as it comes. @throws HttpProblem 413 as soon as it is, or says it is, too large; 400 where it breaks off */
async function* pieces(request: Request, most: number): AsyncGenerator<Uint8Array> {
  const tooLarge = () =>
    new HttpProblem(413, 'BODY_TOO_LARGE', `a body of this type has at most ${most} bytes`, { details: { most } });
  if (Number(request.headers.get('content-length') ?? 0) > most) throw tooLarge();
  if (request.body === null) return;
  const reader = request.body.getReader();
  let bytes = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read().catch(() => {
        throw new HttpProblem(400, 'BODY_BROKEN', 'the body broke off');
      });
      if (done) return;
      bytes += value.byteLength;
      if (bytes > most) throw tooLarge();
      yield value;
    }
  } finally {
    reader.cancel().catch(() => undefined); // what is left of it is of no use to anybody
  }
}
