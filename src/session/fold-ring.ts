import { doublesIn, isRising, metaNumber, numberIn, stateInvalid, tableNamed } from '../core/state-input.ts';
import type { StateTable } from '../core/state-table.ts';

/*
 * 1. Folds stand by their first event time, equal ones in arrival order; the newest `capacity` by that order are held.
 * 2. Each is the summary of samples that never travelled one by one: a line is drawn through it as an envelope.
 * 3. Adding in order is amortised O(1); a fold that is late shifts those after it.
 */

const DEFAULT_CAPACITY = 4096;
/** What a ring without folds has of every column: most series never fold. */
const NO_FOLDS = new Float64Array(0);

const COLUMN_NAMES = ['firstTime', 'lastTime', 'min', 'max', 'first', 'last', 'sum', 'count'] as const;

/** Folded panes of one series, kept for drawing. See the guarantees above. Times in us. */
export class FoldRing {
  readonly capacity: number;
  firstTime = NO_FOLDS;
  lastTime = NO_FOLDS;
  min = NO_FOLDS;
  max = NO_FOLDS;
  first = NO_FOLDS;
  last = NO_FOLDS;
  sum = NO_FOLDS;
  count = NO_FOLDS;
  /** Live folds are `head <= i < end` of every column. */
  head = 0;
  end = 0;
  /** Longest `lastTime - firstTime` ever added since `clear`. */
  longestUs = 0;

  constructor(capacity: number = DEFAULT_CAPACITY) {
    this.capacity = capacity;
  }

  get length(): number {
    return this.end - this.head;
  }

  /** Bytes held. */
  get bytes(): number {
    return 8 * this.firstTime.byteLength;
  }

  clear(): void {
    this.head = 0;
    this.end = 0;
    this.longestUs = 0;
  }

  /** Adds row `row` of pane columns; one without samples is ignored. */
  append(panes: FoldColumns, row: number): void {
    if (!(panes.count[row]! > 0)) return;
    if (this.end === this.firstTime.length) this.#makeRoom();
    const firstTime = panes.firstTime[row]!;
    let at = this.end;
    while (at > this.head && this.firstTime[at - 1]! > firstTime) at -= 1;
    if (at < this.end) for (const column of this.#columns()) column.copyWithin(at + 1, at, this.end);
    this.firstTime[at] = firstTime;
    this.lastTime[at] = panes.lastTime[row]!;
    this.min[at] = panes.min[row]!;
    this.max[at] = panes.max[row]!;
    this.first[at] = panes.first[row]!;
    this.last[at] = panes.last[row]!;
    this.sum[at] = panes.sum[row]!;
    this.count[at] = panes.count[row]!;
    this.end += 1;
    this.longestUs = Math.max(this.longestUs, panes.lastTime[row]! - firstTime);
    if (this.length > this.capacity) this.head += 1;
  }

  /** First fold that starts at or after `timeUs`; `end` when there is none. O(log n). */
  lowerBound(timeUs: number): number {
    let low = this.head;
    let high = this.end;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.firstTime[middle]! < timeUs) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Samples in the folds that start in `[startUs, endUs)`; NaN when one of them reaches beyond. */
  countIn(startUs: number, endUs: number): number {
    if (this.end === this.head) return 0;
    let count = 0;
    for (let i = this.lowerBound(startUs); i < this.end && this.firstTime[i]! < endUs; i += 1) {
      count += this.lastTime[i]! < endUs ? this.count[i]! : Number.NaN;
    }
    return count;
  }

  /** A copy of everything but the capacity. O(folds). */
  save(): readonly StateTable[] {
    const columns = Object.fromEntries(COLUMN_NAMES.map((name) => [name, this[name].slice(this.head, this.end)]));
    return [{ name: 'folds', meta: { longest: metaNumber(this.longestUs) }, columns }];
  }

  /** Takes the place of what is held. @throws StreamVizError `STATE_INVALID` */
  restore(tables: readonly StateTable[]): void {
    const table = tableNamed(tables, 'folds');
    const firstTime = doublesIn(table, 'firstTime');
    if (!isRising(firstTime) || firstTime.length > this.capacity)
      throw stateInvalid('the folds are not in order or too many');
    for (const name of COLUMN_NAMES) this[name] = doublesIn(table, name, firstTime.length).slice();
    this.head = 0;
    this.end = firstTime.length;
    this.longestUs = numberIn(table, 'longest');
  }

  #columns(): Float64Array[] {
    return [this.firstTime, this.lastTime, this.min, this.max, this.first, this.last, this.sum, this.count];
  }

  /** Moves the folds to the front of columns that are at least half free. */
  #makeRoom(): void {
    const size = Math.min(2 * this.capacity + 2, Math.max(64, 2 * this.length));
    const moved = (column: Float64Array): Float64Array<ArrayBuffer> => {
      const next = new Float64Array(size);
      next.set(column.subarray(this.head, this.end));
      return next;
    };
    this.firstTime = moved(this.firstTime);
    this.lastTime = moved(this.lastTime);
    this.min = moved(this.min);
    this.max = moved(this.max);
    this.first = moved(this.first);
    this.last = moved(this.last);
    this.sum = moved(this.sum);
    this.count = moved(this.count);
    this.end -= this.head;
    this.head = 0;
  }
}

/** The columns {@link FoldRing.append} reads. */
export interface FoldColumns {
  readonly firstTime: Float64Array;
  readonly lastTime: Float64Array;
  readonly min: Float64Array;
  readonly max: Float64Array;
  readonly first: Float64Array;
  readonly last: Float64Array;
  readonly sum: Float64Array;
  readonly count: Float64Array;
}
