import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { eachRun } from '../../../../src/session/message-rows.ts';
import { parseSeriesKey, type SeriesName } from '../../../../src/session/series-key.ts';
import { ColumnArena } from '../../../../src/wire/column-arena.ts';
import { decodeFrame } from '../../../../src/wire/frame.ts';
import { decodeMessage } from '../../../../src/wire/message.ts';
import { PendingSeries } from '../segments/pending-series.ts';
import { keptTiers } from '../segments/series-records.ts';
import type { StoredSeries } from './series-request.ts';

/** What one message of the log brought of one series. */
interface Piece {
  readonly row: number;
  readonly labels: SeriesName['labels'];
  readonly series: PendingSeries;
}

/** A series of the log, and what each of its messages brought. */
export interface LoggedSeries extends StoredSeries {
  readonly pieces: readonly PendingSeries[];
}

interface Held {
  /** The newest message that was decoded. */
  seen: number;
  /** The oldest one when it was last looked. */
  first: number;
  readonly pieces: Map<string, Piece[]>;
}

const NOTHING: ReadonlyMap<string, readonly Piece[]> = new Map();

/**
 * The messages of a history file that are in no segment yet, by series; each is decoded once.
 *
 * Memory: 16 bytes a sample of what the log holds. What has become a segment leaves with the next list, and with the next look
 * at its session or at one that was not looked at before.
 */
export class LogTail {
  readonly #rows: StatementSync;
  readonly #first: StatementSync;
  readonly #arena = new ColumnArena();
  readonly #sessions = new Map<string, Held>();

  constructor(db: DatabaseSync) {
    this.#rows = db.prepare('select seq as row, body from log where session = ? and seq > ? order by seq');
    this.#first = db.prepare('select min(seq) as row from log where session = ?');
  }

  /** What the log brought of a series, in the order it came. */
  of({ session, name, labels }: StoredSeries): readonly PendingSeries[] {
    return (this.#look(session).get(`${name} ${labels}`) ?? []).map(({ series }) => series);
  }

  /** The series of which the log has something. */
  list(sessions: readonly string[]): readonly LoggedSeries[] {
    this.#trim();
    return sessions.flatMap((session) =>
      [...this.#look(session)].map(([key, pieces]) => {
        const labels = JSON.stringify(pieces[0]!.labels);
        const name = key.slice(0, key.length - labels.length - 1);
        return { session, name, labels, pieces: pieces.map(({ series }) => series) };
      }),
    );
  }

  #look(session: string): ReadonlyMap<string, readonly Piece[]> {
    if (!this.#sessions.has(session)) this.#trim();
    const held = this.#kept(session) ?? { seen: 0, first: 0, pieces: new Map<string, Piece[]>() };
    for (const { row, body } of this.#rows.iterate(session, held.seen)) {
      held.seen = Number(row);
      this.#take(held.pieces, held.seen, body as Uint8Array);
    }
    if (held.seen === 0) return NOTHING;
    this.#sessions.set(session, held);
    return held.pieces;
  }

  /** Lets go of everything that the log no longer has. */
  #trim(): void {
    for (const session of [...this.#sessions.keys()]) this.#kept(session);
  }

  /** What is held of a session without that which has left the log; null: nothing is. */
  #kept(session: string): Held | null {
    const held = this.#sessions.get(session);
    if (held === undefined) return null;
    const row = this.#first.get(session)?.row ?? null;
    if (row === null) {
      this.#sessions.delete(session);
      return null;
    }
    const first = Number(row);
    if (first === held.first) return held;
    held.first = first;
    for (const [key, pieces] of held.pieces) {
      const kept = pieces.filter((piece) => piece.row >= first);
      if (kept.length === 0) held.pieces.delete(key);
      else if (kept.length < pieces.length) held.pieces.set(key, kept);
    }
    return held;
  }

  #take(pieces: Map<string, Piece[]>, row: number, body: Uint8Array): void {
    try {
      const { header, buffers } = decodeFrame(body);
      const { series, samples, folds, foldFeatures, slow, epoch } = decodeMessage(header, buffers, this.#arena);
      if (slow) return;
      const own = series.map(({ key, tiers, axis, gen }) => {
        const { name, labels } = parseSeriesKey(key);
        const record = {
          id: 0,
          axis,
          tiers: keptTiers(tiers, axis),
          epoch: epoch.id,
          gen,
          n: 0,
          hole: Number.NaN,
          tieredUs: Number.NaN,
        };
        return {
          place: `${name} ${JSON.stringify(labels)}`,
          labels,
          pending: new PendingSeries(record),
          isUsed: false,
        };
      });
      const use = (i: number) => {
        const one = own[i]!;
        if (!one.isUsed) {
          one.isUsed = true;
          const list = pieces.get(one.place);
          if (list === undefined) pieces.set(one.place, [{ row, labels: one.labels, series: one.pending }]);
          else list.push({ row, labels: one.labels, series: one.pending });
        }
        return one.pending;
      };
      if (samples !== null) eachRun(samples, (i, from, to) => use(i).addSamples(samples.time, samples.value, from, to));
      if (folds !== null) eachRun(folds, (i, from, to) => use(i).addFolds(folds, from, to, foldFeatures));
    } catch {
      // What cannot be read is counted where it would become a segment.
    } finally {
      this.#arena.reset();
    }
  }
}
