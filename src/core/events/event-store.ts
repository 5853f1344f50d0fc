import type { KeyedEventsOptions } from './events-options.ts';
import type { EventPane, PaneRows } from './pane-rows.ts';
import type { EventRecord, RecentEvents } from './recent-events.ts';

/** What did not go the plain way, since the store was made. */
export interface EventCounters {
  /** Entered a pane older than the newest one. */
  late: number;
  /** Older than everything kept: entered nothing. */
  expired: number;
  /** A time that is not finite or lies more than a day ahead of the clock: entered nothing. */
  invalid: number;
  /** Without a key: entered nothing. */
  missing: number;
  /** Of a key above `maxKeys`: entered nothing. */
  overKeys: number;
}

/** How far a store has come, us. */
export interface EventEdges {
  readonly edgeUs: number;
  readonly horizonUs: number;
  readonly clockUs: number;
  readonly newestStartUs: number;
}

/** One live key. */
export interface EventKey {
  readonly name: string;
  /** Row of each pane by its start. */
  readonly panes: Map<number, number>;
}

/** What windows and snapshots read of keyed events, and what a restored store is filled through. */
export interface EventStore extends EventEdges {
  readonly options: Required<KeyedEventsOptions>;
  readonly counters: EventCounters;
  readonly recent: RecentEvents;
  readonly rows: PaneRows;
  /** Live keys by their id; a hole where a key was forgotten. */
  readonly keys: readonly (EventKey | undefined)[];
  newest(most?: number): EventRecord[];
  replacePane(key: string, startUs: number, pane: EventPane | null): boolean;
  continueAt(at: EventEdges): void;
}
