import type { QuantileSketch } from '../sketch/quantile-sketch.ts';
import type { Aggregation } from './aggregation.ts';
import { COUNT, counterStep, FIRST, INCREASE, LAST, M2, MARKS, MAX, MIN, SUM } from './pane-row.ts';
import { SECOND_US } from './window-key.ts';
import type { WindowOptions } from './window-operator.ts';
import { APPROXIMATE, AT_LEAST, SKETCHED, type WindowResults } from './window-results.ts';

/** How many distinct values there were: at least so many where it overflowed. */
export interface DistinctCount {
  readonly size: number;
  readonly overflowed: boolean;
}

/**
 * Turns the merged pane of a window into one value per aggregation.
 *
 * | aggregation          | value                                                    | no sample | one sample |
 * |----------------------|----------------------------------------------------------|-----------|------------|
 * | `count`              | finite samples                                           | 0         | 1          |
 * | `sum`                | their sum, divided by length / `sumPer` where that is set | 0         | it         |
 * | `avg`                | sum / count                                              | NaN       | it         |
 * | `min` `max`          | smallest, largest                                        | NaN       | it         |
 * | `first` `last`       | by event time; of equal times the first, the last to come | NaN       | it         |
 * | `range`              | max - min                                                | NaN       | 0          |
 * | `variance` `stddev`  | M2 / (n - 1) and its root; 0 where all are equal         | NaN       | NaN        |
 * | `delta`              | last - the last value before the window; NaN without one | NaN       | same rule  |
 * | `increase` (counter) | sum of the steps; a fall is a reset, adds the new value  | 0         | its step   |
 * | `increase` (else)    | sum of the steps, falls negative                         | 0         | its step   |
 * | `rate` (counter)     | increase / (length / unit), the full length              | 0         | same rule  |
 * | `rate` (else)        | count / (length / unit), the full length                 | 0         | same rule  |
 * | `pNN` `median`       | nearest rank x[ceil(q n)] of the sketch                  | NaN       | it         |
 * | `distinct`           | different values; 0 and -0 are one                       | 0         | 1          |
 *
 * The step of the first sample ever is 0. NaN and infinite samples never reach a pane. Mixed signs need no special rule.
 * Values beyond 1.8e308 are infinite; a spread whose square is below 1e-308 is 0.
 */
export class Evaluation {
  readonly #kinds: readonly Aggregation['kind'][];
  readonly #counter: boolean;
  readonly #unit: number;
  readonly #sumPer: number | null;
  /** Ascending, with the place of each in a result. */
  readonly #qs: readonly number[];
  readonly #places: readonly number[];
  readonly #quantiles: Float64Array;
  /** A window of one sample has, per aggregation, sample / divisor + addend. */
  readonly #divisors: Float64Array;
  readonly #addends: Float64Array;

  constructor(options: WindowOptions) {
    this.#kinds = options.aggregations.map(({ kind }) => kind);
    this.#counter = options.counter ?? false;
    this.#unit = options.unit ?? SECOND_US;
    this.#sumPer = options.sumPer ?? null;
    const quantiles = options.aggregations
      .flatMap((aggregation, place) => (aggregation.kind === 'quantile' ? [{ q: aggregation.q, place }] : []))
      .sort((a, b) => a.q - b.q);
    this.#qs = quantiles.map(({ q }) => q);
    this.#places = quantiles.map(({ place }) => place);
    this.#quantiles = new Float64Array(quantiles.length);
    const length = options.shape.kind === 'session' ? Number.NaN : options.shape.size;
    const alone = this.#kinds.map((kind) => this.#ofOneSample(kind, length));
    this.#divisors = Float64Array.from(alone, ([divisor]) => divisor);
    this.#addends = Float64Array.from(alone, ([, addend]) => addend);
  }

