import type { Aggregation } from '../../src/core/windows/aggregation.ts';
import type { WindowShape } from '../../src/core/windows/window-shape.ts';

/** One sample, in arrival order. */
export interface NaiveSample {
  readonly time: number;
  readonly value: number;
}

/** A window and what it holds, computed from nothing but samples. */
export interface NaiveWindow {
  readonly start: number;
  readonly end: number;
  readonly count: number;
  readonly samples: readonly NaiveSample[];
  /** The last sample before the window. */
  readonly before: NaiveSample | null;
}

const byTime = (samples: readonly NaiveSample[]): NaiveSample[] =>
  samples
    .map((sample, i) => ({ sample, i }))
    .sort((a, b) => a.sample.time - b.sample.time || a.i - b.i)
    .map(({ sample }) => sample);

/** All windows with samples, in the order of their ends. */
export function naiveWindows(samples: readonly NaiveSample[], shape: WindowShape): NaiveWindow[] {
  const sorted = byTime(samples);
  if (shape.kind === 'session') return naiveSessions(sorted, shape.gap);
  const step = shape.kind === 'sliding' ? shape.slide : shape.size;
  const ends = new Set<number>();
  for (const { time } of sorted) {
    let end = Math.floor((time - shape.origin) / step) * step + step + shape.origin;
    for (; end - shape.size <= time; end += step) ends.add(end);
  }
  return [...ends].sort((a, b) => a - b).map((end) => windowOf(sorted, end - shape.size, end));
}

function windowOf(sorted: readonly NaiveSample[], start: number, end: number): NaiveWindow {
  const from = countBefore(sorted, start);
  const samples = sorted.slice(from, countBefore(sorted, end));
  return { start, end, count: samples.length, samples, before: sorted[from - 1] ?? null };
}

function countBefore(sorted: readonly NaiveSample[], end: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle]!.time < end) low = middle + 1;
    else high = middle;
  }
  return low;
}

function naiveSessions(sorted: readonly NaiveSample[], gap: number): NaiveWindow[] {
  const windows: NaiveWindow[] = [];
  let from = 0;
  sorted.forEach(({ time }, i) => {
    const next = sorted[i + 1];
    if (next !== undefined && next.time - time <= gap) return;
    windows.push(windowOf(sorted, sorted[from]!.time, time + gap));
    from = i + 1;
  });
  return windows;
}

/** The value of an aggregation, NaN for none. Rates are per `unit`. */
export function naiveValue(
  { start, end, count, samples, before }: NaiveWindow,
  aggregation: Aggregation,
  { counter = false, unit = 1e6 }: { readonly counter?: boolean; readonly unit?: number } = {},
): number {
  const values = samples.map(({ value }) => value);
  const sum = values.reduce((a, b) => a + b, 0);
  const ranked = [...values].sort((a, b) => a - b);
  const increase = () => {
    if (!counter) return values.at(-1)! - (before?.value ?? values[0]!);
    let total = 0;
    let last = before?.value ?? values[0]!;
    for (const value of values) {
      total += value < last ? value : value - last;
      last = value;
    }
    return total;
  };
  const variance = () => {
    const mean = sum / count;
    return values.reduce((a, b) => a + (b - mean) ** 2, 0) / (count - 1);
  };
  switch (aggregation.kind) {
    case 'quantile':
      return ranked[Math.max(1, Math.ceil(aggregation.q * count)) - 1]!;
    case 'last':
      return values.at(-1)!;
    case 'first':
      return values[0]!;
    case 'sum':
      return sum;
    case 'avg':
      return sum / count;
    case 'min':
      return ranked[0]!;
    case 'max':
      return ranked.at(-1)!;
    case 'range':
      return ranked.at(-1)! - ranked[0]!;
    case 'count':
      return count;
    case 'distinct':
      return new Set(values).size;
    case 'delta':
      return before === null ? Number.NaN : values.at(-1)! - before.value;
    case 'increase':
      return increase();
    case 'rate':
      return (counter ? increase() : count) / ((end - start) / unit);
    case 'variance':
      return count < 2 ? Number.NaN : variance();
    case 'stddev':
      return count < 2 ? Number.NaN : Math.sqrt(variance());
  }
}
