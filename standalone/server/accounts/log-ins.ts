import { createHash, randomBytes } from 'node:crypto';

/** A browser that is logged in. */
export interface LogIn {
  readonly user: string;
  /** Runs once when the log-in ends; returns how to take that back. What it holds counts as use: an open page is not idle. */
  onEnd(run: () => void): () => void;
}

interface HeldLogIn extends LogIn {
  readonly beganMs: number;
  usedMs: number;
  readonly ends: Set<() => void>;
}

export interface LogInLimits {
  /** Held together; the one unused for longest ends. */
  readonly most: number;
  /** Ends so long after it was used last, ms. */
  readonly idleMs: number;
  /** Ends so long after it began, used or not, ms. */
  readonly lengthMs: number;
}

/** Of one user, so that nobody pushes others out. */
const MOST_OF_USER = 100;
const SECRET_BYTES = 24;

/**
 * The log-ins of a server: who each browser is, from the right password until log-out.
 *
 * 1. A secret is made here, 192 random bits, never taken from a client; of it a hash alone is held, in memory.
 * 2. When a log-in ends (log-out, age, a new password), everything that was opened with it is told at once.
 */
export class LogIns {
  readonly #limits: LogInLimits;
  readonly #now: () => number;
  /** By hash, in the order they began. */
  readonly #held = new Map<string, HeldLogIn>();

  /** @param options.now The clock, ms. */
  constructor(limits: LogInLimits, options: { readonly now: () => number }) {
    this.#limits = limits;
    this.#now = options.now;
  }

  get size(): number {
    return this.#held.size;
  }

  /** Begins a log-in and returns its secret. */
  begin(user: string): string {
    const secret = randomBytes(SECRET_BYTES).toString('base64url');
    const own = [...this.#held].filter(([, logIn]) => logIn.user === user);
    if (own.length >= MOST_OF_USER) this.#endOldest(own);
    if (this.#held.size >= this.#limits.most) this.#endOldest([...this.#held]);
    const ends = new Set<() => void>();
    const nowMs = this.#now();
    const logIn: HeldLogIn = {
      ...{ user, beganMs: nowMs, usedMs: nowMs, ends },
      onEnd: (run) => {
        ends.add(run);
        return () => {
          ends.delete(run);
          logIn.usedMs = this.#now();
        };
      },
    };
    this.#held.set(hashOf(secret), logIn);
    return secret;
  }

  /** The log-in of a secret, which is used by that; null where it has ended or never was. O(length). */
  find(secret: string): LogIn | null {
    const hash = hashOf(secret);
    const found = this.#held.get(hash);
    if (found === undefined) return null;
    if (this.#isOver(found)) {
      this.#end(hash, found);
      return null;
    }
    found.usedMs = this.#now();
    return found;
  }

  /** Ends a log-in; nothing happens where there is none. */
  end(secret: string): void {
    const hash = hashOf(secret);
    const found = this.#held.get(hash);
    if (found !== undefined) this.#end(hash, found);
  }

  /** Ends what is over. To be called from time to time, as an open connection asks for nothing. */
  sweep(): void {
    for (const [hash, logIn] of this.#held) if (this.#isOver(logIn)) this.#end(hash, logIn);
  }

  #isOver({ beganMs, usedMs, ends }: HeldLogIn): boolean {
    const nowMs = this.#now();
    return nowMs - beganMs >= this.#limits.lengthMs || (ends.size === 0 && nowMs - usedMs >= this.#limits.idleMs);
  }

  #end(hash: string, { ends }: HeldLogIn): void {
    this.#held.delete(hash);
    for (const run of [...ends]) run();
    ends.clear();
  }

  #endOldest(among: readonly (readonly [string, HeldLogIn])[]): void {
    const oldest = among.reduce((best, each) => (each[1].usedMs < best[1].usedMs ? each : best));
    this.#end(...oldest);
  }
}

const hashOf = (secret: string): string => createHash('sha256').update(secret).digest('base64');
