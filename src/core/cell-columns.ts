import type { PaneFields } from './pane.ts';
import { doublesIn, stateInvalid } from './state-input.ts';
import type { StateTable } from './state-table.ts';

const FIRST_CAPACITY = 8;
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
  start = new Float64Array(FIRST_CAPACITY);
  count = new Float64Array(FIRST_CAPACITY);
  sum = new Float64Array(FIRST_CAPACITY);
  min = new Float64Array(FIRST_CAPACITY);
  max = new Float64Array(FIRST_CAPACITY);
  first = new Float64Array(FIRST_CAPACITY);
  firstTime = new Float64Array(FIRST_CAPACITY);
  last = new Float64Array(FIRST_CAPACITY);
  lastTime = new Float64Array(FIRST_CAPACITY);
  /** Number of the message whose complete pane the cell last took; 0 when it was only ever added to. */
  asOf = new Float64Array(FIRST_CAPACITY);
  /** Samples shown by the finer cells under this one: the sum of their {@link shown}. */
  below = new Float64Array(FIRST_CAPACITY);

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
    for (const column of this.#columns()) column[row] = 0;
    this.start[row] = startUs;
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
    this.head = 0;
    this.end = start.length;
    const capacity = Math.max(FIRST_CAPACITY, 2 ** Math.ceil(Math.log2(Math.max(1, start.length))));
    for (const key of COLUMN_NAMES) {
      const column = new Float64Array(capacity);
      column.set(doublesIn(table, key, start.length));
      this[key] = column;
    }
  }

  /** Gives back the room that the rows do not need. */
  trim(): void {
    const capacity = Math.max(FIRST_CAPACITY, 2 ** Math.ceil(Math.log2(Math.max(1, this.size))));
    if (capacity >= this.start.length) return;
    for (const key of COLUMN_NAMES) {
      const column = new Float64Array(capacity);
      column.set(this[key].subarray(this.head, this.end));
      this[key] = column;
    }
    this.end -= this.head;
    this.head = 0;
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
    const capacity = this.size > (3 * length) / 4 ? 2 * length : length;
    const moved = (column: Float64Array<ArrayBuffer>): Float64Array<ArrayBuffer> => {
      if (capacity === column.length) return column.copyWithin(0, this.head, this.end);
      const grown = new Float64Array(capacity);
      grown.set(column.subarray(this.head, this.end));
      return grown;
    };
    this.start = moved(this.start);
    this.count = moved(this.count);
    this.sum = moved(this.sum);
    this.min = moved(this.min);
    this.max = moved(this.max);
    this.first = moved(this.first);
    this.firstTime = moved(this.firstTime);
    this.last = moved(this.last);
    this.lastTime = moved(this.lastTime);
    this.asOf = moved(this.asOf);
    this.below = moved(this.below);
    this.head = 0;
    this.end -= shift;
    return shift;
  }
}
