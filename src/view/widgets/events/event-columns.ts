import type { EventRow } from '../../../core/events/event-window.ts';
import type { EventsOptions } from '../../../dashboard/events-spec.ts';
import type { TableColumn } from '../table/columns.ts';

const COUNT = 1;

const WIDE_PX = 360;
const FLAG_PX = 80;

/** Whether a card of this width is too narrow for the time of the last event, sparklines and shares. */
export function isNarrow(widthPx: number, options: EventsOptions): boolean {
  return widthPx < WIDE_PX + FLAG_PX * options.flags.length;
}

/** What a column of the events table shows. */
export type EventCell = 'key' | 'count' | 'actor' | 'flag' | 'last';

/** The columns: the key, its count, who, each flag, and on a wide card when it came last. */
export function eventColumns(options: EventsOptions, narrow: boolean): readonly TableColumn[] {
  const columns: TableColumn[] = [];
  const add = (cell: EventCell, name: string, type: TableColumn['type']): void => {
    columns.push({ name: `${cell}:${name}`, title: name, type, width: null, format: null, cell: columns.length });
  };
  add('key', options.key, 'text');
  add('count', 'events', 'number');
  if (options.actor !== null) add('actor', options.actor, 'number');
  for (const flag of options.flags) add('flag', flag, 'number');
  if (!narrow) add('last', 'last', 'datetime');
  return columns;
}

/** Which cell a column is. */
export function cellOf(column: TableColumn): EventCell {
  return column.name.slice(0, column.name.indexOf(':')) as EventCell;
}

/** The values of a row in the order of the columns, as they sort and are copied; the time last, also where not shown. */
export function eventCells(row: EventRow, options: EventsOptions): readonly unknown[] {
  const cells: unknown[] = [row.key, row.count];
  if (options.actor !== null) cells.push(row.actors.count);
  cells.push(...row.flags, row.lastUs);
  return cells;
}

/** Events of a row's cells. */
export function countOf(cells: readonly unknown[]): number {
  return Number(cells[COUNT]);
}
