import { randomBytes, timingSafeEqual } from 'node:crypto';
import { ScryptThread } from './scrypt-thread.ts';
import type { ScryptCost } from './scrypt-worker.ts';

const SCRYPT = new ScryptThread();

/** What is kept of a password. */
export interface PasswordHash {
  readonly salt: Buffer;
  readonly key: Buffer;
  readonly cost: ScryptCost;
}

/** 32 MiB and some 80 ms for each check. */
export const SCRYPT_COST: ScryptCost = { N: 2 ** 15, r: 8, p: 1 };
/** A longer one is wrong, whatever it is. */
const MOST_BYTES = 1024;
const KEY_BYTES = 32;
const SALT_BYTES = 16;

/** UTF-8 of the NFKC form, so that a password is the same from every keyboard; null where it is empty or above 1024 bytes. */
export function passwordBytes(password: string): Buffer | null {
  if (password.length > MOST_BYTES) return null;
  const bytes = Buffer.from(password.normalize('NFKC'), 'utf8');
  return bytes.length > 0 && bytes.length <= MOST_BYTES ? bytes : null;
}

/** What is to be kept of a password, with a salt of its own. Off the event loop. */
export async function hashPassword(password: Buffer, cost: ScryptCost = SCRYPT_COST): Promise<PasswordHash> {
  const salt = randomBytes(SALT_BYTES);
  return { salt, key: await derived(password, salt, cost), cost };
}

/** Whether it is that password; null is none and takes as long. Off the event loop, in time that does not depend on the answer. */
export async function isPassword(hash: PasswordHash, password: Buffer | null): Promise<boolean> {
  const key = await derived(password ?? Buffer.of(0), hash.salt, hash.cost);
  return timingSafeEqual(key, hash.key) && password !== null;
}

const derived = (password: Buffer, salt: Buffer, cost: ScryptCost): Promise<Buffer> =>
  SCRYPT.derive({ password, salt, cost, bytes: KEY_BYTES });
