import type { SampleRows } from './sample-segment.ts';

/** Index of the first time at or after `timeUs` in `[from, to)`; `to` where there is none. */
export function lowerBound(time: Float64Array, timeUs: number, from = 0, to = time.length): number {
  let low = from;
  let high = to;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (time[middle]! < timeUs) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The rows `[0, length)` in time order, equal times as they came. The same arrays where they were in order already. */
export function inTimeOrder(time: Float64Array, value: Float64Array, length: number): SampleRows {
  let isRising = true;
  for (let i = 1; i < length && isRising; i += 1) isRising = time[i]! >= time[i - 1]!;
  if (isRising) return { time: time.subarray(0, length), value: value.subarray(0, length) };
  const order = Uint32Array.from({ length }, (_, i) => i);
  order.sort((a, b) => time[a]! - time[b]! || a - b);
  return { time: Float64Array.from(order, (i) => time[i]!), value: Float64Array.from(order, (i) => value[i]!) };
}

/** `held`, then rows `[from, to)` of `rows`: in time order, of equal times those that were held first. O(both). */
export function merged(held: SampleRows, rows: SampleRows, from: number, to: number): SampleRows {
  const length = held.time.length + to - from;
  const time = new Float64Array(length);
  const value = new Float64Array(length);
  const last = held.time.length;
  let i = 0;
  let k = from;
  for (let at = 0; at < length; at += 1) {
    const takesHeld = i < last && (k >= to || held.time[i]! <= rows.time[k]!);
    time[at] = takesHeld ? held.time[i]! : rows.time[k]!;
    value[at] = takesHeld ? held.value[i]! : rows.value[k]!;
    if (takesHeld) i += 1;
    else k += 1;
  }
  return { time, value };
}

/** Several runs of rows as one. */
export function concatenated(runs: readonly SampleRows[]): SampleRows {
  if (runs.length === 1) return runs[0]!;
  const length = runs.reduce((sum, { time }) => sum + time.length, 0);
  const time = new Float64Array(length);
  const value = new Float64Array(length);
  let at = 0;
  for (const run of runs) {
    time.set(run.time, at);
    value.set(run.value, at);
    at += run.time.length;
  }
  return { time, value };
}

/** Finite values among rows `[from, to)`. */
export function finiteCount(value: Float64Array, from: number, to: number): number {
  let count = 0;
  for (let i = from; i < to; i += 1) if (value[i]! - value[i]! === 0) count += 1;
  return count;
}
