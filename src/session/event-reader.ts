import { KeyedEvents } from '../core/events/keyed-events.ts';
import type { EventsOptions } from '../dashboard/events-spec.ts';
import { type BlockColumns, blockColumns, paneOf } from './event-cells.ts';
import { NO_EVENTS, type ProducerEvents, readCounters } from './event-counters.ts';
import { blockLengthUs, blockStarts, blockTable } from './event-tables.ts';
import type { TableView } from './session-view.ts';

/** The tables a page holds, by id. */
export type TableSource = (id: string) => TableView | null;

/** What of a block was read. */
interface Block {
  version: number;
  /** rowId of each pane as it was read. */
  rows: Map<string, number>;
  unreadable: number;
  /** Rows of the producer that are not here and will not come: keyframes carry the newest 256 KB of a block. */
  missing: number;
}

/**
 * The keyed events that a widget's tables hold, kept up with them row by row.
 *
 * 1. After `read` the events are exactly the rows of the blocks that are kept, whatever was lost, healed or removed between.
 * 2. A row that cannot be read is left out and counted in `unreadable`.
 * 3. Another length of panes or other flags start anew.
 *
 * O(rows of the blocks whose version changed).
 */
export class EventReader {
  events: KeyedEvents;
  producer: ProducerEvents = NO_EVENTS;
  #options: EventsOptions;
  #name: string;
  #countersVersion = -1;
  #blocks = new Map<number, Block>();

  /** `name` is the widget's. */
  constructor(name: string, options: EventsOptions) {
    this.#name = name;
    this.#options = options;
    this.events = newEvents(options);
  }

  /** Rows that could not be read. */
  get unreadable(): number {
    return this.#sum((block) => block.unreadable);
  }

  /** Panes that are not here and will not come, of the blocks that reach beyond `fromUs`. */
  missingPanes(fromUs: number): number {
    const lengthUs = blockLengthUs(this.#options);
    return this.#sum((block, start) => (start + lengthUs > fromUs ? block.missing : 0));
  }

  /** Takes new options; true where the events began anew. */
  setOptions(options: EventsOptions): boolean {
    const old = this.#options;
    this.#options = options;
    const same =
      old.perUs === options.perUs &&
      old.keepUs === options.keepUs &&
      old.maxActors === options.maxActors &&
      old.flags.length === options.flags.length &&
      old.flags.every((flag, i) => flag === options.flags[i]);
    if (!same) this.#restart();
    return !same;
  }

  /** The newest time of the events: that of the newest one, moved on by the producer's clock since it came, us. */
  edgeUs(clockUs: number): number {
    return Math.max(clockUs - this.producer.behindUs, this.producer.edgeUs, this.events.edgeUs);
  }

  /** Takes what changed in the tables by `clockUs`; true where anything did. A table that is gone takes its panes along. */
  read(tables: TableSource, clockUs: number): boolean {
    const counters = tables(`events:${this.#name}`);
    if (counters === null) {
      const had = this.#blocks.size > 0;
      if (had) this.#restart();
      return had;
    }
    let changed = counters.version !== this.#countersVersion;
    this.#countersVersion = counters.version;
    if (changed) this.#takeCounters(readCounters(counters));
    const edgeUs = this.edgeUs(clockUs);
    this.events.advance(edgeUs);
    const starts = blockStarts(this.events.horizonUs, edgeUs, blockLengthUs(this.#options));
    for (const start of [...this.#blocks.keys()]) {
      if (!starts.includes(start)) this.#blocks.delete(start); // older than what is kept: the events let go of it too
    }
    for (const start of starts) {
      if (this.#readBlock(start, tables(blockTable(this.#name, start)))) changed = true;
    }
    return changed;
  }

  #takeCounters(producer: ProducerEvents): void {
    const { life } = this.producer;
    if (producer.life !== life && this.#blocks.size > 0) {
      this.events = newEvents(this.#options);
      this.#blocks = new Map();
    }
    this.producer = producer;
  }

  #readBlock(start: number, table: TableView | null): boolean {
    const block = this.#blocks.get(start) ?? {
      version: -1,
      rows: new Map<string, number>(),
      unreadable: 0,
      missing: 0,
    };
    if (table === null ? !this.#blocks.has(start) : table.version === block.version) return false;
    block.unreadable = 0;
    const columns = table === null ? null : blockColumns(table.columns, this.#options.flags);
    const seen = new Map<string, number>();
    for (const { id, key, cells } of table?.rows() ?? []) {
      seen.set(key, id);
      if (block.rows.get(key) === id) continue;
      if (columns === null || !this.#takePane(key, cells, columns)) {
        block.unreadable += 1;
        seen.delete(key);
      }
    }
    for (const key of block.rows.keys()) if (!seen.has(key)) this.#dropPane(key);
    block.rows = seen;
    block.version = table?.version ?? -1;
    block.missing = table?.exact === true ? Math.max(0, table.total - table.rowCount) : 0;
    if (table === null) this.#blocks.delete(start);
    else this.#blocks.set(start, block);
    return true;
  }

  #takePane(text: string, cells: readonly unknown[], columns: BlockColumns): boolean {
    const pane = paneOf(cells, columns);
    const place = placeOf(text);
    if (pane === null || place === null) return false;
    this.events.replacePane(place.key, place.startUs, pane);
    return true;
  }

  #dropPane(text: string): void {
    const place = placeOf(text);
    if (place !== null) this.events.replacePane(place.key, place.startUs, null);
  }

  #restart(): void {
    this.events = newEvents(this.#options);
    this.producer = NO_EVENTS;
    this.#blocks = new Map();
    this.#countersVersion = -1;
  }

  #sum(of: (block: Block, start: number) => number): number {
    let sum = 0;
    for (const [start, block] of this.#blocks) sum += of(block, start);
    return sum;
  }
}

/** The sender's bounds hold, so none are set here. */
function newEvents({ flags, perUs, keepUs, maxActors }: EventsOptions): KeyedEvents {
  return new KeyedEvents({ flags, perUs, keepUs, maxActors, maxKeys: Infinity, maxPanes: Infinity, maxRecent: 0 });
}

/** Start and key of a pane's text `START/KEY`; null for another text. */
function placeOf(text: string): { readonly startUs: number; readonly key: string } | null {
  const slash = text.indexOf('/');
  const startUs = Number(text.slice(0, slash));
  return slash < 1 || !Number.isSafeInteger(startUs) ? null : { startUs, key: text.slice(slash + 1) };
}
