import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { SegmentBody } from './segment-body.ts';

/** Where a segment lies; times in us, or steps. */
export interface Part {
  readonly id: number;
  readonly tier: number;
  /** Time of its first row, or start of its first cell. */
  readonly t0: number;
  /** Time of its last row; of cells the end of the last. */
  readonly t1: number;
  readonly n: number;
}

export interface StoredPart extends Part, SegmentBody {}

const COLUMNS = 'id, tier, t0, t1, n, enc, body';

/**
 * The segments of a history file as ordered, disjoint parts: of one series and tier none begins before the one before it
 * ends. `tier` is 0 for samples, a duration for cells that sum samples up, minus a duration for what came folded.
 */
export class PartTable {
  readonly #db: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  constructor(db: DatabaseSync) {
    this.#db = db;
  }

  /** The last part that begins at or before a time. */
  at(series: number, tier: number, timeUs: number): StoredPart | null {
    const sql = `select ${COLUMNS} from seg where series = ? and tier = ? and t0 <= ? order by t0 desc limit 1`;
    return (this.#sql(sql).get(series, tier, timeUs) as StoredPart | undefined) ?? null;
  }

  /** Start of the first part that begins after a time; Infinity where there is none. */
  nextStart(series: number, tier: number, timeUs: number): number {
    const sql = 'select t0 from seg where series = ? and tier = ? and t0 > ? order by t0 limit 1';
    return (this.#sql(sql).get(series, tier, timeUs)?.t0 as number | undefined) ?? Number.POSITIVE_INFINITY;
  }

  /** The newest part without its bytes. */
  last(series: number, tier: number): Part | null {
    const sql = 'select id, tier, t0, t1, n from seg where series = ? and tier = ? order by t0 desc limit 1';
    return (this.#sql(sql).get(series, tier) as unknown as Part | undefined) ?? null;
  }

  /** Parts that overlap `[fromUs, toUs)`, newest first, one at a time. A row at `t1` counts, a cell that ends there too. */
  *backwards(series: number, tier: number, fromUs: number, toUs: number): Generator<StoredPart> {
    const sql = `select ${COLUMNS} from seg where series = ? and tier = ? and t0 < ? order by t0 desc`;
    for (const row of this.#db.prepare(sql).iterate(series, tier, toUs)) {
      const part = row as unknown as StoredPart;
      if (part.t1 < fromUs) return;
      yield part;
    }
  }

  /** The same parts in time order. */
  overlapping(series: number, tier: number, fromUs: number, toUs: number): readonly StoredPart[] {
    return [...this.backwards(series, tier, fromUs, toUs)].reverse();
  }

  /** Rows in the parts that overlap `[fromUs, toUs)`; of those at its edges all. Reads no bytes of them. */
  rowsIn(series: number, tier: number, fromUs: number, toUs: number): number {
    const first = this.at(series, tier, fromUs);
    const sql = 'select sum(n) as n from seg where series = ? and tier = ? and t0 > ? and t0 < ?';
    const later = Number(this.#sql(sql).get(series, tier, fromUs, toUs)?.n ?? 0);
    return later + (first !== null && first.t1 >= fromUs && first.t0 < toUs ? first.n : 0);
  }

  insert(
    series: number,
    tier: number,
    place: { readonly t0: number; readonly t1: number; readonly n: number },
    made: SegmentBody,
  ): Part {
    const sql = 'insert into seg(series, tier, t0, t1, n, enc, body) values(?, ?, ?, ?, ?, ?, ?)';
    const { t0, t1, n } = place;
    const { lastInsertRowid } = this.#sql(sql).run(series, tier, t0, t1, n, made.enc, made.body);
    return { id: Number(lastInsertRowid), tier, t0, t1, n };
  }

  remove(id: number): void {
    this.#sql('delete from seg where id = ?').run(id);
  }

  removeAll(series: number): void {
    this.#sql('delete from seg where series = ?').run(series);
  }

  #sql(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#db.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }
}
