import type { PaneFields } from '../pane.ts';
import type { QuantileSketch } from '../sketch/quantile-sketch.ts';
import type { StateTable } from '../state-table.ts';
import type { Aggregation } from './aggregation.ts';
import type { WindowResults } from './window-results.ts';
import type { WindowShape } from './window-shape.ts';

/** How one stream's windows are computed (docs/windows.md). Times are whole us, or steps; rates are per 1e6 of them. */
export interface WindowOptions {
  readonly shape: WindowShape;
  /** At least one; each result has one value for each, in this order. */
  readonly aggregations: readonly Aggregation[];
  /** Watermark = largest time seen - lateness. Default 0. */
  readonly lateness?: number;
  /** How far behind the watermark's end of a window a sample may still revise it. Default 0. */
  readonly allowedLateness?: number;
  /** After so long without a sample the watermark moves on with the clock. Default null: never. */
  readonly idle?: number | null;
  /** A sample further ahead of the clock is refused and counted; not judged where the clock is NaN. Default one day. */
  readonly maxAhead?: number;
  /** Values are totals of a counter: a fall is a reset. Only `increase` and `rate` differ. Default false. */
  readonly counter?: boolean;
  /** Distinct values counted exactly per window; above, the result is "at least". Default 10,000. */
  readonly distinctLimit?: number;
  /** `sum` is divided by window length / this: `per="s"` is 1e6. Default null: the plain sum. */
  readonly sumPer?: number | null;
  /** `rate` is per this length: 1e6 us, or 1 step. Default 1e6. */
  readonly unit?: number;
}

/** What a pane has beyond {@link PaneFields}; NaN and null where it is not known. */
export interface PaneFeatures {
  readonly mean: number;
  /** Sum of squared distances from `mean`. */
  readonly m2: number;
  /** Increase from its first to its last sample, resets counted. */
  readonly increase: number;
  /** Sketch of some or all of its samples: `sketch.count / count` is what it covers. */
  readonly sketch: QuantileSketch | null;
}

/** What became of samples; totals since the operator began. */
export interface WindowCounters {
  /** Samples that revised at least one final window. */
  late: number;
  /** Samples that no window took. */
  dropped: number;
  /** NaN values: their time moves the watermark, otherwise as if absent. */
  missing: number;
  /** Infinite values (as missing), times that are not finite, samples too far ahead (neither moves anything). */
  invalid: number;
  /** Samples before the largest time seen; most are in time. */
  outOfOrder: number;
}

/**
 * The windows of one stream under one watermark (design contract: docs/windows.md).
 *
 * 1. Any split of the same samples into `add` calls gives the same results, in the same order.
 * 2. A result is final once; a later change of it is another final result with `revision` + 1.
 * 3. Memory is bounded by the windows that can still change, never by the length of the stream.
 */
export interface WindowOperator {
  readonly shape: WindowShape;
  readonly aggregations: readonly Aggregation[];
  readonly counters: Readonly<WindowCounters>;
  /** -Infinity before the first sample; +Infinity once closed. */
  readonly watermark: number;
  /** Final results since the last `results.clear()`, in the order they became known. The consumer reads, then clears. */
  readonly results: WindowResults;
  /**
   * Takes the samples `[from, to)` in arrival order; a value of NaN is missing.
   *
   * @param now The clock at their arrival, us: judges far-future times and starts idling. NaN: neither.
   * @param areRising No time of them is smaller than the one before it, so nobody needs to look. Default false: not known.
   */
  add(times: Float64Array, values: Float64Array, from: number, to: number, now: number, areRising?: boolean): void;
  /**
   * Takes row `row` of `panes`, samples in `[start, start + duration)` that a sender merged, as if they came in time order.
   *
   * Judged by the watermark before it and its last time. A window that it lies in only partly is `approximate`, and so is
   * every session it joins. What `features` lacks makes results `approximate` (increase) or lowers `coverage` (quantiles).
   */
  addPane(start: number, duration: number, panes: PaneFields, row: number, features: PaneFeatures | null): void;
  /** Moves the watermark on to at least `watermark`; windows that it passes become final. Never moves it back. */
  raiseWatermark(watermark: number): void;
  /** Tells the clock: an idle stream's watermark moves on with it. */
  advance(now: number): void;
  /** No more samples: the watermark moves to +Infinity and every window becomes final. Twice is harmless. */
  close(): void;
  /**
   * Appends the windows that hold samples and are not final, in the order of their ends: provisional, revision 0.
   *
   * @param until Up to the first that ends after this time, which of windows that slide are one instead of hundreds.
   *   Default +Infinity: all.
   */
  readOpen(out: WindowResults, until?: number): void;
  /** A copy of everything, for a snapshot; the class's `restore(options, tables)` goes on from it. */
  save(): readonly StateTable[];
}
