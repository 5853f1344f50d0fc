/** Before anybody came a server stays at least so long: its starter needs a moment to connect. */
const FIRST_MS = 30_000;

/**
 * Ends a server that nobody uses any more.
 *
 * 1. `onEnd` is called once, `lingerMs` after the last producer and viewer left; at 0 at once, at Infinity never.
 * 2. Where nobody ever came it is called after `lingerMs`, but not before 30 s.
 * 3. Whoever comes in between ends the wait.
 */
export class Linger {
  readonly #lingerMs: number;
  readonly #schedule: (run: () => void, ms: number) => () => void;
  readonly #onEnd: () => void;
  #cancel: (() => void) | null = null;
  #users = 0;
  #isOver = false;

  /** @param options.schedule Runs later and returns how to prevent it. */
  constructor(options: {
    readonly lingerMs: number;
    readonly schedule: (run: () => void, ms: number) => () => void;
    readonly onEnd: () => void;
  }) {
    this.#lingerMs = options.lingerMs;
    this.#schedule = options.schedule;
    this.#onEnd = options.onEnd;
    this.#wait(Math.max(this.#lingerMs, FIRST_MS));
  }

  /** Producers and viewers together. */
  get users(): number {
    return this.#users;
  }

  /** Tells how many producers and viewers there are now. */
  update(users: number): void {
    const had = this.#users;
    this.#users = users;
    if (users > 0) this.#stopWaiting();
    else if (had > 0) this.#wait(this.#lingerMs);
  }

  /** A request without a connection that lasts, such as an HTTP producer's: the wait begins anew. */
  touch(): void {
    if (this.#users === 0) this.#wait(Math.max(this.#lingerMs, FIRST_MS));
  }

  dispose(): void {
    this.#isOver = true;
    this.#stopWaiting();
  }

  #wait(ms: number): void {
    this.#stopWaiting();
    if (this.#isOver || ms === Number.POSITIVE_INFINITY) return;
    if (ms === 0) this.#end();
    else this.#cancel = this.#schedule(() => this.#end(), ms);
  }

  #stopWaiting(): void {
    this.#cancel?.();
    this.#cancel = null;
  }

  #end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#onEnd();
  }
}
