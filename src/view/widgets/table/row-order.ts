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

/** Keys keep the place of their first row; new keys go to the end. O(n) per update. */
export class KeyedInPlace implements RowOrder {
  #shown: TableRow[] = [];
  #placeOfKey = new Map<string, number>();

  get length(): number {
    return this.#shown.length;
  }

  at(index: number): TableRow | undefined {
    return this.#shown[index];
  }

  indexNear(row: TableRow): number {
    return this.#placeOfKey.get(row.key) ?? this.#shown.length;
  }

  update(rows: readonly TableRow[]): void {
    const shown: (TableRow | undefined)[] = new Array(this.#shown.length).fill(undefined);
    let kept = 0;
    for (const row of rows) {
      const place = this.#placeOfKey.get(row.key);
      if (place === undefined) {
        this.#placeOfKey.set(row.key, shown.length);
        shown.push(row);
      } else {
        shown[place] = row;
      }
      kept++;
    }
    if (kept === shown.length) {
      this.#shown = shown as TableRow[];
      return;
    }
    this.#shown = shown.filter((row) => row !== undefined);
    this.#placeOfKey = new Map(this.#shown.map((row, place) => [row.key, place]));
  }
}

/**
 * Rows by a total order. The first update sorts; a later one removes what went and merges in what came, so it costs
 * O(n + k log k) and no comparisons among the rows that stayed.
 */
export class SortedRows implements RowOrder {
  readonly #compare: (a: TableRow, b: TableRow) => number;
  #sorted: readonly TableRow[] = [];
  #source: readonly TableRow[] = [];

  constructor(compare: (a: TableRow, b: TableRow) => number) {
    this.#compare = compare;
  }

  get length(): number {
    return this.#sorted.length;
  }

  at(index: number): TableRow | undefined {
    return this.#sorted[index];
  }

  indexNear(row: TableRow): number {
    let low = 0;
    let high = this.#sorted.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#compare(this.#sorted[middle]!, row) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  update(rows: readonly TableRow[]): void {
    const { came, went } = changesBetween(this.#source, rows);
    this.#source = rows;
    came.sort(this.#compare);
    this.#sorted = this.#merge(came, went);
  }

  #merge(came: readonly TableRow[], went: ReadonlySet<number>): readonly TableRow[] {
    if (came.length === 0 && went.size === 0) return this.#sorted;
    const merged: TableRow[] = [];
    let next = 0;
    for (const row of this.#sorted) {
      if (went.has(row.id)) continue;
      while (next < came.length && this.#compare(came[next]!, row) < 0) merged.push(came[next++]!);
      merged.push(row);
    }
    while (next < came.length) merged.push(came[next++]!);
    return merged;
  }
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
