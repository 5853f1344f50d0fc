import type { WindowCounters } from './window-operator.ts';

/** Counts the values `[from, to)` that are not finite: NaN as missing, infinities as invalid. */
export function countUnusable(counters: WindowCounters, values: Float64Array, from: number, to: number): void {
  for (let i = from; i < to; i += 1) {
    const value = values[i]!;
    if (Number.isNaN(value)) counters.missing += 1;
    else if (value - value !== 0) counters.invalid += 1;
  }
}
