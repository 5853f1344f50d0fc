import { byCodeUnit } from './actor-names.ts';
import type { EventStore } from './event-store.ts';

/** Which time is asked for, and how much of it. */
export interface WindowQuery {
  readonly startUs: number;
  readonly endUs: number;
  /** Actor names given per key: the first in code unit order. Default: 100. */
  readonly names?: number;
  /** Equal parts of the window to count in (a sparkline); at most one per pane. Default: 0. */
  readonly columns?: number;
  /** Whether live keys without an event in the window are rows too. Default: false. */
  readonly idle?: boolean;
}

/** Who did it: names up to a limit, and how many there were. */
export interface ActorCount {
  /** Ascending by code unit; fewer than `count` where there are more than were asked for. */
  readonly names: readonly string[];
  readonly count: number;
  /** False: there were at least `count`. */
  readonly exact: boolean;
}

/** One key in a window. */
export interface EventRow {
  readonly key: string;
  readonly count: number;
  readonly actors: ActorCount;
  /** Events with each flag, in the order of the options. */
  readonly flags: Float64Array;
  /** Newest event time of the key, also where it lies outside the window; us. */
  readonly lastUs: number;
  /** Events per column, oldest first; empty where no columns were asked for. */
  readonly columns: Float64Array;
}

/** What happened in a window. */
export interface EventWindow {
  /** As asked, widened to whole panes. */
  readonly startUs: number;
  readonly endUs: number;
  /** Busiest key first, equal ones by name. */
  readonly rows: readonly EventRow[];
  /** Sums over all keys; actors are distinct over all keys. */
  readonly total: { readonly count: number; readonly flags: Float64Array; readonly actors: ActorCount };
  /** False where a part of the window is older than what is held. */
  readonly complete: boolean;
}

interface Sum {
  count: number;
  readonly flags: Float64Array;
  readonly columns: Float64Array;
  /** Names of the only pane so far; a set once there is a second. */
  names: readonly string[] | Set<string>;
  exact: boolean;
}

const NO_NAMES: readonly string[] = [];

/** What happened in a window, from the panes alone. O(panes held + actors in it). */
export function eventWindow(events: EventStore, query: WindowQuery): EventWindow {
  const { perUs, flags } = events.options;
  const startUs = Math.floor(query.startUs / perUs) * perUs;
  const endUs = Math.max(startUs, Math.ceil(query.endUs / perUs) * perUs);
  const panes = Math.round((endUs - startUs) / perUs);
  const columns = Math.max(0, Math.min(query.columns ?? 0, panes));
  const sums: (Sum | undefined)[] = [];
  const lastUs: number[] = [];
  const total = newSum(flags.length, 0);
  const { rows } = events;
  for (let row = 0; row < rows.length; row += 1) {
    const id = rows.keyId[row]!;
    const start = rows.start[row]!;
    if (id < 0) continue;
    lastUs[id] = Math.max(lastUs[id] ?? -Infinity, rows.lastUs[row]!);
    if (start < startUs || start >= endUs) continue;
    const sum = sums[id] ?? newSum(flags.length, columns);
    sums[id] = sum;
    addRow(sum, events, row);
    addRow(total, events, row);
    if (columns > 0) sum.columns[Math.floor((((start - startUs) / perUs) * columns) / panes)]! += rows.count[row]!;
  }
  const most = query.names ?? 100;
  const out: EventRow[] = [];
  for (let id = 0; id < events.keys.length; id += 1) {
    const key = events.keys[id];
    const sum = sums[id] ?? (query.idle ? newSum(flags.length, columns) : undefined);
    if (key === undefined || sum === undefined) continue;
    const { count, flags: flagCounts, columns: counts } = sum;
    out.push({
      key: key.name,
      count,
      actors: actorsOf(sum, most),
      flags: flagCounts,
      lastUs: lastUs[id]!,
      columns: counts,
    });
  }
  out.sort((a, b) => b.count - a.count || byCodeUnit(a.key, b.key));
  return {
    startUs,
    endUs,
    rows: out,
    total: { count: total.count, flags: total.flags, actors: actorsOf(total, most) },
    complete: startUs >= events.horizonUs,
  };
}

function newSum(flagCount: number, columns: number): Sum {
  return {
    count: 0,
    flags: new Float64Array(flagCount),
    columns: new Float64Array(columns),
    names: NO_NAMES,
    exact: true,
  };
}

function addRow(sum: Sum, { rows }: EventStore, row: number): void {
  sum.count += rows.count[row]!;
  for (let i = 0; i < rows.flagCount; i += 1) sum.flags[i]! += rows.flags[row * rows.flagCount + i]!;
  if (rows.complete[row] === 0) sum.exact = false;
  const names = rows.names[row]!;
  if (names.length === 0) return;
  if (sum.names === NO_NAMES) {
    sum.names = names;
    return;
  }
  if (!(sum.names instanceof Set)) sum.names = new Set(sum.names);
  for (const name of names) sum.names.add(name);
}

function actorsOf(sum: Sum, most: number): ActorCount {
  const names = sum.names instanceof Set ? [...sum.names].sort(byCodeUnit) : sum.names;
  return { names: names.slice(0, most), count: names.length, exact: sum.exact };
}
