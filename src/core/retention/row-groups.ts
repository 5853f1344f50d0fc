/** Rows of several series as they came: `series` numbers them, from 0. */
export interface MixedRows {
  readonly length: number;
  readonly series: Uint16Array;
  readonly time: Float64Array;
  readonly value: Float64Array;
}

/**
 * The rows of a batch ordered by series, each series' in arrival order: a counting sort, about 2 ns a row.
 *
 * 1. The rows of series `s` are `[starts[s], starts[s + 1])` of `time` and `value`, for every `s` below `series`.
 * 2. Rows that come ordered are not copied: `time` and `value` are then the batch's own columns.
 * 3. Valid until the next `group`; allocates only for a larger batch or more series than ever before.
 */
export class RowGroups {
  time: Float64Array = new Float64Array(0);
  value: Float64Array = new Float64Array(0);
  starts = new Uint32Array(1);
  /** One more than the largest series of the batch. */
  series = 0;
  #time = new Float64Array(0);
  #value = new Float64Array(0);
  #next = new Uint32Array(0);

  /** @param most The largest series of the batch, where it is known. */
  group(rows: MixedRows, most = largest(rows.series, rows.length)): void {
    const { length, series } = rows;
    this.series = most + 1;
    if (most + 2 > this.starts.length) {
      this.starts = new Uint32Array(most + 2);
      this.#next = new Uint32Array(most + 2);
    }
    const isOrdered = countRows(series, length, most, this.starts);
    if (isOrdered) {
      this.time = rows.time;
      this.value = rows.value;
      return;
    }
    if (length > this.#time.length) {
      this.#time = new Float64Array(length);
      this.#value = new Float64Array(length);
    }
    this.#next.set(this.starts);
    scatter(rows, this.#next, this.#time, this.#value);
    this.time = this.#time;
    this.value = this.#value;
  }
}

/** The largest of the first `length` series, -1 of none. */
export function largest(series: Uint16Array, length: number): number {
  let most = -1;
  for (let i = 0; i < length; i += 1) if (series[i]! > most) most = series[i]!;
  return most;
}

/** Writes where each series' rows start once they are ordered. Returns whether they are. */
function countRows(series: Uint16Array, length: number, most: number, starts: Uint32Array): boolean {
  starts.fill(0, 0, most + 2);
  let before = 0;
  let falls = 0;
  for (let i = 0; i < length; i += 1) {
    const s = series[i]!;
    starts[s + 1]! += 1;
    if (s < before) falls += 1;
    before = s;
  }
  for (let s = 1; s <= most + 1; s += 1) starts[s]! += starts[s - 1]!;
  return falls === 0;
}

function scatter(
  { length, series, time, value }: MixedRows,
  next: Uint32Array,
  times: Float64Array,
  values: Float64Array,
): void {
  for (let i = 0; i < length; i += 1) {
    const s = series[i]!;
    const at = next[s]!;
    next[s] = at + 1;
    times[at] = time[i]!;
    values[at] = value[i]!;
  }
}
