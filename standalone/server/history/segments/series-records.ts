import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { parseSeriesKey } from '../../../../src/session/series-key.ts';
import type { SeriesEntry } from '../../../../src/wire/message-types.ts';

/** What the file knows of one series beside its segments. */
export interface SeriesRecord {
  readonly id: number;
  axis: 'time' | 'step';
  /** Durations of cells, ascending. */
  tiers: readonly number[];
  epoch: string;
  gen: number;
  /** Finite samples that its producer had sent with the newest compacted message. */
  n: number;
  /** Number of the message with which samples were missing; NaN: none are. */
  hole: number;
  /** Tiers are written of all that lies before; NaN: of nothing. */
  tieredUs: number;
}

/** Shortest cells on a time axis: what is finer is read from samples. */
const SHORTEST_US = 1e6;

/** The durations that a file keeps cells of, of those of a producer. */
export const keptTiers = (tiers: readonly number[], axis: 'time' | 'step'): readonly number[] =>
  axis === 'step' ? tiers : tiers.filter((durationUs) => durationUs >= SHORTEST_US);

interface Row {
  readonly id: number;
  readonly axis: string | null;
  readonly tiers: string | null;
  readonly epoch: string | null;
  readonly gen: number | null;
  readonly n: number | null;
  readonly hole: number | null;
  readonly tiered: number | null;
}

const nan = (value: number | null): number => value ?? Number.NaN;
const orNull = (value: number): number | null => (Number.isNaN(value) ? null : value);

/** The rows of `series` and `written`, kept once they were read. */
export class SeriesRecords {
  readonly #find: StatementSync;
  readonly #add: StatementSync;
  readonly #save: StatementSync;
  readonly #records = new Map<string, Map<string, SeriesRecord>>();

  constructor(db: DatabaseSync) {
    this.#find = db.prepare(
      `select s.id, w.axis, w.tiers, w.epoch, w.gen, w.n, w.hole, w.tiered from series s left join written w on w.series = s.id
       where s.session = ? and s.name = ? and s.labels = ?`,
    );
    this.#add = db.prepare('insert into series(session, name, labels) values(?, ?, ?)');
    this.#save = db.prepare(
      'insert or replace into written(series, axis, tiers, epoch, gen, n, hole, tiered) values(?, ?, ?, ?, ?, ?, ?, ?)',
    );
  }

  /** The record of a series; a new one where there is none. */
  of(session: string, epoch: string, entry: Pick<SeriesEntry, 'key' | 'gen' | 'tiers' | 'axis'>): SeriesRecord {
    const held = this.held(session, entry.key);
    if (held !== null) return held;
    const { name, labels } = parseSeriesKey(entry.key);
    const labelText = JSON.stringify(labels);
    const row = this.#find.get(session, name, labelText) as Row | undefined;
    const id = row?.id ?? Number(this.#add.run(session, name, labelText).lastInsertRowid);
    const record: SeriesRecord = {
      id,
      axis: row?.axis === 'step' || row?.axis === 'time' ? row.axis : entry.axis,
      tiers: row?.tiers == null ? keptTiers(entry.tiers, entry.axis) : (JSON.parse(row.tiers) as number[]),
      epoch: row?.epoch ?? epoch,
      gen: row?.gen ?? entry.gen,
      n: row?.n ?? 0,
      hole: nan(row?.hole ?? null),
      tieredUs: nan(row?.tiered ?? null),
    };
    let records = this.#records.get(session);
    if (records === undefined) {
      records = new Map();
      this.#records.set(session, records);
    }
    records.set(entry.key, record);
    return record;
  }

  /** A record that was read before. */
  held(session: string, key: string): SeriesRecord | null {
    return this.#records.get(session)?.get(key) ?? null;
  }

  save({ id, axis, tiers, epoch, gen, n, hole, tieredUs }: SeriesRecord): void {
    this.#save.run(id, axis, JSON.stringify(tiers), epoch, gen, n, orNull(hole), orNull(tieredUs));
  }

  /** Forgets everything, so that it is read again. */
  forget(): void {
    this.#records.clear();
  }
}
