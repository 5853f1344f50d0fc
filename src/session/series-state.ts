import { CellTiers } from '../core/cell-tiers.ts';
import type { LineBuffer } from '../core/line-buffer.ts';
import type { Pane, PaneFields } from '../core/pane.ts';
import { restoreCells, saveCells } from '../core/retention/cells-state.ts';
import { SampleRing } from '../core/sample-ring.ts';
import type { StateTable } from '../core/state-table.ts';
import type { PaneColumns, SeriesEntry } from '../wire/message-types.ts';
import type { DetailOverlay } from './detail-overlay.ts';
import { FeatureCursor } from './feature-cursor.ts';
import { FoldRing } from './fold-ring.ts';
import { GapMarks } from './gap-marks.ts';
import { fillFromHistory } from './history-fill.ts';
import { LineMemory } from './line-memory.ts';
import { medianInterval } from './median-interval.ts';
import { readExtent, readLine, readNearest } from './read-line.ts';
import { parseSeriesKey } from './series-key.ts';
import { copyCounters, restoreNumbers, sameCounters, saveNumbers } from './series-numbers.ts';
import { SeriesWindows } from './series-windows.ts';
import type { LineRange, NearestSample, SeriesCounters, SeriesView, TimeSpan } from './session-view.ts';
import { partsOf, tablesUnder } from './state-parts.ts';

/** Most cells of one tier: the producer's 600 and more than one parent (docs/protocol.md, section 4). */
export const CELL_LIMIT = 1200;
/** Folded panes kept for drawing. */
const FOLD_CAPACITY = 4096;
const DETAIL_STEP = 2 ** -16;
const NO_FEATURES = new FeatureCursor(null);
const NO_COUNTERS: SeriesCounters = { folded: 0, late: 0, invalid: 0, missing: 0, expired: 0 };

/**
 * One series of one generation at the receiver (docs/protocol.md, sections 4 and 5).
 *
 * 1. Cells count: they hold every sample at most once, and `hole` says which of them may lack some.
 * 2. Ring and folds draw: their rows are counted in cells already, or are as soon as the keyframe has come.
 * 3. Healing changes cells, never what was counted as lost or late.
 */
export class SeriesState implements SeriesView {
  readonly key: string;
  readonly name: string;
  readonly labels: readonly (readonly [string, string])[];
  readonly generation: number;
  /** What times count: microseconds, or steps. */
  readonly axis: 'time' | 'step';
  cells: CellTiers;
  readonly windows = new SeriesWindows(this);
  readonly folds = new FoldRing(FOLD_CAPACITY);
  readonly memory = new LineMemory();
  ring: SampleRing;
  version = 0;
  pastVersion = 0;
  lastTimeUs = Number.NaN;
  lastValue = Number.NaN;
  counters: SeriesCounters = NO_COUNTERS;
  /** Finite samples that the producer had sent with the last message that told. */
  n = 0;
  /** Number of the last message that told `n`. */
  verifiedSeq = 0;
  /** Largest event time known to have been sent. */
  maxTimeUs = Number.NEGATIVE_INFINITY;
  #detail: DetailOverlay | null = null;
  readonly #marks = new GapMarks();
  readonly #isCurrent: (series: SeriesState) => boolean;

  /** @param options.isCurrent Whether nothing newer than this series' last entry can be missing. */
  constructor(options: {
    readonly entry: Pick<SeriesEntry, 'key' | 'gen' | 'tiers' | 'axis'>;
    readonly ringCapacity: number;
    readonly cellLimit: number;
    readonly isCurrent: (series: SeriesState) => boolean;
  }) {
    const { key, gen, tiers } = options.entry;
    const { name, labels } = parseSeriesKey(key);
    this.key = key;
    this.name = name;
    this.labels = labels;
    this.generation = gen;
    this.axis = options.entry.axis;
    this.cells = new CellTiers({ durations: tiers, limit: options.cellLimit });
    this.ring = new SampleRing(options.ringCapacity);
    this.#isCurrent = options.isCurrent;
  }

  get count(): number {
    return this.cells.count;
  }

  get firstTimeUs(): number {
    return this.cells.firstTimeUs;
  }

  get intervalUs(): number {
    return medianInterval(this.ring);
  }

  /** No hole is open and the newest message accounts for this series. */
  get exact(): boolean {
    return this.cells.hole === null && this.isCurrent;
  }

  /** The newest message accounts for this series: only an open hole can lack samples. */
  get isCurrent(): boolean {
    return this.#isCurrent(this);
  }

  get pending(): readonly TimeSpan[] {
    return this.#marks.pending;
  }

