import type { CellTiers, VisitCell } from '../core/cell-tiers.ts';
import { createPaneFields } from '../core/pane.ts';
import type { SampleRing } from '../core/sample-ring.ts';
import { doublesIn, isRising, metaNumber, numberIn, stateInvalid, tableNamed } from '../core/state-input.ts';
import type { StateTable } from '../core/state-table.ts';
import type { WindowOperator, WindowOptions } from '../core/windows/window-operator.ts';
import type { CellFeatures } from './cell-features.ts';
import type { TimeSpan } from './session-view.ts';
import { latestTimeOf } from './window-clock.ts';

/** What the windows of one series are computed from once its samples have been added. */
export interface WindowSource {
  readonly cells: CellTiers;
  readonly ring: SampleRing;
  readonly pending: readonly TimeSpan[];
  /** No message is known to be missing that may have had newer samples. */
  readonly isCurrent: boolean;
}

/** Which part of a source is wanted, and for which windows. Times in us, or steps. */
export interface FeedRange {
  /** Windows that start here or later are to be whole. */
  readonly fromUs: number;
  /** Cells that start later are left out: their times are refused. */
  readonly untilUs: number;
  /** Windows are merges of panes of this length; 0 where they are not (sessions). */
  readonly paneUs: number;
  /** Windows of this length or shorter can hold no longer cell whole. */
  readonly sizeUs: number;
  /** Whether results depend on the last sample before their window. */
  readonly isAnchored: boolean;
  /** Clock of the newest arrival; NaN where there is none. */
  readonly nowUs: number;
}

const CHUNK = 4096;
const times = new Float64Array(CHUNK);
const values = new Float64Array(CHUNK);
const CELL = createPaneFields(1);

/**
 * Feeds an operator with what a series holds, in event-time order, and remembers where that was coarse.
 *
 * 1. Where the raw rows of a shown cell are as many as it counts, the rows are fed: exact. Elsewhere the cell is.
 * 2. A cell longer than a window is in none whole: of it only the last sample is fed, the one that steps begin from.
 * 3. After `feed`, `isWhole(window)` says whether all and only the window's own samples were fed.
 */
export class CellFeed {
  /** Windows that start earlier may lack samples. */
  wholeFromUs = Number.NEGATIVE_INFINITY;
  #coarseStart: number[] = [];
  #coarseEnd: number[] = [];

  /** O(cells + raw rows of the range). Late, dropped and the like of the operator afterwards mean nothing. */
  feed(operator: WindowOperator, source: WindowSource, features: CellFeatures, range: FeedRange): void {
    const { cells, ring } = source;
    this.#coarseStart = [];
    this.#coarseEnd = [];
    const anchorUs = startOfSampleBefore(cells, range.fromUs);
    const hasAnchor = anchorUs > Number.NEGATIVE_INFINITY;
    this.wholeFromUs = hasAnchor ? range.fromUs : anchorUs;
    let isFirst = !hasAnchor;
    const visit: VisitCell = (durationUs, startUs, tierIndex, row) => {
      if (startUs > range.untilUs) return;
      const tier = cells.tiers[tierIndex]!;
      if (isFirst) {
        isFirst = false;
        // What is gone, or was never told, may have been the step before the first sample.
        const isBeginning = cells.gone === 0 && cells.horizons[cells.horizons.length - 1] === Number.NEGATIVE_INFINITY;
        const retainedUs = Math.max(cells.from, cells.horizons[cells.horizons.length - 1]!);
        if (!isBeginning) this.wholeFromUs = range.isAnchored ? tier.firstTime(row) + 1 : retainedUs;
      }
      const count = tier.count(row);
      const from = ring.lowerBound(startUs);
      const to = ring.lowerBoundFrom(from, startUs + durationUs, ring.length);
      if (from < to && ring.finiteCount(from, to) === count) {
        addRows(operator, ring, from, to, range.nowUs);
        return;
      }
      if (durationUs > range.paneUs) {
        this.#coarseStart.push(startUs);
        this.#coarseEnd.push(startUs + durationUs);
      }
      if (durationUs > range.sizeUs) {
        tier.copyTo(row, CELL);
        operator.add(CELL.lastTime, CELL.last, 0, 1, range.nowUs);
        return;
      }
      tier.copyTo(row, CELL);
      operator.addPane(startUs, durationUs, CELL, 0, features.of(durationUs, startUs, count));
    };
    cells.eachShown(anchorUs, Number.POSITIVE_INFINITY, visit);
  }

