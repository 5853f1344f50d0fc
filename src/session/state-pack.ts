import { stateInvalid } from '../core/state-input.ts';
import type { StateColumn, StateTable, StateValue } from '../core/state-table.ts';

/*
 * Thousands of small tables as a few long ones: those of equal columns stand below each other. A session has about 20 tables
 * a series; as one Arrow stream each they would take half a millisecond and half a kilobyte apiece.
 *
 * `unpackTables(packTables(tables))` equals `tables`, order included. O(tables and rows); arrays are copied.
 */

/** One of the tables in a packed one: place among all, name, rows, meta. */
type Part = readonly [place: number, name: string, rows: number, meta: StateTable['meta']];

type Pack = { readonly tables: StateTable[]; readonly parts: Part[] };

export function packTables(tables: readonly StateTable[]): readonly StateTable[] {
  const packs = new Map<string, Pack>();
  for (const [place, table] of tables.entries()) {
    const columns = Object.entries(table.columns);
    // Numbered parts are of one kind.
    const kind = JSON.stringify([
      table.name.replaceAll(/\d+/g, '#'),
      columns.map(([name, column]) => [name, typeOf(column)]),
    ]);
    let pack = packs.get(kind);
    if (pack === undefined) {
      pack = { tables: [], parts: [] };
      packs.set(kind, pack);
    }
    pack.tables.push(table);
    pack.parts.push([place, table.name, columns[0]?.[1].length ?? 0, table.meta]);
  }
  return [...packs.values()].map(({ tables: alike, parts }, i) => ({
    name: `pack.${i}`,
    meta: { parts },
    columns: Object.fromEntries(
      Object.keys(alike[0]!.columns).map((name) => [name, joined(alike.map(({ columns }) => columns[name]!))]),
    ),
  }));
}

/** The tables of {@link packTables}. @throws StreamVizError `STATE_INVALID` */
export function unpackTables(packs: readonly StateTable[]): readonly StateTable[] {
  const placed: { readonly place: number; readonly table: StateTable }[] = [];
  for (const { name: pack, meta: packMeta, columns } of packs) {
    const entries = Object.entries(columns);
    let from = 0;
    for (const value of asList(packMeta.parts, pack)) {
      const [place, name, rows, meta] = asPart(value, pack);
      const to = from + rows;
      if (entries.some(([, column]) => column.length < to)) throw stateInvalid(`${pack} has no row ${to - 1}`);
      const own = entries.map(([key, column]) => [key, column.slice(from, to)] as const);
      placed.push({ place, table: { name, meta, columns: Object.fromEntries(own) } });
      from = to;
    }
    if (entries.some(([, column]) => column.length > from)) throw stateInvalid(`${pack} has rows of no part`);
  }
  return placed.sort((a, b) => a.place - b.place).map(({ table }) => table);
}

const isList = (column: StateColumn): column is readonly string[] | readonly (Uint8Array | null)[] =>
  Array.isArray(column);

function typeOf(column: StateColumn): string {
  if (!isList(column)) return column.constructor.name;
  return column.every((entry) => typeof entry === 'string') ? 'text' : 'bytes';
}

/** Columns of one type below each other. */
function joined(columns: readonly StateColumn[]): StateColumn {
  const first = columns[0]!;
  if (isList(first)) return columns.flatMap((column) => column as readonly string[]);
  const length = columns.reduce((sum, column) => sum + column.length, 0);
  const out = new (first.constructor as Float64ArrayConstructor)(length);
  let at = 0;
  for (const column of columns) {
    out.set(column as Float64Array, at);
    at += column.length;
  }
  return out;
}

function asList(value: StateValue | undefined, pack: string): readonly StateValue[] {
  if (!Array.isArray(value)) throw stateInvalid(`${pack} has no parts`);
  return value;
}

function asPart(value: StateValue, pack: string): Part {
  const [place, name, rows, meta] = asList(value, pack);
  const isPart =
    typeof place === 'number' &&
    typeof name === 'string' &&
    typeof rows === 'number' &&
    Number.isInteger(rows) &&
    rows >= 0 &&
    meta !== null &&
    typeof meta === 'object' &&
    !Array.isArray(meta);
  if (!isPart) throw stateInvalid(`${pack} has a part that is none`);
  return [place, name, rows, meta as StateTable['meta']];
}
