import type { WindowResults } from '../core/windows/window-results.ts';

const FIRST_CAPACITY = 16;

/** What a result is stored with besides its own columns. */
export interface ResultMark {
  readonly revision: number;
  readonly flags: number;
  /** The windows between this one and the one before were withheld: they are not known to be empty. */
  readonly loose: boolean;
}

/**
 * The final results of one series' windows as columns, sorted by end (sessions, being disjoint, too); one row per window.
 *
 * Live rows are `head <= row < end`. A newest result is appended in amortised O(1), one in the middle shifts what follows.
 * Above `capacity` the oldest go. Row numbers are valid until the next `put`, `drop` or `widen`.
 */
export class ResultHistory {
  readonly capacity: number;
  head = 0;
  end = 0;
  startUs = new Float64Array(FIRST_CAPACITY);
  endUs = new Float64Array(FIRST_CAPACITY);
  count = new Float64Array(FIRST_CAPACITY);
  coverage = new Float64Array(FIRST_CAPACITY);
  revision = new Uint32Array(FIRST_CAPACITY);
  flags = new Uint8Array(FIRST_CAPACITY);
  loose = new Uint8Array(FIRST_CAPACITY);
  /** One column per aggregation. */
  values: Float64Array<ArrayBuffer>[] = [];

  /** @param width Number of aggregations. */
  constructor(width: number, capacity: number) {
    this.capacity = capacity;
    this.widen(width);
  }

  get size(): number {
    return this.end - this.head;
  }

  /** Adds columns up to `width` aggregations; the results held have no value for the new ones. */
  widen(width: number): void {
    while (this.values.length < width) this.values.push(new Float64Array(this.startUs.length).fill(Number.NaN));
  }

  /** First row whose window ends at or after `timeUs`; `end` when there is none. O(log n), O(1) at the end. */
  lowerBound(timeUs: number): number {
    if (this.end === this.head || this.endUs[this.end - 1]! < timeUs) return this.end;
    let low = this.head;
    let high = this.end - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.endUs[middle]! < timeUs) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Row of the window `[startUs, endUs)`, or -1. */
  find(startUs: number, endUs: number): number {
    const row = this.lowerBound(endUs);
    return row < this.end && this.endUs[row] === endUs && this.startUs[row] === startUs ? row : -1;
  }

  /** Stores row `from` of `results` in place of what was held of its window. Returns its row, -1 where it is too old. */
  put(results: WindowResults, from: number, { revision, flags, loose }: ResultMark): number {
    const endUs = results.end[from]!;
    let row = this.find(results.start[from]!, endUs);
    if (row < 0) {
      if (this.size >= this.capacity && endUs < this.endUs[this.head]!) return -1;
      row = this.#insert(endUs);
    }
    this.startUs[row] = results.start[from]!;
    this.endUs[row] = endUs;
    this.count[row] = results.count[from]!;
    this.coverage[row] = results.coverage[from]!;
    this.revision[row] = revision;
    this.flags[row] = flags;
    this.loose[row] = loose ? 1 : 0;
    for (let k = 0; k < this.values.length; k += 1) this.values[k]![row] = results.value(from, k);
    return row;
  }

  /** Takes out one row. */
  drop(row: number): void {
    for (const column of this.#columns()) column.copyWithin(row, row + 1, this.end);
    this.end -= 1;
  }

  #columns(): (Float64Array<ArrayBuffer> | Uint32Array<ArrayBuffer> | Uint8Array<ArrayBuffer>)[] {
    const { startUs, endUs, count, coverage, revision, flags, loose, values } = this;
    return [startUs, endUs, count, coverage, revision, flags, loose, ...values];
  }

  #insert(endUs: number): number {
    if (this.size >= this.capacity) this.head += 1;
    if (this.end === this.startUs.length) this.#makeRoom();
    const row = this.lowerBound(endUs);
    if (row < this.end) for (const column of this.#columns()) column.copyWithin(row + 1, row, this.end);
    this.end += 1;
    return row;
  }

  /** Moves the rows to the front, into columns of twice the size unless half were free. */
  #makeRoom(): void {
    const { head, end } = this;
    const grows = this.size > this.startUs.length / 2;
    const capacity = grows ? this.startUs.length * 2 : this.startUs.length;
    const moved = (column: Float64Array<ArrayBuffer>): Float64Array<ArrayBuffer> => {
      if (!grows) return column.copyWithin(0, head, end);
      const grown = new Float64Array(capacity);
      grown.set(column.subarray(head, end));
      return grown;
    };
    const movedBytes = (column: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> => {
      if (!grows) return column.copyWithin(0, head, end);
      const grown = new Uint8Array(capacity);
      grown.set(column.subarray(head, end));
      return grown;
    };
    const revision = new Uint32Array(capacity);
    revision.set(this.revision.subarray(head, end));
    this.startUs = moved(this.startUs);
    this.endUs = moved(this.endUs);
    this.count = moved(this.count);
    this.coverage = moved(this.coverage);
    this.revision = revision;
    this.flags = movedBytes(this.flags);
    this.loose = movedBytes(this.loose);
    this.values = this.values.map(moved);
    this.head = 0;
    this.end = end - head;
  }
}
