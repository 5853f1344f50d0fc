import type { WindowOperator, WindowOptions } from '../core/windows/window-operator.ts';
import { WindowResults } from '../core/windows/window-results.ts';
import type { RawQuantiles } from './raw-quantiles.ts';

/** Exact quantiles of open windows are computed anew at most so often, by the producer's clock... */
const EXACT_EVERY_US = 250_000;
/** ... and so long after a computation for each sample that it looked at: 10,000 of them a second. */
const EXACT_US_A_SAMPLE = 100;

/** What the windows that are not final are read from. */
export interface OpenSource {
  readonly operator: WindowOperator;
  readonly version: number;
  /** The producer's clock. */
  readonly nowUs: number;
  /** Time of the newest sample that windows took; NaN where it is not known: then all open windows are read. */
  readonly newestUs: number;
  /** Flags of a window beyond the operator's. */
  readonly flagsOf: (startUs: number, endUs: number) => number;
}

/**
 * The windows of one series that are not final, as a view sees them.
 *
 * 1. The values of one window, its count included, are as of one moment: of the newest message, or, where quantiles are
 *    computed from raw samples, of one at most 250 ms of the producer's clock earlier; above 2,500 samples 100 us for each.
 *    So no number changes between two methods from message to message, and no stream costs more than 10,000 samples a
 *    second, and its windows once each time one becomes final.
 * 2. A window that is final is never among them: `reset` comes with it.
 * 3. Windows that slide are read up to the one that holds the newest sample and ends first after the watermark, which is
 *    the last: the hundreds that the sample opens behind it cost nothing.
 */
export class OpenResults {
  rows: WindowResults;
  readonly #raw: RawQuantiles;
  /** The reading before. */
  #before: WindowResults;
  #version = -1;
  #readUs = Number.NaN;
  /** Whether any row was computed from raw samples. */
  #isExact = false;
  /** So many were looked at. */
  #looked = 0;
  /** Whether there was asked for something newer since. */
  #isBehind = false;

  constructor({ aggregations }: WindowOptions, raw: RawQuantiles) {
    this.rows = new WindowResults(aggregations.length);
    this.#before = new WindowResults(aggregations.length);
    this.#raw = raw;
  }

  /** The next reading is of the newest message, whatever was read before. */
  reset(): void {
    this.#version = -1;
    this.#isExact = false;
    this.#isBehind = false;
  }

  /** Whether a reading at this clock would give what the last one had to leave out; true once for each such reading. */
  takeDue(nowUs: number): boolean {
    if (!this.#isBehind || this.#isHeld(nowUs)) return false;
    this.#isBehind = false;
    return true;
  }

  read(source: OpenSource): void {
    const { operator, version, nowUs, newestUs, flagsOf } = source;
    if (this.#version === version) return;
    if (this.#isHeld(nowUs)) {
      this.#isBehind = true;
      return;
    }
    this.#version = version;
    this.#readUs = nowUs;
    this.#isExact = false;
    this.#isBehind = false;
    this.#looked = 0;
    const rows = this.#before;
    this.#before = this.rows;
    this.rows = rows;
    rows.clear();
    operator.readOpen(rows, newestUs);
    for (let i = 0, before = 0; i < rows.length; i += 1) {
      rows.flags[i]! |= flagsOf(rows.start[i]!, rows.end[i]!);
      while (before < this.#before.length && this.#before.end[before]! < rows.end[i]!) before += 1;
      if (this.#raw.keepOpen(this.#before, before, rows, i)) this.#isExact = true;
      else if (this.#raw.improveResult(rows, i)) {
        this.#isExact = true;
        this.#looked += rows.count[i]!;
      }
    }
  }

  #isHeld(nowUs: number): boolean {
    const everyUs = Math.max(EXACT_EVERY_US, EXACT_US_A_SAMPLE * this.#looked);
    return this.#isExact && Math.abs(nowUs - this.#readUs) < everyUs;
  }
}
