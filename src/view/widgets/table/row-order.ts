import type { TableRow } from '../../../session/session-view.ts';

/** Rows in the order they are shown. `rows` always comes ascending by id; a changed row has a new id. */
export interface RowOrder {
  readonly length: number;
  at(index: number): TableRow | undefined;
  /** Where a row of this or an earlier state stands, or would stand; 0 ... length. */
  indexNear(row: TableRow): number;
  /** Takes a new state. */
  update(rows: readonly TableRow[]): void;
}

/** Newest on top: O(1) per update, O(log n) per search. */
export class NewestFirst implements RowOrder {
  #rows: readonly TableRow[] = [];

  get length(): number {
    return this.#rows.length;
  }

  at(index: number): TableRow | undefined {
    return this.#rows[this.#rows.length - 1 - index];
  }

  indexNear(row: TableRow): number {
    return this.#rows.length - countAtMost(this.#rows, row.id);
  }

  update(rows: readonly TableRow[]): void {
    this.#rows = rows;
  }
}

/**
 * Keys keep the place of their first row, whatever was missed: rows ascend by `firstId`, equal ones by `id`.
 * O(n + k log k) per update for k keys that came; keys that only changed cost no comparison.
 */
export class KeyedInPlace implements RowOrder {
  #shown: readonly TableRow[] = [];
  #placeOfKey = new Map<string, number>();

  get length(): number {
    return this.#shown.length;
  }

  at(index: number): TableRow | undefined {
    return this.#shown[index];
  }

  indexNear(row: TableRow): number {
    const place = this.#placeOfKey.get(row.key);
    return place ?? placeOf(this.#shown, row, byFirstId);
  }

  update(rows: readonly TableRow[]): void {
    const kept: (TableRow | undefined)[] = new Array(this.#shown.length).fill(undefined);
    const came: TableRow[] = [];
    for (const row of rows) {
      const place = this.#placeOfKey.get(row.key);
      if (place !== undefined && this.#shown[place]!.firstId === row.firstId) kept[place] = row;
      else came.push(row);
    }
    if (came.length === 0 && rows.length === kept.length) {
      this.#shown = kept as TableRow[];
      return;
    }
    came.sort(byFirstId);
    this.#shown = merged(kept, came, byFirstId);
    this.#placeOfKey = new Map(this.#shown.map((row, place) => [row.key, place]));
  }
}

function byFirstId(a: TableRow, b: TableRow): number {
  return a.firstId - b.firstId || a.id - b.id;
}

/**
 * Rows by a total order. The first update sorts; a later one removes what went and merges in what came, so it costs
 * O(n + k log k) and no comparisons among the rows that stayed.
 */
export class SortedRows implements RowOrder {
  readonly #compare: Compare;
  #sorted: readonly TableRow[] = [];
  #source: readonly TableRow[] = [];

  constructor(compare: Compare) {
    this.#compare = compare;
  }

  get length(): number {
    return this.#sorted.length;
  }

  at(index: number): TableRow | undefined {
    return this.#sorted[index];
  }

  indexNear(row: TableRow): number {
    return placeOf(this.#sorted, row, this.#compare);
  }

  update(rows: readonly TableRow[]): void {
    const { came, went } = changesBetween(this.#source, rows);
    this.#source = rows;
    if (came.length === 0 && went.size === 0) return;
    came.sort(this.#compare);
    const kept = this.#sorted.map((row) => (went.has(row.id) ? undefined : row));
    this.#sorted = merged(kept, came, this.#compare);
  }
}

type Compare = (a: TableRow, b: TableRow) => number;

/** Both lists, sorted already, as one; undefined entries of `kept` go. O(n + k). */
function merged(kept: readonly (TableRow | undefined)[], came: readonly TableRow[], compare: Compare): TableRow[] {
  const out: TableRow[] = [];
  let next = 0;
  for (const row of kept) {
    if (row === undefined) continue;
    while (next < came.length && compare(came[next]!, row) < 0) out.push(came[next++]!);
    out.push(row);
  }
  while (next < came.length) out.push(came[next++]!);
  return out;
}

/** Where `row` stands or would stand in sorted rows. O(log n). */
function placeOf(sorted: readonly TableRow[], row: TableRow, compare: Compare): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compare(sorted[middle]!, row) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** What a later state has that an earlier one had not, and the ids that went. Both ascend by id; O(n). */
export function changesBetween(
  before: readonly TableRow[],
  after: readonly TableRow[],
): { came: TableRow[]; went: Set<number> } {
  const came: TableRow[] = [];
  const went = new Set<number>();
  let i = 0;
  let j = 0;
  while (i < before.length && j < after.length) {
    const old = before[i]!.id;
    const now = after[j]!.id;
    if (old === now) {
      i++;
      j++;
    } else if (old < now) {
      went.add(old);
      i++;
    } else {
      came.push(after[j++]!);
    }
  }
  while (i < before.length) went.add(before[i++]!.id);
  while (j < after.length) came.push(after[j++]!);
  return { came, went };
}

/** How many rows have an id of at most `id`; rows ascend by id. O(log n). */
export function countAtMost(rows: readonly TableRow[], id: number): number {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (rows[middle]!.id <= id) low = middle + 1;
    else high = middle;
  }
  return low;
}
