import type { PaneFields } from './pane.ts';
import { doublesIn, stateInvalid } from './state-input.ts';
import type { StateTable } from './state-table.ts';

/** Rows at first: many series have one sample, which is one cell of each tier. */
const FIRST_CAPACITY = 2;
const NO_ROWS = new Float64Array(0);
const COLUMN_NAMES = [
  'start',
  'count',
  'sum',
  'min',
  'max',
  'first',
  'firstTime',
  'last',
  'lastTime',
  'asOf',
  'below',
] as const;

/**
 * The cells of one tier as typed-array columns, sorted by start, each start once.
 *
 * Live rows are `head <= row < end`; a row number is valid until the next `ensureRow` or `evictBefore`.
 * A cell at the end is appended in amortised O(1); one in the middle is found by binary search and shifts what follows.
 * Cells leave at the front only. A row whose `count` is 0 is a place held for finer cells under it.
 */
export class CellColumns implements PaneFields {
  head = 0;
  end = 0;
  start = NO_ROWS;
  count = NO_ROWS;
  sum = NO_ROWS;
  min = NO_ROWS;
  max = NO_ROWS;
  first = NO_ROWS;
  firstTime = NO_ROWS;
  last = NO_ROWS;
  lastTime = NO_ROWS;
  /** Number of the message whose complete pane the cell last took; 0 when it was only ever added to. */
  asOf = NO_ROWS;
  /** Samples shown by the finer cells under this one: the sum of their {@link shown}. */
  below = NO_ROWS;

  constructor() {
    this.#move(0, 0, FIRST_CAPACITY);
  }

  /** Bytes held, free rows included. */
  get bytes(): number {
    return COLUMN_NAMES.length * this.start.byteLength;
  }

  get size(): number {
    return this.end - this.head;
  }

  /** Samples that stand for this cell's interval: its own, or those of the finer cells where they know as many or more. */
  shown(row: number): number {
    const own = this.count[row]!;
    const below = this.below[row]!;
    return Math.max(own, below);
  }

  /** First row whose start is at or after `startUs`; `end` when there is none. O(log n), O(1) at the end. */
  lowerBound(startUs: number): number {
    if (this.end === this.head || this.start[this.end - 1]! < startUs) return this.end;
    let low = this.head;
    let high = this.end - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.start[middle]! < startUs) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Row of the cell that starts at `startUs`, or -1. */
  find(startUs: number): number {
    const row = this.lowerBound(startUs);
    return row < this.end && this.start[row] === startUs ? row : -1;
  }

  /** Row of the cell that starts at `startUs`; an empty one is made where there was none. */
  ensureRow(startUs: number): number {
    let row = this.lowerBound(startUs);
    if (row < this.end && this.start[row] === startUs) return row;
    if (this.end === this.start.length) row -= this.#makeRoom();
    if (row < this.end) for (const column of this.#columns()) column.copyWithin(row + 1, row, this.end);
    this.start[row] = startUs;
    this.count[row] = 0;
    this.sum[row] = 0;
    this.min[row] = 0;
    this.max[row] = 0;
    this.first[row] = 0;
    this.firstTime[row] = 0;
    this.last[row] = 0;
    this.lastTime[row] = 0;
    this.asOf[row] = 0;
    this.below[row] = 0;
    this.end += 1;
    return row;
  }

  /** Copies of the columns, live rows only, by their names. */
  toTable(name: string): StateTable {
    const columns: Record<string, Float64Array> = {};
    for (const key of COLUMN_NAMES) columns[key] = this[key].slice(this.head, this.end);
    return { name, meta: {}, columns };
  }

  /** Takes the rows of a table that {@link toTable} gave. @throws StreamVizError `STATE_INVALID` */
  restore(table: StateTable): void {
    const start = doublesIn(table, 'start');
    for (let i = 0; i < start.length; i += 1) {
      if (!Number.isFinite(start[i]) || (i > 0 && !(start[i]! > start[i - 1]!))) {
        throw stateInvalid(`the cells of ${table.name} are not in order`);
      }
    }
    const columns = COLUMN_NAMES.map((key) => doublesIn(table, key, start.length));
    this.#move(0, 0, capacityFor(start.length));
    this.end = start.length;
    for (const [k, key] of COLUMN_NAMES.entries()) this[key].set(columns[k]!);
  }

  /** Gives back the room that the rows do not need. */
  trim(): void {
    const capacity = capacityFor(this.size);
    if (capacity < this.start.length) this.#move(this.head, this.end, capacity);
  }

  /** Drops the cells that start before `edgeUs`. */
  evictBefore(edgeUs: number): void {
    this.head = this.lowerBound(edgeUs);
    if (this.head === this.end) {
      this.head = 0;
      this.end = 0;
    }
  }

  #columns(): Float64Array[] {
    const { start, count, sum, min, max, first, firstTime, last, lastTime, asOf, below } = this;
    return [start, count, sum, min, max, first, firstTime, last, lastTime, asOf, below];
  }

  /** Moves the rows to the front, into columns of twice the size unless a quarter was free. Returns how far they moved. */
  #makeRoom(): number {
    const shift = this.head;
    const { length } = this.start;
    if (this.size > (3 * length) / 4) this.#move(this.head, this.end, 2 * length);
    else {
      for (const column of this.#columns()) column.copyWithin(0, this.head, this.end);
      this.end -= shift;
      this.head = 0;
    }
    return shift;
  }

  /** Moves the rows `[from, to)` to the front of new columns, which lie in one block of memory. */
  #move(from: number, to: number, capacity: number): void {
    const block = new ArrayBuffer(COLUMN_NAMES.length * capacity * Float64Array.BYTES_PER_ELEMENT);
    for (const [k, key] of COLUMN_NAMES.entries()) {
      const column = new Float64Array(block, k * capacity * Float64Array.BYTES_PER_ELEMENT, capacity);
      for (let row = from; row < to; row += 1) column[row - from] = this[key][row]!;
      this[key] = column;
    }
    this.head = 0;
    this.end = to - from;
  }
}

const capacityFor = (rows: number): number => Math.max(FIRST_CAPACITY, 2 ** Math.ceil(Math.log2(Math.max(1, rows))));
