import { randomBytes, randomInt } from 'node:crypto';
import { variableSuffix } from './account-names.ts';
import { type AccountsOption, keyValue, passwordValue } from './accounts-option.ts';
import type { ApiKey } from './api-keys.ts';
import type { UserPassword } from './users.ts';

/** Accounts with every secret there is. */
export interface MadeAccounts {
  readonly users: readonly UserPassword[];
  readonly keys: readonly ApiKey[];
  /** Secrets that were made here, to be told once: nobody else knows them. */
  readonly made: {
    readonly passwords: Readonly<Record<string, string>>;
    readonly keys: Readonly<Record<string, string>>;
  };
}

const PASSWORD_VARIABLE = 'STREAM_VIZ_PASSWORD_';
const KEY_VARIABLE = 'STREAM_VIZ_KEY_';
/** No letters that look alike. */
const LETTERS = 'abcdefghjkmnpqrstuvwxyz23456789';
const KEY_BYTES = 24;

/**
 * Accounts as they are asked for; a secret that is not given is `STREAM_VIZ_PASSWORD_<NAME>` or `STREAM_VIZ_KEY_<NAME>`, else made.
 *
 * @throws StreamVizError `OPTION_INVALID` naming the variable whose value is none
 */
export function makeAccounts(
  { users, keys }: AccountsOption,
  environment: Readonly<Record<string, string | undefined>>,
): MadeAccounts {
  const passwords: Record<string, string> = {};
  const madeKeys: Record<string, string> = {};
  const ofEnvironment = (
    prefix: string,
    name: string,
    check: (option: string, given: unknown) => string,
  ): string | null => {
    const variable = prefix + variableSuffix(name);
    const given = environment[variable];
    return given === undefined ? null : check(variable, given);
  };
  return {
    users: users.map(({ name, password }) => {
      const given = password ?? ofEnvironment(PASSWORD_VARIABLE, name, passwordValue);
      if (given !== null) return { name, password: given };
      const fresh = freshPassword();
      passwords[name] = fresh;
      return { name, password: fresh };
    }),
    keys: keys.map(({ name, role, key }) => {
      const given = key ?? ofEnvironment(KEY_VARIABLE, name, keyValue);
      if (given !== null) return { name, role, key: given };
      const fresh = randomBytes(KEY_BYTES).toString('base64url');
      madeKeys[name] = fresh;
      return { name, role, key: fresh };
    }),
    made: { passwords, keys: madeKeys },
  };
}

/** 79 random bits that a person can type: four groups of four. */
export function freshPassword(): string {
  const letters = Array.from({ length: 16 }, () => LETTERS[randomInt(LETTERS.length)]).join('');
  return letters.match(/.{4}/g)!.join('-');
}
