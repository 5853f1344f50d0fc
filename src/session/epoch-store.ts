import type { StreamVizError } from '../core/errors.ts';
import type { TableStore } from '../core/table-store.ts';
import { windowKey } from '../core/windows/window-key.ts';
import type { WindowOptions } from '../core/windows/window-operator.ts';
import type { DashboardDocument } from '../dashboard/document.ts';
import type { Message } from '../wire/message-types.ts';
import { ProducerClock } from './producer-clock.ts';
import type { SeriesState } from './series-state.ts';
import { type DataLimits, SessionData } from './session-data.ts';
import type { MessageCounts, SeriesView, SessionStore, TableColumn, TableRow, TableView } from './session-view.ts';
import type { WindowStore } from './window-store.ts';
import { WindowedLine } from './windowed-line.ts';

class TableReader implements TableView {
  readonly id: string;
  readonly #table: TableStore;

  constructor(id: string, table: TableStore) {
    this.id = id;
    this.#table = table;
  }

  get version(): number {
    return this.#table.version;
  }
  get rowCount(): number {
    return this.#table.rowCount;
  }
  get total(): number {
    return this.#table.total;
  }
  get exact(): boolean {
    return this.#table.exact;
  }
  get complete(): boolean {
    return this.#table.complete;
  }
  get columns(): readonly TableColumn[] {
    return this.#table.columns;
  }
  get keyColumn(): string | null {
    return this.#table.keyColumn;
  }
  rows(): readonly TableRow[] {
    return this.#table.rows();
  }
}

/** A problem stays at least this long: at 20 messages a second nobody could read what the next good one takes away. */
export const PROBLEM_SHOWN_US = 3e6;

/**
 * The store of one (session, epoch): what its messages said, how the stream fares, and who wants to know.
 *
 * A store may exist before its first message (`waiting`), so that a view has something to subscribe to. Once `gone` it
 * keeps its data and turns `live` again only by a further message of its own epoch.
 */
export class EpochStore implements SessionStore {
  readonly session: string;
  readonly data: SessionData;
  readonly clock = new ProducerClock();
  readonly messages: MessageCounts = {
    received: 0,
    applied: 0,
    lost: 0,
    doubled: 0,
    stale: 0,
    invalid: 0,
    unknown: 0,
  };
  /** Empty until the first message where nobody named the epoch. */
  epochId: string;
  status: 'waiting' | 'live' | 'gone' = 'waiting';
  goneAtUs = Number.NaN;
  problem: StreamVizError | null = null;
  #problemUs = 0;
  roundMs = Number.NaN;
  slow = false;
  readonly #now: () => number;
  readonly #onIdle: () => void;
  readonly #listeners = new Set<() => void>();
  readonly #tables = new Map<string, { readonly table: TableStore; readonly view: TableView }>();
  /** Lines by name, until the next message. */
  #names: Map<string, SeriesState[]> | null = null;
  /** Windowed lines by definition and name, until the next message. */
  readonly #windowed = new Map<WindowOptions, Map<string, readonly SeriesView[]>>();
  /** The lines of each store, by what they show. */
  readonly #lines = new WeakMap<WindowStore, Map<string, SeriesView>>();
  readonly #keys = new WeakMap<WindowOptions, string>();

  /** @param options.onIdle Called when the last listener has left. */
  constructor(options: {
    readonly session: string;
    readonly epochId: string;
    readonly now: () => number;
    readonly limits?: DataLimits;
    /** What it holds already. Default: nothing. */
    readonly data?: SessionData;
    readonly onIdle?: () => void;
  }) {
    this.session = options.session;
    this.epochId = options.epochId;
    this.data = options.data ?? new SessionData(options.limits);
    this.#now = options.now;
    this.#onIdle = options.onIdle ?? (() => undefined);
  }

  get seq(): number {
    return this.data.seq;
  }

  get document(): DashboardDocument | null {
    return this.data.document;
  }

  /** Whether somebody listens. */
  get isWatched(): boolean {
    return this.#listeners.size > 0;
  }

