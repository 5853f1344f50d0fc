import { createHash, timingSafeEqual } from 'node:crypto';
import type { AccessRequest } from './accounts/access-request.ts';
import { accountName } from './accounts/account-names.ts';
import { type Admission, admitted, REFUSALS, type Refused } from './accounts/admission.ts';
import { type ApiKey, ApiKeys, type Permission } from './accounts/api-keys.ts';
import { type Credential, credentialOf, one } from './accounts/credentials.ts';
import { BelievedProxies, countedAddress } from './accounts/forwarded.ts';
import { LogIns } from './accounts/log-ins.ts';
import { PasswordDoor } from './accounts/password-door.ts';
import { SCRYPT_COST } from './accounts/passwords.ts';
import { type PlaceOptions, placeProblem } from './accounts/place.ts';
import type { ScryptCost } from './accounts/scrypt-worker.ts';
import { type UserPassword, Users } from './accounts/users.ts';
import { FailureRate } from './failure-rate.ts';
import { DEFAULT_LIMITS, type ServerLimits } from './limits.ts';
import { type Log, NO_LOG } from './log/log.ts';

export type { AccessRequest } from './accounts/access-request.ts';
export type { Admission, Admitted, Refused } from './accounts/admission.ts';

export interface AccessOptions extends PlaceOptions {
  readonly port: number;
  /** null: none is asked for. */
  readonly token: string | null;
  readonly failuresPerMinute: number;
  /** Users log in; the token is for programs then. Default: none. */
  readonly users?: readonly UserPassword[];
  readonly keys?: readonly ApiKey[];
  /** Addresses of proxies whose headers are believed. Default: none. */
  readonly trustProxy?: readonly string[];
  /** Of one look at a password. Default: 32 MiB and some 80 ms. */
  readonly passwordCost?: ScryptCost;
  readonly limits?: Pick<
    ServerLimits,
    'logIns' | 'logInMs' | 'logInIdleMs' | 'passwordFailuresPerMinute' | 'nameFailuresPerMinute'
  >;
  /** Takes a line for each refusal, log-in and log-out. Default: none. */
  readonly log?: Log;
  /** The clock, ms. */
  readonly now: () => number;
}

/** What a log-in came to. */
export type LogInAnswer = { readonly ok: true; readonly user: string; readonly cookie: string } | Refused;

const YEAR_SECONDS = 31_536_000;

/**
 * Who is let in, and what they may do.
 *
 * 1. Only by a Host that names this machine: a page whose name was bent to our address (DNS rebinding) is refused.
 * 2. An upgrade, and a request that changes state, comes from our own page, from a named origin or from no page at all.
 * 3. Token, keys and log-ins are found by hash or compared in constant time, whatever their length; passwords by scrypt off
 *    the event loop, which takes as long where there is no such user.
 * 4. After too many wrong tokens, keys or passwords nobody looks ({@link PasswordDoor}). Who is logged in stays so whatever
 *    others try.
 * 5. Every refusal is one line of the log.
 */
export class Access {
  readonly #options: AccessOptions;
  readonly #digest: Buffer | null;
  readonly #keys: ApiKeys;
  readonly #door: PasswordDoor | null;
  readonly #logIns: LogIns;
  #begun = 0;
  readonly #logInSeconds: number;
  readonly #proxies: BelievedProxies;
  readonly #log: Log;
  readonly #failures: FailureRate;

  /** @throws StreamVizError `OPTION_INVALID` for what is no address of a proxy */
  constructor(options: AccessOptions) {
    const { token, users = [], keys = [], now, limits = DEFAULT_LIMITS, passwordCost: cost = SCRYPT_COST } = options;
    const { passwordFailuresPerMinute: mostOfAddress, nameFailuresPerMinute: mostForName } = limits;
    this.#options = options;
    this.#logInSeconds = Number.isFinite(limits.logInMs) ? Math.floor(limits.logInMs / 1000) : YEAR_SECONDS;
    this.#digest = token === null ? null : digest(token);
    this.#keys = new ApiKeys(keys);
    this.#door =
      users.length > 0
        ? new PasswordDoor({ users: new Users(users, { now, cost }), mostOfAddress, mostForName, now })
        : null;
    this.#logIns = new LogIns({ most: limits.logIns, lengthMs: limits.logInMs, idleMs: limits.logInIdleMs }, { now });
    this.#proxies = new BelievedProxies(options.trustProxy ?? []);
    this.#log = options.log ?? NO_LOG;
    this.#failures = new FailureRate({ mostPerMinute: options.failuresPerMinute, now });
  }

