/** Why a connection is not tried again by itself. */
export type RefusalReason = 'token' | 'origin' | 'version';

export interface Refusal {
  readonly reason: RefusalReason;
  /** Stable code of the refusal. */
  readonly code: string;
  /** One sentence for a person. */
  readonly message: string;
}

/** What the server said before it closed a connection. */
export interface LastError {
  readonly code: string;
  readonly message: string;
}

/** Where a connection stands. Times are ms of the clock the transport was given. */
export type SocketState =
  | { readonly kind: 'idle' }
  | { readonly kind: 'connecting'; readonly attempt: number }
  | { readonly kind: 'live'; readonly sinceMs: number }
  /** Lost; tried again at `nextTryMs`. `error` is what the server said last, null where it said nothing. */
  | {
      readonly kind: 'waiting';
      readonly attempt: number;
      readonly nextTryMs: number;
      readonly error: LastError | null;
    }
  | ({ readonly kind: 'refused' } & Refusal)
  | { readonly kind: 'closed' };

const TOKEN: Refusal = {
  reason: 'token',
  code: 'TOKEN_INVALID',
  message: 'This link has no valid token. Open the link that the script printed.',
};
const ORIGIN: Refusal = {
  reason: 'origin',
  code: 'ORIGIN_REFUSED',
  message: 'The server does not answer pages from this address. Open the link that the script printed.',
};
export const VERSION: Refusal = {
  reason: 'version',
  code: 'PROTOCOL_VERSION',
  message: 'This page and the server are of different StreamViz versions. Reload the page.',
};

/** The refusal that a close code or an HTTP status means; null for those that are worth another try. */
export function refusalOf(code: number, error: LastError | null): Refusal | null {
  const refusal = code === 4401 || code === 401 ? TOKEN : code === 4403 || code === 403 ? ORIGIN : null;
  if (refusal === null) return error?.code === VERSION.code ? { ...VERSION, message: error.message } : null;
  // What a server says to a refused client is about headers; a person at a page needs a link.
  return error === null ? refusal : { ...refusal, code: error.code };
}
