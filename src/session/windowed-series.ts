import type { PaneFields } from '../core/pane.ts';
import { metaNumber, numberIn, tableNamed } from '../core/state-input.ts';
import type { StateTable } from '../core/state-table.ts';
import type { Aggregation } from '../core/windows/aggregation.ts';
import { createWindows, restoreWindows } from '../core/windows/create-windows.ts';
import type { PaneFeatures, WindowCounters, WindowOperator, WindowOptions } from '../core/windows/window-operator.ts';
import { APPROXIMATE, WindowResults } from '../core/windows/window-results.ts';
import { paneSize } from '../core/windows/window-shape.ts';
import type { CellFeatures } from './cell-features.ts';
import type { DirtySpans } from './dirty-spans.ts';
import { FinalResults, RESULT_LIMIT } from './final-results.ts';
import { OpenResults } from './open-results.ts';
import { OperatorCounters } from './operator-counters.ts';
import { RawQuantiles } from './raw-quantiles.ts';
import { RebuiltResults } from './rebuilt-results.ts';
import type { ResultHistory } from './result-history.ts';
import { partsOf, tablesUnder } from './state-parts.ts';
import { clockOf, latestTimeOf } from './window-clock.ts';
import { isAnchored, reachOf, stepOf } from './window-reach.ts';
import { CellFeed, firstTimeAfter, hasSampleBetween, newestTakenUs, type WindowSource } from './window-source.ts';
import type { WindowStore } from './window-store.ts';

/**
 * The windows of one series under one definition, shared by every widget and aggregation that asks for it.
 *
 * 1. Live samples go to one operator in arrival order; its final results are kept, newest result of a window wins.
 * 2. `rebuild` computes anew, from cells and raw rows, the windows in which samples had been missing, and nothing else:
 *    those results are `REBUILT`. What was counted as late or dropped stays as it was counted.
 * 3. A window that a coarse cell crosses is not made up: it is left out, or stays as it was and is `APPROXIMATE`.
 * 4. Quantiles are exact where the raw samples are few and at hand (raw-quantiles.ts); what they are, SKETCHED says.
 * 5. Memory: at most 20,000 results and what the operator's open windows need.
 */
export class WindowedSeries implements WindowStore {
  readonly key: string;
  options: WindowOptions;
  /** Rises with everything that may change a result, open ones included. */
  version = 0;
  readonly #source: WindowSource;
  readonly #features: CellFeatures;
  readonly #feed = new CellFeed();
  readonly #finals: FinalResults;
  readonly #rebuilt: RebuiltResults;
  #operator: WindowOperator;
  readonly #counted = new OperatorCounters();
  #arrivedUs = Number.NaN;
  /** The producer's clock with the newest message that touched the series. */
  #nowUs = Number.NaN;
  /** Samples before the largest time when sessions were last looked through for such. */
  #outOfOrder = 0;
  #raw: RawQuantiles;
  #open: OpenResults;
  /** Whether {@link #open} was asked for what there is now. */
  #isOpenRead = false;
  readonly #flagsOf = (startUs: number, endUs: number): number => this.#finals.flagsOf(startUs, endUs);

  constructor(key: string, options: WindowOptions, source: WindowSource, features: CellFeatures) {
    this.key = key;
    this.options = options;
    this.#source = source;
    this.#features = features;
    this.#raw = new RawQuantiles(options, source);
    this.#finals = new FinalResults(options, this.#feed, this.#raw);
    this.#rebuilt = new RebuiltResults(this.#finals, this.#feed);
    this.#operator = createWindows(options);
    this.#open = new OpenResults(options, this.#raw);
  }

  /** Takes the place of a store whose versions were these: they go on rising. */
  replace({ version, pastVersion }: Pick<WindowStore, 'version' | 'pastVersion'>): void {
    this.version += version + 1;
    this.#finals.pastVersion += pastVersion + 1;
  }

  get counters(): Readonly<WindowCounters> {
    return this.#counted.totals;
  }

  /** The final results held. */
  get history(): ResultHistory {
    return this.#finals.history;
  }

  /** Rises when a result other than a newest one changes or comes. */
  get pastVersion(): number {
    return this.#finals.pastVersion;
  }

  /** The producer's clock when a final result last changed; NaN before. */
  get revisedAtUs(): number {
    return this.#finals.revisedAtUs;
  }

  /** Row in the history of the final result that changed last and is still held; -1 where there is none. */
  get revisedRow(): number {
    return this.#finals.revisedRow;
  }

  get watermark(): number {
    return this.#operator.watermark;
  }

  get source(): WindowSource {
    return this.#source;
  }

