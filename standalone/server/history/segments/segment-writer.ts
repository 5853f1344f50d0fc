import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { countCarried, eachRun } from '../../../../src/session/message-rows.ts';
import type { Message, SeriesEntry } from '../../../../src/wire/message-types.ts';
import { CellParts } from './cell-parts.ts';
import { FoldParts } from './fold-parts.ts';
import { PartTable } from './part-table.ts';
import { PendingSeries } from './pending-series.ts';
import { repair, spanUsOf } from './repairs.ts';
import { inTimeOrder } from './sample-order.ts';
import { SampleParts } from './sample-parts.ts';
import { keptTiers, type SeriesRecord, SeriesRecords } from './series-records.ts';
import { TierWriter } from './tier-writer.ts';

/** Rows that are summed up in one flush: about 50 ms. */
const SUMMED_ROWS = 1_000_000;

/**
 * Turns messages into segments: raw samples of a series in blobs, and cells of its tiers.
 *
 * 1. `add` copies what it needs; `flush` writes all that was added. Both belong inside a transaction of the caller, so that the
 *    log rows it deletes and the segments that replace them come and go together.
 * 2. Messages of one epoch come in rising `seq`, each once. Another epoch of the session adds to the same series.
 * 3. Every sample is in segments once: rows as samples, folded ones as cells of their own duration. Where samples are known to
 *    be missing, what the producer says again of them (`history`, `keyframe`) takes their place.
 * 4. A series that begins anew (`clear()`) takes its past with it.
 * 5. A flush costs least with a minute of messages, or some 100,000 rows; smaller ones are merged into the newest segment.
 *
 * After a transaction that failed a writer is of no use: make another one.
 */
export class SegmentWriter {
  readonly #records: SeriesRecords;
  readonly #table: PartTable;
  readonly #samples: SampleParts;
  readonly #folds: FoldParts;
  readonly #tiers: TierWriter;
  readonly #expire: StatementSync;
  readonly #pending = new Map<SeriesRecord, PendingSeries>();
  #rows = 0;

  constructor(db: DatabaseSync) {
    this.#records = new SeriesRecords(db);
    this.#table = new PartTable(db);
    const cells = new CellParts(this.#table);
    this.#samples = new SampleParts(this.#table);
    this.#folds = new FoldParts(cells);
    this.#tiers = new TierWriter(this.#table, cells, { samples: this.#samples, folds: this.#folds });
    this.#expire = db.prepare(
      "delete from seg where t1 < ? and series not in (select series from written where axis = 'step')",
    );
  }

  /** Rows waiting for {@link flush}. */
  get pending(): number {
    return this.#rows;
  }

