import type { Aggregation } from '../core/windows/aggregation.ts';
import type { WindowCounters, WindowOptions } from '../core/windows/window-operator.ts';
import type { WindowResults } from '../core/windows/window-results.ts';
import type { ResultHistory } from './result-history.ts';
import type { WindowSource } from './window-source.ts';

/**
 * The results of one series' windows under one definition as a view reads them, whoever computes them: this page
 * (windowed-series.ts) or the server (told-series.ts).
 */
export interface WindowStore {
  /** Canonical text of the definition without the aggregations. */
  readonly key: string;
  readonly options: WindowOptions;
  /** Rises with everything that may change a result, open ones included. */
  readonly version: number;
  /** Rises when a result other than a newest one changes or comes. */
  readonly pastVersion: number;
  readonly counters: Readonly<WindowCounters>;
  readonly watermark: number;
  readonly source: WindowSource;
  /** The final results held. */
  readonly history: ResultHistory;
  /** The producer's clock when a final result last changed; NaN before. */
  readonly revisedAtUs: number;
  /** Row in the history of the final result that changed last and is still held; -1 where there is none. */
  readonly revisedRow: number;
  /** Time of the newest finite sample that was not refused, NaN before the first. */
  readonly newestUs: number;
  /** Windows that are not final, in the order of their ends; valid until the next message. */
  readonly open: WindowResults;
  /** Rows of {@link open} that a line shows: up to the window of the newest sample that ends first after the watermark. */
  readonly openCount: number;
  /** Position of an aggregation among the values of each result, -1 where it is not computed. */
  indexOf(aggregation: Aggregation): number;
  /** What is to be said of a result now: while samples are known to be missing, what that may concern is approximate. */
  flagsNow(flags: number, startUs: number): number;
}
