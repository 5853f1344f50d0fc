import { isStreamVizError, StreamVizError } from '../../../src/core/errors.ts';

export type ProblemStatus = 400 | 401 | 403 | 404 | 405 | 406 | 408 | 409 | 413 | 415 | 422 | 429 | 500 | 503;

/** Status of errors that other layers throw; 400 for what is not listed: their codes are callers' mistakes. */
const STATUS_BY_CODE: Readonly<Record<string, ProblemStatus>> = {
  LIMIT_SESSIONS: 503,
  LIMIT_PRODUCERS: 503,
  LIMIT_SERIES: 413,
  LIMIT_SERIES_RATE: 429,
  LIMIT_ROWS: 413,
};

/** An error that an HTTP answer tells: its status, and the one JSON shape `{error: {code, message, details}}`. */
export class HttpProblem extends StreamVizError {
  readonly status: ProblemStatus;
  /** Seconds after which trying again may help; null: never. */
  readonly retryAfter: number | null;

  constructor(
    status: ProblemStatus,
    code: string,
    message: string,
    options: { readonly details?: Readonly<Record<string, unknown>>; readonly retryAfter?: number } = {},
  ) {
    super(code, message, options.details === undefined ? {} : { details: options.details });
    this.name = 'HttpProblem';
    this.status = status;
    this.retryAfter = options.retryAfter ?? null;
  }
}

/** What went wrong, as an answer tells it; of a bug only that there was one. */
export function problemOf(error: unknown): HttpProblem {
  if (error instanceof HttpProblem) return error;
  if (isStreamVizError(error)) {
    return new HttpProblem(STATUS_BY_CODE[error.code] ?? 400, error.code, error.message, { details: error.details });
  }
  return new HttpProblem(500, 'INTERNAL', 'this failed in the server; its log says where');
}

/** The problem of a past that cannot be read now. @throws what is no error of ours: a bug */
export function pastProblem(error: unknown): HttpProblem {
  if (!isStreamVizError(error)) throw error;
  return new HttpProblem(503, error.code, error.message, { retryAfter: 5 });
}

/** Status, headers and body of the answer of a problem. */
export function problemParts({ status, code, message, details, retryAfter }: HttpProblem) {
  const headers: Record<string, string> = { 'Content-Type': 'application/json; charset=utf-8' };
  if (retryAfter !== null) headers['Retry-After'] = String(Math.ceil(retryAfter));
  if (status === 401) headers['WWW-Authenticate'] = 'Bearer';
  return { status, headers, body: `${JSON.stringify({ error: { code, message, details } })}\n` };
}

/** The answer of a problem. */
export function problemResponse(problem: HttpProblem): Response {
  const { body, ...rest } = problemParts(problem);
  return new Response(body, rest);
}
