import type { StreamVizError } from '../core/errors.ts';
import type { LineBuffer } from '../core/line-buffer.ts';
import type { Pane } from '../core/pane.ts';
import type { TableColumn, TableRow } from '../core/table-store.ts';
import type { Aggregation } from '../core/windows/aggregation.ts';
import type { WindowCounters, WindowOptions } from '../core/windows/window-operator.ts';
import type { DashboardDocument } from '../dashboard/document.ts';

export type { TableColumn, TableRow } from '../core/table-store.ts';

/** A half-open stretch of event time, `[startUs, endUs)`, whole us since the Unix epoch. */
export interface TimeSpan {
  readonly startUs: number;
  readonly endUs: number;
}

/** Totals of what did not go the plain way, since the epoch began. */
export interface SeriesCounters {
  folded: number;
  late: number;
  invalid: number;
  missing: number;
  expired: number;
}

/** What {@link SeriesView.readLine} fills: columns of a reused buffer, valid up to `length` until the next read. */
export type LineRead = LineBuffer;

/** Which part of a line is wanted, and how finely. */
export interface LineRange {
  readonly startUs: number;
  readonly endUs: number;
  /** Width of one column, us; column c covers `[c * columnUs, (c + 1) * columnUs)`. */
  readonly columnUs: number;
  /** The largest number of exact samples wanted; more are given as columns. */
  readonly maxPoints: number;
}

/** One window's result for one aggregation. */
export interface WindowPoint {
  readonly startUs: number;
  readonly endUs: number;
  /** NaN where the aggregation has none. */
  readonly value: number;
  readonly count: number;
  readonly final: boolean;
  /** How often a final result of this window changed: since this page opened, or since a server that tells it has the session. */
  readonly revision: number;
  /** Bits of `core/windows/window-results.ts`: `REBUILT`, `APPROXIMATE`, `SKETCHED`, `AT_LEAST`. */
  readonly flags: number;
  /** Share of the samples that a quantile knows, 0 to 1. */
  readonly coverage: number;
}

/** What a windowed line says beyond its points. Objects are valid until the series' `version` changes. */
export interface WindowReading {
  readonly options: WindowOptions;
  readonly aggregation: Aggregation;
  /** The final result that ends last. */
  readonly newest: WindowPoint | null;
  /**
   * The provisional result shown beside it: of the windows that hold the newest sample the one that ends first after the
   * watermark. Null where every window that holds samples is final.
   */
  readonly open: WindowPoint | null;
  /** Since this page opened, or since a server that tells them has the session; all aggregations of one window share them. */
  readonly counters: Readonly<WindowCounters>;
  /** The producer's clock when a final result last changed, us; NaN before. */
  readonly revisedAtUs: number;
  /**
   * The final result that changed last, by late samples or by ones that had been missing: of the window, whether or not this
   * aggregation's value did. Null before, and once it is no longer held.
   */
  readonly revised: WindowPoint | null;
}

/** The sample nearest to a time; with `pane` where only a cell is known there, with `window` where it is a result. */
export interface NearestSample {
  readonly timeUs: number;
  readonly value: number;
  readonly window?: WindowPoint;
  readonly pane?: {
    readonly startUs: number;
    readonly endUs: number;
    readonly count: number;
    readonly min: number;
    readonly max: number;
    readonly mean: number;
  };
}

/** One line's data as the view reads it. Times are us; a value is NaN where there is none. */
export interface SeriesView {
  readonly key: string;
  readonly name: string;
  readonly labels: readonly (readonly [string, string])[];
  readonly generation: number;
  /** Rises with every change of this series. */
  readonly version: number;
  /** Rises with every change but an append at or after `lastTimeUs`; absent where any change may be another one. */
  readonly pastVersion?: number;
  /** Finite samples held, cells included. */
  readonly count: number;
  readonly firstTimeUs: number;
  /** Where the newest entry is drawn: the newest sample's time, an open window's place, or a final one's end. */
  readonly lastTimeUs: number;
  /**
   * NaN while there is none, and where the newest row was a missing value. Of windows the newest final result's, so not
   * always the entry's at `lastTimeUs`; the open one's before there is a final one.
   */
  readonly lastValue: number;
  /** Median interval of the newest samples, us; NaN below two. Of windows the distance of their ends. */
  readonly intervalUs: number;
  /** Time of the newest sample where entries are not samples; absent: `lastTimeUs`. NaN while there is none. */
  readonly lastSampleUs?: number;
  /** Median interval of the newest samples where entries are not samples; absent: `intervalUs`. NaN below two. */
  readonly sampleIntervalUs?: number;
  /** Every shown cell is proved to be the producer's. */
  readonly exact: boolean;
  readonly pending: readonly TimeSpan[];
  readonly restored: readonly TimeSpan[];
  readonly counters: Readonly<SeriesCounters>;
  /** Present where the points are results of windows; absent: samples. */
  readonly window?: WindowReading;
  /** All samples of the generation in one pane, or null while there are none. */
  summary(): Pane | null;
  /**
   * Fills `out` for `[startUs, endUs)`. `points`: exact samples with one neighbour on each side, NaN breaks the line.
   * `columns`: the middle, mean, min and max of each column that has samples; `breakBefore[i] = 1` breaks the line.
   * O(log n + columns), allocates only to grow `out`.
   */
  readLine(range: LineRange, out: LineRead): 'points' | 'columns';
  /** Min and max over `[startUs, endUs)` into `out[0]`, `out[1]`; false when there are no samples. O(log n + cells). */
  extent(startUs: number, endUs: number, out: Float64Array): boolean;
  /** The sample or cell nearest to a time, null while there is none. */
  nearest(timeUs: number): NearestSample | null;
}

/** A table's rows as the view reads them. */
export interface TableView {
  readonly id: string;
  readonly version: number;
  readonly rowCount: number;
  /** Live rows at the producer. */
  readonly total: number;
  readonly exact: boolean;
  readonly complete: boolean;
  readonly columns: readonly TableColumn[];
  readonly keyColumn: string | null;
  /** Ascending row id; the same array until `version` changes. */
  rows(): readonly TableRow[];
}

/** What became of the messages of one epoch. */
export interface MessageCounts {
  received: number;
  applied: number;
  lost: number;
  doubled: number;
  stale: number;
  invalid: number;
  unknown: number;
}

/** The data of one epoch of a session, as the view reads it. */
export interface SessionStore {
  readonly session: string;
  readonly epochId: string;
  readonly seq: number;
  readonly document: DashboardDocument | null;
  readonly status: 'waiting' | 'live' | 'gone';
  /** Producer's clock when it was found gone; NaN before. */
  readonly goneAtUs: number;
  /** The newest bad message; null after a good one that came at least 3 s later. */
  readonly problem: StreamVizError | null;
  readonly messages: Readonly<MessageCounts>;
  readonly roundMs: number;
  readonly slow: boolean;
  /** All label sets of a name, in order of first sight; empty for an unknown name. */
  series(name: string): readonly SeriesView[];
  /**
   * The same label sets seen through windows: one line per series and aggregation, ordered by series, then aggregation.
   *
   * A line's `key` is the series' with window and aggregation; `labels` gain `["aggregation", text]` where there are several.
   */
  windowed(name: string, options: WindowOptions): readonly SeriesView[];
  table(widgetId: string): TableView | null;
  /** The producer's clock, us; the local clock before the first message. */
  nowUs(): number;
  /** Calls `listener` after each applied batch of messages until the returned function is called. */
  subscribe(listener: () => void): () => void;
}