  series(name: string): readonly SeriesView[] {
    return this.#named(name);
  }

  #named(name: string): readonly SeriesState[] {
    if (this.#names === null) {
      this.#names = new Map();
      for (const series of this.data.series.values()) {
        const lines = this.#names.get(series.name);
        if (lines === undefined) this.#names.set(series.name, [series]);
        else lines.push(series);
      }
    }
    return this.#names.get(name) ?? [];
  }

  windowed(name: string, options: WindowOptions): readonly SeriesView[] {
    let byName = this.#windowed.get(options);
    if (byName === undefined) {
      byName = new Map();
      this.#windowed.set(options, byName);
    }
    let lines = byName.get(name);
    if (lines === undefined) {
      lines = this.#windowedLines(name, options);
      byName.set(name, lines);
    }
    return lines;
  }

  table(widgetId: string): TableView | null {
    const table = this.data.tables.get(widgetId);
    if (table === undefined) return null;
    let held = this.#tables.get(widgetId);
    if (held?.table !== table) {
      held = { table, view: new TableReader(widgetId, table) };
      this.#tables.set(widgetId, held);
    }
    return held.view;
  }

  nowUs(): number {
    return this.#now() - this.clock.offsetUs;
  }

  subscribe(listener: () => void): () => void {
    const entry = () => listener();
    this.#listeners.add(entry);
    return () => {
      if (this.#listeners.delete(entry) && this.#listeners.size === 0) this.#onIdle();
    };
  }

  /** Tells all listeners that something changed. */
  notify(): void {
    for (const listener of [...this.#listeners]) listener();
  }

  /**
   * Applies one message, the next in rising order; a gap before it counts as lost.
   *
   * @throws StreamVizError where it cannot be applied; then nothing was, and the caller tells {@link fail}.
   */
  apply(message: Message): void {
    const skipped = message.seq - this.data.seq - 1;
    this.data.apply(message);
    this.#names = null;
    this.#windowed.clear();
    this.messages.lost += skipped;
    this.messages.applied += 1;
    this.messages.unknown += message.unknown;
    if (this.#now() - this.#problemUs >= PROBLEM_SHOWN_US) this.problem = null;
    this.status = 'live';
    this.goneAtUs = Number.NaN;
    this.slow = message.slow;
    if (message.stats !== null) this.roundMs = message.stats.roundMs;
  }

  /** Notes a message that could not be read. */
  fail(problem: StreamVizError): void {
    this.messages.invalid += 1;
    this.#note(problem);
  }

  /** Shows a problem, the producer's own or one of a message that came to nothing, until a good message some seconds later. */
  state(problem: StreamVizError): void {
    this.#note(problem);
    this.notify();
  }

  #windowedLines(name: string, options: WindowOptions): readonly SeriesView[] {
    const found: SeriesView[] = [];
    let key = this.#keys.get(options);
    if (key === undefined) {
      key = windowKey(options);
      this.#keys.set(options, key);
    }
    for (const series of this.#named(name)) {
      const store = series.windows.ensure(key, options, this.data.sentUs);
      let lines = this.#lines.get(store);
      if (lines === undefined) {
        lines = new Map();
        this.#lines.set(store, lines);
      }
      const isOneOfSeveral = options.aggregations.length > 1;
      for (const aggregation of options.aggregations) {
        const id = `${aggregation.text} ${isOneOfSeveral}`;
        let line = lines.get(id);
        if (line === undefined) {
          line = new WindowedLine({ series, store, aggregation, isOneOfSeveral });
          lines.set(id, line);
        }
        found.push(line);
      }
    }
    return found;
  }

  #note(problem: StreamVizError): void {
    this.problem = problem;
    this.#problemUs = this.#now();
  }

  /** The producer is gone: its kernel restarted or died. Once is enough. */
  markGone(): void {
    if (this.status === 'gone') return;
    this.status = 'gone';
    this.goneAtUs = this.nowUs();
    this.notify();
  }
}
