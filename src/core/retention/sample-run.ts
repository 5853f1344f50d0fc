/** A run of samples in consecutive slots of ascending time, and the pyramid over those slots. */
export interface SampleRun {
  readonly time: Float64Array;
  readonly value: Float64Array;
  /** Levels of {@link import('../min-max-pyramid.ts').MinMaxPyramid}. */
  readonly levels: readonly Float64Array[];
  /** Times of their blocks' first samples. */
  readonly starts: readonly Float64Array[];
  /** Samples stand in slots `[from, to)`. */
  readonly from: number;
  readonly to: number;
  /** First slot after the last sample held: every block that ends at or before it is complete. */
  readonly heldTo: number;
  /** Time of the sample that follows the one in slot `heldTo - 1`; Infinity while there is none. */
  readonly nextUs: number;
  /** Time of the last sample that is being read: no sample goes into a later column. */
  readonly lastUs: number;
  /** Whether the sample before `from` is a missing one. */
  readonly followsMissing: boolean;
}

/** How far a run has been read. */
export interface RunCursor {
  /** First slot not read. */
  slot: number;
  /** Entry of the sample before it; -1 while there is none. */
  entry: number;
}
