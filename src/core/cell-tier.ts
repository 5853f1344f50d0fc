import { createPaneFields, mergePaneInto, PANE_FIELDS, type PaneFields } from './pane.ts';
import { doublesIn, stateInvalid } from './state-input.ts';
import type { StateTable } from './state-table.ts';

/** What each number of a row is, by its place; the fields of the cell's pane stand from 1 to 8. */
const FIELDS = ['start', ...PANE_FIELDS, 'asOf', 'below'] as const;
const ROW = FIELDS.length;
const START = 0;
const COUNT = 1;
const FIRST_TIME = 6;
const LAST = 7;
const LAST_TIME = 8;
const AS_OF = 9;
const BELOW = 10;

/** Rows at first: many series have one sample, which is one cell of each tier. */
const FIRST_CAPACITY = 2;

const SCRATCH = createPaneFields(1);

/**
 * The cells of one tier, sorted by start, each start once.
 *
 * They are rows of one array: a series with few cells, of which there may be thousands, costs one small array a tier, and
 * a sample touches two cache lines of it. Live rows are `head <= row < end`; a row number is valid until the next
 * `ensureRow` or `evictBefore`. A cell at the end is appended in amortised O(1); one in the middle is found by binary search
 * and shifts what follows. Cells leave at the front only. A row whose `count` is 0 is a place held for finer cells under it.
 */
export class CellTier {
  head = 0;
  end = 0;
  #rows = new Float64Array(FIRST_CAPACITY * ROW);

  /** Bytes held, free rows included. */
  get bytes(): number {
    return this.#rows.byteLength;
  }

  get size(): number {
    return this.end - this.head;
  }

  /** Start of a cell in us. */
  start(row: number): number {
    return this.#rows[row * ROW + START]!;
  }

  /** Samples that a cell itself knows. */
  count(row: number): number {
    return this.#rows[row * ROW + COUNT]!;
  }

  /** Time of the first sample that a cell itself knows; of one that knows none it means nothing. */
  firstTime(row: number): number {
    return this.#rows[row * ROW + FIRST_TIME]!;
  }

  /** The last value that a cell itself knows; of one that knows none it means nothing. */
  last(row: number): number {
    return this.#rows[row * ROW + LAST]!;
  }

  /** Time of the last sample that a cell itself knows; of one that knows none it means nothing. */
  lastTime(row: number): number {
    return this.#rows[row * ROW + LAST_TIME]!;
  }

  /** Number of the message whose complete pane a cell last took; 0 when it was only ever added to. */
  asOf(row: number): number {
    return this.#rows[row * ROW + AS_OF]!;
  }

  setAsOf(row: number, seq: number): void {
    this.#rows[row * ROW + AS_OF] = seq;
  }

  /** Samples shown by the finer cells under a cell: the sum of their {@link shown}. */
  below(row: number): number {
    return this.#rows[row * ROW + BELOW]!;
  }

  setBelow(row: number, count: number): void {
    this.#rows[row * ROW + BELOW] = count;
  }

