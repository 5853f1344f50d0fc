// The definition of tumbling and sliding windows, sample by sample and from raw samples only: slow, and simple on purpose.
import type { Aggregation } from '../../../src/core/windows/aggregation.ts';
import type { WindowOptions } from '../../../src/core/windows/window-operator.ts';

interface Sample {
  readonly time: number;
  readonly value: number;
}

export interface NaiveResult {
  readonly start: number;
  readonly end: number;
  readonly final: boolean;
  readonly revision: number;
  readonly values: readonly number[];
  /** What each value was computed from, for the size of its rounding error: samples and the value before. */
  readonly inputs: readonly number[];
}

const byTime = (samples: readonly Sample[]) =>
  samples.map((sample, i) => ({ ...sample, i })).sort((a, b) => a.time - b.time || a.i - b.i);

/** Judges every window for every sample by the words of the contract. */
export class NaiveWindows {
  readonly counters = { late: 0, dropped: 0, missing: 0, invalid: 0, outOfOrder: 0 };
  readonly results: NaiveResult[] = [];
  watermark = Number.NEGATIVE_INFINITY;
  #maxTime = Number.NEGATIVE_INFINITY;
  readonly #options: WindowOptions;
  readonly #size: number;
  readonly #slide: number;
  readonly #origin: number;
  /** By end: the samples that window took, in arrival order. */
  readonly #windows = new Map<number, Sample[]>();
  /** By end: the last final result. */
  readonly #emitted = new Map<number, NaiveResult>();
  /** Samples that some window took. */
  readonly #taken: Sample[] = [];

  constructor(options: WindowOptions) {
    const { shape } = options;
    if (shape.kind === 'session') throw new Error('no sessions');
    this.#options = options;
    this.#size = shape.size;
    this.#slide = shape.kind === 'sliding' ? shape.slide : shape.size;
    this.#origin = shape.origin;
  }

  add(time: number, value: number, now = Number.NaN): void {
    const { lateness = 0, allowedLateness = 0, maxAhead = 86_400e6 } = this.#options;
    if (!Number.isFinite(time) || time > now + maxAhead) {
      this.counters.invalid += 1;
      return;
    }
    if (Number.isNaN(value)) this.counters.missing += 1;
    else if (!Number.isFinite(value)) this.counters.invalid += 1;
    else {
      if (time < this.#maxTime) this.counters.outOfOrder += 1;
      const takers = this.#endsOver(time).filter((end) => this.watermark < end + allowedLateness);
      if (takers.length === 0) this.counters.dropped += 1;
      else this.#take({ time, value }, takers);
    }
    this.#maxTime = Math.max(this.#maxTime, time);
    this.raiseWatermark(this.#maxTime - lateness);
  }

  raiseWatermark(watermark: number): void {
    if (!(watermark > this.watermark)) return;
    const before = this.watermark;
    this.watermark = watermark;
    for (const end of this.#ends()) {
      if (end > before && end <= watermark) this.#emit(end, 0);
    }
  }

  open(): NaiveResult[] {
    return this.#ends()
      .filter((end) => end > this.watermark)
      .map((end) => this.#evaluate(end, { final: false, revision: 0 }));
  }

  #take(sample: Sample, takers: readonly number[]): void {
    const { allowedLateness = 0 } = this.#options;
    this.#taken.push(sample);
    for (const end of takers) {
      const held = this.#windows.get(end);
      if (held === undefined) this.#windows.set(end, [sample]);
      else held.push(sample);
    }
    if (takers.some((end) => end <= this.watermark)) this.counters.late += 1;
    for (const end of this.#ends()) {
      if (end > this.watermark || this.watermark >= end + allowedLateness) continue;
      const before = this.#emitted.get(end);
      if (before === undefined) this.#emit(end, 0);
      else {
        const after = this.#evaluate(end, { final: true, revision: 0 });
        if (takers.includes(end) || after.values.some((value, i) => !Object.is(value, before.values[i]))) {
          this.#emit(end, before.revision + 1);
        }
      }
    }
  }

  #emit(end: number, revision: number): void {
    const result = this.#evaluate(end, { final: true, revision });
    this.#emitted.set(end, result);
    this.results.push(result);
  }

  #ends(): number[] {
    return [...this.#windows.keys()].sort((a, b) => a - b);
  }

  /** Ends of the windows that hold a time: every multiple of the slide in (time, time + size]. */
  #endsOver(time: number): number[] {
    const ends: number[] = [];
    const last = Math.floor((time + this.#size - this.#origin) / this.#slide) * this.#slide + this.#origin;
    for (let end = last; end > time; end -= this.#slide) ends.push(end);
    return ends.reverse();
  }

  #evaluate(end: number, how: { readonly final: boolean; readonly revision: number }): NaiveResult {
    const start = end - this.#size;
    const samples = byTime(this.#windows.get(end) ?? []);
    const before = byTime(this.#taken.filter(({ time }) => time < start)).at(-1)?.value;
    const values = samples.map(({ value }) => value);
    return {
      start,
      end,
      ...how,
      values: this.#options.aggregations.map((aggregation) => this.#value(aggregation, values, before)),
      inputs: before === undefined ? values : [before, ...values],
    };
  }

  /** `values` in time order, ties in arrival order. */
  #value(aggregation: Aggregation, values: readonly number[], before: number | undefined): number {
    const { counter = false, unit = 1e6, sumPer = null, distinctLimit = 10_000 } = this.#options;
    const n = values.length;
    const sum = values.reduce((a, b) => a + b, 0);
    const steps = (before === undefined ? values : [before, ...values]).map((value, i, all) => {
      const previous = all[i - 1];
      if (previous === undefined) return 0;
      return counter && value < previous ? value : value - previous;
    });
    const increase = steps.reduce((a, b) => a + b, 0);
    const mean = values.reduce((a, b) => a + b / n, 0);
    const spread = values.reduce((a, b) => a + (b - mean) ** 2, 0) / (n - 1);
    const variance = n < 2 ? Number.NaN : values.every((value) => value === values[0]) ? 0 : spread;
    const sorted = [...values].sort((a, b) => a - b);
    switch (aggregation.kind) {
      case 'count':
        return n;
      case 'sum':
        return sumPer === null ? sum : sum / (this.#size / sumPer);
      case 'avg':
        return sum / n;
      case 'min':
        return Math.min(...values);
      case 'max':
        return Math.max(...values);
      case 'range':
        return Math.max(...values) - Math.min(...values);
      case 'first':
        return values[0] ?? Number.NaN;
      case 'last':
        return values.at(-1) ?? Number.NaN;
      case 'rate':
        return (counter ? increase : n) / (this.#size / unit);
      case 'increase':
        return increase;
      case 'delta':
        return (values.at(-1) ?? Number.NaN) - (before ?? Number.NaN);
      case 'variance':
        return variance;
      case 'stddev':
        return Math.sqrt(variance);
      case 'distinct':
        return Math.min(new Set(values.map((value) => value + 0)).size, distinctLimit);
      case 'quantile':
        return sorted[Math.max(rankOf(aggregation.text, n), 1) - 1] ?? Number.NaN;
    }
  }
}

/** ceil(NN n / 100) in whole numbers: `pNN` as written, without its rounding to a double. */
function rankOf(text: string, n: number): number {
  const digits = text === 'median' ? '50' : text.slice(1);
  const decimals = digits.split('.')[1]?.length ?? 0;
  const scale = 100n * 10n ** BigInt(decimals);
  return Number((BigInt(digits.replace('.', '')) * BigInt(n) + scale - 1n) / scale);
}
