import { DAY_US } from './window-key.ts';

/** See {@link import('./window-operator.ts').WindowOptions}. */
export interface WatermarkOptions {
  readonly lateness?: number;
  readonly idle?: number | null;
  readonly maxAhead?: number;
}

/** Times further from 0 are not whole microseconds in a float64 and are refused. */
const MAX_TIME = Number.MAX_SAFE_INTEGER;

/**
 * One stream's promise that nothing earlier is expected.
 *
 * 1. `value` = largest time observed - lateness, after each sample; it never goes back.
 * 2. An idle stream's moves on with the clock, from where it stood when the last sample arrived.
 * 3. A refused time moves nothing.
 */
export class Watermark {
  /** -Infinity before the first sample, +Infinity once closed. */
  value = Number.NEGATIVE_INFINITY;
  /** Largest time observed. */
  maxTime = Number.NEGATIVE_INFINITY;
  readonly lateness: number;
  readonly #idle: number;
  readonly #maxAhead: number;
  #arrival = Number.NaN;
  #valueAtArrival = Number.NEGATIVE_INFINITY;

  constructor(options: WatermarkOptions) {
    this.lateness = options.lateness ?? 0;
    this.#idle = options.idle ?? Number.POSITIVE_INFINITY;
    this.#maxAhead = options.maxAhead ?? DAY_US;
  }

  /** Latest time that is not refused while the clock shows `now`; NaN: no clock. Times below -limit(NaN) are refused too. */
  limit(now: number): number {
    const limit = now + this.#maxAhead;
    return limit < MAX_TIME ? limit : MAX_TIME;
  }

  /** A sample of this time came. */
  observe(time: number): void {
    if (time > this.maxTime) {
      this.maxTime = time;
      if (time - this.lateness > this.value) this.value = time - this.lateness;
    }
  }

  /** The samples observed last arrived when the clock showed `now`; NaN: not known, so the stream is not idle. */
  arrived(now: number): void {
    this.#arrival = now;
    this.#valueAtArrival = this.value;
  }

  /** Samples arrived that a clock was not told for: idling starts with the next {@link advance}. */
  arrivedUnclocked(): void {
    this.arrived(Number.POSITIVE_INFINITY);
  }

  /** Moves on with the clock once the stream is idle. */
  advance(now: number): void {
    if (this.#arrival === Number.POSITIVE_INFINITY) this.arrived(now);
    const quiet = now - this.#arrival - this.#idle;
    if (quiet > 0) this.raise(this.#valueAtArrival + quiet);
  }

  raise(value: number): void {
    if (value > this.value) this.value = value;
  }

  /** Everything that changes, for a snapshot; `restore` takes it back. */
  save(): readonly number[] {
    return [this.value, this.maxTime, this.#arrival, this.#valueAtArrival];
  }

  restore(saved: readonly number[]): void {
    this.value = saved[0] ?? Number.NEGATIVE_INFINITY;
    this.maxTime = saved[1] ?? Number.NEGATIVE_INFINITY;
    this.#arrival = saved[2] ?? Number.NaN;
    this.#valueAtArrival = saved[3] ?? Number.NEGATIVE_INFINITY;
  }
}
