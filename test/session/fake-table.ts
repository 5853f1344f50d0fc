import { RowHashSum } from '../../src/core/row-hash.ts';
import type { RowsPart, TableProof } from '../../src/wire/message-types.ts';

export interface FakeRow {
  readonly id: number;
  readonly firstId: number;
  readonly key: string;
  /** null is a removal. */
  readonly value: number | null;
}

const COLUMNS = [
  { name: 'key', type: 'text' },
  { name: 'value', type: 'number' },
] as const;

function proofOf(rows: Iterable<FakeRow>, floor: number): string {
  const sum = new RowHashSum();
  for (const { id } of rows) if (id >= floor) sum.add(id);
  return sum.toString();
}

/** A table at the producer: rows by key in order of rowId, the oldest go above `cap`. */
export class FakeTable {
  readonly rows = new Map<string, FakeRow>();
  top = 0;
  floor = 0;
  readonly cap: number;
  readonly keyRows: number;

  constructor(cap: number, keyRows: number) {
    this.cap = cap;
    this.keyRows = keyRows;
  }

  change(key: string | null, value: number | null): FakeRow {
    this.top += 1;
    const place = key === null || value === null ? undefined : this.rows.get(key)?.firstId;
    const row = { id: this.top, firstId: place ?? this.top, key: key ?? String(this.top), value };
    this.rows.delete(row.key);
    if (value !== null) this.rows.set(row.key, row);
    while (this.rows.size > this.cap) {
      const [oldest] = this.rows.values();
      this.rows.delete(oldest!.key);
      this.floor = oldest!.id + 1;
    }
    return row;
  }

  proof(): TableProof {
    const rows = [...this.rows.values()];
    const keyFloor = rows.length > this.keyRows ? rows.at(-this.keyRows)!.id : this.floor;
    const { floor } = this;
    return { floor, keyFloor, whole: proofOf(rows, 0), part: proofOf(rows, keyFloor), total: rows.length };
  }
}

export function rowsPart(table: string, rows: readonly FakeRow[], slice: RowsPart['slice']): RowsPart {
  return {
    table,
    slice,
    columns: COLUMNS,
    rowIds: Float64Array.from(rows, ({ id }) => id),
    firstIds: Float64Array.from(rows, ({ firstId }) => firstId),
    gone: Uint8Array.from(rows, ({ value }) => (value === null ? 1 : 0)),
    cells: rows.map(({ key, value }) => [key, value]),
  };
}
