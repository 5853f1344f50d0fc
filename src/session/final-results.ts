import { doublesIn, metaNumber, numberIn, tableNamed } from '../core/state-input.ts';
import type { StateTable } from '../core/state-table.ts';
import type { WindowOptions } from '../core/windows/window-operator.ts';
import { APPROXIMATE, REBUILT, SKETCHED, type WindowResults } from '../core/windows/window-results.ts';
import type { RawQuantiles } from './raw-quantiles.ts';
import { ResultHistory } from './result-history.ts';
import { isAnchored, reachOf } from './window-reach.ts';
import type { CellFeed } from './window-source.ts';

/** Results kept of one series' windows. */
export const RESULT_LIMIT = 20_000;

/**
 * The final results of one series' windows: what of the live ones is kept, and how often each changed. What is computed anew
 * comes in by `rebuilt-results.ts`.
 *
 * 1. Live results replace those of the same window, and those that they supersede; each time is a revision.
 * 2. A result that may not be all and only its window's samples is `APPROXIMATE`, for good where nothing can prove it again.
 * 3. A final session that joins an open one is none any more.
 */
export class FinalResults {
  readonly history: ResultHistory;
  /** Rises when a result other than a newest one changes or comes. */
  pastVersion = 0;
  /** The producer's clock when a result last changed; NaN before. */
  revisedAtUs = Number.NaN;
  #options: WindowOptions;
  #raw: RawQuantiles;
  readonly #feed: CellFeed;
  #revisedStartUs = Number.NaN;
  #revisedEndUs = Number.NaN;
  /** Sessions that were final and have joined one that is not. */
  #reopened: { readonly startUs: number; readonly endUs: number; readonly revision: number }[] = [];

  /** @param feed Says which windows began with all and only their samples. */
  constructor(options: WindowOptions, feed: CellFeed, raw: RawQuantiles) {
    this.#options = options;
    this.#raw = raw;
    this.#feed = feed;
    this.history = new ResultHistory(options.aggregations.length, RESULT_LIMIT);
  }

  get options(): WindowOptions {
    return this.#options;
  }

  get raw(): RawQuantiles {
    return this.#raw;
  }

  /** Row of the result that changed last; -1 where there is none or it is no longer held. */
  get revisedRow(): number {
    return this.history.find(this.#revisedStartUs, this.#revisedEndUs);
  }

  /** Stores live final results. What is superseded within them costs no exact quantiles. */
  takeAll(results: WindowResults, nowUs: number): void {
    const { history } = this;
    for (let row = 0; row < results.length; row += 1) this.#take(results, row, nowUs);
    for (let row = 0; row < results.length; row += 1) {
      if ((results.flags[row]! & SKETCHED) === 0) continue;
      const held = history.find(results.start[row]!, results.end[row]!);
      if (held >= 0) this.#raw.improveHeld(history, held);
    }
  }

  #take(results: WindowResults, row: number, nowUs: number): void {
    const { history } = this;
    const startUs = results.start[row]!;
    const endUs = results.end[row]!;
    let revision = results.revision[row]!;
    let past = false;
    const held = history.find(startUs, endUs);
    const loose = held >= 0 && history.loose[held] === 1;
    if (held >= 0) revision = Math.max(revision, history.revision[held]! + 1);
    if (this.#options.shape.kind === 'session') {
      const taken = this.takeOver(startUs, endUs);
      past = taken.known > 0;
      revision = Math.max(revision, taken.revision);
    }
    if (revision > 0) this.revise(startUs, endUs, nowUs);
    const flags = results.flags[row]! | this.flagsOf(startUs, endUs);
    const at = history.put(results, row, { revision, flags, loose });
    const isNewest = at < 0 || at === history.end - 1;
    if (past || held >= 0 || !isNewest) this.pastVersion += 1;
    if (!isNewest && isAnchored(this.#options)) this.#doubtFollowers(at);
  }

  /**
   * A sample came to the window of row `late`: the step to the first sample behind it may begin there now. Results that
   * the operator cannot tell anew, as it holds their samples only in coarse cells, are approximate from now on.
   */
  #doubtFollowers(late: number): void {
    const { history } = this;
    const endUs = history.endUs[late]!;
    let untilUs = Number.POSITIVE_INFINITY;
    for (let row = late + 1; row < history.end && history.startUs[row]! < untilUs; row += 1) {
      const startUs = history.startUs[row]!;
      if (startUs >= endUs) untilUs = Math.min(untilUs, history.endUs[row]!);
      history.flag(row, this.flagsOf(startUs, history.endUs[row]!));
    }
  }

  /** The result of these bounds changed. */
  revise(startUs: number, endUs: number, nowUs: number): void {
    this.revisedAtUs = nowUs;
    this.#revisedStartUs = startUs;
    this.#revisedEndUs = endUs;
  }

  /** Takes out all sessions that one of these bounds overlaps; says how many, and its revision. */
  takeOver(startUs: number, endUs: number): { readonly known: number; readonly revision: number } {
    const { history } = this;
    let revision = this.#reopened.length > 0 ? this.#closeAgain(startUs, endUs) : 0;
    let known = 0;
    const first = history.lowerBound(startUs + 1);
    while (first < history.end && history.startUs[first]! < endUs) {
      revision = Math.max(revision, history.revision[first]! + 1);
      known += 1;
      history.drop(first);
    }
    return { known, revision };
  }

  /** APPROXIMATE where the samples that the present operator began from were not all and only the window's. */
  flagsOf(startUs: number, endUs: number): number {
    const isWhole =
      this.#options.shape.kind === 'session'
        ? startUs - reachOf(this.#options) >= this.#feed.wholeFromUs
        : this.#feed.isWhole(startUs, endUs);
    return isWhole ? 0 : APPROXIMATE;
  }

  /**
   * Marks the oldest results, as far as `isReached` tells by their starts, as approximate for good.
   *
   * @returns whether there are any.
   */
  doubt(isReached: (startUs: number) => boolean): boolean {
    const { history } = this;
    let row = history.head;
    for (; row < history.end && isReached(history.startUs[row]!); row += 1) history.flag(row, APPROXIMATE);
    if (row === history.head) return false;
    this.pastVersion += 1;
    return true;
  }

  /** Marks the results of windows that hold some but not all of the samples folded from `firstUs` to `lastUs`, both included. */
  doubtCrossed(firstUs: number, lastUs: number): void {
    const { history } = this;
    for (let row = history.lowerBound(firstUs + 1); row < history.end && history.startUs[row]! <= lastUs; row += 1) {
      if (history.startUs[row]! <= firstUs && lastUs < history.endUs[row]!) continue;
      history.flag(row, APPROXIMATE);
      this.pastVersion += 1;
    }
  }

  /** Takes out the final sessions that an open one has joined: they are provisional again. Returns whether there were any. */
  reopen(open: WindowResults, nowUs: number): boolean {
    const { history } = this;
    const { size } = history;
    for (let row = 0; row < open.length; row += 1) {
      for (let held = history.lowerBound(open.start[row]! + 1); held < history.end; ) {
        if (history.startUs[held]! >= open.end[row]!) break;
        this.#reopened.push({
          startUs: history.startUs[held]!,
          endUs: history.endUs[held]!,
          revision: history.revision[held]!,
        });
        history.drop(held);
        this.revisedAtUs = nowUs;
        this.pastVersion += 1;
      }
    }
    return history.size < size;
  }