  get restored(): readonly TimeSpan[] {
    return this.#marks.restored;
  }

  summary(): Pane | null {
    return this.cells.summary();
  }

  /** Finer rows of a zoomed span are drawn where they serve; null takes them away. Counts do not change. */
  takeDetail(overlay: DetailOverlay | null): void {
    if (overlay === this.#detail) return;
    this.#detail = overlay;
    // The picture changes, the data do not: less than a message's step, so that the next message is still a change.
    this.version += DETAIL_STEP;
    this.pastVersion += 1;
  }

  readLine(range: LineRange, out: LineBuffer): 'points' | 'columns' {
    const detail = this.#detail;
    return detail?.isFinerThan(this.cells, range) ? detail.read(range, this.pending, out) : readLine(this, range, out);
  }

  extent(startUs: number, endUs: number, out: Float64Array): boolean {
    return readExtent(this, startUs, endUs, out);
  }

  nearest(timeUs: number): NearestSample | null {
    return this.#detail?.nearest(timeUs) ?? readNearest(this, timeUs);
  }

  /**
   * Takes the producer's count as of message `seq`, before the message's rows.
   *
   * @param carried Finite samples of this series in the message. Where they do not explain the new `n`, a hole opens.
   */
  account(entry: SeriesEntry, carried: number, seq: number): void {
    if (entry.n - carried !== this.n) {
      this.cells.hole = { seq, before: entry.before ?? Number.POSITIVE_INFINITY };
      if (entry.before !== null) this.#marks.open(this.maxTimeUs, entry.before);
      for (const [startUs, endUs] of entry.pending ?? []) this.#marks.open(startUs, endUs);
    }
    this.n = entry.n;
    this.verifiedSeq = seq;
    if (entry.before !== null && entry.before > this.maxTimeUs) this.maxTimeUs = entry.before;
  }

  /** Goes on under the tiers of an entry, of which only the finest may differ; what is held in the others stays. */
  takeTiers({ tiers, since }: SeriesEntry): void {
    if (sameNumbers(this.cells.durations, tiers)) return;
    this.cells = this.cells.withFinest(tiers, since ?? Number.NEGATIVE_INFINITY);
    this.memory.forget();
    this.pastVersion += 1;
  }

  /** Adds row `row` of a message's folds. */
  addFold(panes: PaneColumns, row: number, features = NO_FEATURES): void {
    this.pastVersion += 1;
    this.memory.forget();
    this.cells.addFold(panes.duration[row]!, panes.start[row]!, panes, row);
    this.folds.append(panes, row);
    this.windows.addFold(panes, row, features);
    this.#touchedPane(panes, row);
    this.#sawPane(panes, row);
  }

  /**
   * Adds the samples `[from, to)`, in arrival order; a value of NaN is a missing one.
   *
   * @param areRising No time is smaller than the one before it, so nobody needs to look. Default false: not known.
   */
  addSamples(times: Float64Array, values: Float64Array, from: number, to: number, areRising: boolean = false): void {
    const isRising = this.cells.addSamples(times, values, from, to, areRising);
    this.windows.addSamples(times, values, from, to, isRising);
    const inOrder = this.ring.append(times, values, from, to, isRising);
    if (!inOrder) {
      this.memory.forget();
      this.pastVersion += 1;
    }
    this.#touchedRows(times, from, to, inOrder);
    const first = inOrder ? Math.max(from, to - 1) : from;
    for (let i = first; i < to; i += 1) {
      this.#saw(times[i]!, values[i]!);
      if (times[i]! > this.maxTimeUs) this.maxTimeUs = times[i]!;
    }
  }

  /** Takes samples that were counted before, for drawing and for windows that cells alone could not tell. */
  addHistory(times: Float64Array, values: Float64Array, from: number, to: number): void {
    this.memory.forget();
    this.pastVersion += 1;
    const filled = fillFromHistory(this.ring, times, values, from, to);
    this.#touchedRows(times, from, to, false);
    if (filled !== null) this.windows.takeHistory(...filled);
    for (let i = from; i < to; i += 1) this.#saw(times[i]!, values[i]!);
  }

  /** Shows the newest sample of slow mode; nothing counts it. */
  showLatest(timeUs: number, value: number): void {
    this.#saw(timeUs, value);
  }

  /** The producer retains what starts at `fromUs`, and counted `gone` samples before it. Complete panes follow. */
  beginKeyframe(fromUs: number, gone: number): void {
    this.pastVersion += 1;
    const { cells } = this;
    this.memory.forget();
    // What left by the page's own limit while samples were missing can be proved no more than what the producer gave up.
    const keptUs = Math.max(fromUs, cells.horizons[cells.horizons.length - 1]!);
    if (cells.hole !== null) {
      cells.forget(fromUs);
      this.windows.doubtBefore(keptUs);
    }
    cells.gone = gone;
    cells.from = keptUs;
  }

  /** Takes row `row` of the panes of a keyframe of message `seq`. */
  takeKeyframePane(panes: PaneColumns, row: number, seq: number, features = NO_FEATURES): void {
    this.memory.forget();
    const before = this.#shownIn(panes, row);
    this.cells.replace(panes.duration[row]!, panes.start[row]!, panes, row, seq);
    this.windows.takeKeyframePane(panes, row, features, this.#shownIn(panes, row) - before);
    this.#touchedPane(panes, row);
    this.#sawPane(panes, row);
  }

  /** Closes the hole where the counts prove every shown cell: what is held is a part of what was sent. */
  endKeyframe(): void {
    const { cells } = this;
    if (cells.hole !== null) {
      if (cells.countRetained() !== this.n - cells.gone) return;
      cells.hole = null;
      this.#marks.heal();
    }
    this.windows.heal();
  }

  /** Takes the producer's counters; false when they are what they were. */
  takeCounters(counters: Readonly<SeriesCounters>): boolean {
    if (sameCounters(this.counters, counters)) return false;
    this.counters = copyCounters(counters);
    return true;
  }

  /** Ends a message: what is above the limits goes. */
  evict(): void {
    this.windows.settle();
    this.cells.evict();
    if (this.#marks.restored.length > 0) this.#marks.forget(this.firstTimeUs);
  }

  /** Keeps at most `capacity` raw samples from now on. */
  setRingCapacity(capacity: number): void {
    if (capacity === this.ring.capacity) return;
    const { length } = this.ring;
    const times = new Float64Array(length);
    const values = new Float64Array(length);
    for (let i = 0; i < length; i += 1) {
      times[i] = this.ring.timeAt(i);
      values[i] = this.ring.valueAt(i);
    }
    this.memory.forget();
    this.pastVersion += 1;
    this.ring = new SampleRing(capacity);
    this.ring.append(times, values, 0, length);
  }

  /** A copy of everything but the finer rows of a zoomed span, which belong to a view. O(samples, cells and results). */
  save(): readonly StateTable[] {
    return [
      saveNumbers(this),
      ...this.ring.save(),
      ...saveCells(this.cells),
      ...this.folds.save(),
      ...this.#marks.save(),
      ...tablesUnder('windows', this.windows.save()),
    ];
  }

  /** Goes on from what {@link save} gave. @throws StreamVizError `STATE_INVALID` */
  restore(tables: readonly StateTable[]): void {
    this.ring = SampleRing.restore(tables);
    this.cells = restoreCells(tables);
    this.folds.restore(tables);
    this.#marks.restore(tables);
    restoreNumbers(this, tables);
    this.memory.forget();
    this.windows.restore(partsOf(tables).get('windows') ?? []);
  }

  /** Samples shown in the cell of a pane. Of interest to windows only: 0 where there are none. */
  #shownIn(panes: PaneColumns, row: number): number {
    if (this.windows.stores.size === 0) return 0;
    const tier = this.cells.tiers[this.cells.tierOf(panes.duration[row]!)]!;
    const cell = tier.find(panes.start[row]!);
    return cell < 0 ? 0 : tier.shown(cell);
  }

  /** Tells the finer rows where samples came. */
  #touchedRows(times: Float64Array, from: number, to: number, isRising: boolean): void {
    if (this.#detail === null || from >= to) return;
    if (isRising) this.#detail.touch(times[from]!, times[to - 1]! + 1);
    else for (let i = from; i < to; i += 1) this.#detail.touch(times[i]!, times[i]! + 1);
  }

  #touchedPane(panes: PaneColumns, row: number): void {
    this.#detail?.touch(panes.start[row]!, panes.start[row]! + panes.duration[row]!);
  }

  #saw(timeUs: number, value: number): void {
    if (timeUs < this.lastTimeUs) return;
    this.lastTimeUs = timeUs;
    this.lastValue = value;
  }

  #sawPane(panes: PaneFields, row: number): void {
    const timeUs = panes.lastTime[row]!;
    // A pane tells nothing of missing values, so at an equal time what was seen as a row stands.
    if (!(timeUs <= this.lastTimeUs)) this.#saw(timeUs, panes.last[row]!);
    if (timeUs > this.maxTimeUs) this.maxTimeUs = timeUs;
  }
}

const sameNumbers = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((x, i) => x === b[i]);
