import type { WindowOptions } from '../../core/windows/window-operator.ts';
import type { DashboardDocument } from '../../dashboard/document.ts';
import type { MessageCounts, SeriesView, SessionStore, TableView, WindowReading } from '../../session/session-view.ts';

/** What of a line a widget reads that shows one moment: a plain copy of everything that is no method. */
function frozenSeries(series: SeriesView): SeriesView {
  const { window } = series;
  return {
    key: series.key,
    name: series.name,
    labels: series.labels,
    generation: series.generation,
    version: series.version,
    count: series.count,
    firstTimeUs: series.firstTimeUs,
    lastTimeUs: series.lastTimeUs,
    lastValue: series.lastValue,
    intervalUs: series.intervalUs,
    ...(series.lastSampleUs === undefined ? {} : { lastSampleUs: series.lastSampleUs }),
    ...(series.sampleIntervalUs === undefined ? {} : { sampleIntervalUs: series.sampleIntervalUs }),
    exact: series.exact,
    pending: series.pending,
    restored: series.restored,
    counters: { ...series.counters },
    ...(window === undefined ? {} : { window: frozenWindow(window) }),
    summary: () => series.summary(),
    readLine: (range, out) => series.readLine(range, out),
    extent: (startUs, endUs, out) => series.extent(startUs, endUs, out),
    nearest: (timeUs) => series.nearest(timeUs),
  };
}

/** Its members may be read anew at each look, so each one is looked at. */
function frozenWindow(window: WindowReading): WindowReading {
  const { options, aggregation, newest, open, counters, revisedAtUs, revised } = window;
  return { options, aggregation, newest, open, counters: { ...counters }, revisedAtUs, revised };
}

function frozenTable(table: TableView): TableView {
  const { id, version, rowCount, total, exact, complete, columns, keyColumn } = table;
  const rows = table.rows();
  return { id, version, rowCount, total, exact, complete, columns, keyColumn, rows: () => rows };
}

/**
 * A store that can be held: then what a widget reads of lines and tables stays as it was at the first look, whatever
 * the widget does meanwhile, and the clock stands. Status, document and problem are always the newest.
 *
 * Holding costs one copy of what is read, at its first read; not holding costs nothing.
 */
export class HeldStore implements SessionStore {
  readonly #store: SessionStore;
  #heldUs = Number.NaN;
  readonly #lines = new Map<string, readonly SeriesView[]>();
  readonly #windowed = new Map<WindowOptions, Map<string, readonly SeriesView[]>>();
  readonly #tables = new Map<string, TableView | null>();

  constructor(store: SessionStore) {
    this.#store = store;
  }

  get isHeld(): boolean {
    return !Number.isNaN(this.#heldUs);
  }

  /** Holds what is there now. Held already, it stays as it was. */
  hold(): void {
    if (!this.isHeld) this.#heldUs = this.#store.nowUs();
  }

  release(): void {
    this.#heldUs = Number.NaN;
    this.#lines.clear();
    this.#windowed.clear();
    this.#tables.clear();
  }

  get session(): string {
    return this.#store.session;
  }
  get epochId(): string {
    return this.#store.epochId;
  }
  get seq(): number {
    return this.#store.seq;
  }
  get document(): DashboardDocument | null {
    return this.#store.document;
  }
  get status(): SessionStore['status'] {
    return this.#store.status;
  }
  get goneAtUs(): number {
    return this.#store.goneAtUs;
  }
  get problem(): SessionStore['problem'] {
    return this.#store.problem;
  }
  get messages(): Readonly<MessageCounts> {
    return this.#store.messages;
  }
  get roundMs(): number {
    return this.#store.roundMs;
  }
  get slow(): boolean {
    return this.#store.slow;
  }

  series(name: string): readonly SeriesView[] {
    if (!this.isHeld) return this.#store.series(name);
    let lines = this.#lines.get(name);
    if (lines === undefined) {
      lines = this.#store.series(name).map(frozenSeries);
      this.#lines.set(name, lines);
    }
    return lines;
  }

  windowed(name: string, options: WindowOptions): readonly SeriesView[] {
    if (!this.isHeld) return this.#store.windowed(name, options);
    let byName = this.#windowed.get(options);
    if (byName === undefined) {
      byName = new Map();
      this.#windowed.set(options, byName);
    }
    let lines = byName.get(name);
    if (lines === undefined) {
      lines = this.#store.windowed(name, options).map(frozenSeries);
      byName.set(name, lines);
    }
    return lines;
  }

  table(widgetId: string): TableView | null {
    if (!this.isHeld) return this.#store.table(widgetId);
    let table = this.#tables.get(widgetId);
    if (table === undefined) {
      const found = this.#store.table(widgetId);
      table = found === null ? null : frozenTable(found);
      this.#tables.set(widgetId, table);
    }
    return table;
  }

  nowUs(): number {
    return this.isHeld ? this.#heldUs : this.#store.nowUs();
  }

  subscribe(listener: () => void): () => void {
    return this.#store.subscribe(listener);
  }
}
