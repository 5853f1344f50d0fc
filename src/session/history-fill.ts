import type { SampleRing } from '../core/sample-ring.ts';

/**
 * Gives a ring the rows `[from, to)` of a producer's history, where it lacks any of them.
 *
 * A ring that holds as many rows over the history's time as the history has is left alone; else the history takes the
 * place of those rows, and older and newer ones stay. O(history + ring) when it takes place, O(history) when not.
 *
 * @returns the first and the last time of the history; null where the ring was left alone.
 */
export function fillFromHistory(
  ring: SampleRing,
  times: Float64Array,
  values: Float64Array,
  from: number,
  to: number,
): readonly [firstUs: number, lastUs: number] | null {
  if (from >= to) return null;
  let first = Number.POSITIVE_INFINITY;
  let last = Number.NEGATIVE_INFINITY;
  for (let i = from; i < to; i += 1) {
    if (times[i]! < first) first = times[i]!;
    if (times[i]! > last) last = times[i]!;
  }
  const head = ring.lowerBound(first);
  let tail = ring.lowerBound(last);
  while (tail < ring.length && ring.timeAt(tail) === last) tail += 1;
  if (tail - head >= to - from) return null;
  const length = head + (to - from) + (ring.length - tail);
  const time = new Float64Array(length);
  const value = new Float64Array(length);
  let at = 0;
  const keep = (i: number): void => {
    time[at] = ring.timeAt(i);
    value[at] = ring.valueAt(i);
    at += 1;
  };
  for (let i = 0; i < head; i += 1) keep(i);
  time.set(times.subarray(from, to), at);
  value.set(values.subarray(from, to), at);
  at += to - from;
  for (let i = tail; i < ring.length; i += 1) keep(i);
  ring.replaceAll(time, value, 0, length);
  return [first, last];
}
