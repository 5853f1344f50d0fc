import type { StateTable } from '../state-table.ts';
import { actorNames, insertName, NO_ACTORS } from './actor-names.ts';
import type { EventCounters, EventEdges, EventKey, EventStore } from './event-store.ts';
import { type EventWindow, eventWindow, type WindowQuery } from './event-window.ts';
import { eventsOptions, type KeyedEventsOptions } from './events-options.ts';
import { readEvents, writeEvents } from './events-state.ts';
import { type EventPane, PaneRows } from './pane-rows.ts';
import { type EventRecord, RecentEvents } from './recent-events.ts';

/** A time further ahead of the clock than this is invalid and moves nothing. */
const AHEAD_US = 86_400e6;
/** Part of `maxPanes` that stays when the oldest go, so that they go seldom. */
const KEEP_SHARE = 0.9;

/**
 * Counts events per key and per pane of time: how often, by whom, how many with each flag.
 *
 * 1. What the panes hold depends on the events that were taken, not on their order; merging panes is adding their events.
 * 2. Every event enters exactly one pane or exactly one counter.
 * 3. A window is answered from panes alone and is exact down to the edges of panes, distinct actors as far as said.
 * 4. Panes older than `keepUs` before the edge go, and with its last pane a key. The edge is the newest event time or what
 *    `advance` said, and never goes back: the store has no clock.
 *
 * `add` is O(1) for a known actor and allocates only for new keys, panes and actors.
 */
export class KeyedEvents implements EventStore {
  readonly options: Required<KeyedEventsOptions>;
  readonly counters: EventCounters = { late: 0, expired: 0, invalid: 0, missing: 0, overKeys: 0 };
  readonly recent: RecentEvents;
  /** The newest time known, us; -Infinity before the first. */
  edgeUs = -Infinity;
  /** Everything from here on is held, us; -Infinity before the first event. */
  horizonUs = -Infinity;
  /** What `advance` last said. */
  clockUs = -Infinity;
  /** Rises with every change. */
  version = 0;
  readonly rows: PaneRows;
  /** Live keys by their id; a hole where a key was forgotten. */
  readonly keys: (EventKey | undefined)[] = [];
  readonly #ids = new Map<string, number>();
  readonly #freeIds: number[] = [];
  #newestStart = -Infinity;

  /** @throws StreamVizError `EVENTS_INVALID` */
  constructor(options: KeyedEventsOptions = {}) {
    this.options = eventsOptions(options);
    this.recent = new RecentEvents(this.options.maxRecent);
    this.rows = new PaneRows(this.options.flags.length);
  }

  /** A store with the state that `save` gave. @throws StreamVizError `STATE_INVALID` */
  static restore(tables: readonly StateTable[]): KeyedEvents {
    return readEvents(tables, (options) => new KeyedEvents(options));
  }

  /** Live keys. */
  get keyCount(): number {
    return this.#ids.size;
  }

  /** Panes held. */
  get paneCount(): number {
    return this.rows.used;
  }

  /** Start of the newest pane ever entered; -Infinity before the first. */
  get newestStartUs(): number {
    return this.#newestStart;
  }

  /** Newest event time held; -Infinity while nothing is. O(panes). */
  newestUs(): number {
    let newest = -Infinity;
    for (let row = 0; row < this.rows.length; row += 1) {
      if (this.rows.keyId[row]! >= 0 && this.rows.lastUs[row]! > newest) newest = this.rows.lastUs[row]!;
    }
    return newest;
  }

  /** Start of the pane that holds a time. */
  paneStart(timeUs: number): number {
    return Math.floor(timeUs / this.options.perUs) * this.options.perUs;
  }

