import { StreamVizError } from '../errors.ts';
import type { StateTable } from '../state-table.ts';
import type { EventCounters, EventStore } from './event-store.ts';
import type { KeyedEventsOptions } from './events-options.ts';

const PANES = 'panes';
const RECENT = 'recent';

/** The state of a store: a table of its panes, with its options, counters and edges, and one of its newest events. */
export function writeEvents(events: EventStore): StateTable[] {
  const { rows } = events;
  const used: number[] = [];
  for (let row = 0; row < rows.length; row += 1) if (rows.keyId[row]! >= 0) used.push(row);
  const flags = new Float64Array(used.length * rows.flagCount);
  for (const [i, row] of used.entries()) {
    flags.set(rows.flags.subarray(row * rows.flagCount, (row + 1) * rows.flagCount), i * rows.flagCount);
  }
  const flagColumns: Record<string, Float64Array> = {};
  for (let flag = 0; flag < rows.flagCount; flag += 1) {
    flagColumns[`flag${flag}`] = Float64Array.from(used, (_, i) => flags[i * rows.flagCount + flag]!);
  }
  const newest = events.newest();
  return [
    {
      name: PANES,
      meta: {
        ...events.options,
        counters: { ...events.counters },
        edgeUs: String(events.edgeUs),
        horizonUs: String(events.horizonUs),
        clockUs: String(events.clockUs),
        newestStartUs: String(events.newestStartUs),
        added: events.recent.added,
      },
      columns: {
        key: used.map((row) => events.keys[rows.keyId[row]!]!.name),
        start: Float64Array.from(used, (row) => rows.start[row]!),
        count: Float64Array.from(used, (row) => rows.count[row]!),
        lastUs: Float64Array.from(used, (row) => rows.lastUs[row]!),
        complete: Uint8Array.from(used, (row) => rows.complete[row]!),
        actors: used.map((row) => JSON.stringify(rows.names[row])),
        ...flagColumns,
      },
    },
    {
      name: RECENT,
      meta: {},
      columns: {
        time: Float64Array.from(newest, (event) => event.timeUs),
        key: newest.map((event) => event.key),
        actor: newest.map((event) => event.actor ?? ''),
        named: Uint8Array.from(newest, (event) => (event.actor === null ? 0 : 1)),
        flags: Uint32Array.from(newest, (event) => event.flags),
      },
    },
  ];
}

/** @throws StreamVizError `STATE_INVALID` where a table or a column is missing. */
export function readEvents<S extends EventStore>(
  tables: readonly StateTable[],
  make: (options: KeyedEventsOptions) => S,
): S {
  const panes = tableOf(tables, PANES);
  const recent = tableOf(tables, RECENT);
  const { meta } = panes;
  const events = make({
    flags: listOf(meta.flags),
    perUs: numberOf(meta.perUs),
    keepUs: numberOf(meta.keepUs),
    maxKeys: numberOf(meta.maxKeys),
    maxActors: numberOf(meta.maxActors),
    maxPanes: numberOf(meta.maxPanes),
    maxRecent: numberOf(meta.maxRecent),
  });
  const keys = textColumn(panes, 'key');
  const actors = textColumn(panes, 'actors');
  const [start, count, lastUs, complete] = ['start', 'count', 'lastUs', 'complete'].map((n) => numberColumn(panes, n));
  const flags = events.options.flags.map((_, i) => numberColumn(panes, `flag${i}`));
  for (const [i, key] of keys.entries()) {
    events.replacePane(key, start![i]!, {
      count: count![i]!,
      actors: { names: listOf(JSON.parse(actors[i]!)), complete: complete![i] === 1 },
      flags: flags.map((column) => column[i]!),
      lastUs: lastUs![i]!,
    });
  }
  const [times, bits, named] = ['time', 'flags', 'named'].map((name) => numberColumn(recent, name));
  const names = textColumn(recent, 'actor');
  events.recent.added = numberOf(meta.added) - names.length;
  for (const [i, key] of textColumn(recent, 'key').entries()) {
    events.recent.add(key, named![i] === 1 ? names[i]! : null, bits![i]!, times![i]!);
  }
  Object.assign(events.counters, meta.counters as unknown as EventCounters);
  events.continueAt({
    edgeUs: numberOf(meta.edgeUs),
    horizonUs: numberOf(meta.horizonUs),
    clockUs: numberOf(meta.clockUs),
    newestStartUs: numberOf(meta.newestStartUs),
  });
  return events;
}

function tableOf(tables: readonly StateTable[], name: string): StateTable {
  return tables.find((table) => table.name === name) ?? refuse(`there is no table ${JSON.stringify(name)}`);
}

function textColumn(table: StateTable, name: string): readonly string[] {
  const column = table.columns[name];
  return Array.isArray(column) ? (column as readonly string[]) : refuse(`${table.name} has no texts ${name}`);
}

function numberColumn(table: StateTable, name: string): ArrayLike<number> {
  const column = table.columns[name];
  return ArrayBuffer.isView(column) ? (column as Float64Array) : refuse(`${table.name} has no numbers ${name}`);
}

function numberOf(value: unknown): number {
  const number = Number(value);
  return value === null || value === undefined || Number.isNaN(number)
    ? refuse(`${String(value)} is no number`)
    : number;
}

function listOf(value: unknown): readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string')
    ? (value as string[])
    : refuse('a list of texts is missing');
}

function refuse(problem: string): never {
  throw new StreamVizError('STATE_INVALID', `the state of keyed events cannot be read: ${problem}`);
}