  /** Time of the newest finite sample that was not refused, NaN before the first. */
  get newestUs(): number {
    return newestTakenUs(this.#source, this.options, this.watermark, this.#nowUs);
  }

  /** Position of an aggregation among the values of each result, -1 where it is not computed. */
  indexOf({ text }: Aggregation): number {
    return this.options.aggregations.findIndex((aggregation) => aggregation.text === text);
  }

  /** Says how far the sender's time had come before the rows that follow. */
  raise(beforeUs: number, nowUs: number): void {
    if (beforeUs > latestTimeOf(this.options, nowUs)) return;
    this.#operator.raiseWatermark(beforeUs - (this.options.lateness ?? 0));
  }

  /** @param areRising No time is smaller than the one before it. */
  addSamples(
    times: Float64Array,
    values: Float64Array,
    from: number,
    to: number,
    nowUs: number,
    areRising: boolean,
  ): void {
    this.#arrivedUs = clockOf(this.options, nowUs);
    this.#operator.add(times, values, from, to, this.#arrivedUs, areRising);
  }

  /** @param features What the fold knows beyond its pane; null where it is not known. */
  addFold(
    startUs: number,
    durationUs: number,
    panes: PaneFields,
    row: number,
    features: PaneFeatures | null,
    nowUs: number,
  ): void {
    if (panes.lastTime[row]! > latestTimeOf(this.options, nowUs)) {
      this.#counted.refuse(panes.count[row]!);
      return;
    }
    this.#arrivedUs = clockOf(this.options, nowUs);
    const isLate = panes.firstTime[row]! < this.watermark;
    if (isLate) this.collect(nowUs);
    this.#operator.addPane(startUs, durationUs, panes, row, features);
    if (isLate) this.#finals.doubtCrossed(panes.firstTime[row]!, panes.lastTime[row]!);
  }

  /** Tells the producer's clock; an idle stream's windows become final with it. */
  advance(nowUs: number): void {
    if ((this.options.idle ?? null) === null) return;
    this.#operator.advance(clockOf(this.options, nowUs));
  }

  /** Takes over the results that have become final. To be called at the end of each message that touched the series. */
  settle(nowUs: number): void {
    this.#nowUs = nowUs;
    this.version += 1;
    this.collect(nowUs);
  }

  /** As {@link settle}, where nothing but the clock has moved on. */
  collect(nowUs: number): void {
    this.#nowUs = nowUs;
    this.#isOpenRead = false;
    this.#counted.read(this.#operator);
    const { results } = this.#operator;
    if (results.length > 0) {
      this.version += 1;
      this.#resetOpen();
      this.#finals.takeAll(results, nowUs);
      results.clear();
    }
    if (this.#open.takeDue(nowUs)) this.version += 1;
    if (this.options.shape.kind === 'session' && this.counters.outOfOrder !== this.#outOfOrder) this.#reopen(nowUs);
  }

  /**
   * Computes the windows over `dirty` anew, where samples had been missing, and those over `told` that were withheld, where
   * raw rows have come. O(cells and raw rows from the earliest of them on).
   *
   * Call `settle` before it, so that nothing live is taken for rebuilt.
   */
  rebuild(dirty: DirtySpans, told: DirtySpans, nowUs: number): void {
    const operator = this.#refeed(this.#rebuiltFromUs(Math.min(dirty.firstUs, told.firstUs)), nowUs);
    const { results } = operator;
    if (!dirty.isEmpty) this.#rebuilt.merge(results, dirty, nowUs);
    if (!told.isEmpty) this.#rebuilt.addWithheld(results, told, nowUs);
    this.#goOn(operator);
    if (this.options.shape.kind === 'session') this.#reopen(nowUs);
  }

  /** Computes further aggregations from now on, and for the windows held as far as cells and raw rows allow. */
  widen(options: WindowOptions, nowUs: number): void {
    const known = this.options.aggregations.length;
    this.options = options;
    this.#raw = new RawQuantiles(options, this.#source);
    this.#open = new OpenResults(options, this.#raw);
    const operator = this.#refeed(Number.NEGATIVE_INFINITY, nowUs);
    this.#finals.widen(options, this.#raw, operator.results, known);
    this.#goOn(operator);
  }

  /** What lies before `edgeUs` was given up: results there can never be proved again. */
  doubtBefore(edgeUs: number): void {
    const { cells } = this.#source;
    const reachUs = reachOf(this.options);
    const isReached = (startUs: number) =>
      startUs - reachUs < edgeUs || (isAnchored(this.options) && !hasSampleBetween(cells, edgeUs - 1, startUs));
    if (!this.#finals.doubt(isReached)) return;
    this.version += 1;
    this.#isOpenRead = false;
  }

  /** Windows that are not final and that a line shows, in the order of their ends; valid until the next message. See {@link OpenResults}. */
  get open(): WindowResults {
    this.#readOpen();
    return this.#open.rows;
  }

  /**
   * Rows of {@link open} that a line shows: up to the window that holds the newest sample and ends first after the
   * watermark, which is the last of them. 0 where no window is open.
   */
  get openCount(): number {
    this.#readOpen();
    return this.#open.rows.length;
  }

  /** What is to be said of a result now: while a hole is open, what it may concern is approximate. */
  flagsNow(flags: number, startUs: number): number {
    return startUs <= this.doubtedUs ? flags | APPROXIMATE : flags;
  }

  /** Windows that start at or before this may lack samples that are known to be missing: -Infinity none, Infinity all. */
  get doubtedUs(): number {
    const { cells, isCurrent } = this.#source;
    if (!isCurrent) return Number.POSITIVE_INFINITY;
    if (cells.hole === null) return Number.NEGATIVE_INFINITY;
    const reachedUs = cells.hole.before + reachOf(this.options);
    return isAnchored(this.options) ? Math.max(reachedUs, firstTimeAfter(cells, cells.hole.before)) : reachedUs;
  }

  /** A copy of everything but what was read of open windows: the next reading is of the newest message. O(results). */
  save(): readonly StateTable[] {
    const meta = {
      version: this.version,
      arrived: metaNumber(this.#arrivedUs),
      now: metaNumber(this.#nowUs),
      outOfOrder: this.#outOfOrder,
    };
    return [
      { name: 'store', meta, columns: {} },
      ...this.#feed.save(),
      ...tablesUnder('operator', this.#operator.save()),
      ...tablesUnder('finals', this.#finals.save()),
      ...tablesUnder('counters', this.#counted.save()),
    ];
  }

  /** Goes on from what {@link save} gave under the same options. @throws StreamVizError `STATE_INVALID` */
  restore(tables: readonly StateTable[]): void {
    const table = tableNamed(tables, 'store');
    const parts = partsOf(tables);
    this.#operator = restoreWindows(this.options, parts.get('operator') ?? []);
    this.#feed.restore(tables);
    this.#finals.restore(parts.get('finals') ?? []);
    this.#counted.restore(parts.get('counters') ?? []);
    this.#arrivedUs = numberIn(table, 'arrived');
    this.#nowUs = numberIn(table, 'now');
    this.#outOfOrder = numberIn(table, 'outOfOrder');
    this.version = numberIn(table, 'version');
    this.#resetOpen();
  }

  #readOpen(): void {
    if (this.#isOpenRead) return;
    this.#isOpenRead = true;
    this.#open.read({
      operator: this.#operator,
      version: this.version,
      nowUs: this.#nowUs,
      newestUs: this.newestUs,
      flagsOf: this.#flagsOf,
    });
  }

  /** From where windows must be whole: those over the earliest dirty time, and those that can still change. */
  #rebuiltFromUs(dirtyUs: number): number {
    const { shape, allowedLateness = 0 } = this.options;
    const { watermark } = this.#operator;
    if (shape.kind !== 'session') return Math.min(dirtyUs, watermark - allowedLateness) - shape.size;
    const { history } = this;
    let fromUs = Math.min(dirtyUs, watermark - allowedLateness - shape.gap);
    const open = this.#bounds();
    if (open.length > 0) fromUs = Math.min(fromUs, open.start[0]!);
    const row = history.lowerBound(fromUs);
    return row < history.end ? Math.min(fromUs, history.startUs[row]!) : fromUs;
  }

  /** A new operator that holds what the source has from `fromUs` on, as far as results are kept; counts nothing. */
  #refeed(fromUs: number, nowUs: number): WindowOperator {
    const { options } = this;
    const { shape } = options;
    const old = this.#operator;
    this.#nowUs = nowUs;
    this.#counted.read(this.#operator);
    const operator = createWindows(options);
    const oldestUs = this.newestUs - RESULT_LIMIT * stepOf(shape);
    this.#feed.feed(operator, this.#source, this.#features, {
      fromUs: Math.max(fromUs, Number.isNaN(oldestUs) ? Number.NEGATIVE_INFINITY : oldestUs),
      untilUs: latestTimeOf(this.options, nowUs),
      paneUs: shape.kind === 'session' ? 0 : paneSize(shape),
      isAnchored: isAnchored(options),
      sizeUs: shape.kind === 'session' ? Number.POSITIVE_INFINITY : shape.size,
      nowUs: Number.isNaN(this.#arrivedUs) ? clockOf(this.options, nowUs) : this.#arrivedUs,
    });
    operator.raiseWatermark(old.watermark);
    this.#counted.handOver(operator);
    return operator;
  }

  /** Takes the samples that come from now on with another operator, whose results have been taken over. */
  #goOn(operator: WindowOperator): void {
    operator.results.clear();
    this.#operator = operator;
    this.#resetOpen();
    this.version += 1;
  }

  #reopen(nowUs: number): void {
    this.#outOfOrder = this.counters.outOfOrder;
    if (this.#finals.reopen(this.#bounds(), nowUs)) this.#resetOpen();
  }

  #resetOpen(): void {
    this.#open.reset();
    this.#isOpenRead = false;
  }

  /** The open windows as they are now, for their bounds. */
  #bounds(): WindowResults {
    const open = new WindowResults(this.options.aggregations.length);
    this.#operator.readOpen(open);
    return open;
  }
}
