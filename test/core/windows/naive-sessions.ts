import type { Aggregation } from '../../../src/core/windows/aggregation.ts';
import type { WindowCounters, WindowOptions } from '../../../src/core/windows/window-operator.ts';

/** What happens to a stream: a sample, or a watermark that is stated. */
export type Step = { readonly time: number; readonly value: number } | { readonly watermark: number };

export interface NaiveResult {
  readonly start: number;
  readonly end: number;
  readonly count: number;
  readonly revision: number;
  readonly supersedes: readonly (readonly [number, number])[];
  readonly values: readonly number[];
}

interface Taken {
  readonly time: number;
  readonly value: number;
  readonly arrival: number;
}

/** A final result given out and not replaced. */
interface Given {
  readonly samples: readonly Taken[];
  readonly result: NaiveResult;
}

/**
 * Sessions by their definition: keeps every sample taken for ever and cuts all of them anew at every step.
 *
 * `forgotten` says when a final session is out of reach for good (guarantee 6 of SessionWindows): the one rule that keeping
 * everything does not need.
 */
export class NaiveSessions {
  readonly results: NaiveResult[] = [];
  readonly counters: WindowCounters = { late: 0, dropped: 0, missing: 0, invalid: 0, outOfOrder: 0 };
  /** Samples dropped only because they would have joined what is forgotten. */
  outOfReach = 0;
  watermark = Number.NEGATIVE_INFINITY;
  #taken: Taken[] = [];
  #given: Given[] = [];
  #maxTime = Number.NEGATIVE_INFINITY;
  #horizon = Number.NEGATIVE_INFINITY;
  #arrival = 0;
  readonly #options: WindowOptions;
  readonly #gap: number;
  readonly #chain: number;

  constructor(options: WindowOptions, chain: number) {
    if (options.shape.kind !== 'session') throw new TypeError('sessions only');
    this.#options = options;
    this.#gap = options.shape.gap;
    this.#chain = chain;
  }

  step(step: Step): void {
    const before = this.watermark;
    if ('watermark' in step) this.watermark = Math.max(this.watermark, step.watermark);
    else this.#add(step.time, step.value);
    this.#giveOut(before);
  }

  close(): void {
    this.step({ watermark: Number.POSITIVE_INFINITY });
  }

