/**
 * What a decoded message holds: columns, ready to be applied. Times are whole microseconds since the Unix epoch.
 *
 * `series` columns index the message's own `series` list; the indices never outlive the message. Columns may be
 * views on the bytes they were decoded from: copy what is kept.
 */

/** Rows of the sample schema. A `value` of NaN is a missing value. */
export interface SampleColumns {
  readonly length: number;
  readonly series: Uint16Array;
  readonly time: Float64Array;
  readonly value: Float64Array;
  /** No time of the whole column is smaller than the one before it, so nobody needs to look. Default: not known. */
  readonly isRising?: boolean;
}

/** Rows of the pane schema: one summary of the samples in `[start, start + duration)` each. */
export interface PaneColumns {
  readonly length: number;
  readonly series: Uint16Array;
  readonly start: Float64Array;
  readonly duration: Float64Array;
  readonly count: Float64Array;
  readonly sum: Float64Array;
  readonly min: Float64Array;
  readonly max: Float64Array;
  readonly first: Float64Array;
  readonly firstTime: Float64Array;
  readonly last: Float64Array;
  readonly lastTime: Float64Array;
}

/**
 * What some rows of a pane part have beyond {@link PaneColumns}; `row` rises and indexes the part of the same message.
 *
 * NaN is "not known". A `sketch` is the bytes of a quantile sketch of some or all of the row's samples, null without one;
 * the bytes are not checked before `QuantileSketch.decode`.
 */
export interface FeatureColumns {
  readonly length: number;
  readonly row: Int32Array;
  readonly mean: Float64Array;
  readonly m2: Float64Array;
  readonly increase: Float64Array;
  readonly sketch: readonly (Uint8Array | null)[];
}

/** What a row of {@link ResultColumns} says of its window. */
export const RESULT_OPEN = 0;
export const RESULT_FINAL = 1;
/** There is no such result any more: a session that another one took over, or that is open again. */
export const RESULT_GONE = 2;

/** A bit of {@link ResultColumns.flags} beside those of a result: the windows before it are not known to be empty. */
export const RESULT_LOOSE = 16;

/** Rows of the result schema: one window's result each, in the order of their entries. */
export interface ResultColumns {
  readonly length: number;
  /** Index in {@link ResultsPart.windows}. */
  readonly window: Int32Array;
  readonly start: Float64Array;
  readonly end: Float64Array;
  readonly count: Float64Array;
  /** {@link RESULT_OPEN}, {@link RESULT_FINAL} or {@link RESULT_GONE}. */
  readonly state: Uint16Array;
  readonly revision: Int32Array;
  /** Bits of `core/windows/window-results.ts`, and {@link RESULT_LOOSE}. */
  readonly flags: Uint16Array;
  /** Share of the samples that a quantile knows, 0 to 1. */
  readonly coverage: Float64Array;
  /** Values of row i, one for each aggregation of its window: `values[valueEnds[i], valueEnds[i + 1])`; NaN is none. */
  readonly valueEnds: Int32Array;
  readonly values: Float64Array;
}

/** One series' windows under one definition, as whoever computes them has them now. Times are us. */
export interface WindowEntry {
  readonly key: string;
  readonly gen: number;
  /** Canonical text of the definition without the aggregations. */
  readonly window: string;
  readonly aggregations: readonly string[];
  /** The final rows are all there are; else those that changed. Open rows are always all that are shown. */
  readonly whole: boolean;
  /** -Infinity before the first sample, Infinity once closed. */
  readonly watermark: number;
  readonly late: number;
  readonly dropped: number;
  readonly missing: number;
  readonly invalid: number;
  readonly outOfOrder: number;
  /** When a final result changed last, and which: NaN where it is no longer held. Null where none has. */
  readonly revised: { readonly atUs: number; readonly startUs: number; readonly endUs: number } | null;
  /** Results of windows that start at or before this may lack samples; -Infinity: none, Infinity: all. */
  readonly doubtedUs: number;
}

/** What a `results` part says. */
export interface ResultsPart {
  readonly windows: readonly WindowEntry[];
  readonly rows: ResultColumns;
}

/** One entry of a message's series list (docs/protocol.md, section 3). */
export interface SeriesEntry {
  readonly key: string;
  readonly gen: number;
  readonly n: number;
  readonly before: number | null;
  readonly tiers: readonly number[];
  /** What `time`, `start` and `tiers` count: microseconds of event time, or steps. */
  readonly axis: 'time' | 'step';
  /** From where on the finest tier is held; null: it was there from the beginning. */
  readonly since: number | null;
  /** Times known to be missing at whoever sends, `[start, end)` each; only a server's snapshot has them, for drawing. */
  readonly pending?: readonly (readonly [startUs: number, endUs: number])[];
}

/** One `rows` part: a change where `slice` is null, else the complete live rows of `[from, to)`. */
export interface RowsPart {
  readonly table: string;
  readonly slice: { readonly from: number; readonly to: number; readonly last: boolean } | null;
  readonly columns: readonly { readonly name: string; readonly type: 'datetime' | 'number' | 'text' | 'bool' }[];
  readonly rowIds: Float64Array;
  /** The rowId under which each row's key entered the table: its place among the others. */
  readonly firstIds: Float64Array;
  readonly gone: Uint8Array;
  /** One array of cells per row, in column order. */
  readonly cells: readonly (readonly unknown[])[];
}

/** The proof of one table (docs/protocol.md, section 6); hashes are 16 hex digits. */
export interface TableProof {
  readonly floor: number;
  readonly keyFloor: number;
  readonly whole: string;
  readonly part: string;
  readonly total: number;
}

/** What one series lost or changed since the epoch began. */
export interface SeriesStats {
  readonly folded: number;
  readonly late: number;
  readonly invalid: number;
  readonly missing: number;
  readonly expired: number;
}

/** Totals since the epoch began, and the series with a count that is not zero. */
export interface MessageStats extends SeriesStats {
  readonly roundMs: number;
  readonly series: Readonly<Record<string, SeriesStats>>;
}

/** What one keyframe part says of a series: start of what the producer retains (null: everything), samples before it. */
export interface KeyframeRange {
  readonly series: number;
  readonly from: number | null;
  readonly gone: number;
}

/** One message from a producer to a viewer. */
export interface Message {
  readonly kind: 'batch' | 'snapshot';
  readonly session: string;
  readonly epoch: { readonly id: string; readonly startedUs: number };
  readonly seq: number;
  readonly sentUs: number;
  readonly samplesTotal: number;
  readonly documentRevision: number;
  readonly tables: Readonly<Record<string, TableProof>>;
  readonly stats: MessageStats | null;
  readonly answered: string | null;
  readonly slow: boolean;
  /** Parsed JSON of the document part, or null without one. */
  readonly document: unknown;
  readonly series: readonly SeriesEntry[];
  readonly folds: PaneColumns | null;
  readonly samples: SampleColumns | null;
  readonly history: SampleColumns | null;
  readonly keyframe: { readonly panes: PaneColumns; readonly ranges: readonly KeyframeRange[] } | null;
  /** Of rows of {@link folds}; null without any. */
  readonly foldFeatures: FeatureColumns | null;
  /** Of rows of the {@link keyframe} panes; null without any. */
  readonly keyframeFeatures: FeatureColumns | null;
  readonly latest: SampleColumns | null;
  /** Results of windows that the sender computes; null without any. */
  readonly results: ResultsPart | null;
  readonly rows: readonly RowsPart[];
  /** Roles and fields this version does not know: ignored, counted. */
  readonly unknown: number;
}
