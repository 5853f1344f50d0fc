import { exactQuantiles } from '../core/sketch/exact-quantiles.ts';
import type { WindowOptions } from '../core/windows/window-operator.ts';
import { APPROXIMATE, SKETCHED, type WindowResults } from '../core/windows/window-results.ts';
import type { ResultHistory } from './result-history.ts';
import { reachOf } from './window-reach.ts';
import type { WindowSource } from './window-source.ts';

/** Most samples of a window whose quantiles are computed from the samples. */
const MOST_SAMPLES = 10_000;
/** The same, times the windows that each sample is in: what one slide may cost at most. */
const MOST_VISITS = 100_000;

const samples = new Float64Array(MOST_SAMPLES);

/**
 * The quantiles of windows from the raw samples, in place of those of a sketch, where the ring is known to hold them all.
 *
 * 1. A result loses SKETCHED only where its samples are exactly those of the ring: its count is theirs, the ring's rows are
 *    as many as the cells around the window count, and nothing is missing that may concern it.
 * 2. At most 10,000 samples a window, less where more than ten windows share each sample: which of the two it is depends on
 *    the samples held, never on how busy the page is.
 */
export class RawQuantiles {
  /** Most samples of a window of these options; 0 where no quantile is asked for. */
  readonly limit: number;
  readonly #source: WindowSource;
  readonly #reachUs: number;
  readonly #qs: readonly number[];
  readonly #places: readonly number[];
  readonly #found: Float64Array;

  constructor(options: WindowOptions, source: WindowSource) {
    const { aggregations, shape } = options;
    const quantiles = aggregations
      .flatMap((aggregation, place) => (aggregation.kind === 'quantile' ? [{ q: aggregation.q, place }] : []))
      .sort((a, b) => a.q - b.q);
    const shares = shape.kind === 'sliding' ? Math.ceil(shape.size / shape.slide) : 1;
    this.limit = quantiles.length === 0 ? 0 : Math.min(MOST_SAMPLES, Math.floor(MOST_VISITS / shares));
    this.#source = source;
    this.#reachUs = reachOf(options);
    this.#qs = quantiles.map(({ q }) => q);
    this.#places = quantiles.map(({ place }) => place);
    this.#found = new Float64Array(quantiles.length);
  }

  /** Which aggregations are quantiles. */
  isQuantile(place: number): boolean {
    return this.#places.includes(place);
  }

  /** Computes those of row `row` where that is possible; returns whether it was. O(its samples and cells). */
  improveResult(results: WindowResults, row: number): boolean {
    if (!this.#compute(results.start[row]!, results.end[row]!, results.count[row]!, results.flags[row]!)) return false;
    const base = row * results.width;
    for (let k = 0; k < this.#places.length; k += 1) results.values[base + this.#places[k]!] = this.#found[k]!;
    results.flags[row]! &= ~SKETCHED;
    return true;
  }

  /** {@link improveResult} of a result that is held. */
  improveHeld(history: ResultHistory, row: number): boolean {
    if (!this.#compute(history.startUs[row]!, history.endUs[row]!, history.count[row]!, history.flags[row]!))
      return false;
    for (let k = 0; k < this.#places.length; k += 1) history.values[this.#places[k]!]![row] = this.#found[k]!;
    history.flags[row]! &= ~SKETCHED;
    history.note(row);
    return true;
  }

  /** {@link keep} from an earlier reading of open windows. */
  keepOpen(before: WindowResults, held: number, results: WindowResults, row: number): boolean {
    if (held >= before.length || (results.flags[row]! & SKETCHED) === 0 || (before.flags[held]! & SKETCHED) !== 0)
      return false;
    if (before.start[held] !== results.start[row] || before.end[held] !== results.end[row]) return false;
    if (before.count[held] !== results.count[row] || before.coverage[held] !== 1) return false;
    for (const place of this.#places) {
      results.values[row * results.width + place] = before.value(held, place);
    }
    results.flags[row]! &= ~SKETCHED;
    return true;
  }

  /** Takes the exact quantiles held over into a sketched result of the same samples; returns whether there were any. */
  keep(history: ResultHistory, held: number, results: WindowResults, row: number): boolean {
    const isSame = history.count[held] === results.count[row]! && history.coverage[held] === 1;
    if (!isSame || (history.flags[held]! & SKETCHED) !== 0 || (results.flags[row]! & SKETCHED) === 0) return false;
    const base = row * results.width;
    for (const place of this.#places) results.values[base + place] = history.values[place]![held]!;
    results.flags[row]! &= ~SKETCHED;
    return true;
  }

  #compute(startUs: number, endUs: number, count: number, flags: number): boolean {
    if ((flags & SKETCHED) === 0 || (flags & APPROXIMATE) !== 0 || count > this.limit) return false;
    const { cells, ring, isCurrent } = this.#source;
    if (!isCurrent || (cells.hole !== null && startUs - this.#reachUs <= cells.hole.before)) return false;
    const from = ring.lowerBound(startUs);
    const to = ring.lowerBoundFrom(from, endUs, ring.length);
    if (to - from < count || ring.finiteCount(from, to) !== count || !this.#isRingWhole(startUs, endUs)) return false;
    let length = 0;
    ring.eachRun(from, to, (_times, values, low, high) => {
      length = copyFinite(values, low, high, length);
    });
    exactQuantiles(samples, length, this.#qs, this.#found);
    return true;
  }

  /** Whether the ring holds every sample that the cells over a window count, and no other. */
  #isRingWhole(startUs: number, endUs: number): boolean {
    const { cells, ring } = this.#source;
    let firstUs = startUs;
    let lastUs = endUs;
    let counted = 0;
    cells.eachShown(startUs, endUs, (durationUs, cellStartUs, tierIndex, row) => {
      if (cellStartUs < firstUs) firstUs = cellStartUs;
      if (cellStartUs + durationUs > lastUs) lastUs = cellStartUs + durationUs;
      counted += cells.tiers[tierIndex]!.count(row);
    });
    const from = ring.lowerBound(firstUs);
    return ring.finiteCount(from, ring.lowerBoundFrom(from, lastUs, ring.length)) === counted;
  }
}

/** Appends the finite ones of `values[from, to)` to the scratch, which holds `length`; returns how many it holds then. */
function copyFinite(values: Float64Array, from: number, to: number, length: number): number {
  let at = length;
  for (let i = from; i < to; i += 1) {
    const value = values[i]!;
    if (value - value === 0) {
      samples[at] = value;
      at += 1;
    }
  }
  return at;
}
