import type { AccessRequest } from './access-request.ts';

/** Where a request shows what lets it in. */
export type CredentialPlace = 'header' | 'query' | 'cookie';

/** What a request shows: a token, key or log-in, or a name with its password. */
export type Credential =
  | { readonly kind: 'text'; readonly place: CredentialPlace; readonly text: string }
  | { readonly kind: 'password'; readonly place: 'header'; readonly name: string; readonly password: string };

/** Far above what any token, key or log-in has. */
const MOST_CHARACTERS = 4096;

/** What a request shows: header before query before cookie; null where it shows nothing. */
export function credentialOf(
  { url, headers }: Pick<AccessRequest, 'url' | 'headers'>,
  cookieName: string,
): Credential | null {
  const authorization = one(headers.authorization) ?? '';
  const bearer = /^Bearer\s+(\S+)\s*$/i.exec(authorization)?.[1];
  if (bearer !== undefined) return { kind: 'text', place: 'header', text: bearer };
  const basic = /^Basic\s+([\w+/=-]+)\s*$/i.exec(authorization)?.[1];
  const pair = basic === undefined ? null : nameAndPassword(basic);
  if (pair !== null) return { kind: 'password', place: 'header', ...pair };
  const at = url.indexOf('?');
  const query = at < 0 ? null : new URLSearchParams(url.slice(at)).get('token');
  if (query !== null) return { kind: 'text', place: 'query', text: query };
  for (const each of (one(headers.cookie) ?? '').split(';')) {
    const equals = each.indexOf('=');
    if (equals > 0 && each.slice(0, equals).trim() === cookieName)
      return { kind: 'text', place: 'cookie', text: each.slice(equals + 1).trim() };
  }
  return null;
}

/** The first value of a header; null where there is none. */
export const one = (value: string | readonly string[] | undefined): string | null =>
  typeof value === 'string' ? value : (value?.[0] ?? null);

/** Of `name:password` in base64, UTF-8; null where there is no colon, or no UTF-8. */
function nameAndPassword(base64: string): { readonly name: string; readonly password: string } | null {
  if (base64.length > MOST_CHARACTERS) return null;
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(base64, 'base64'));
  } catch {
    return null; // as if nothing had been shown
  }
  const colon = text.indexOf(':');
  return colon < 0 ? null : { name: text.slice(0, colon), password: text.slice(colon + 1) };
}
