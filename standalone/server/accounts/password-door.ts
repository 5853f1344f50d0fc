import { FailureRate } from '../failure-rate.ts';
import { accountName } from './account-names.ts';
import { type Admission, admitted, REFUSALS } from './admission.ts';
import type { Users } from './users.ts';

/** Addresses remembered from which a user logged in. */
const MOST_USUAL = 10_000;

export interface PasswordDoorOptions {
  readonly users: Users;
  /** Wrong passwords a minute, of one address and for one name. */
  readonly mostOfAddress: number;
  readonly mostForName: number;
  /** The clock, ms. */
  readonly now: () => number;
}

/**
 * Looks at passwords, and bounds guesses.
 *
 * 1. After too many wrong ones of an address, or for a name from everywhere, nobody looks: neither at wrong nor at right ones.
 * 2. Guesses for a name do not shut out the addresses from which it logged in, and those wait for their turn however many
 *    passwords are being looked at.
 * 3. A name that nobody has is treated as any other.
 */
export class PasswordDoor {
  readonly #users: Users;
  readonly #ofAddress: FailureRate;
  readonly #forName: FailureRate;
  /** `name address` from which a log-in came to be. */
  readonly #usual = new Set<string>();

  constructor({ users, mostOfAddress, mostForName, now }: PasswordDoorOptions) {
    this.#users = users;
    this.#ofAddress = new FailureRate({ mostPerMinute: mostOfAddress, now });
    this.#forName = new FailureRate({ mostPerMinute: mostForName, now });
  }

  /** @param address As it is counted. */
  async check(address: string, name: string, password: string): Promise<Admission> {
    const account = accountName(name) ?? '';
    const usual = `${account} ${address}`;
    const isUsual = this.#usual.has(usual);
    if (this.#ofAddress.isExceeded(address)) return REFUSALS.logInFailures;
    if (this.#forName.isExceeded(account) && !isUsual) return REFUSALS.logInFailures;
    // Counted before it is looked at, so that guesses sent at once are as many as those one by one; the same again is none.
    const isGuess = !this.#users.isAsked(name, password);
    if (isGuess) {
      this.#ofAddress.note(address);
      this.#forName.note(account);
    }
    const said = await this.#users.check(name, password, { isUsual });
    if (said.kind === 'wrong') return REFUSALS.logInWrong;
    if (isGuess) {
      this.#ofAddress.takeBack(address);
      this.#forName.takeBack(account);
    }
    if (said.kind === 'busy') return REFUSALS.logInBusy;
    if (this.#usual.size >= MOST_USUAL) this.#usual.clear();
    this.#usual.add(usual);
    return admitted('header', 'all', said.user);
  }
}