  /**
   * Takes one event. A null key is missing, a null actor is nobody; bits of `flags` beyond the named ones are ignored.
   */
  add(key: string | null, actor: string | null, flags: number, timeUs: number): void {
    const { counters, options } = this;
    if (!Number.isFinite(timeUs) || (this.clockUs > -Infinity && timeUs - this.clockUs > AHEAD_US)) {
      counters.invalid += 1;
      return;
    }
    this.#moveEdge(timeUs);
    if (key === null) {
      counters.missing += 1;
      return;
    }
    const start = this.paneStart(timeUs);
    if (start < this.horizonUs) {
      counters.expired += 1;
      return;
    }
    const row = this.#paneRow(key, start, options.maxKeys);
    if (row < 0) {
      counters.overKeys += 1;
      return;
    }
    if (start < this.#newestStart) counters.late += 1;
    this.#enter(row, start, timeUs);
    const { rows } = this;
    rows.count[row]! += 1;
    for (let i = 0; i < rows.flagCount; i += 1) {
      if ((flags >>> i) & 1) rows.flags[row * rows.flagCount + i]! += 1;
    }
    if (actor !== null && !insertName(rows.names[row]!, actor, options.maxActors)) rows.complete[row] = 0;
    this.recent.add(key, actor, flags, timeUs);
    this.#boundPanes();
  }

  /** Merges a pane that begins at `startUs` (a multiple of `perUs`) into its key's; raw events and `late` stay as they are. */
  addPane(key: string, startUs: number, pane: EventPane): void {
    this.#moveEdge(Math.min(pane.lastUs, startUs + this.options.perUs - 1));
    if (startUs < this.horizonUs) {
      this.counters.expired += pane.count;
      return;
    }
    const row = this.#paneRow(key, startUs, this.options.maxKeys);
    if (row < 0) this.counters.overKeys += pane.count;
    else this.#mergeInto(row, startUs, pane);
    this.#boundPanes();
  }

  /**
   * Makes the pane of a key that begins at `startUs` exactly this one; null removes it. Touches no counter.
   *
   * The sender's bounds hold here: `maxKeys` and `maxPanes` do not. False where the pane is older than what is kept.
   */
  replacePane(key: string, startUs: number, pane: EventPane | null): boolean {
    const id = this.#ids.get(key);
    const old = id === undefined ? undefined : this.keys[id]!.panes.get(startUs);
    if (pane === null) {
      if (old !== undefined) this.#dropRow(old);
      return true;
    }
    this.#moveEdge(Math.min(pane.lastUs, startUs + this.options.perUs - 1));
    if (startUs < this.horizonUs) return false;
    const row = this.#paneRow(key, startUs, Infinity);
    this.rows.count[row] = 0;
    this.rows.lastUs[row] = -Infinity;
    this.rows.complete[row] = 1;
    this.rows.names[row] = [];
    this.rows.flags.fill(0, row * this.rows.flagCount, (row + 1) * this.rows.flagCount);
    this.#mergeInto(row, startUs, pane);
    return true;
  }

  /** The pane of a key that begins at `startUs`: a copy; null where there is none. */
  pane(key: string, startUs: number): EventPane | null {
    const id = this.#ids.get(key);
    const row = id === undefined ? undefined : this.keys[id]!.panes.get(startUs);
    if (row === undefined) return null;
    const { rows } = this;
    const names = rows.names[row]!;
    return {
      count: rows.count[row]!,
      actors: names.length === 0 ? NO_ACTORS : { names: [...names], complete: rows.complete[row] === 1 },
      flags: rows.flags.slice(row * rows.flagCount, (row + 1) * rows.flagCount),
      lastUs: rows.lastUs[row]!,
    };
  }

  /** Says that the clock is at `nowUs`: what is too old by then goes. Going back changes nothing. */
  advance(nowUs: number): void {
    if (!Number.isFinite(nowUs) || nowUs <= this.clockUs) return;
    this.clockUs = nowUs;
    this.#moveEdge(nowUs);
  }

  /** What happened in `[startUs, endUs)` widened to whole panes, busiest key first. O(panes held + actors in it). */
  window(query: WindowQuery): EventWindow {
    return eventWindow(this, query);
  }

  /** The newest raw events, oldest arrival first. */
  newest(most?: number): EventRecord[] {
    return this.recent.newest(most);
  }

  /** Forgets all events; counters, edge and horizon go on. */
  clear(): void {
    for (let row = 0; row < this.rows.length; row += 1) if (this.rows.keyId[row]! >= 0) this.#dropRow(row);
    this.version += 1;
  }

  /** Everything held as plain columns: copies. */
  save(): StateTable[] {
    return writeEvents(this);
  }

  /** Goes on where another store stopped: what `save` wrote of its edges. */
  continueAt(at: EventEdges): void {
    this.edgeUs = at.edgeUs;
    this.horizonUs = at.horizonUs;
    this.clockUs = at.clockUs;
    this.#newestStart = at.newestStartUs;
  }

  #mergeInto(row: number, startUs: number, pane: EventPane): void {
    const { rows, options } = this;
    this.#enter(row, startUs, pane.lastUs);
    rows.count[row]! += pane.count;
    for (let i = 0; i < rows.flagCount; i += 1) rows.flags[row * rows.flagCount + i]! += pane.flags[i] ?? 0;
    const held = rows.names[row]!;
    const merged = actorNames([...held, ...pane.actors.names], pane.actors.complete, options.maxActors);
    rows.names[row] = [...merged.names];
    if (!merged.complete) rows.complete[row] = 0;
  }

