import type { ActorNames } from './actor-names.ts';

const FIRST_ROWS = 256;

/** What happened under one key in one pane of time. */
export interface EventPane {
  readonly count: number;
  readonly actors: ActorNames;
  /** Events with each flag, in the order of the options. */
  readonly flags: readonly number[] | Float64Array;
  /** Newest event time, us. */
  readonly lastUs: number;
}

/**
 * The panes of all keys as columns; a row is found by the number `take` gave it and may be used again after `free`.
 *
 * `keyId` is -1 in free rows. Grows by doubling; `take` and `free` are O(flags).
 */
export class PaneRows {
  readonly flagCount: number;
  /** Rows in use and free ones below the highest ever used. */
  length = 0;
  /** Rows in use. */
  used = 0;
  keyId = new Int32Array(FIRST_ROWS).fill(-1);
  start = new Float64Array(FIRST_ROWS);
  count = new Float64Array(FIRST_ROWS);
  lastUs = new Float64Array(FIRST_ROWS);
  complete = new Uint8Array(FIRST_ROWS);
  /** Row-major: `flagCount` counts per row. */
  flags: Float64Array;
  readonly names: string[][] = [];
  readonly #free: number[] = [];

  constructor(flagCount: number) {
    this.flagCount = flagCount;
    this.flags = new Float64Array(FIRST_ROWS * flagCount);
  }

  /** An empty pane of a key. */
  take(keyId: number, start: number): number {
    let row = this.#free.pop();
    if (row === undefined) {
      if (this.length === this.start.length) this.#grow();
      row = this.length;
      this.length += 1;
    }
    this.used += 1;
    this.keyId[row] = keyId;
    this.start[row] = start;
    this.count[row] = 0;
    this.lastUs[row] = -Infinity;
    this.complete[row] = 1;
    this.flags.fill(0, row * this.flagCount, (row + 1) * this.flagCount);
    this.names[row] = [];
    return row;
  }

  free(row: number): void {
    this.keyId[row] = -1;
    this.names[row] = [];
    this.#free.push(row);
    this.used -= 1;
  }

  #grow(): void {
    const rows = this.start.length * 2;
    const keyId = new Int32Array(rows).fill(-1);
    keyId.set(this.keyId);
    this.keyId = keyId;
    this.start = grown(this.start, rows);
    this.count = grown(this.count, rows);
    this.lastUs = grown(this.lastUs, rows);
    const complete = new Uint8Array(rows);
    complete.set(this.complete);
    this.complete = complete;
    this.flags = grown(this.flags, rows * this.flagCount);
  }
}

function grown(from: Float64Array, length: number): Float64Array<ArrayBuffer> {
  const to = new Float64Array(length);
  to.set(from);
  return to;
}
