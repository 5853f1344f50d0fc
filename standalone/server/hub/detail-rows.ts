import { createPaneFields } from '../../../src/core/pane.ts';
import { M4_PER_COLUMN } from '../../../src/core/retention/m4.ts';
import { M4_OUTER_BREAKS, m4WithBreaks } from '../../../src/core/retention/m4-breaks.ts';
import type { SeriesReading, Stretch } from './series-reading.ts';

/** Rows above which a column gets its first, smallest, largest and last only. */
export const MOST_PER_COLUMN = 4;

const FIRST_CAPACITY = 4096;
const CELL = createPaneFields(1);

/** Rows in time order, in columns that grow; reused from answer to answer. */
export class DetailRows {
  length = 0;
  time = new Float64Array(FIRST_CAPACITY);
  value = new Float64Array(FIRST_CAPACITY);
  #chosen = new Int32Array(FIRST_CAPACITY);

  add(timeUs: number, value: number): void {
    this.#ensure(this.length + 1);
    this.time[this.length] = timeUs;
    this.value[this.length] = value;
    this.length += 1;
  }

  addRun(times: Float64Array, values: Float64Array, from: number, to: number): void {
    this.#ensure(this.length + to - from);
    this.time.set(times.subarray(from, to), this.length);
    this.value.set(values.subarray(from, to), this.length);
    this.length += to - from;
  }

  /** Leaves of the rows of `[startUs, endUs)` what a line in so many columns needs. */
  choose(startUs: number, endUs: number, columns: number): void {
    const most = M4_PER_COLUMN * columns + M4_OUTER_BREAKS;
    if (this.#chosen.length < most) this.#chosen = new Int32Array(most);
    const count = m4WithBreaks(this.time, this.value, 0, this.length, startUs, endUs, columns, this.#chosen);
    for (let i = 0; i < count; i += 1) {
      this.time[i] = this.time[this.#chosen[i]!]!;
      this.value[i] = this.value[this.#chosen[i]!]!;
    }
    this.length = count;
  }

  #ensure(length: number): void {
    if (length <= this.time.length) return;
    const capacity = 2 ** Math.ceil(Math.log2(length));
    const time = new Float64Array(capacity);
    const value = new Float64Array(capacity);
    time.set(this.time.subarray(0, this.length));
    value.set(this.value.subarray(0, this.length));
    this.time = time;
    this.value = value;
  }
}

/** How the rows of one series were found. */
export interface DetailReading {
  /** Every sample of the range is among the rows. */
  readonly isRaw: boolean;
  /** No cell that stood for its samples is longer than a column. */
  readonly isFine: boolean;
}

/**
 * Puts the rows of a series in `[startUs, endUs)` into `out`, at most about four a column.
 *
 * Raw rows where they are as many as the shown cell counts, missing ones among them; elsewhere the cell's first, smallest,
 * largest and last, the middle two at its middle. Where they are more than four a column, a column keeps its first, a
 * smallest, a largest and its last. O(log n + raw rows of the range + cells of the range).
 */
export function readDetail(
  { stretches }: Pick<SeriesReading, 'stretches'>,
  range: { readonly startUs: number; readonly endUs: number; readonly columns: number },
  out: DetailRows,
): DetailReading {
  const { startUs, endUs, columns } = range;
  const columnUs = (endUs - startUs) / columns;
  out.length = 0;
  let isFine = true;
  let hasCells = false;
  for (const stretch of stretches) {
    const fromUs = Math.max(startUs, stretch.startUs);
    const untilUs = Math.min(endUs, stretch.endUs);
    if (!(fromUs < untilUs)) continue;
    const found = readStretch(stretch, fromUs, untilUs, columnUs, out);
    isFine &&= found.isFine;
    hasCells ||= found.hasCells;
  }
  const isAll = out.length <= MOST_PER_COLUMN * columns;
  if (!isAll) out.choose(startUs, endUs, columns);
  return { isRaw: isAll && !hasCells, isFine };
}

function readStretch(
  { cells, ring }: Stretch,
  startUs: number,
  endUs: number,
  columnUs: number,
  out: DetailRows,
): { readonly isFine: boolean; readonly hasCells: boolean } {
  let isFine = true;
  let hasCells = false;
  let next = ring.lowerBound(startUs);
  const end = ring.lowerBound(endUs);
  const addRows = (from: number, to: number): void => {
    if (from < to) ring.eachRun(from, to, (times, values, low, high) => out.addRun(times, values, low, high));
  };
  cells.eachShown(startUs, endUs, (durationUs, cellUs, tierIndex, row) => {
    const tier = cells.tiers[tierIndex]!;
    const from = ring.lowerBound(cellUs);
    const to = ring.lowerBoundFrom(from, cellUs + durationUs, ring.length);
    if (from < to && ring.finiteCount(from, to) === tier.count(row)) return;
    hasCells = true;
    if (durationUs > columnUs) isFine = false;
    addRows(next, Math.min(end, from));
    next = Math.max(next, to);
    tier.copyTo(row, CELL);
    const firstUs = CELL.firstTime[0]!;
    const lastUs = CELL.lastTime[0]!;
    out.add(firstUs, CELL.first[0]!);
    if (CELL.count[0]! > 2) {
      out.add((firstUs + lastUs) / 2, CELL.min[0]!);
      out.add((firstUs + lastUs) / 2, CELL.max[0]!);
    }
    if (CELL.count[0]! > 1) out.add(lastUs, CELL.last[0]!);
  });
  addRows(next, end);
  return { isFine, hasCells };
}