  /** Sessions that are not final, as `[start, end, count]`. */
  open(): readonly (readonly [number, number, number])[] {
    return this.#cut()
      .filter((samples) => !this.#isGiven(samples))
      .map((samples) => [samples[0]!.time, samples.at(-1)!.time + this.#gap, samples.length]);
  }

  #add(time: number, value: number): void {
    const allowed = this.#options.allowedLateness ?? 0;
    this.#forget();
    if (!Number.isFinite(value)) this.counters[Number.isNaN(value) ? 'missing' : 'invalid'] += 1;
    else {
      if (time < this.#maxTime) this.counters.outOfOrder += 1;
      const held = this.#taken;
      const final = this.#cut().filter((samples) => this.#isGiven(samples));
      const sample = { time, value, arrival: this.#arrival };
      this.#arrival += 1;
      this.#taken = [...held, sample];
      const session = this.#cut().find((samples) => samples.includes(sample))!;
      const end = session.at(-1)!.time + this.#gap;
      if (this.watermark > end + allowed || time <= this.#horizon) {
        if (this.watermark <= end + allowed) this.outOfReach += 1;
        this.counters.dropped += 1;
        this.#taken = held;
      } else if (this.watermark > end || final.some((samples) => session.includes(samples[0]!))) {
        this.counters.late += 1;
      }
    }
    if (time > this.#maxTime) {
      this.#maxTime = time;
      this.watermark = Math.max(this.watermark, time - (this.#options.lateness ?? 0));
    }
  }

  #giveOut(before: number): void {
    const cut = this.#cut();
    for (const [i, samples] of cut.entries()) {
      const [start, end] = [samples[0]!.time, samples.at(-1)!.time + this.#gap];
      if (!(this.watermark > end)) continue;
      const values = this.#options.aggregations.map((aggregation) =>
        this.#valueOf(aggregation, samples, cut[i - 1]?.at(-1)?.value ?? Number.NaN),
      );
      const replaced = this.#given.filter((given) => samples.includes(given.samples[0]!));
      if (this.#isGiven(samples)) {
        const same = replaced[0]!.result.values.every((value, k) => Object.is(value, values[k]));
        if (same || before > end + (this.#options.allowedLateness ?? 0)) continue;
      }
      const result = {
        start,
        end,
        count: samples.length,
        revision: replaced.length === 0 ? 0 : Math.max(...replaced.map((given) => given.result.revision)) + 1,
        supersedes: replaced
          .map((given) => [given.result.start, given.result.end] as const)
          .filter(([from, to]) => from !== start || to !== end)
          .sort((a, b) => a[0] - b[0]),
        values,
      };
      this.#given = [...this.#given.filter((given) => !replaced.includes(given)), { samples, result }];
      this.results.push(result);
    }
  }

  #isGiven(samples: readonly Taken[]): boolean {
    return this.#given.some(
      (given) => given.samples.length === samples.length && samples.every((sample) => given.samples.includes(sample)),
    );
  }

  #cut(): Taken[][] {
    const sessions: Taken[][] = [];
    for (const sample of [...this.#taken].sort((a, b) => a.time - b.time || a.arrival - b.arrival)) {
      const last = sessions.at(-1);
      if (last !== undefined && sample.time - last.at(-1)!.time <= this.#gap) last.push(sample);
      else sessions.push([sample]);
    }
    return sessions;
  }

  #forget(): void {
    const cut = this.#cut().map((samples) => [samples[0]!.time, samples.at(-1)!.time] as const);
    const beyond = ([, last]: readonly [number, number]) =>
      last + 3 * this.#gap + (this.#options.allowedLateness ?? 0) < this.watermark;
    const old = cut.filter(beyond).length;
    let keep = old;
    while (keep < cut.length && keep > 0 && old - keep < this.#chain) {
      if (cut[keep]![0] - cut[keep - 1]![1] > 2 * this.#gap) break;
      keep -= 1;
    }
    if (keep > 0) this.#horizon = Math.max(this.#horizon, cut[keep - 1]![1] + this.#gap);
  }

  #valueOf({ kind, ...rest }: Aggregation, samples: readonly Taken[], before: number): number {
    const values = samples.map(({ value }) => value);
    const sorted = [...values].sort((a, b) => a - b);
    const sum = values.reduce((a, b) => a + b, 0);
    const length = samples.at(-1)!.time - samples[0]!.time + this.#gap;
    const mean = sum / values.length;
    const variance = values.reduce((a, b) => a + (b - mean) ** 2, 0) / (values.length - 1);
    const counted = (): number => {
      let increase = 0;
      for (const [i, value] of values.entries()) {
        const last = i > 0 ? values[i - 1]! : before;
        if (!Number.isNaN(last)) increase += value >= last ? value - last : value;
      }
      return increase;
    };
    const counter = this.#options.counter ?? false;
    switch (kind) {
      case 'count':
        return values.length;
      case 'sum':
        return sum;
      case 'avg':
        return mean;
      case 'min':
        return sorted[0]!;
      case 'max':
        return sorted.at(-1)!;
      case 'range':
        return sorted.at(-1)! - sorted[0]!;
      case 'first':
        return values[0]!;
      case 'last':
        return values.at(-1)!;
      case 'delta':
        return values.at(-1)! - before;
      case 'increase':
        return counter ? counted() : values.at(-1)! - (Number.isNaN(before) ? values[0]! : before);
      case 'rate':
        return (counter ? counted() : values.length) / (length / 1e6);
      case 'variance':
        return values.length < 2 ? Number.NaN : variance;
      case 'stddev':
        return values.length < 2 ? Number.NaN : Math.sqrt(variance);
      case 'distinct':
        return new Set(values).size;
      case 'quantile': {
        const q = 'q' in rest ? rest.q : Number.NaN;
        return sorted[Math.max(1, Math.ceil(q * values.length)) - 1]!;
      }
    }
  }
}
