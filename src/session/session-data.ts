import { flagIn, metaNumber, numberIn, tableNamed, textsIn } from '../core/state-input.ts';
import type { StateTable } from '../core/state-table.ts';
import { type ProducerTable, TableStore } from '../core/table-store.ts';
import { differInFinest } from '../core/tier-lists.ts';
import { type DashboardDocument, parseDocument } from '../dashboard/document.ts';
import type { Message, PaneColumns, RowsPart, SeriesEntry } from '../wire/message-types.ts';
import { isBlockTable, PANE_COLUMN } from './event-tables.ts';
import { FeatureCursor } from './feature-cursor.ts';
import { countCarried, eachRun, entryEnd } from './message-rows.ts';
import { CELL_LIMIT, SeriesState } from './series-state.ts';
import { documentIn, listedSeries, seriesList } from './session-tables.ts';
import { partsOf, tablesUnder } from './state-parts.ts';
import { NO_PLAN, planWindows, type WindowPlan } from './window-plan.ts';

/** Raw samples kept of a series that no widget of the document shows, and before the first document. */
const DEFAULT_RING_CAPACITY = 100_000;
/** Most often that the windows of series without rows are told the clock. */
const ADVANCE_EVERY_US = 200_000;

/** Limits a test may lower. */
export interface DataLimits {
  /** Most cells of one tier of one series. Default 1200. */
  readonly cellLimit?: number;
}

/**
 * Everything one epoch of a session has said: document, series and tables (docs/protocol.md, sections 3 to 7).
 *
 * 1. Messages come in strictly rising `seq`; a message is applied whole or, when it is invalid, not at all.
 * 2. Within a message: document, folds, samples, history, keyframe; table changes, then slices, then the proof.
 * 3. What is called exact is the producer's as of `seq`.
 */
export class SessionData {
  seq = 0;
  /** The producer's clock with the newest message, us; NaN before. */
  sentUs = Number.NaN;
  document: DashboardDocument | null = null;
  /** The document as the producer sent it. */
  #sentDocument: unknown = null;
  readonly series = new Map<string, SeriesState>();
  readonly tables = new Map<string, TableStore>();
  /** Sum of `n` over all series. */
  #total = 0;
  #version = 0;
  #complete = false;
  #plan: WindowPlan = new Map();
  /** The producer's clock when all windows were told it last. */
  #advancedUs = Number.NEGATIVE_INFINITY;
  readonly #cellLimit: number;

  constructor(limits: DataLimits = {}) {
    this.#cellLimit = limits.cellLimit ?? CELL_LIMIT;
  }

  /** Counts and document are the producer's as of `seq`: a series not in the last message cannot lack anything. */
  get complete(): boolean {
    return this.#complete;
  }

