import { isIP } from 'node:net';
import { hostname } from 'node:os';
import { isLoopback } from '../options.ts';
import type { AccessRequest } from './access-request.ts';
import type { Refused } from './admission.ts';
import { credentialOf, one } from './credentials.ts';

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Whose pages and names are ours. */
export interface PlaceOptions {
  /** Address listened on. */
  readonly host: string;
  /** Origins of other pages that may read and connect, or `*`. */
  readonly cors: readonly string[];
  /** Further names for the Host header, in lower case. */
  readonly allowHosts: readonly string[];
}

/**
 * What is wrong with where a request goes and comes from; null where nothing is. O(length of the headers).
 *
 * @param seen The Host that the person sees: that of a believed proxy, else of the request.
 * @param cookieName Of the cookie that lets people in: under `*` a page elsewhere needs a key of its own.
 */
export function placeProblem(
  options: PlaceOptions,
  request: AccessRequest,
  seen: string | null,
  cookieName: string,
): Refused | null {
  const { method, headers, isUpgrade } = request;
  for (const name of [one(headers.host), seen]) {
    if (name !== null && isOurs(options, name)) continue;
    const message = `Host ${shown(name)} is not a name of this server; --allow-host adds one`;
    return { ok: false, status: 403, code: 'HOST_REFUSED', message };
  }
  if (!isUpgrade && SAFE.has(method)) return null;
  const origin = one(headers.origin);
  if (origin === null) {
    // A browser says where a request comes from, an older one only by Origin; programs say neither.
    const site = one(headers['sec-fetch-site']);
    return site === null || site === 'same-origin' || site === 'none' ? null : originRefused(null);
  }
  if (isSameHost(origin, seen ?? '') || options.cors.includes(origin)) return null;
  const isWelcome = options.cors.includes('*') && credentialOf(request, cookieName)?.place !== 'cookie';
  return isWelcome ? null : originRefused(origin);
}

function originRefused(origin: string | null): Refused {
  const message = `a page of ${shown(origin)} may not connect here; --cors adds its origin`;
  return { ok: false, status: 403, code: 'ORIGIN_REFUSED', message };
}

const shown = (text: string | null): string => (text === null ? 'nothing' : JSON.stringify(text.slice(0, 100)));

function isOurs({ host: bound, allowHosts }: PlaceOptions, host: string): boolean {
  const name = hostName(host);
  if (name === null) return false;
  if (isLoopback(name) || name === bound.toLowerCase() || allowHosts.includes(name)) return true;
  if (isLoopback(bound)) return false;
  // Other machines come by an address, which no name server can bend, or by this machine's own name.
  const own = hostname().toLowerCase();
  return isIP(name) !== 0 || name === own || name === `${own}.local`;
}

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
