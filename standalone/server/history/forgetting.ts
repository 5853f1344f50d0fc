import type { DatabaseSync } from 'node:sqlite';
import { fileBytes, inTransaction, numberOf } from './history-file.ts';

/** Of a file that is too large this share is aimed at, so that not every minute has to let something go. */
const AIM = 0.9;
/** Most segments that leave in one transaction. */
const SLICE_SEGMENTS = 500;
/** Free pages that are given back to the disk in one transaction. */
const SLICE_PAGES = 500;
/** Free pages that are kept for what comes next. */
const SPARE_PAGES = 2000;

/** Who writes them knows which are there. */
interface Segments {
  /** Deletes those that end before a time, us. Returns how many went. */
  expire(beforeUs: number): number;
}

/**
 * Lets the past go that is too old or too much: segments, the oldest first, and sessions of which nothing is left.
 *
 * Sessions in memory, and messages that are in no segment yet, are never touched. What a call does is one transaction of some
 * ten milliseconds; it is called until it returns false.
 */
export class Forgetting {
  /** Times that were deleted so far because the file would be too large, us: everything before. NaN: none. */
  cutUs = Number.NaN;
  readonly #db: DatabaseSync;
  readonly #segments: Segments;
  readonly #retentionUs: number;
  readonly #mostBytes: number;
  #isCutting = false;

  constructor(
    db: DatabaseSync,
    options: { readonly segments: Segments; readonly retentionUs: number; readonly mostBytes: number },
  ) {
    this.#db = db;
    this.#segments = options.segments;
    this.#retentionUs = options.retentionUs;
    this.#mostBytes = options.mostBytes;
  }

  /** Lets go of a slice. Returns whether there is more to do. */
  step(nowUs: number): boolean {
    return this.#expire(nowUs - this.#retentionUs) || this.#cut() || this.#forgetSessions(nowUs) || this.#giveBack();
  }

  /** What ends before this time goes, the oldest first. */
  #expire(edgeUs: number): boolean {
    if (!Number.isFinite(edgeUs)) return false;
    const beforeUs = this.#sliceEnd(edgeUs, SLICE_SEGMENTS);
    if (beforeUs === null) return false;
    return inTransaction(this.#db, () => {
      this.#db.prepare('delete from gap where to_us < ?').run(edgeUs);
      return this.#segments.expire(beforeUs) > 0;
    });
  }

  /** The oldest goes while there is too much. */
  #cut(): boolean {
    const bytes = fileBytes(this.#db);
    if (bytes > this.#mostBytes) this.#isCutting = true;
    if (!(bytes > AIM * this.#mostBytes)) this.#isCutting = false;
    if (!this.#isCutting) return false;
    const excess = (bytes - AIM * this.#mostBytes) / bytes;
    const segments = Math.ceil(excess * numberOf(this.#db, 'select count(*) as n from seg'));
    const beforeUs = this.#sliceEnd(Number.POSITIVE_INFINITY, Math.min(segments, SLICE_SEGMENTS));
    if (beforeUs === null) return false;
    const gone = inTransaction(this.#db, () => this.#segments.expire(beforeUs));
    if (gone > 0) this.cutUs = beforeUs;
    return gone > 0;
  }

  /** A time before which about so many segments end, at most `edgeUs`; null where none does. */
  #sliceEnd(edgeUs: number, segments: number): number | null {
    const all = this.#db.prepare('select t1 from seg where t1 < ? order by t1 limit 1 offset ?');
    const most = Math.min(edgeUs, Number.MAX_VALUE);
    const last = all.get(most, segments - 1) ?? (all.get(most, 0) === undefined ? undefined : { t1: most });
    // Just after it, so that it goes too.
    return last === undefined ? null : Math.min(most, Number(last.t1) + 1);
  }

  /** Sessions that left memory and have nothing on disk any more. */
  #forgetSessions(nowUs: number): boolean {
    return inTransaction(this.#db, () => {
      this.#db.exec('delete from checkpoint where session in (select name from session where held = 0)');
      const gone = this.#db
        .prepare(
          `delete from session where held = 0 and coalesce(gone_us, started_us) < ?
           and not exists (select 1 from log where log.session = name)
           and not exists (select 1 from seg join series on series.id = seg.series where series.session = name)`,
        )
        .run(nowUs - 1e6);
      return Number(gone.changes) > 0;
    });
  }

  #giveBack(): boolean {
    const free = numberOf(this.#db, 'select freelist_count as n from pragma_freelist_count');
    if (free <= SPARE_PAGES) return false;
    this.#db.exec(`pragma incremental_vacuum(${SLICE_PAGES})`);
    return true;
  }
}
