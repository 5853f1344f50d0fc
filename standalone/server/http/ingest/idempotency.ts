import { HttpProblem } from '../http-problem.ts';

/** What one key has led to so far. */
interface KeyState {
  isRunning: boolean;
  /** Rows of its body that were looked at, taken or refused. */
  rows: number;
  accepted: number;
  /** The answer, once there is one. */
  answer: string | null;
}

/** Answers remembered, characters: those of few refused rows are short. */
const MOST_ANSWERS = 16e6;

/**
 * Requests that came before, by `Idempotency-Key`: sent again, they are answered again and change nothing.
 *
 * 1. A request whose body broke off goes on behind the rows that were looked at: no row counts twice.
 * 2. Of two at once with one key the second is refused with 409.
 * 3. The newest keys are remembered, as many as stated and as many as have 16 MB of answers, in memory.
 */
export class IdempotencyKeys {
  readonly #most: number;
  readonly #states = new Map<string, KeyState>();
  #characters = 0;

  constructor(most: number) {
    this.#most = most;
  }

  /** Begins a request; `answer` is that of the same request before it, null where it is to be done. @throws HttpProblem 409 */
  begin(key: string): KeyState {
    const held = this.#states.get(key);
    if (held?.isRunning) {
      throw new HttpProblem(409, 'REQUEST_RUNNING', 'a request with this Idempotency-Key is still running', {
        retryAfter: 1,
      });
    }
    const state = held ?? { isRunning: false, rows: 0, accepted: 0, answer: null };
    this.#states.delete(key);
    if (this.#states.size >= this.#most) this.#forgetOldest();
    this.#states.set(key, state);
    if (state.answer === null) state.isRunning = true;
    return state;
  }

  /** Ends a request; `answer` is null where it broke off. */
  end(state: KeyState, answer: string | null): void {
    state.isRunning = false;
    state.answer = answer;
    this.#characters += answer?.length ?? 0;
    while (this.#characters > MOST_ANSWERS && this.#states.size > 1) this.#forgetOldest();
  }

  #forgetOldest(): void {
    for (const [key, { isRunning, answer }] of this.#states) {
      if (isRunning) continue;
      this.#states.delete(key);
      this.#characters -= answer?.length ?? 0;
      return;
    }
    this.#characters = 0; // all of them run: nothing is remembered yet
  }
}

export type { KeyState };
