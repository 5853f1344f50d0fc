import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { createOwnFile, readOwnFile, writeOwnFile } from './state-folder.ts';

const TOKEN = /^[\w-]{16,256}$/;
/** 192 random bits: 32 letters. */
const TOKEN_BYTES = 24;

/** A token that nobody can guess, safe in links and headers. */
export const freshToken = (): string => randomBytes(TOKEN_BYTES).toString('base64url');

/**
 * The token kept for this user, made where there is none, so that links and open tabs of earlier servers work on.
 *
 * A file that others may read is not trusted and replaced. Two servers that make it at once end up with the same one.
 * @param options.renew Make a new one in any case.
 */
export function keptToken(folder: string, options: { readonly renew?: boolean } = {}): string {
  const path = join(folder, 'token');
  const held = readOwnFile(path)?.trim() ?? '';
  if (!options.renew && TOKEN.test(held)) return held;
  const token = freshToken();
  if (options.renew) {
    writeOwnFile(path, `${token}\n`);
    return token;
  }
  if (createOwnFile(path, `${token}\n`)) return token;
  const other = readOwnFile(path)?.trim() ?? '';
  if (TOKEN.test(other)) return other;
  rmSync(path, { force: true });
  writeOwnFile(path, `${token}\n`);
  return token;
}
