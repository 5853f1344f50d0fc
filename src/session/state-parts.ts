import type { StateTable } from '../core/state-table.ts';

/** Tables of one part of a larger state, by names that no other part has. `part` is without `/`. */
export const tablesUnder = (part: string, tables: readonly StateTable[]): readonly StateTable[] =>
  tables.map((table) => ({ ...table, name: `${part}/${table.name}` }));

/** The tables of each part, under the names they have there, in the order of the parts; those of no part are left out. O(tables). */
export function partsOf(tables: readonly StateTable[]): ReadonlyMap<string, readonly StateTable[]> {
  const parts = new Map<string, StateTable[]>();
  for (const table of tables) {
    const at = table.name.indexOf('/');
    if (at < 0) continue;
    const part = table.name.slice(0, at);
    const own = { ...table, name: table.name.slice(at + 1) };
    const held = parts.get(part);
    if (held === undefined) parts.set(part, [own]);
    else held.push(own);
  }
  return parts;
}
