import type { Permission, Role } from './api-keys.ts';
import type { CredentialPlace } from './credentials.ts';
import type { LogIn } from './log-ins.ts';

/** Somebody who is let in. */
export interface Admitted {
  readonly ok: true;
  /** Where the request showed what let it in; `none` where nothing is asked for. */
  readonly by: CredentialPlace | 'none';
  /** Name of the user or key; null for the token, and where nothing is asked for. */
  readonly who: string | null;
  readonly role: Role;
  may(permission: Permission): boolean;
  /** The log-in of a browser; what is opened with it ends with it. */
  readonly logIn: LogIn | null;
}

/** Somebody who is not. `retryAfter`: seconds after which trying again may help. */
export interface Refused {
  readonly ok: false;
  readonly status: 401 | 403 | 429 | 503;
  readonly code: string;
  readonly message: string;
  readonly retryAfter?: number;
}

export type Admission = Admitted | Refused;

/** @param logIn Default: none. */
export function admitted(by: Admitted['by'], role: Role, who: string | null, logIn: LogIn | null = null): Admitted {
  return { ok: true, by, who, role, logIn, may: (permission) => role === 'all' || role === permission };
}

const MINUTE_SECONDS = 60;
const BUSY_SECONDS = 5;

const refusal = (status: Refused['status'], code: string, message: string, retryAfter?: number): Refused => ({
  ...{ ok: false, status, code, message },
  ...(retryAfter === undefined ? {} : { retryAfter }),
});

/** What somebody is told who is not let in, by why. */
export const REFUSALS = {
  tokenMissing: refusal(
    401,
    'TOKEN_MISSING',
    'this needs a token: open the link that was printed at the start, or send Authorization: Bearer TOKEN',
  ),
  tokenWrong: refusal(
    401,
    'TOKEN_WRONG',
    'this token is not that of this server; the link printed at its start has the right one',
  ),
  tokenFailures: refusal(
    429,
    'TOKEN_FAILURES',
    'too many wrong tokens from this address; try again in a minute',
    MINUTE_SECONDS,
  ),
  logInMissing: refusal(
    401,
    'LOGIN_MISSING',
    'this needs a log-in, or a key: send Authorization: Bearer KEY, or Basic with name and password',
  ),
  logInEnded: refusal(401, 'LOGIN_ENDED', 'this log-in has ended; log in again'),
  logInWrong: refusal(401, 'LOGIN_WRONG', 'wrong name or password'),
  logInFailures: refusal(429, 'LOGIN_FAILURES', 'too many wrong passwords; try again in a minute', MINUTE_SECONDS),
  logInBusy: refusal(
    503,
    'LOGIN_BUSY',
    'too many passwords are being checked; try again in a few seconds',
    BUSY_SECONDS,
  ),
} as const;
