/**
 * Runs jobs one after another, and rests after each for as long as it took.
 *
 * So checks of passwords take half of one core and the memory of one at most, however many are asked for at once.
 */
export class OneByOne {
  readonly #most: number;
  #last: Promise<void> = Promise.resolve();
  #waiting = 0;

  /** @param most Jobs that may run and wait together. */
  constructor(most: number) {
    this.#most = most;
  }

  get isFull(): boolean {
    return this.#waiting >= this.#most;
  }

  /** Runs a job after those before it, also where it is full: who asks looks at {@link isFull} first. */
  run<T>(job: () => Promise<T>): Promise<T> {
    this.#waiting += 1;
    let beganMs = Number.NaN;
    const done = this.#last
      .then(() => {
        beganMs = performance.now();
        return job();
      })
      .finally(() => {
        this.#waiting -= 1;
      });
    const rest = (): Promise<void> => resting(performance.now() - beganMs);
    this.#last = done.then(rest, rest);
    return done;
  }
}

/** Keeps no process alive. */
function resting(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
  });
}
