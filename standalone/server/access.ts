import { createHash, timingSafeEqual } from 'node:crypto';
import { isIP } from 'node:net';
import { hostname } from 'node:os';
import { FailureRate } from './failure-rate.ts';
import { isLoopback } from './options.ts';

/** What of a request decides whether it is let in; header names in lower case. */
export interface AccessRequest {
  readonly method: string;
  /** Path and query as they came. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly remoteAddress: string;
  /** A WebSocket upgrade: judged like a request that changes state. */
  readonly isUpgrade: boolean;
}

/** How a request that was let in showed its token; `none` where none is asked for. */
export type TokenPlace = 'header' | 'query' | 'cookie' | 'none';

export type Admission =
  | { readonly ok: true; readonly by: TokenPlace }
  | { readonly ok: false; readonly status: 401 | 403 | 429; readonly code: string; readonly message: string };

export interface AccessOptions {
  /** Address listened on. */
  readonly host: string;
  readonly port: number;
  /** null: none is asked for. */
  readonly token: string | null;
  /** Origins of other pages that may read and connect, or `*`. */
  readonly cors: readonly string[];
  /** Further names for the Host header, in lower case. */
  readonly allowHosts: readonly string[];
  readonly failuresPerMinute: number;
  /** The clock, ms. */
  readonly now: () => number;
}

const YEAR_SECONDS = 31_536_000;
const SAFE = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Who is let in.
 *
 * 1. Only by a Host that names this machine: a page whose name was bent to our address (DNS rebinding) is refused.
 * 2. An upgrade, and a request that changes state, comes from our own page, from a named origin or from no page at all.
 * 3. The token is compared in constant time, whatever its length; after too many wrong ones of an address nobody looks.
 */
export class Access {
  readonly #options: AccessOptions;
  readonly #digest: Buffer | null;
  readonly #failures: FailureRate;

  constructor(options: AccessOptions) {
    this.#options = options;
    this.#digest = options.token === null ? null : digest(options.token);
    this.#failures = new FailureRate({ mostPerMinute: options.failuresPerMinute, now: options.now });
  }

  /** Name of the cookie that holds the token: browsers share cookies between ports. */
  get cookieName(): string {
    return `streamviz-${this.#options.port}`;
  }

  /** The `Set-Cookie` that holds the token for a year; null where none is asked for. */
  get cookie(): string | null {
    const { token } = this.#options;
    if (token === null) return null;
    return `${this.cookieName}=${token}; HttpOnly; SameSite=Strict; Path=/; Max-Age=${YEAR_SECONDS}`;
  }

  /** Host, origin, then token. O(length of the headers). */
  admit(request: AccessRequest): Admission {
    return this.admitPlace(request) ?? this.#admitToken(request);
  }

  /** Host and origin alone: null where nothing is wrong with them. */
  admitPlace({ method, headers, isUpgrade }: AccessRequest): (Admission & { readonly ok: false }) | null {
    const host = one(headers.host);
    if (host === null || !this.#isOurs(host)) {
      const message = `Host ${shown(host)} is not a name of this server; --allow-host adds one`;
      return { ok: false, status: 403, code: 'HOST_REFUSED', message };
    }
    if (!isUpgrade && SAFE.has(method)) return null;
    const origin = one(headers.origin);
    if (origin === null) {
      // A browser says where a request comes from, an older one only by Origin; programs say neither.
      if (one(headers['sec-fetch-site']) !== 'cross-site') return null;
    } else if (this.allowsOrigin(origin) || isSameHost(origin, host)) return null;
    const message = `a page of ${shown(origin)} may not connect here; --cors adds its origin`;
    return { ok: false, status: 403, code: 'ORIGIN_REFUSED', message };
  }

  /** Whether pages of another origin may read answers. */
  allowsOrigin(origin: string): boolean {
    return this.#options.cors.includes('*') || this.#options.cors.includes(origin);
  }

  #admitToken({ url, headers, remoteAddress }: AccessRequest): Admission {
    if (this.#digest === null) return { ok: true, by: 'none' };
    const given = this.#tokenOf(url, headers);
    if (given === null) {
      const message =
        'this needs a token: open the link that was printed at the start, or send Authorization: Bearer TOKEN';
      return { ok: false, status: 401, code: 'TOKEN_MISSING', message };
    }
    if (this.#failures.isExceeded(remoteAddress)) {
      const message = 'too many wrong tokens from this address; try again in a minute';
      return { ok: false, status: 429, code: 'TOKEN_FAILURES', message };
    }
    if (timingSafeEqual(digest(given.token), this.#digest)) return { ok: true, by: given.by };
    // Wherever it was shown. A browser with the cookie of an earlier server asks once and stops, so it is far below the limit.
    this.#failures.note(remoteAddress);
    const message = 'this token is not that of this server; the link printed at its start has the right one';
    return { ok: false, status: 401, code: 'TOKEN_WRONG', message };
  }

  /** The token a request shows: header before query before cookie. */
  #tokenOf(url: string, headers: AccessRequest['headers']): { readonly token: string; readonly by: TokenPlace } | null {
    const bearer = /^Bearer\s+(\S+)\s*$/i.exec(one(headers.authorization) ?? '')?.[1];
    if (bearer !== undefined) return { token: bearer, by: 'header' };
    const query = new URLSearchParams(url.slice(url.indexOf('?') + 1 || url.length)).get('token');
    if (query !== null) return { token: query, by: 'query' };
    for (const pair of (one(headers.cookie) ?? '').split(';')) {
      const at = pair.indexOf('=');
      if (at > 0 && pair.slice(0, at).trim() === this.cookieName)
        return { token: pair.slice(at + 1).trim(), by: 'cookie' };
    }
    return null;
  }

  #isOurs(host: string): boolean {
    const name = hostName(host);
    if (name === null) return false;
    const { host: bound, allowHosts } = this.#options;
    if (isLoopback(name) || name === bound.toLowerCase() || allowHosts.includes(name)) return true;
    if (isLoopback(bound)) return false;
    // Other machines come by an address, which no name server can bend, or by this machine's own name.
    const own = hostname().toLowerCase();
    return isIP(name) !== 0 || name === own || name === `${own}.local`;
  }
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

const one = (value: string | readonly string[] | undefined): string | null =>
  typeof value === 'string' ? value : (value?.[0] ?? null);

const shown = (text: string | null): string => (text === null ? 'nothing' : JSON.stringify(text.slice(0, 100)));

/** The name or address in a Host header, in lower case, without port and brackets; null where it is malformed. */
function hostName(host: string): string | null {
  const match = /^(?:\[([0-9a-f:.]+)\]|([^:[\]@/\\\s]+))(?::\d{1,5})?$/i.exec(host);
  return (match?.[1] ?? match?.[2] ?? null)?.toLowerCase() ?? null;
}

/** Whether an origin is that of a page which this server itself gave out; a proxy may have added TLS. */
function isSameHost(origin: string, host: string): boolean {
  if (!URL.canParse(origin)) return false;
  const { protocol, host: own } = new URL(origin);
  const wanted = host.toLowerCase().replace(protocol === 'https:' ? /:443$/ : /:80$/, '');
  return (protocol === 'http:' || protocol === 'https:') && own === wanted;
}
