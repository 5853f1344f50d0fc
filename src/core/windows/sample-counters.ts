import type { WindowCounters } from './window-operator.ts';

/** Counts the values `[from, to)` that are not finite: NaN as missing, infinities as invalid. */
export function countUnusable(counters: WindowCounters, values: Float64Array, from: number, to: number): void {
  for (let i = from; i < to; i += 1) {
    const value = values[i]!;
    if (Number.isNaN(value)) counters.missing += 1;
    else if (value - value !== 0) counters.invalid += 1;
  }
}

/** Counts the finite samples of a run, whose times do not fall, that come before `maxTime`. */
export function countOutOfOrder(
  counters: WindowCounters,
  maxTime: number,
  times: Float64Array,
  values: Float64Array,
  from: number,
  to: number,
): void {
  for (let i = from; i < to && times[i]! < maxTime; i += 1) {
    if (values[i]! - values[i]! === 0) counters.outOfOrder += 1;
  }
}
