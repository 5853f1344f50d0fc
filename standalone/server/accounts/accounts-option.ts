import { StreamVizError } from '../../../src/core/errors.ts';
import { listValue, wrongValue } from '../option-values.ts';
import { accountName, variableSuffix } from './account-names.ts';
import type { Permission } from './api-keys.ts';
import { passwordBytes } from './passwords.ts';

/** Who has an account, as asked for; null: the secret comes from the environment or is made. */
export interface AccountsOption {
  readonly users: readonly { readonly name: string; readonly password: string | null }[];
  readonly keys: readonly { readonly name: string; readonly role: Permission; readonly key: string | null }[];
}

/** Hashing each takes some 80 ms at the start. */
const MOST_USERS = 200;
const MOST_KEYS = 1000;
const LEAST_PASSWORD = 8;
const ROLES: readonly Permission[] = ['view', 'send'];
const KEY = /^[\w-]{16,256}$/;
const NONE: AccountsOption = { users: [], keys: [] };

/**
 * What `auth` says: whether a token is asked for, and the accounts of `{type: "basic", users, keys}` or `{type: "token", keys}`.
 *
 * `users` maps names to passwords (null: from the environment or made) or lists names; `keys` maps names to a role or `{role, key}`.
 * @throws StreamVizError `OPTION_INVALID`; no secret is told in its message
 */
export function authValue(
  option: string,
  given: unknown,
): { readonly isAsked: boolean; readonly accounts: AccountsOption } {
  if (typeof given === 'boolean') return { isAsked: given, accounts: NONE };
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    throw wrongValue(option, 'true, false or {type: "basic", users: {name: password}}', given);
  const { type, users, keys, ...rest } = given as Record<string, unknown>;
  const [stray] = Object.keys(rest);
  if (stray !== undefined) throw wrongValue(option, 'type, users and keys', stray);
  if (type !== 'basic' && type !== 'token') throw wrongValue(`${option} type`, '"basic" or "token"', type);
  if (type === 'token' && users !== undefined && users !== null)
    throw wrongValue(`${option} type`, '"basic", as there are users', type);
  const accounts = {
    users: type === 'basic' ? usersOf(`${option} users`, users) : [],
    keys: keysOf(`${option} keys`, keys ?? {}),
  };
  if (type === 'basic' && accounts.users.length === 0)
    throw wrongValue(`${option} users`, 'at least one name', users ?? null);
  return { isAsked: true, accounts };
}

/** The names of `--user NAME`, passwords from the environment or made. */
export function userWords(option: string, given: unknown): AccountsOption['users'] {
  return usersOf(option, listValue(option, given));
}

/** The keys of `--key NAME=view`. */
export function keyWords(option: string, given: unknown): AccountsOption['keys'] {
  const pairs = listValue(option, given).map((text): [string, string] => {
    const at = text.lastIndexOf('=');
    return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
  });
  return keysOf(option, pairs);
}

/** Both together. @throws StreamVizError `OPTION_INVALID` where a name is there twice */
export function joinedAccounts(option: string, parts: readonly AccountsOption[]): AccountsOption {
  const users = parts.flatMap((part) => part.users);
  const keys = parts.flatMap((part) => part.keys);
  if (users.length > MOST_USERS) throw wrongValue(option, `at most ${MOST_USERS} users`, users.length);
  if (keys.length > MOST_KEYS) throw wrongValue(option, `at most ${MOST_KEYS} keys`, keys.length);
  assertDistinct(option, users);
  assertDistinct(option, keys);
  return { users, keys };
}

function usersOf(option: string, given: unknown): AccountsOption['users'] {
  if (Array.isArray(given)) return given.map((name) => ({ name: nameValue(option, name), password: null }));
  if (typeof given !== 'object' || given === null)
    throw wrongValue(option, '{name: password} or a list of names', given ?? null);
  return Object.entries(given).map(([name, password]) => ({
    name: nameValue(option, name),
    password: password === null ? null : passwordValue(`${option} ${name}`, password),
  }));
}

function keysOf(option: string, given: unknown): AccountsOption['keys'] {
  if (typeof given !== 'object' || given === null) throw wrongValue(option, '{name: "view" or "send"}', given);
  const entries: readonly [unknown, unknown][] = Array.isArray(given)
    ? given.map((entry: unknown) => (Array.isArray(entry) ? [entry[0], entry[1]] : [entry, undefined]))
    : Object.entries(given);
  return entries.map(([name, value]) => {
    const isWhole = typeof value === 'object' && value !== null;
    const { role, key = null } = isWhole ? (value as Record<string, unknown>) : { role: value };
    const found = ROLES.find((each) => each === role);
    if (found === undefined) throw wrongValue(`${option} ${String(name)}`, '"view" or "send"', role);
    const held = key === null ? null : keyValue(`${option} ${String(name)}`, key);
    return { name: nameValue(option, name), role: found, key: held };
  });
}

/** A name as it is shown, without space at its ends. */
function nameValue(option: string, given: unknown): string {
  if (typeof given === 'string' && accountName(given) !== null) return given.normalize('NFKC').trim();
  throw wrongValue(option, 'a name of at most 64 letters, digits, spaces and . _ - + @', given);
}

/** A password that may be set. @throws StreamVizError `OPTION_INVALID`, without it */
export function passwordValue(option: string, given: unknown): string {
  if (typeof given === 'string' && [...given].length >= LEAST_PASSWORD && passwordBytes(given) !== null) return given;
  throw secretInvalid(option, `a password of at least ${LEAST_PASSWORD} characters and at most 1024 bytes`);
}

/** A key that may be set. @throws StreamVizError `OPTION_INVALID`, without it */
export function keyValue(option: string, given: unknown): string {
  if (typeof given === 'string' && KEY.test(given)) return given;
  throw secretInvalid(option, 'a key of 16 to 256 letters, digits, - and _');
}

const secretInvalid = (option: string, expected: string): StreamVizError =>
  new StreamVizError('OPTION_INVALID', `${option}: expected ${expected}`, { details: { option, expected } });

function assertDistinct(option: string, entries: readonly { readonly name: string }[]): void {
  for (const same of [accountName, variableSuffix]) {
    const seen = new Map<string, string>();
    for (const { name } of entries) {
      const key = same(name) ?? name;
      const other = seen.get(key);
      if (other !== undefined && (same === accountName || /[a-z0-9]/i.test(key)))
        throw wrongValue(
          option,
          `names that differ from each other, and so do their variables (..._${variableSuffix(name)})`,
          [other, name],
        );
      seen.set(key, name);
    }
  }
}
