import { doublesIn, isRising, stateInvalid, tableNamed } from '../core/state-input.ts';
import type { StateTable } from '../core/state-table.ts';
import type { WindowResults } from '../core/windows/window-results.ts';

const FIRST_CAPACITY = 4;
const STATE_COLUMNS = ['startUs', 'endUs', 'count', 'coverage', 'revision', 'flags', 'loose'] as const;

/** What a result is stored with besides its own columns. */
export interface ResultMark {
  readonly revision: number;
  readonly flags: number;
  /** The windows between this one and the one before were withheld: they are not known to be empty. */
  readonly loose: boolean;
}

/** What became of a history since it was asked before. */
export interface ResultChanges {
  readonly rows: readonly number[];
  readonly dropped: readonly (readonly [startUs: number, endUs: number])[];
}

/**
 * The final results of one series' windows as columns, sorted by end (sessions, being disjoint, too); one row per window.
 *
 * Live rows are `head <= row < end`. A newest result is appended in amortised O(1), one in the middle shifts what follows.
 * Above `capacity` the oldest go. Row numbers are valid until the next `put`, `drop` or `widen`.
 *
 * Which rows changed, and which were taken out, is kept for whoever hands the results on: see {@link takeChanges}.
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
  /** 1 where a row changed since the last `takeChanges`. */
  #changed = new Uint8Array(FIRST_CAPACITY);
  /** No row that ends earlier changed. */
  #changedFromUs = Number.POSITIVE_INFINITY;
  /** Bounds of the rows taken out; null while nobody asks for changes. */
  #dropped: [startUs: number, endUs: number][] | null = null;
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
    for (let row = this.head; row < this.end; row += 1) this.note(row);
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
    this.note(row);
    return row;
  }

  /** Adds flags to a row. */
  flag(row: number, flags: number): void {
    if ((flags & ~this.flags[row]!) === 0) return;
    this.flags[row]! |= flags;
    this.note(row);
  }

  /** Row `row` was changed in place. */
  note(row: number): void {
    this.#changed[row] = 1;
    if (this.endUs[row]! < this.#changedFromUs) this.#changedFromUs = this.endUs[row]!;
  }

  /** Whether {@link takeChanges} has something to tell. O(1). */
  get hasChanges(): boolean {
    return this.#changedFromUs < Number.POSITIVE_INFINITY || (this.#dropped?.length ?? 0) > 0;
  }

  /** Takes out all rows. */
  clear(): void {
    this.head = 0;
    this.end = 0;
  }

  /**
   * The rows that changed since the call before, ascending, and the bounds of those taken out meanwhile; an evicted row is
   * neither. The first call tells nothing of what was taken out. O(rows from the earliest change on).
   */
  takeChanges(): ResultChanges {
    const rows: number[] = [];
    for (let row = this.lowerBound(this.#changedFromUs); row < this.end; row += 1) {
      if (this.#changed[row] === 0) continue;
      this.#changed[row] = 0;
      rows.push(row);
    }
    const dropped = this.#dropped ?? [];
    this.#dropped = [];
    this.#changedFromUs = Number.POSITIVE_INFINITY;
    return { rows, dropped };
  }

  /** A copy of the rows. Which of them changed since anybody asked is no part of it. O(rows). */
  save(): readonly StateTable[] {
    const { head, end } = this;
    const columns: Record<string, Float64Array | Uint32Array | Uint8Array> = {};
    for (const name of STATE_COLUMNS) columns[name] = this[name].slice(head, end);
    for (const [k, column] of this.values.entries()) columns[`value${k}`] = column.slice(head, end);
    return [{ name: 'history', meta: {}, columns }];
  }

  /** Takes the place of what is held; every row counts as changed. @throws StreamVizError `STATE_INVALID` */
  restore(tables: readonly StateTable[]): void {
    const table = tableNamed(tables, 'history');
    const endUs = doublesIn(table, 'endUs');
    const { length } = endUs;
    if (!isRising(endUs) || length > this.capacity) throw stateInvalid('the results are not in order or too many');
    this.clear();
    this.#ensureRoom(length);
    const columns = { ...table.columns };
    for (const [k, column] of this.values.entries()) column.set(doublesIn(table, `value${k}`, length));
    for (const name of STATE_COLUMNS) {
      const column = columns[name];
      const isLike = column?.length === length && column.constructor === this[name].constructor;
      if (!isLike) throw stateInvalid(`history.${name} is no column of ${length} results`);
      this[name].set(column as Float64Array);
    }
    this.end = length;
    for (let row = 0; row < length; row += 1) this.note(row);
  }

  #ensureRoom(rows: number): void {
    while (this.startUs.length < rows) {
      this.end = this.startUs.length;
      this.#makeRoom();
    }
    this.end = 0;
  }

  /** Takes out one row. */
  drop(row: number): void {
    this.#dropped?.push([this.startUs[row]!, this.endUs[row]!]);
    for (const column of this.#columns()) column.copyWithin(row, row + 1, this.end);
    this.end -= 1;
  }

  #columns(): (Float64Array<ArrayBuffer> | Uint32Array<ArrayBuffer> | Uint8Array<ArrayBuffer>)[] {
    const { startUs, endUs, count, coverage, revision, flags, loose, values } = this;
    return [startUs, endUs, count, coverage, revision, flags, loose, this.#changed, ...values];
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
    this.#changed = movedBytes(this.#changed);
    this.values = this.values.map(moved);
    this.head = 0;
    this.end = end - head;
  }
}