  /**
   * Applies one decoded message; its columns are copied. That its indices and cells are sound, `decodeMessage` has checked.
   *
   * @throws StreamVizError `MESSAGE_INVALID` (a series key), `DOCUMENT_INVALID`; then nothing was applied.
   */
  apply(message: Message): void {
    const document = message.document === null ? null : parseDocument(message.document);
    const states = message.series.map((entry) => this.#newState(entry));
    this.seq = message.seq;
    this.sentUs = message.sentUs;
    this.#version += 1;
    if (document !== null) this.#takeDocument(document, message.document);
    this.#applySeries(message, states);
    const complete =
      this.#total === message.samplesTotal && (this.document?.revision ?? 0) === message.documentRevision;
    if (complete !== this.#complete) for (const series of this.series.values()) series.version = this.#version;
    this.#complete = complete;
    this.#applyStats(message);
    this.#applyTables(message);
    if (!message.slow) this.#advance(message.sentUs);
  }

  /** A copy of everything that was said. O(samples, cells, results and rows). */
  save(): readonly StateTable[] {
    const meta = {
      seq: this.seq,
      sentUs: metaNumber(this.sentUs),
      version: this.#version,
      complete: this.#complete,
      advanced: metaNumber(this.#advancedUs),
      document: JSON.stringify(this.#sentDocument),
    };
    const [series, tables] = [[...this.series.values()], [...this.tables]];
    return [
      { name: 'session', meta, columns: {} },
      seriesList(series),
      { name: 'tables', meta: {}, columns: { id: tables.map(([id]) => id) } },
      ...series.flatMap((one, i) => tablesUnder(`series.${i}`, one.save())),
      ...tables.flatMap(([, table], i) => tablesUnder(`table.${i}`, table.save())),
    ];
  }

  /** What {@link save} gave, to go on from. Told windows are computed here. @throws StreamVizError `STATE_INVALID` */
  static restore(tables: readonly StateTable[], limits: DataLimits = {}): SessionData {
    const data = new SessionData(limits);
    const table = tableNamed(tables, 'session');
    const parts = partsOf(tables);
    data.seq = numberIn(table, 'seq');
    data.sentUs = numberIn(table, 'sentUs');
    data.#version = numberIn(table, 'version');
    data.#complete = flagIn(table, 'complete');
    data.#advancedUs = numberIn(table, 'advanced');
    const document = documentIn(table);
    if (document !== null) data.#takeDocument(parseDocument(document), document);
    for (const [i, entry] of listedSeries(tables).entries()) {
      const series = data.#createState(entry);
      series.restore(parts.get(`series.${i}`) ?? []);
      for (const [key, options] of data.#plan.get(series.name) ?? NO_PLAN)
        series.windows.ensure(key, options, data.sentUs);
      data.series.set(series.key, series);
      data.#total += series.n;
    }
    for (const [i, id] of textsIn(tableNamed(tables, 'tables'), 'id').entries()) {
      data.tables.set(id, TableStore.restore(parts.get(`table.${i}`) ?? []));
    }
    return data;
  }

  /** Tells the windows of all series the producer's clock: those of an idle one become final with it. */
  #advance(sentUs: number): void {
    if (Math.abs(sentUs - this.#advancedUs) < ADVANCE_EVERY_US) return;
    this.#advancedUs = sentUs;
    for (const series of this.series.values()) series.windows.advance(sentUs);
  }

  /** A state where the message needs a new one: an unknown key, a newer generation, a step axis. Else undefined. */
  #newState(entry: SeriesEntry): SeriesState | undefined {
    const held = this.series.get(entry.key);
    if (held !== undefined && held.generation >= entry.gen && differInFinest(held.cells.durations, entry.tiers)) return;
    return this.#createState(entry);
  }

  #createState(entry: Pick<SeriesEntry, 'key' | 'gen' | 'tiers' | 'axis'>): SeriesState {
    return new SeriesState({
      entry,
      ringCapacity: DEFAULT_RING_CAPACITY,
      cellLimit: this.#cellLimit,
      isCurrent: (series) => this.complete || series.verifiedSeq === this.seq,
    });
  }

  #takeDocument(document: DashboardDocument, sent: unknown): void {
    if (this.document !== null && document.revision <= this.document.revision) return;
    this.document = document;
    this.#sentDocument = sent;
    for (const [key, generation] of document.generations) {
      const held = this.series.get(key);
      if (held !== undefined && held.generation < generation) this.#drop(held);
    }
    this.#plan = planWindows(document);
    for (const series of this.series.values()) {
      series.setRingCapacity(this.#ringCapacity(series.name));
      series.windows.follow(this.#plan.get(series.name) ?? NO_PLAN, this.sentUs);
    }
    for (const [id, table] of this.tables) table.setKeyColumn(this.#keyColumn(id));
  }

  #applySeries(message: Message, states: readonly (SeriesState | undefined)[]): void {
    const { seq } = message;
    const carried = countCarried(message);
    const touched = message.series.map((entry, i) => {
      const series = this.#enter(entry, states[i]);
      if (series === null) return null;
      if (!message.slow) {
        this.#total += entry.n - series.n;
        series.account(entry, carried[i]!, seq);
        series.windows.begin(entry.before, message.sentUs);
      }
      series.version = this.#version;
      return series;
    });
    this.#applyResults(message);
    const { folds, samples, history, keyframe, latest } = message;
    if (folds !== null && !message.slow) {
      const features = new FeatureCursor(message.foldFeatures);
      for (let row = 0; row < folds.length; row += 1) touched[folds.series[row]!]?.addFold(folds, row, features);
    }
    if (samples !== null && !message.slow) {
      const { time, value, isRising } = samples;
      eachRun(samples, (i, from, to) => touched[i]?.addSamples(time, value, from, to, isRising));
    }
    if (history !== null) {
      eachRun(history, (i, from, to) => touched[i]?.addHistory(history.time, history.value, from, to));
    }
    if (keyframe !== null && !message.slow) {
      for (const { series, from, gone } of keyframe.ranges) {
        touched[series]?.beginKeyframe(from ?? Number.NEGATIVE_INFINITY, gone);
      }
      takePanes(keyframe.panes, touched, seq, new FeatureCursor(message.keyframeFeatures));
      for (const { series } of keyframe.ranges) touched[series]?.endKeyframe();
    }
    if (latest !== null) {
      for (let row = 0; row < latest.length; row += 1) {
        touched[latest.series[row]!]?.showLatest(latest.time[row]!, latest.value[row]!);
      }
    }
    for (const series of touched) series?.evict();
  }

  /** Takes over what a server computed. It needs none of the message's rows, so whatever they bring is not computed here. */
  #applyResults({ results, kind }: Message): void {
    const rows = results?.rows;
    let from = 0;
    for (const [i, entry] of results?.windows.entries() ?? []) {
      const to = entryEnd(rows!.window, i, from, rows!.length);
      const series = this.series.get(entry.key);
      if (series?.generation === entry.gen) {
        series.windows.tell(entry, rows!, from, to);
        series.version = this.#version;
      }
      from = to;
    }
    if (kind !== 'snapshot') return;
    const told = new Set(results?.windows.map(({ key, window }) => `${key} ${window}`));
    for (const series of this.series.values()) {
      series.windows.computeAllBut((window) => told.has(`${series.key} ${window}`), this.sentUs);
    }
  }

  /** The state that an entry speaks of, or null where it speaks of a generation that is over. */
  #enter(entry: SeriesEntry, state: SeriesState | undefined): SeriesState | null {
    if (entry.gen < (this.document?.generations.get(entry.key) ?? 0)) return null;
    const held = this.series.get(entry.key);
    if (state === undefined) {
      if (held === undefined || held.generation !== entry.gen) return null;
      held.takeTiers(entry);
      return held;
    }
    if (held !== undefined) this.#drop(held);
    state.setRingCapacity(this.#ringCapacity(state.name));
    state.windows.follow(this.#plan.get(state.name) ?? NO_PLAN, this.sentUs);
    this.series.set(entry.key, state);
    return state;
  }

  #drop(series: SeriesState): void {
    this.#total -= series.n;
    this.series.delete(series.key);
  }

  #applyStats({ stats }: Message): void {
    if (stats === null) return;
    for (const [key, counters] of Object.entries(stats.series)) {
      const series = this.series.get(key);
      if (series?.takeCounters(counters)) series.version = this.#version;
    }
  }

  /** Every message lists every table of the producer: one that is not listed is closed. */
  #applyTables(message: Message): void {
    for (const id of this.tables.keys()) if (!Object.hasOwn(message.tables, id)) this.tables.delete(id);
    for (const [id, proof] of Object.entries(message.tables)) {
      const table = this.#table(id);
      const parts = message.rows.filter((part) => part.table === id);
      for (const part of parts) if (part.slice === null) table.change(part, message.seq);
      for (const part of parts) if (part.slice !== null) table.slice(part, part.slice.from, part.slice.to, message.seq);
      table.prove(proof satisfies ProducerTable, { roundEnded: parts.some(isLastSlice) });
    }
  }

  #table(id: string): TableStore {
    let table = this.tables.get(id);
    if (table === undefined) {
      table = new TableStore();
      table.setKeyColumn(this.#keyColumn(id));
      this.tables.set(id, table);
    }
    return table;
  }

  #keyColumn(id: string): string | null {
    if (isBlockTable(id)) return PANE_COLUMN;
    const widget = this.document?.widgets.find((spec) => spec.id === id);
    return widget?.kind === 'table' ? widget.options.key : null;
  }

  #ringCapacity(name: string): number {
    let most = 0;
    for (const widget of this.document?.widgets ?? []) {
      if (widget.kind === 'metric' && widget.name === name) most = Math.max(most, widget.options.maxPoints);
    }
    return most > 0 ? most : DEFAULT_RING_CAPACITY;
  }
}

const isLastSlice = (part: RowsPart): boolean => part.slice?.last === true;

function takePanes(
  panes: PaneColumns,
  touched: readonly (SeriesState | null)[],
  seq: number,
  features: FeatureCursor,
): void {
  for (let row = 0; row < panes.length; row += 1) {
    touched[panes.series[row]!]?.takeKeyframePane(panes, row, seq, features);
  }
}
