import type { EventPane } from '../core/events/pane-rows.ts';
import type { TableColumn } from './session-view.ts';

/** Places of the columns of a block. */
export interface BlockColumns {
  readonly count: number;
  readonly last: number;
  readonly actors: number;
  readonly complete: number;
  /** In the order of the widget's flags; -1 for one the producer does not send. */
  readonly flags: readonly number[];
}

export function blockColumns(columns: readonly TableColumn[], flags: readonly string[]): BlockColumns {
  const place = (name: string): number => columns.findIndex((column) => column.name === name);
  return {
    count: place('count'),
    last: place('last'),
    actors: place('actors'),
    complete: place('complete'),
    flags: flags.map((flag) => place(`flag:${flag}`)),
  };
}

/** A row's pane; null where its cells are not those of one. */
export function paneOf(cells: readonly unknown[], columns: BlockColumns): EventPane | null {
  const count = cells[columns.count];
  const lastUs = cells[columns.last];
  const names = namesOf(cells[columns.actors]);
  if (typeof count !== 'number' || typeof lastUs !== 'number' || names === null) return null;
  return {
    count,
    lastUs,
    actors: { names, complete: cells[columns.complete] !== false },
    flags: columns.flags.map((place) => Number(cells[place] ?? 0)),
  };
}

function namesOf(cell: unknown): readonly string[] | null {
  if (cell === null || cell === undefined) return [];
  const names = parsedJson(cell);
  return Array.isArray(names) && names.every((name) => typeof name === 'string') ? (names as string[]) : null;
}

/** JSON as it is; null for a text that is none. */
export function parsedJson(text: unknown): unknown {
  try {
    return JSON.parse(String(text));
  } catch {
    return null; // the caller says what it could not read
  }
}
