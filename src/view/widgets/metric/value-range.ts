import { type ValueTicks, valueTicks } from '../../value-ticks.ts';

const SHRINK_AFTER_MS = 5000;

/**
 * The value axis of a live chart: grows at once when values leave it, shrinks only after the smaller axis was enough
 * for 5 s.
 */
export class ValueRange {
  ticks: ValueTicks = valueTicks(Number.NaN, Number.NaN);
  #smallerSinceMs = Number.NaN;
  #empty = true;

  /**
   * Takes the extent of what is visible.
   *
   * @param options.full Upper end of a share: 100 for %, 1 for ratio, else null.
   * @param options.now Take the fitting axis at once: the user changed the view.
   * @returns whether `ticks` changed.
   */
  update(
    low: number,
    high: number,
    options: {
      readonly nowMs: number;
      readonly intervals: number;
      readonly full: number | null;
      readonly now: boolean;
    },
  ): boolean {
    const wanted = valueTicks(low, high, options);
    if (wanted.min === this.ticks.min && wanted.max === this.ticks.max && wanted.step === this.ticks.step) {
      this.#smallerSinceMs = Number.NaN;
      this.#empty = false;
      return false;
    }
    const outside = low < this.ticks.min || high > this.ticks.max;
    if (!outside && !options.now && !this.#empty) {
      if (Number.isNaN(this.#smallerSinceMs)) this.#smallerSinceMs = options.nowMs;
      if (options.nowMs - this.#smallerSinceMs < SHRINK_AFTER_MS) return false;
    }
    this.ticks = wanted;
    this.#empty = false;
    this.#smallerSinceMs = Number.NaN;
    return true;
  }
}