  /**
   * Sets values, count, flags and coverage of row `at` of `out` from the pane at `row`; allocates nothing.
   *
   * @param before The last value before the window; NaN: there is none.
   * @param length Of the whole window, also while it is provisional.
   */
  evaluate(
    rows: Float64Array,
    row: number,
    window: { readonly before: number; readonly length: number },
    sketch: QuantileSketch | null,
    distinct: DistinctCount | null,
    out: WindowResults,
    at: number,
  ): void {
    const { before, length } = window;
    const count = rows[row + COUNT]!;
    const kinds = this.#kinds;
    const values = out.values;
    const base = at * out.width;
    let flags = rows[row + MARKS]!;
    for (let i = 0; i < kinds.length; i += 1) {
      let value = Number.NaN;
      switch (kinds[i]) {
        case 'count':
          value = count;
          break;
        case 'sum':
          value = count > 0 ? rows[row + SUM]! : 0;
          // + 0: a sum too small to divide is 0, not -0.
          if (this.#sumPer !== null) value = value / (length / this.#sumPer) + 0;
          break;
        case 'rate':
          value = (this.#counter ? this.#increase(rows, row, before) : count) / (length / this.#unit);
          break;
        case 'increase':
          value = this.#increase(rows, row, before);
          break;
        case 'distinct':
          value = distinct === null ? 0 : distinct.size;
          if (distinct?.overflowed) flags |= AT_LEAST;
          break;
        default:
          if (count > 0) value = valueOfSamples(kinds[i], rows, row, before);
      }
      values[base + i] = value;
    }
    let coverage = 1;
    if (this.#qs.length > 0 && count > 0) {
      coverage = sketch === null ? 0 : Math.min(1, sketch.count / count);
      if (coverage < 1) flags |= APPROXIMATE;
      if (sketch !== null && coverage > 0) {
        if (!sketch.exact) flags |= SKETCHED;
        sketch.quantiles(this.#qs, this.#quantiles);
        for (let i = 0; i < this.#places.length; i += 1) values[base + this.#places[i]!] = this.#quantiles[i]!;
      }
    }
    out.count[at] = count;
    out.flags[at] = flags;
    out.coverage[at] = coverage;
  }

  /**
   * Sets all but the bounds of row `at` of `out`: the final result of a window that holds one finite sample, as
   * {@link evaluate} would of its pane; not for aggregations that look at the value before the window.
   */
  writeAlone(out: WindowResults, at: number, sample: number): void {
    const { values, width } = out;
    out.count[at] = 1;
    out.revision[at] = 0;
    out.final[at] = 1;
    out.flags[at] = 0;
    out.coverage[at] = 1;
    for (let k = 0, place = at * width; k < width; k += 1, place += 1) {
      values[place] = sample / this.#divisors[k]! + this.#addends[k]!;
    }
  }

  /** Divisor and addend of {@link writeAlone}: x / Infinity + c is c, x / 1 + -0 is x, x / 1 + 0 is x with 0 for -0. */
  #ofOneSample(kind: Aggregation['kind'], length: number): readonly [divisor: number, addend: number] {
    switch (kind) {
      case 'min':
      case 'max':
      case 'first':
      case 'last':
        return [1, -0];
      case 'avg':
      case 'quantile':
        return [1, 0];
      case 'sum':
        return [this.#sumPer === null ? 1 : length / this.#sumPer, 0];
      case 'rate':
        return [Number.POSITIVE_INFINITY, 1 / (length / this.#unit)];
      case 'count':
      case 'distinct':
        return [Number.POSITIVE_INFINITY, 1];
      case 'range':
        return [Number.POSITIVE_INFINITY, 0];
      default:
        return [Number.POSITIVE_INFINITY, Number.NaN];
    }
  }

  #increase(rows: Float64Array, row: number, before: number): number {
    if (rows[row + COUNT] === 0) return 0;
    const first = rows[row + FIRST]!;
    if (!this.#counter) return rows[row + LAST]! - (Number.isNaN(before) ? first : before);
    return rows[row + INCREASE]! + (Number.isNaN(before) ? 0 : counterStep(before, first));
  }
}

function valueOfSamples(
  kind: Aggregation['kind'] | undefined,
  rows: Float64Array,
  row: number,
  before: number,
): number {
  switch (kind) {
    case 'avg':
      return average(rows, row);
    case 'min':
      return rows[row + MIN]!;
    case 'max':
      return rows[row + MAX]!;
    case 'first':
      return rows[row + FIRST]!;
    case 'last':
      return rows[row + LAST]!;
    case 'range':
      return rows[row + MAX]! - rows[row + MIN]!;
    case 'delta':
      return rows[row + LAST]! - before;
    case 'variance':
      return variance(rows, row);
    case 'stddev':
      return Math.sqrt(variance(rows, row));
    default:
      return Number.NaN;
  }
}

function average(rows: Float64Array, row: number): number {
  return rows[row + SUM]! / rows[row + COUNT]!;
}

function variance(rows: Float64Array, row: number): number {
  const count = rows[row + COUNT]!;
  if (count < 2) return Number.NaN;
  if (rows[row + MIN] === rows[row + MAX]) return 0;
  const m2 = rows[row + M2]!;
  return !Number.isNaN(m2) ? m2 / (count - 1) : Number.POSITIVE_INFINITY;
}