  /** Whether people log in with name and password. */
  get hasUsers(): boolean {
    return this.#door !== null;
  }

  /** Log-ins held now, and begun so far. */
  get logInCounts(): { readonly held: number; readonly begun: number } {
    return { held: this.#logIns.size, begun: this.#begun };
  }

  /** Name of the cookie that holds token, key or log-in: browsers share cookies between ports. */
  get cookieName(): string {
    return `streamviz-${this.#options.port}`;
  }

  /**
   * The `Set-Cookie` that a link with the token or a key leads to, for a year; null where nothing was shown.
   *
   * Without a path of its own: the browser takes the one it sees, whatever a proxy took off.
   */
  cookieOf(request: AccessRequest): string | null {
    const given = this.#digest === null ? null : credentialOf(request, this.cookieName);
    return given?.kind === 'text' ? this.#cookie(given.text, YEAR_SECONDS, request) : null;
  }

  /**
   * Host, origin, credential, then what that may do. A promise only where a password has to be looked at.
   *
   * @param wanted What the request is for; null: anything. Refused with `ROLE_REFUSED` where the credential is for something else.
   */
  admit(request: AccessRequest, wanted: Permission | null = null): Admission | Promise<Admission> {
    const refused = this.admitPlace(request);
    if (refused !== null) return refused;
    const admission = this.#admitCredential(request);
    return admission instanceof Promise
      ? admission.then((said) => this.#judged(request, said, wanted))
      : this.#judged(request, admission, wanted);
  }

  /** Host and origin alone: null where nothing is wrong with them. */
  admitPlace(request: AccessRequest): Refused | null {
    const { host } = this.#proxies.originsOf(request);
    const refused = placeProblem(this.#options, request, host, this.cookieName);
    return refused === null ? null : this.#refuse(request, refused);
  }

  /** Whether a request shows anything by which it could be let in, or nothing is asked for. */
  showsCredential(request: AccessRequest): boolean {
    return this.#digest === null || credentialOf(request, this.cookieName) !== null;
  }

  /** Whether pages of another origin may read answers. */
  allowsOrigin(origin: string): boolean {
    return this.#options.cors.includes('*') || this.isNamedOrigin(origin);
  }

  /** Whether pages of another origin may read answers with somebody's cookie: those that were named, never all. */
  isNamedOrigin(origin: string): boolean {
    return this.#options.cors.includes(origin);
  }

  /** Checks a name and a password of the log-in page; a log-in this browser had ends where it is right. */
  async logIn(request: AccessRequest, name: string, password: string): Promise<LogInAnswer> {
    const said = await this.#checkPassword(request, name, password);
    if (!said.ok) return this.#refuse(request, said, name);
    this.#endLogIn(request);
    const user = said.who ?? '';
    this.#begun += 1;
    this.#log.write('info', 'access.login', { user, address: this.#proxies.originsOf(request).address });
    return { ok: true, user, cookie: this.#cookie(this.#logIns.begin(user), this.#logInSeconds, request) };
  }

  /** Ends the log-in of a request and everything opened with it; returns the `Set-Cookie` that takes the cookie away. */
  logOut(request: AccessRequest): string {
    const user = this.#endLogIn(request);
    if (user !== null)
      this.#log.write('info', 'access.logout', { user, address: this.#proxies.originsOf(request).address });
    return this.#cookie('', 0, request);
  }

  /** Whether a browser has a log-in. */
  isLoggedIn(request: AccessRequest): boolean {
    const given = credentialOf(request, this.cookieName);
    return given?.kind === 'text' && given.place === 'cookie' && this.#logIns.find(given.text) !== null;
  }

  /** Ends log-ins that are over. To be called about once a minute. */
  sweep(): void {
    this.#logIns.sweep();
  }

  #admitCredential(request: AccessRequest): Admission | Promise<Admission> {
    if (this.#digest === null) return admitted('none', 'all', null);
    const given = credentialOf(request, this.cookieName);
    if (given === null) return this.hasUsers ? REFUSALS.logInMissing : REFUSALS.tokenMissing;
    if (given.kind === 'password') return this.#checkPassword(request, given.name, given.password);
    return this.#admitText(request, given);
  }

  #admitText(request: AccessRequest, { text, place }: Credential & { readonly kind: 'text' }): Admission {
    const { hasUsers } = this;
    // A log-in is found among few by 192 random bits: nobody guesses it, and guesses of others must not shut it out.
    const logIn = place === 'cookie' && hasUsers ? this.#logIns.find(text) : null;
    if (logIn !== null) return admitted(place, 'all', logIn.user, logIn);
    const address = this.#counted(request);
    if (this.#failures.isExceeded(address)) return REFUSALS.tokenFailures;
    const key = this.#keys.find(text);
    if (key !== null) return admitted(place, key.role, key.name);
    const isToken = this.#digest !== null && timingSafeEqual(digest(text), this.#digest);
    // Where people log in, a link or a cookie with the token would lead past that.
    if (isToken && (place === 'header' || !hasUsers)) return admitted(place, 'all', null);
    // A browser with the log-in of an earlier server did nothing wrong, and cannot tell that it is one.
    if (place === 'cookie' && hasUsers) return REFUSALS.logInEnded;
    if (isToken) return REFUSALS.logInMissing;
    // Wherever it was shown. A browser with the cookie of an earlier server asks once and stops, so it is far below the limit.
    this.#failures.note(address);
    return REFUSALS.tokenWrong;
  }

  async #checkPassword(request: AccessRequest, name: string, password: string): Promise<Admission> {
    return this.#door === null ? REFUSALS.tokenMissing : this.#door.check(this.#counted(request), name, password);
  }

  #counted(request: AccessRequest): string {
    return countedAddress(this.#proxies.originsOf(request).address);
  }

  #judged(request: AccessRequest, admission: Admission, wanted: Permission | null): Admission {
    if (!admission.ok) return this.#refuse(request, admission);
    if (wanted === null || admission.may(wanted)) return admission;
    const message = `the key ${JSON.stringify(admission.who)} is for ${admission.role} alone; this needs ${wanted}`;
    return this.#refuse(request, { ok: false, status: 403, code: 'ROLE_REFUSED', message }, admission.who);
  }

  /** Writes a refusal to the log. The path without its query, which may hold a token; a name only where there is such an account. */
  #refuse(request: AccessRequest, refused: Refused, name: string | null = null): Refused {
    const { code, status } = refused;
    const { method, url } = request;
    const { address } = this.#proxies.originsOf(request);
    const given = name === null ? credentialOf(request, this.cookieName) : null;
    const account = this.#knownName(given?.kind === 'password' ? given.name : name);
    this.#log.write('warn', 'access.denied', { code, status, address, method, path: url.split('?')[0], account });
    return refused;
  }

  /** A name as it may stand in a log: what nobody is called may be a password in the wrong field. */
  #knownName(name: string | null): string | undefined {
    if (name === null) return undefined;
    const { users = [], keys = [] } = this.#options;
    const account = accountName(name);
    return [...users, ...keys].find((each) => accountName(each.name) === account)?.name ?? '(unknown)';
  }

  #endLogIn({ headers: { cookie } }: AccessRequest): string | null {
    const given = credentialOf({ headers: { cookie }, url: '' }, this.cookieName);
    if (given?.kind !== 'text') return null;
    const user = this.#logIns.find(given.text)?.user ?? null;
    this.#logIns.end(given.text);
    return user;
  }

  #cookie(value: string, seconds: number, request: AccessRequest): string {
    const { isSecure } = this.#proxies.originsOf(request);
    // A form of a page that came by TLS says so itself, proxy or not.
    const secure = isSecure || one(request.headers.origin)?.startsWith('https:') === true ? '; Secure' : '';
    return `${this.cookieName}=${value}; HttpOnly; SameSite=Strict${secure}; Max-Age=${seconds}`;
  }
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
