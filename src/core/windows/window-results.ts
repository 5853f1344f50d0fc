/** Bits of {@link WindowResults.flags}. */
export const REBUILT = 1;
/** Computed from folded panes that cross its edges, or in which something was not known. */
export const APPROXIMATE = 2;
/** A quantile comes from a sketch (within 0.79 %); without this bit quantiles are exact. */
export const SKETCHED = 4;
/** `distinct` passed its limit: the value is a lower bound. */
export const AT_LEAST = 8;

/** Small, because thousands of operators rarely hold more than one result each; none before the first one. */
const FIRST_ROWS = 4;
const NONE_SUPERSEDED: ReadonlyMap<number, readonly SessionBounds[]> = new Map();
const NO_NUMBERS = new Float64Array(0);
const NO_WORDS = new Uint32Array(0);
const NO_BYTES = new Uint8Array(0);

type SessionBounds = readonly [start: number, end: number];

/**
 * Results of windows as columns; row `i` of every column is one result.
 *
 * `value(i, k)` is NaN where aggregation `k` has none (an empty window's average). Rows are valid until `clear`.
 * Appending is amortised O(aggregations) and allocates only to grow.
 */
export class WindowResults {
  length = 0;
  /** Number of aggregations: values per row. */
  readonly width: number;
  start = NO_NUMBERS;
  end = NO_NUMBERS;
  count = NO_NUMBERS;
  revision = NO_WORDS;
  /** 1 once the watermark has passed the window's end. */
  final = NO_BYTES;
  flags = NO_BYTES;
  /** Share of the samples that a quantile knows, 0 to 1; 1 where no quantile was asked for. */
  coverage = NO_NUMBERS;
  /** Row-major: value of aggregation `k` of row `i` at `i * width + k`. */
  values = NO_NUMBERS;
  /** Null until a session replaces others: hardly any operator has one. */
  #supersedes: Map<number, readonly SessionBounds[]> | null = null;

  constructor(width: number) {
    this.width = width;
  }

  /** Final sessions that row `i` replaces, as `[start, end]`; absent for the others. */
  get supersedes(): ReadonlyMap<number, readonly SessionBounds[]> {
    return this.#supersedes ?? NONE_SUPERSEDED;
  }

  value(row: number, aggregation: number): number {
    return this.values[row * this.width + aggregation]!;
  }

  clear(): void {
    this.length = 0;
    this.#supersedes?.clear();
  }

  /** Row `row` is a session that replaces these final ones. */
  supersede(row: number, sessions: readonly SessionBounds[]): void {
    this.#supersedes ??= new Map();
    this.#supersedes.set(row, sessions);
  }

  /** Makes room for one more row and returns its number; its columns hold anything until they are set. */
  push(): number {
    const at = this.length;
    this.length += 1;
    if (this.length > this.start.length) this.#grow(this.length);
    return at;
  }

  #grow(length: number): void {
    const capacity = Math.max(FIRST_ROWS, length, this.start.length * 2);
    const floats = (column: Float64Array, size: number) => {
      const grown = new Float64Array(size);
      grown.set(column);
      return grown;
    };
    const bytes = (column: Uint8Array) => {
      const grown = new Uint8Array(capacity);
      grown.set(column);
      return grown;
    };
    const revision = new Uint32Array(capacity);
    revision.set(this.revision);
    this.start = floats(this.start, capacity);
    this.end = floats(this.end, capacity);
    this.count = floats(this.count, capacity);
    this.coverage = floats(this.coverage, capacity);
    this.values = floats(this.values, capacity * this.width);
    this.revision = revision;
    this.final = bytes(this.final);
    this.flags = bytes(this.flags);
  }
}