  /** Takes the rows of a message; its columns may change afterwards. A message of slow mode has none that count. */
  add(session: string, message: Message): void {
    if (message.slow) return;
    const { epoch, samples, folds, history, keyframe, seq } = message;
    this.#clearOlder(session, message);
    const carried = countCarried(message);
    const waiting = message.series.map((entry, i) => this.#enter(session, epoch.id, entry, carried[i]!, seq));
    if (folds !== null) {
      eachRun(folds, (i, from, to) => waiting[i]?.addFolds(folds, from, to, message.foldFeatures));
      this.#rows += folds.length;
    }
    if (samples !== null) {
      eachRun(samples, (i, from, to) => waiting[i]?.addSamples(samples.time, samples.value, from, to));
      this.#rows += samples.length;
    }
    if (history !== null) {
      eachRun(history, (i, from, to) => {
        const series = waiting[i];
        if (series === null || series === undefined || Number.isNaN(series.record.hole)) return;
        const rows = { time: history.time.slice(from, to), value: history.value.slice(from, to) };
        series.repairs.push({ kind: 'rows', rows });
      });
    }
    if (keyframe !== null) {
      const { panes, ranges } = keyframe;
      eachRun(panes, (i, from, to) => {
        const series = waiting[i];
        if (series === null || series === undefined || Number.isNaN(series.record.hole)) return;
        series.addKeyframe(panes, from, to, message.keyframeFeatures);
      });
      // A keyframe has said all that is retained.
      for (const { series } of ranges) {
        const record = waiting[series]?.record;
        if (record !== undefined && seq >= record.hole) record.hole = Number.NaN;
      }
    }
  }

  /**
   * Writes what was added, and the tiers of complete blocks.
   *
   * @returns whether tiers are left to be written: call it again, in another transaction if need be.
   */
  flush(): boolean {
    for (const [record, waiting] of this.#pending) this.#write(record, waiting);
    this.#pending.clear();
    this.#rows = 0;
    return this.#tiers.write(SUMMED_ROWS, (record) => this.#records.save(record));
  }

  /** Deletes segments that end before a time, us; those of series on a step axis stay. Returns how many went. */
  expire(beforeUs: number): number {
    const { changes } = this.#expire.run(beforeUs);
    this.#samples.forget();
    return Number(changes);
  }

  /** Reads everything anew: rows of `series` or `seg` were deleted by somebody else. Only when nothing is pending. */
  forget(): void {
    this.#records.forget();
    this.#samples.forget();
  }

  /** Takes what a message's list says of a series, before its rows. Null where it speaks of a generation that is over. */
  #enter(session: string, epoch: string, entry: SeriesEntry, carried: number, seq: number): PendingSeries | null {
    const record = this.#records.of(session, epoch, entry);
    const waiting = this.#waiting(record);
    if (record.axis !== entry.axis) {
      // Steps cannot stand among times.
      this.#clear(record, waiting, entry.gen);
      record.axis = entry.axis;
      record.tiers = keptTiers(entry.tiers, entry.axis);
    }
    if (record.epoch !== epoch) {
      record.epoch = epoch;
      record.gen = entry.gen;
      record.n = 0;
      record.hole = Number.NaN;
    } else if (entry.gen < record.gen) return null;
    else if (entry.gen > record.gen) this.#clear(record, waiting, entry.gen);
    if (entry.n - carried !== record.n) record.hole = seq;
    record.n = entry.n;
    const tiers = keptTiers(entry.tiers, entry.axis);
    if (tiers.at(-1) === record.tiers.at(-1)) record.tiers = tiers;
    return waiting;
  }

  #waiting(record: SeriesRecord): PendingSeries {
    let waiting = this.#pending.get(record);
    if (waiting === undefined) {
      waiting = new PendingSeries(record);
      this.#pending.set(record, waiting);
    }
    return waiting;
  }

  #clear(record: SeriesRecord, waiting: PendingSeries, gen: number): void {
    waiting.clear();
    record.gen = gen;
    record.n = 0;
    record.hole = Number.NaN;
  }

  /** A document may say that a series began anew before its next sample does. */
  #clearOlder(session: string, { document, epoch }: Message): void {
    const generations = (document as { readonly generations?: unknown } | null)?.generations;
    if (typeof generations !== 'object' || generations === null) return;
    for (const [key, gen] of Object.entries(generations)) {
      const record = this.#records.held(session, key);
      if (record === null || record.epoch !== epoch.id || typeof gen !== 'number' || !(gen > record.gen)) continue;
      this.#clear(record, this.#waiting(record), gen);
    }
  }

  #write(record: SeriesRecord, waiting: PendingSeries): void {
    if (waiting.isCleared) {
      this.#table.removeAll(record.id);
      this.#samples.forget(record.id);
      this.#tiers.forget(record);
      record.tieredUs = Number.NaN;
    }
    if (waiting.length > 0) {
      const rows = inTimeOrder(waiting.time, waiting.value, waiting.length);
      this.#samples.place(record.id, rows, spanUsOf(record));
      this.#tiers.note(record, rows.time[0]!, rows.time[rows.time.length - 1]! + 1);
    }
    for (const [durationUs, lists] of waiting.folds) {
      this.#folds.add(record, durationUs, lists);
      for (const cells of lists) {
        for (let i = 0; i < cells.length; i += 1)
          this.#tiers.note(record, cells.start[i]!, cells.start[i]! + durationUs);
      }
    }
    for (const again of waiting.repairs) {
      const changed = repair({ samples: this.#samples, folds: this.#folds }, record, again);
      if (changed !== null) this.#tiers.note(record, ...changed);
    }
    this.#records.save(record);
  }
}
