/** Bits of {@link WindowResults.flags}. */
export const REBUILT = 1;
/** Computed from folded panes that cross its edges, or in which something was not known. */
export const APPROXIMATE = 2;
/** A quantile comes from a sketch (within 0.79 %); without this bit quantiles are exact. */
export const SKETCHED = 4;
/** `distinct` passed its limit: the value is a lower bound. */
export const AT_LEAST = 8;

/** Small, because thousands of operators rarely hold more than one result each. */
const FIRST_ROWS = 4;

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
  start = new Float64Array(FIRST_ROWS);
  end = new Float64Array(FIRST_ROWS);
  count = new Float64Array(FIRST_ROWS);
  revision = new Uint32Array(FIRST_ROWS);
  /** 1 once the watermark has passed the window's end. */
  final = new Uint8Array(FIRST_ROWS);
  flags = new Uint8Array(FIRST_ROWS);
  /** Share of the samples that a quantile knows, 0 to 1; 1 where no quantile was asked for. */
  coverage = new Float64Array(FIRST_ROWS);
  /** Row-major: value of aggregation `k` of row `i` at `i * width + k`. */
  values: Float64Array;
  /** Final sessions that row `i` replaces, as `[start, end]`; absent for the others. */
  readonly supersedes = new Map<number, readonly (readonly [number, number])[]>();

  constructor(width: number) {
    this.width = width;
    this.values = new Float64Array(FIRST_ROWS * width);
  }

  value(row: number, aggregation: number): number {
    return this.values[row * this.width + aggregation]!;
  }

  clear(): void {
    this.length = 0;
    if (this.supersedes.size > 0) this.supersedes.clear();
  }

  /** Makes room for `count` more rows and returns the first one's number; their columns hold anything until they are set. */
  push(count = 1): number {
    const at = this.length;
    this.length += count;
    if (this.length > this.start.length) this.#grow(this.length);
    return at;
  }

  #grow(length: number): void {
    const capacity = Math.max(length, this.start.length * 2);
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
