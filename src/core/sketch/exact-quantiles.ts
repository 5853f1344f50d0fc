import { nearestRank } from './nearest-rank.ts';

/** Shorter stretches are sorted by insertion. */
const SMALL = 12;

/**
 * Writes the nearest-rank quantiles `qs`, ascending, of `values[0, count)` into `out`: the values themselves, -0 as 0.
 *
 * Reorders `values`, which must be finite; `count` is at least 1. O(count) for each new rank in the mean, O(count log count)
 * at worst; allocates nothing but in the worst case. Quickselect: C. A. R. Hoare, "Find", CACM 4 (1961).
 */
export function exactQuantiles(values: Float64Array, count: number, qs: readonly number[], out: Float64Array): void {
  // What stands before `low` is in its final place or smaller.
  let low = 0;
  for (let k = 0; k < qs.length; k += 1) {
    const at = nearestRank(qs[k]!, count) - 1;
    if (at >= low) select(values, low, count, at);
    low = at + 1;
    out[k] = values[at]! + 0;
  }
}

/** Moves the value that sorting `[low, high)` would bring to `at` there, and no smaller one behind it. */
function select(values: Float64Array, low: number, high: number, at: number): void {
  let from = low;
  let to = high - 1;
  for (let rounds = 2 * (32 - Math.clz32(high - low)); to - from > SMALL; rounds -= 1) {
    if (rounds === 0) {
      values.subarray(from, to + 1).sort();
      return;
    }
    const pivot = middleOfThree(values[from]!, values[(from + to) >>> 1]!, values[to]!);
    let i = from;
    let j = to;
    while (i <= j) {
      while (values[i]! < pivot) i += 1;
      while (values[j]! > pivot) j -= 1;
      if (i > j) break;
      const swapped = values[i]!;
      values[i] = values[j]!;
      values[j] = swapped;
      i += 1;
      j -= 1;
    }
    if (at <= j) to = j;
    else if (at >= i) from = i;
    else return;
  }
  for (let i = from + 1; i <= to; i += 1) {
    const value = values[i]!;
    let j = i - 1;
    for (; j >= from && values[j]! > value; j -= 1) values[j + 1] = values[j]!;
    values[j + 1] = value;
  }
}

function middleOfThree(a: number, b: number, c: number): number {
  if (a < b) {
    if (b < c) return b;
    return a < c ? c : a;
  }
  if (a < c) return a;
  return b < c ? c : b;
}