  /** Samples that stand for a cell's interval: its own, or those of the finer cells where they know as many or more. */
  shown(row: number): number {
    const at = row * ROW;
    return Math.max(this.#rows[at + COUNT]!, this.#rows[at + BELOW]!);
  }

  /** Overwrites row `to` of `out` with the pane of a cell. Allocates nothing. */
  copyTo(row: number, out: PaneFields, to: number = 0): void {
    const rows = this.#rows;
    const at = row * ROW + COUNT;
    out.count[to] = rows[at]!;
    out.sum[to] = rows[at + 1]!;
    out.min[to] = rows[at + 2]!;
    out.max[to] = rows[at + 3]!;
    out.first[to] = rows[at + 4]!;
    out.firstTime[to] = rows[at + 5]!;
    out.last[to] = rows[at + 6]!;
    out.lastTime[to] = rows[at + 7]!;
  }

  /** Overwrites the pane of a cell with row `from` of `panes`. Allocates nothing. */
  copyFrom(row: number, panes: PaneFields, from: number): void {
    const rows = this.#rows;
    const at = row * ROW + COUNT;
    rows[at] = panes.count[from]!;
    rows[at + 1] = panes.sum[from]!;
    rows[at + 2] = panes.min[from]!;
    rows[at + 3] = panes.max[from]!;
    rows[at + 4] = panes.first[from]!;
    rows[at + 5] = panes.firstTime[from]!;
    rows[at + 6] = panes.last[from]!;
    rows[at + 7] = panes.lastTime[from]!;
  }

  /** Merges the pane of a cell, later in arrival, into row 0 of `out`. Allocates nothing. */
  mergeTo(row: number, out: PaneFields): void {
    this.copyTo(row, SCRATCH);
    mergePaneInto(out, 0, SCRATCH, 0);
  }

  /** Merges row `from` of `panes`, later in arrival, into the pane of a cell. Allocates nothing. */
  merge(row: number, panes: PaneFields, from: number): void {
    if (!(panes.count[from]! > 0)) return;
    if (this.count(row) === 0) {
      this.copyFrom(row, panes, from);
      return;
    }
    this.copyTo(row, SCRATCH);
    mergePaneInto(SCRATCH, 0, panes, from);
    this.copyFrom(row, SCRATCH, 0);
  }

  /** First row whose start is at or after `startUs`; `end` when there is none. O(log n), O(1) at the end. */
  lowerBound(startUs: number): number {
    if (this.end === this.head || this.start(this.end - 1) < startUs) return this.end;
    let low = this.head;
    let high = this.end - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.start(middle) < startUs) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Row of the cell that starts at `startUs`, or -1. */
  find(startUs: number): number {
    const row = this.lowerBound(startUs);
    return row < this.end && this.start(row) === startUs ? row : -1;
  }

  /** Row of the cell that starts at `startUs`; an empty one is made where there was none. */
  ensureRow(startUs: number): number {
    let row = this.lowerBound(startUs);
    if (row < this.end && this.start(row) === startUs) return row;
    if (this.end === this.#capacity) row -= this.#makeRoom();
    if (row < this.end) this.#rows.copyWithin((row + 1) * ROW, row * ROW, this.end * ROW);
    this.#rows.fill(0, row * ROW, (row + 1) * ROW);
    this.#rows[row * ROW + START] = startUs;
    this.end += 1;
    return row;
  }

  /** Copies of the cells as columns, by their names. */
  toTable(name: string): StateTable {
    const columns: Record<string, Float64Array> = {};
    for (const [field, key] of FIELDS.entries()) {
      const column = new Float64Array(this.size);
      for (let i = 0, at = this.head * ROW + field; i < column.length; i += 1, at += ROW) column[i] = this.#rows[at]!;
      columns[key] = column;
    }
    return { name, meta: {}, columns };
  }

  /** Takes the cells of a table that {@link toTable} gave. @throws StreamVizError `STATE_INVALID` */
  restore(table: StateTable): void {
    const start = doublesIn(table, 'start');
    for (let i = 0; i < start.length; i += 1) {
      if (!Number.isFinite(start[i]) || (i > 0 && !(start[i]! > start[i - 1]!))) {
        throw stateInvalid(`the cells of ${table.name} are not in order`);
      }
    }
    const columns = FIELDS.map((key) => doublesIn(table, key, start.length));
    this.#move(0, 0, capacityFor(start.length));
    this.end = start.length;
    for (const [field, column] of columns.entries()) {
      for (let row = 0; row < column.length; row += 1) this.#rows[row * ROW + field] = column[row]!;
    }
  }

  /** Gives back the room that the cells do not need. */
  trim(): void {
    const capacity = capacityFor(this.size);
    if (capacity < this.#capacity) this.#move(this.head, this.end, capacity);
  }

  /** Drops the cells that start before `edgeUs`. */
  evictBefore(edgeUs: number): void {
    this.head = this.lowerBound(edgeUs);
    if (this.head === this.end) {
      this.head = 0;
      this.end = 0;
    }
  }

  get #capacity(): number {
    return this.#rows.length / ROW;
  }

  /** Moves the rows to the front, of an array of twice the size unless a quarter was free. Returns how far they moved. */
  #makeRoom(): number {
    const shift = this.head;
    const capacity = this.#capacity;
    if (this.size > (3 * capacity) / 4) this.#move(this.head, this.end, 2 * capacity);
    else {
      this.#rows.copyWithin(0, this.head * ROW, this.end * ROW);
      this.end -= shift;
      this.head = 0;
    }
    return shift;
  }

  /** Moves the rows `[from, to)` to the front of a new array. */
  #move(from: number, to: number, capacity: number): void {
    const rows = new Float64Array(capacity * ROW);
    rows.set(this.#rows.subarray(from * ROW, to * ROW));
    this.#rows = rows;
    this.head = 0;
    this.end = to - from;
  }
}

const capacityFor = (rows: number): number => Math.max(FIRST_CAPACITY, 2 ** Math.ceil(Math.log2(Math.max(1, rows))));