  #enter(row: number, start: number, timeUs: number): void {
    const { rows } = this;
    if (timeUs > rows.lastUs[row]!) rows.lastUs[row] = timeUs;
    if (start > this.#newestStart) this.#newestStart = start;
    this.version += 1;
  }

  /** The row of a key's pane, made where it is new; -1 where the key is one too many. */
  #paneRow(key: string, start: number, maxKeys: number): number {
    let id = this.#ids.get(key);
    if (id === undefined) {
      if (this.#ids.size >= maxKeys) return -1;
      id = this.#freeIds.pop() ?? this.keys.length;
      this.keys[id] = { name: key, panes: new Map() };
      this.#ids.set(key, id);
    }
    const { panes } = this.keys[id]!;
    let row = panes.get(start);
    if (row === undefined) {
      row = this.rows.take(id, start);
      panes.set(start, row);
    }
    return row;
  }

  #dropRow(row: number): void {
    const id = this.rows.keyId[row]!;
    const key = this.keys[id]!;
    key.panes.delete(this.rows.start[row]!);
    if (key.panes.size === 0) {
      this.#ids.delete(key.name);
      this.keys[id] = undefined;
      this.#freeIds.push(id);
    }
    this.rows.free(row);
    this.version += 1;
  }

  #moveEdge(timeUs: number): void {
    if (!(timeUs > this.edgeUs)) return;
    this.edgeUs = timeUs;
    const { perUs, keepUs } = this.options;
    const horizon = this.paneStart(timeUs) + perUs - Math.ceil(keepUs / perUs) * perUs;
    if (horizon > this.horizonUs) this.#dropBefore(horizon);
  }

  #dropBefore(horizonUs: number): void {
    this.horizonUs = horizonUs;
    for (let row = 0; row < this.rows.length; row += 1) {
      if (this.rows.keyId[row]! >= 0 && this.rows.start[row]! < horizonUs) this.#dropRow(row);
    }
  }

  /** Lets the oldest minutes of all keys go where there are too many panes; the newest minute always stays. */
  #boundPanes(): void {
    const { maxPanes } = this.options;
    if (this.rows.used <= maxPanes) return;
    const starts: number[] = [];
    for (let row = 0; row < this.rows.length; row += 1) {
      if (this.rows.keyId[row]! >= 0) starts.push(this.rows.start[row]!);
    }
    starts.sort((a, b) => a - b);
    const over = Math.ceil(starts.length - KEEP_SHARE * maxPanes);
    this.#dropBefore(Math.min(this.#newestStart, starts[over - 1]! + this.options.perUs));
  }
}
