import { createHmac, randomBytes } from 'node:crypto';
import { accountName } from './account-names.ts';
import { OneByOne } from './one-by-one.ts';
import { hashPassword, isPassword, type PasswordHash, passwordBytes, SCRYPT_COST } from './passwords.ts';
import type { ScryptCost } from './scrypt-worker.ts';

export interface UserPassword {
  readonly name: string;
  readonly password: string;
}

/** Whose password it is; `wrong` says nothing of whether there is such a user, `busy` that nobody looked. */
export type PasswordAnswer =
  | { readonly kind: 'right'; readonly user: string }
  | { readonly kind: 'wrong' }
  | { readonly kind: 'busy' };

/** Checks that may wait for each other; a further one is not begun. */
const MOST_WAITING = 16;
/** So long a password that was right is known without scrypt: a program sends it with every request. */
const KNOWN_MS = 300_000;
const MOST_KNOWN = 1000;
const WRONG: PasswordAnswer = { kind: 'wrong' };

/**
 * The users of a server and their passwords.
 *
 * 1. Of a password its scrypt hash alone is kept; one check at a time, off the event loop.
 * 2. A name that nobody has takes as long as one that somebody has.
 * 3. The same question asked again while it is looked at costs nothing.
 */
export class Users {
  readonly #hashes = new Map<string, { readonly name: string; readonly hash: PasswordHash }>();
  readonly #checks = new OneByOne(MOST_WAITING);
  readonly #pending = new Map<string, Promise<PasswordAnswer>>();
  /** Right answers by what was asked, with the time until which they are known. */
  readonly #known = new Map<string, { readonly user: string; readonly untilMs: number }>();
  readonly #secret = randomBytes(32);
  readonly #now: () => number;
  readonly #isPassword: typeof isPassword;
  readonly #ready: Promise<PasswordHash>;

  /**
   * Begins to hash the passwords; a check waits until all are.
   *
   * @param options.now The clock, ms.
   * @param options.look Looks at a password. Default: scrypt.
   */
  constructor(
    users: readonly UserPassword[],
    options: { readonly now: () => number; readonly cost?: ScryptCost; readonly look?: typeof isPassword },
  ) {
    this.#now = options.now;
    this.#isPassword = options.look ?? isPassword;
    this.#ready = this.#hashAll(users, options.cost ?? SCRYPT_COST);
    // Who checks is told; until then nobody has to hear of it.
    this.#ready.catch(() => undefined);
  }

  /** Whether this question is being looked at, or was answered as right: asking it again is no new guess. */
  isAsked(name: string, password: string): boolean {
    const asked = this.#digest(name, password);
    return this.#pending.has(asked) || this.#isKnown(asked);
  }

  /**
   * Whether a user has this password. Names in any case and form, see {@link accountName}.
   *
   * @param options.isUsual Waits for its turn however many there are: so strangers' guesses do not keep out who is known.
   */
  async check(name: string, password: string, options: { readonly isUsual?: boolean } = {}): Promise<PasswordAnswer> {
    const asked = this.#digest(name, password);
    const known = this.#known.get(asked);
    if (known !== undefined && this.#isKnown(asked)) return { kind: 'right', user: known.user };
    this.#known.delete(asked);
    const pending = this.#pending.get(asked);
    if (pending !== undefined) return pending;
    if (this.#checks.isFull && options.isUsual !== true) return { kind: 'busy' };
    const answer = this.#checks.run(() => this.#look(name, password)).finally(() => this.#pending.delete(asked));
    this.#pending.set(asked, answer);
    const said = await answer;
    if (said.kind === 'right') this.#remember(asked, said.user);
    return said;
  }

  async #hashAll(users: readonly UserPassword[], cost: ScryptCost): Promise<PasswordHash> {
    const decoy = await hashPassword(randomBytes(32), cost);
    for (const { name, password } of users) {
      const key = accountName(name);
      const bytes = passwordBytes(password);
      if (key !== null && bytes !== null) this.#hashes.set(key, { name, hash: await hashPassword(bytes, cost) });
    }
    return decoy;
  }

  async #look(name: string, password: string): Promise<PasswordAnswer> {
    const decoy = await this.#ready;
    const found = this.#hashes.get(accountName(name) ?? '');
    const isRight = await this.#isPassword(found?.hash ?? decoy, passwordBytes(password));
    return isRight && found !== undefined ? { kind: 'right', user: found.name } : WRONG;
  }

  #isKnown(asked: string): boolean {
    return this.#now() < (this.#known.get(asked)?.untilMs ?? Number.NEGATIVE_INFINITY);
  }

  #remember(asked: string, user: string): void {
    if (this.#known.size >= MOST_KNOWN) {
      const [oldest] = this.#known.keys();
      if (oldest !== undefined) this.#known.delete(oldest);
    }
    this.#known.set(asked, { user, untilMs: this.#now() + KNOWN_MS });
  }

  /** Names the question without holding it: a key that lives as long as this process. */
  #digest(name: string, password: string): string {
    return createHmac('sha256', this.#secret).update(`${name.length}:${name}`).update(password).digest('base64');
  }
}
