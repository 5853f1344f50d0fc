import type { PaneFields } from '../pane.ts';
import type { StateTable } from '../state-table.ts';
import type { Aggregation } from './aggregation.ts';
import { Watermark } from './watermark.ts';
import type { PaneFeatures, WindowCounters, WindowOperator, WindowOptions } from './window-operator.ts';
import { WindowResults } from './window-results.ts';
import type { WindowShape } from './window-shape.ts';

/** What every operator has: counters, a place for results, and a watermark that a sender, a clock or the end moves on. */
export abstract class WindowStream implements WindowOperator {
  readonly options: WindowOptions;
  readonly counters: WindowCounters = { late: 0, dropped: 0, missing: 0, invalid: 0, outOfOrder: 0 };
  readonly results: WindowResults;
  readonly clock: Watermark;

  /** @param results Where results are appended: its own, or one that streams share whose results are read one by one. */
  constructor(options: WindowOptions, results = new WindowResults(options.aggregations.length)) {
    this.options = options;
    this.results = results;
    this.clock = new Watermark(options);
  }

  get shape(): WindowShape {
    return this.options.shape;
  }

  get aggregations(): readonly Aggregation[] {
    return this.options.aggregations;
  }

  get watermark(): number {
    return this.clock.value;
  }

  raiseWatermark(watermark: number): void {
    this.clock.raise(watermark);
    this.passed();
  }

  advance(now: number): void {
    this.clock.advance(now);
    this.passed();
  }

  close(): void {
    this.raiseWatermark(Number.POSITIVE_INFINITY);
  }

  abstract add(
    times: Float64Array,
    values: Float64Array,
    from: number,
    to: number,
    now: number,
    areRising?: boolean,
  ): void;
  abstract addPane(
    start: number,
    duration: number,
    panes: PaneFields,
    row: number,
    features: PaneFeatures | null,
  ): void;
  abstract readOpen(out: WindowResults, until?: number): void;
  abstract save(): readonly StateTable[];

  /** Gives out what the watermark has passed. */
  protected abstract passed(): void;
}
