/** What a {@link StreamVizError} carries besides its words. */
export interface ErrorOptions {
  /** Numbers and names a program may want: what was expected, what was given, where. Default: none. */
  readonly details?: Readonly<Record<string, unknown>>;
  /** The error that led to this one. Default: none. */
  readonly cause?: unknown;
}

/**
 * The one error class of StreamViz; `code` tells the mistakes apart and is the same in Python.
 *
 * The message says what went wrong, what was expected, what was given and where, in words for a person.
 */
export class StreamVizError extends Error {
  readonly code: string;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: string, message: string, options: ErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'StreamVizError';
    this.code = code;
    this.details = options.details ?? {};
  }
}

/** Narrows an unknown thrown value to {@link StreamVizError}, of one code where `code` is given. */
export function isStreamVizError(error: unknown, code?: string): error is StreamVizError {
  return error instanceof StreamVizError && (code === undefined || error.code === code);
}
