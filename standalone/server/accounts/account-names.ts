/** Longer texts are no name; nothing longer is ever normalised. */
const MOST_CHARACTERS = 64;
const NAME = /^[\p{L}\p{N}](?:[\p{L}\p{N}\p{M}._@+' -]*[\p{L}\p{N}\p{M}._@+'-])?$/u;

/**
 * A name as names are compared: NFKC, lower case, no space at its ends. So `Ann`, `ann ` and `ＡＮＮ` are the same account.
 *
 * @returns null for what is no name: empty, longer than 64 characters, with a colon (HTTP's own separator) or a control character
 */
export function accountName(written: string): string | null {
  if (written.length > MOST_CHARACTERS) return null;
  const name = written.normalize('NFKC').trim().toLowerCase().normalize('NFKC');
  return name.length <= MOST_CHARACTERS && NAME.test(name) ? name : null;
}

/** The end of an environment variable's name that belongs to an account: `ann.b` is `ANN_B`. */
export function variableSuffix(name: string): string {
  return name
    .normalize('NFKC')
    .toUpperCase()
    .replaceAll(/[^A-Z0-9]/g, '_');
}