  /** Whether the samples fed for `[startUs, endUs)` are exactly those that the cells hold there. O(log n). */
  isWhole(startUs: number, endUs: number): boolean {
    return startUs >= this.wholeFromUs && !this.#isInside(startUs) && !this.#isInside(endUs);
  }

  save(): readonly StateTable[] {
    const columns = { start: Float64Array.from(this.#coarseStart), end: Float64Array.from(this.#coarseEnd) };
    return [{ name: 'coarse', meta: { wholeFrom: metaNumber(this.wholeFromUs) }, columns }];
  }

  /** Takes the place of what was remembered. @throws StreamVizError `STATE_INVALID` */
  restore(tables: readonly StateTable[]): void {
    const table = tableNamed(tables, 'coarse');
    const start = doublesIn(table, 'start');
    const end = doublesIn(table, 'end', start.length);
    if (!isRising(start) || !isRising(end)) throw stateInvalid('the coarse cells are not in order');
    this.wholeFromUs = numberIn(table, 'wholeFrom');
    this.#coarseStart = [...start];
    this.#coarseEnd = [...end];
  }

  /** Whether a time lies strictly inside a coarse cell. */
  #isInside(timeUs: number): boolean {
    let low = 0;
    let high = this.#coarseStart.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#coarseEnd[middle]! <= timeUs) low = middle + 1;
      else high = middle;
    }
    return low < this.#coarseStart.length && this.#coarseStart[low]! < timeUs;
  }
}

function addRows(operator: WindowOperator, ring: SampleRing, from: number, to: number, nowUs: number): void {
  for (let at = from; at < to; at += CHUNK) {
    const count = Math.min(CHUNK, to - at);
    for (let i = 0; i < count; i += 1) {
      times[i] = ring.timeAt(at + i);
      values[i] = ring.valueAt(at + i);
    }
    operator.add(times, values, 0, count, nowUs);
  }
}

/** Start of the last shown cell with a sample before `timeUs`, -Infinity when there is none. */
function startOfSampleBefore(cells: CellTiers, timeUs: number): number {
  const tier = cells.tiers[cells.tiers.length - 1]!;
  let found = Number.NEGATIVE_INFINITY;
  let endUs = timeUs;
  for (let row = tier.lowerBound(timeUs) - 1; row >= tier.head && found === Number.NEGATIVE_INFINITY; row -= 1) {
    const startUs = tier.start(row);
    cells.eachShown(startUs, endUs, (_duration, cellStartUs, tierIndex, cellRow) => {
      if (cells.tiers[tierIndex]!.firstTime(cellRow) < timeUs) found = cellStartUs;
    });
    endUs = startUs;
  }
  return found;
}

/** Whether a first or last sample of a shown cell lies between two times, both excluded. O(cells between). */
export function hasSampleBetween(cells: CellTiers, afterUs: number, beforeUs: number): boolean {
  let found = false;
  cells.eachShown(afterUs, beforeUs, (_duration, _start, tierIndex, row) => {
    const tier = cells.tiers[tierIndex]!;
    const first = tier.firstTime(row);
    const last = tier.lastTime(row);
    if ((first > afterUs && first < beforeUs) || (last > afterUs && last < beforeUs)) found = true;
  });
  return found;
}

/**
 * Time of the newest finite sample that windows took, NaN before the first: one too far ahead of the clock was refused, then it
 * is what their watermark tells.
 */
export function newestTakenUs(
  { cells }: WindowSource,
  options: WindowOptions,
  watermark: number,
  nowUs: number,
): number {
  const newestUs = newestTimeUs(cells);
  return newestUs > latestTimeOf(options, nowUs) ? watermark + (options.lateness ?? 0) : newestUs;
}

/** The first of the first and last times of shown cells that lies after `timeUs`; Infinity without any. O(cells after it). */
export function firstTimeAfter(cells: CellTiers, timeUs: number): number {
  let least = Number.POSITIVE_INFINITY;
  cells.eachShown(timeUs, Number.POSITIVE_INFINITY, (_duration, _start, tierIndex, row) => {
    const tier = cells.tiers[tierIndex]!;
    const first = tier.firstTime(row);
    const last = tier.lastTime(row);
    if (first > timeUs) least = Math.min(least, first);
    if (last > timeUs) least = Math.min(least, last);
  });
  return least;
}

/** Time of the newest finite sample in the cells, NaN without any. O(tiers). */
export function newestTimeUs({ tiers }: CellTiers): number {
  let newest = Number.NaN;
  for (const tier of tiers) {
    const row = tier.end - 1;
    if (row >= tier.head && tier.count(row) > 0 && !(tier.lastTime(row) <= newest)) newest = tier.lastTime(row);
  }
  return newest;
}
