import { APPROXIMATE, REBUILT, SKETCHED, type WindowResults } from '../core/windows/window-results.ts';
import type { DirtySpans } from './dirty-spans.ts';
import type { FinalResults } from './final-results.ts';
import type { ResultMark } from './result-history.ts';
import { isAnchored, stepOf } from './window-reach.ts';
import type { CellFeed } from './window-source.ts';

/**
 * How results that were computed anew enter the final ones of a series' windows.
 *
 * 1. They replace only what lacked samples, are `REBUILT`, and count as a revision where anything changed.
 * 2. A window that a coarse cell crosses is withheld: it is not made up, and what follows it is `loose`.
 */
export class RebuiltResults {
  readonly #finals: FinalResults;
  readonly #feed: CellFeed;

  /** @param feed Says which windows were computed from all and only their samples. */
  constructor(finals: FinalResults, feed: CellFeed) {
    this.#finals = finals;
    this.#feed = feed;
  }

  /**
   * Takes over the windows that overlap `dirty` out of results that were computed anew; `#feed` says which of them are whole.
   *
   * A result changes only where it gained samples, or the step to its first one did; the others stay as they were.
   */
  merge(results: WindowResults, dirty: DirtySpans, nowUs: number): void {
    const { history } = this.#finals;
    this.#finals.pastVersion += 1;
    const isSession = this.#finals.options.shape.kind === 'session';
    const sessions = isSession && isAnchored(this.#finals.options) ? exactSessions(results) : null;
    for (let row = history.lowerBound(dirty.firstUs); row < history.end; row += 1) {
      const startUs = history.startUs[row]!;
      const endUs = history.endUs[row]!;
      const isTold = sessions === null || sessions.get(startUs) === endUs;
      if (isTold && this.#finals.flagsOf(startUs, endUs) === 0) continue;
      const fromUs = isAnchored(this.#finals.options) ? this.#anchoredFromUs(startUs) : startUs;
      if (dirty.overlaps(fromUs, endUs)) history.flag(row, APPROXIMATE);
    }
    const gaps = new WithheldGaps(stepOf(this.#finals.options.shape));
    // Windows behind a dirty one hold none of its samples, but the step to their first may begin at one of them.
    let followsUntilUs = Number.NEGATIVE_INFINITY;
    for (let row = 0; row < results.length; row += 1) {
      const startUs = results.start[row]!;
      const endUs = results.end[row]!;
      if (dirty.overlaps(startUs, endUs)) followsUntilUs = Number.POSITIVE_INFINITY;
      else {
        if (followsUntilUs === Number.POSITIVE_INFINITY) followsUntilUs = endUs;
        if (isAnchored(this.#finals.options) && startUs < followsUntilUs && this.#isExact(results, row)) {
          this.#mergeFollower(results, row, nowUs);
        }
        continue;
      }
      if (isSession) {
        this.#mergeSession(results, row, nowUs);
        continue;
      }
      if (!this.#feed.isWhole(startUs, endUs)) {
        gaps.withhold();
        continue;
      }
      this.#mergeOne(results, row, gaps.next(endUs), nowUs);
    }
  }

  /**
   * Adds the windows over `told` that were withheld, out of results that were computed anew: raw rows came of samples that
   * had been counted before. Of the results held only `APPROXIMATE` ones change. Sessions are never withheld.
   */
  addWithheld(results: WindowResults, told: DirtySpans, nowUs: number): void {
    const { history, options } = this.#finals;
    if (options.shape.kind === 'session') return;
    const gaps = new WithheldGaps(stepOf(options.shape));
    for (let row = 0; row < results.length; row += 1) {
      const [startUs, endUs] = [results.start[row]!, results.end[row]!];
      const held = history.find(startUs, endUs);
      const isWhole = this.#feed.isWhole(startUs, endUs);
      if (held < 0 && !isWhole) {
        gaps.withhold();
        continue;
      }
      const loose = gaps.next(endUs);
      const isPoor = held < 0 || (isWhole && (history.flags[held]! & APPROXIMATE) !== 0);
      if (!isPoor || !told.overlaps(startUs, endUs)) continue;
      this.#mergeOne(results, row, loose, nowUs);
      this.#finals.pastVersion += 1;
    }
  }

  #isExact(results: WindowResults, row: number): boolean {
    const [startUs, endUs] = [results.start[row]!, results.end[row]!];
    if (this.#finals.options.shape.kind !== 'session') return this.#feed.isWhole(startUs, endUs);
    return (results.flags[row]! & APPROXIMATE) === 0 && this.#finals.flagsOf(startUs, endUs) === 0;
  }

  /** The last sample before `startUs` that is known of is not before this. */
  #anchoredFromUs(startUs: number): number {
    const { history } = this.#finals;
    const before = history.lowerBound(startUs + 1) - 1;
    return before < history.head ? Number.NEGATIVE_INFINITY : history.startUs[before]!;
  }

  #mergeOne(results: WindowResults, row: number, loose: boolean, nowUs: number): void {
    const { history } = this.#finals;
    const held = history.find(results.start[row]!, results.end[row]!);
    if (held < 0) {
      this.#put(results, row, { revision: 0, flags: results.flags[row]! | REBUILT, loose });
      return;
    }
    const gained = results.count[row]! - history.count[held]!;
    if (gained === 0) this.#finals.raw.keep(history, held, results, row);
    const flags = results.flags[row]! | REBUILT;
    const isBetter =
      (history.flags[held]! & ~flags & APPROXIMATE) !== 0 || results.coverage[row]! > history.coverage[held]!;
    const isMoved = isAnchored(this.#finals.options) && this.#differs(held, results, row);
    if (gained < 0 || (gained === 0 && !isBetter && !isMoved)) return;
    const changed = gained > 0 || this.#differs(held, results, row);
    const revision = history.revision[held]! + (changed ? 1 : 0);
    if (changed) this.#finals.revise(results.start[row]!, results.end[row]!, nowUs);
    this.#put(results, row, {
      revision,
      flags: changed ? flags : results.flags[row]!,
      loose: history.loose[held] === 1,
    });
  }

  /** Takes a rebuilt result of the same samples where another sample before them changed its values. */
  #mergeFollower(results: WindowResults, row: number, nowUs: number): void {
    const { history } = this.#finals;
    const held = history.find(results.start[row]!, results.end[row]!);
    if (held < 0 || history.count[held] !== results.count[row]!) return;
    this.#finals.raw.keep(history, held, results, row);
    if (!this.#differs(held, results, row)) return;
    const revision = history.revision[held]! + 1;
    this.#finals.revise(results.start[row]!, results.end[row]!, nowUs);
    const flags = results.flags[row]! | REBUILT;
    this.#put(results, row, { revision, flags, loose: history.loose[held] === 1 });
  }

  /** Whether a result of as many samples has other values; a quantile that is exact in one and sketched in the other has not. */
  #differs(held: number, results: WindowResults, row: number): boolean {
    const { flags, coverage, values } = this.#finals.history;
    const isOtherMethod =
      ((flags[held]! ^ results.flags[row]!) & SKETCHED) !== 0 && coverage[held] === results.coverage[row];
    return values.some(
      (column, k) => !(isOtherMethod && this.#finals.raw.isQuantile(k)) && differ(column[held]!, results.value(row, k)),
    );
  }

  /** Stores a rebuilt result, with exact quantiles where there are. */
  #put(results: WindowResults, row: number, mark: ResultMark): void {
    const at = this.#finals.history.put(results, row, mark);
    if (at >= 0) this.#finals.raw.improveHeld(this.#finals.history, at);
  }

  /** A rebuilt session takes the place of all that it overlaps. */
  #mergeSession(results: WindowResults, row: number, nowUs: number): void {
    const { history } = this.#finals;
    const startUs = results.start[row]!;
    const endUs = results.end[row]!;
    const held = history.find(startUs, endUs);
    if (held >= 0 && history.count[held] === results.count[row]!) {
      if (this.#isExact(results, row)) this.#mergeOne(results, row, false, nowUs);
      return;
    }
    const { known, revision } = this.#finals.takeOver(startUs, endUs);
    if (known > 0) this.#finals.revise(startUs, endUs, nowUs);
    const flags = results.flags[row]! | REBUILT | this.#finals.flagsOf(startUs, endUs);
    this.#put(results, row, { revision, flags, loose: false });
  }
}

/** Tells which results follow windows that were withheld. */
class WithheldGaps {
  readonly #step: number;
  #withheld = 0;
  #lastEndUs = Number.NaN;

  constructor(step: number) {
    this.#step = step;
  }

  withhold(): void {
    this.#withheld += 1;
  }

  /** Whether all windows between the one that ends at `endUs` and the last one before it were withheld. */
  next(endUs: number): boolean {
    const isLoose = this.#withheld > 0 && this.#lastEndUs + (this.#withheld + 1) * this.#step >= endUs;
    this.#withheld = 0;
    this.#lastEndUs = endUs;
    return isLoose;
  }
}

/** The ends, by start, of sessions whose samples were told one by one. */
function exactSessions({ length, start, end, flags }: WindowResults): ReadonlyMap<number, number> {
  const ends = new Map<number, number>();
  for (let row = 0; row < length; row += 1) if ((flags[row]! & APPROXIMATE) === 0) ends.set(start[row]!, end[row]!);
  return ends;
}

/** Whether two values of the same samples are more than rounding apart. */
function differ(a: number, b: number): boolean {
  return !(Object.is(a, b) || Math.abs(a - b) <= 1e-12 * (Math.abs(a) + Math.abs(b)));
}
