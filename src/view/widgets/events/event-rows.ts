import type { EventRow } from '../../../core/events/event-window.ts';
import type { EventsOptions } from '../../../dashboard/events-spec.ts';
import type { TableRow } from '../../../session/session-view.ts';
import { eventCells } from './event-columns.ts';

/** A row of the events table, and what its cells show beside their values. */
export interface ShownRow extends TableRow {
  readonly event: EventRow;
  /** Height of a full bar of the sparkline, in events. */
  readonly scale: number;
}

/**
 * Table rows of windows that follow each other: a row whose picture stays keeps its id, a changed one gets a new id, and a
 * key keeps its place (`firstId`) until `arrange`. O(keys) per update.
 */
export class EventRows {
  #rows = new Map<string, ShownRow>();
  #signatures = new Map<string, string>();
  #nextId = 1;

  /** Forgets the places: the next update gives them by count. */
  arrange(): void {
    this.#rows = new Map();
    this.#signatures = new Map();
  }

  /** The rows ascending by id. `events` come busiest first. */
  update(events: readonly EventRow[], options: EventsOptions): readonly ShownRow[] {
    const scale = niceCeiling(largestBar(events));
    const kept: ShownRow[] = [];
    const changed: ShownRow[] = [];
    const rows = new Map<string, ShownRow>();
    const signatures = new Map<string, string>();
    for (const event of events) {
      const cells = eventCells(event, options);
      const signature = `${cells.slice(1).join()}/${event.actors.exact}/${event.columns.join()}/${scale}/${event.actors.names.length}`;
      const old = this.#rows.get(event.key);
      let row = old;
      if (row === undefined || this.#signatures.get(event.key) !== signature) {
        const id = this.#nextId;
        this.#nextId += 1;
        row = { id, firstId: old?.firstId ?? id, key: event.key, cells, changedAtSeq: 0, event, scale };
        changed.push(row);
      } else kept.push(row);
      rows.set(event.key, row);
      signatures.set(event.key, signature);
    }
    this.#rows = rows;
    this.#signatures = signatures;
    return [...kept.sort((a, b) => a.id - b.id), ...changed];
  }

  /** The row of a key as last updated. */
  of(key: string): ShownRow | undefined {
    return this.#rows.get(key);
  }
}

function largestBar(events: readonly EventRow[]): number {
  let largest = 0;
  for (const { columns } of events) for (const count of columns) if (count > largest) largest = count;
  return largest;
}

/** The least 1, 2 or 5 times a power of ten that is not below `value`, so that a scale changes seldom; 1 for 0. */
export function niceCeiling(value: number): number {
  if (!(value > 1)) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  const step = [1, 2, 5].find((factor) => factor * power >= value) ?? 10;
  return step * power;
}