  /** The revision of a session that takes the place of reopened ones; 0 where there are none. */
  #closeAgain(startUs: number, endUs: number): number {
    let revision = 0;
    this.#reopened = this.#reopened.filter((session) => {
      if (session.startUs >= endUs || session.endUs <= startUs) return true;
      revision = Math.max(revision, session.revision + 1);
      return false;
    });
    return revision;
  }

  /** A copy of everything but what the {@link CellFeed} knows. O(results). */
  save(): readonly StateTable[] {
    const column = (name: 'startUs' | 'endUs' | 'revision') =>
      Float64Array.from(this.#reopened, (session) => session[name]);
    const meta = {
      pastVersion: this.pastVersion,
      revisedAt: metaNumber(this.revisedAtUs),
      revisedStart: metaNumber(this.#revisedStartUs),
      revisedEnd: metaNumber(this.#revisedEndUs),
    };
    const columns = { start: column('startUs'), end: column('endUs'), revision: column('revision') };
    return [{ name: 'reopened', meta, columns }, ...this.history.save()];
  }

  /** Takes the place of what is held. @throws StreamVizError `STATE_INVALID` */
  restore(tables: readonly StateTable[]): void {
    const table = tableNamed(tables, 'reopened');
    const start = doublesIn(table, 'start');
    const end = doublesIn(table, 'end', start.length);
    const revision = doublesIn(table, 'revision', start.length);
    this.#reopened = Array.from(start, (startUs, i) => ({ startUs, endUs: end[i]!, revision: revision[i]! }));
    this.pastVersion = numberIn(table, 'pastVersion');
    this.revisedAtUs = numberIn(table, 'revisedAt');
    this.#revisedStartUs = numberIn(table, 'revisedStart');
    this.#revisedEndUs = numberIn(table, 'revisedEnd');
    this.history.restore(tables);
  }

  /** Gives the windows held the values of the aggregations from `known` on, where all their samples are at hand. */
  widen(options: WindowOptions, raw: RawQuantiles, results: WindowResults, known: number): void {
    const { history } = this;
    this.#options = options;
    this.#raw = raw;
    history.widen(options.aggregations.length);
    this.pastVersion += 1;
    for (let row = 0; row < results.length; row += 1) {
      const startUs = results.start[row]!;
      const endUs = results.end[row]!;
      const held = history.find(startUs, endUs);
      if (held < 0 || this.flagsOf(startUs, endUs) !== 0) continue;
      for (let k = known; k < history.values.length; k += 1) history.values[k]![held] = results.value(row, k);
      history.coverage[held] = results.coverage[row]!;
      history.flags[held]! |= results.flags[row]!;
      if (history.count[held] !== results.count[row]!) history.flags[held]! |= REBUILT;
      raw.improveHeld(history, held);
    }
  }
}
