import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { StreamVizError } from '../../../../src/core/errors.ts';
import type { SampleAt } from '../../hub/series-reading.ts';
import { CellParts } from '../segments/cell-parts.ts';
import { gatherCells } from '../segments/cell-rows.ts';
import { decodeCells } from '../segments/cell-segment.ts';
import { type OnDamaged, tolerant } from '../segments/damaged-parts.ts';
import { FoldParts } from '../segments/fold-parts.ts';
import { PartTable } from '../segments/part-table.ts';
import type { PendingSeries } from '../segments/pending-series.ts';
import { inTimeOrder, lowerBound } from '../segments/sample-order.ts';
import { SampleParts } from '../segments/sample-parts.ts';
import { decodeSamples } from '../segments/sample-segment.ts';
import { Gathered } from './gathered.ts';
import { LogTail } from './log-tail.ts';
import { LoggedSessions } from './logged-sessions.ts';
import { SegmentSpans } from './segment-spans.ts';
import {
  type ListedSeries,
  type SeriesColumns,
  type SeriesRequest,
  type StoredSeries,
  storedKey,
} from './series-request.ts';
import { chosenTier, SPREAD_TIERS } from './tier-choice.ts';

interface Found {
  readonly id: number;
  readonly axis: 'time' | 'step';
  readonly tiers: readonly number[];
  readonly tieredUs: number;
  readonly epoch: string;
  readonly gen: number;
}

/** A series that is being read, and where what is found goes. */
interface Source extends Found {
  /** Index of the finest tier whose cells are taken. */
  readonly least: number;
  readonly withSketches: boolean;
  readonly out: Gathered;
}

/** What the log has of a series that is in no segment yet; times as of an empty range where that is nothing. */
export interface LoggedSpan {
  readonly axis: 'time' | 'step';
  readonly samples: number;
  readonly firstUs: number;
  readonly lastUs: number;
}

/**
 * Reads segments: the samples of a series in a range, or cells in their place.
 *
 * 1. What it gives of a range are all samples in segments (and in the log, where that is asked for), each once.
 * 2. Cells stand for samples only where they lie in the range whole; at its edges it goes on with finer ones, then samples.
 * 3. A damaged part is passed over and makes everything up to it doubtful.
 * 4. Every answer is of one moment: nothing that is committed meanwhile is half in it.
 */
export class SegmentReader {
  readonly #db: DatabaseSync;
  readonly #table: PartTable;
  readonly #samples: SampleParts;
  readonly #cells: CellParts;
  readonly #folds: FoldParts;
  readonly #spans: SegmentSpans;
  readonly #sessions: LoggedSessions;
  readonly #tail: LogTail;
  readonly #find: StatementSync;
  readonly #damaged = new Set<number>();
  #doubtedUs = Number.NEGATIVE_INFINITY;

  constructor(db: DatabaseSync) {
    this.#db = db;
    this.#table = new PartTable(db);
    const onDamaged: OnDamaged = ({ id, tier, t1 }) => {
      this.#damaged.add(id);
      // What sums samples up is passed over for them.
      if (tier <= 0) this.#doubtedUs = Math.max(this.#doubtedUs, t1);
    };
    this.#samples = new SampleParts(this.#table, onDamaged);
    this.#cells = new CellParts(this.#table, onDamaged);
    this.#folds = new FoldParts(this.#cells);
    this.#spans = new SegmentSpans(db);
    this.#sessions = new LoggedSessions(db);
    this.#tail = new LogTail(db);
    this.#find = db.prepare(
      `select s.id, w.axis, w.tiers, w.tiered, w.epoch, w.gen from series s join written w on w.series = s.id
       where s.session = ? and s.name = ? and s.labels = ?`,
    );
  }

  /** Parts met so far whose bytes are damaged. */
  get damaged(): number {
    return this.#damaged.size;
  }

  /**
   * The series of one name or of all: those with segments in the order they were first written, then those of runs that are
   * over of which the log alone has something. What the run that goes on sent is in memory.
   */
  list(name: string | null): readonly ListedSeries[] {
    return this.#ofOneMoment(() => {
      const listed = new Map(this.#spans.list(name).map((one) => [storedKey(one), one]));
      for (const { session, name: own, labels, pieces } of this.#tail.list(this.#sessions.over())) {
        if (name !== null && own !== name) continue;
        const series = { session, name: own, labels };
        const { axis, firstUs, lastUs } = spanOf(pieces);
        const held = listed.get(storedKey(series));
        if (held !== undefined && held.axis !== axis) continue;
        const span = {
          firstUs: Math.min(firstUs, held?.firstUs ?? Number.POSITIVE_INFINITY),
          lastUs: Math.max(lastUs, held?.lastUs ?? Number.NEGATIVE_INFINITY),
        };
        if (span.firstUs <= span.lastUs) listed.set(storedKey(series), { ...series, axis, ...span });
      }
      return [...listed.values()];
    });
  }

  /** The series of which messages are in no segment yet. */
  logged(): readonly StoredSeries[] {
    const series = this.#tail.list(this.#sessions.all());
    return series.map(({ session, name, labels }) => ({ session, name, labels }));
  }

  /** What of a series is in no segment yet. O(its samples in the log). */
  loggedSpan(series: StoredSeries): LoggedSpan {
    return spanOf(this.#tail.of(series));
  }

  /** What there is of a series in a range; null where the file does not know it. @throws StreamVizError `SEGMENT_INVALID` */
  read(request: SeriesRequest): SeriesColumns | null {
    return this.#ofOneMoment(() => this.#read(request));
  }

  #ofOneMoment<T>(run: () => T): T {
    this.#db.exec('begin');
    try {
      return run();
    } finally {
      try {
        this.#db.exec('rollback');
      } catch {
        // An error of the disk has ended it already.
      }
    }
  }

  #read(request: SeriesRequest): SeriesColumns | null {
    const kept = this.#found(request);
    const logged = this.#wantsLog(request) ? this.#tail.of(request) : [];
    const { epoch, gen = 0 } = request;
    const isBefore = (one: { readonly epoch: string; readonly gen: number }) => one.epoch === epoch && one.gen < gen;
    const isCleared = (kept !== null && isBefore(kept)) || logged.some(({ record }) => isBefore(record));
    const found = isCleared ? null : kept;
    const tail = isCleared ? logged.filter(({ record }) => record.epoch === epoch && record.gen >= gen) : logged;
    if (found === null && tail.length === 0) return null;
    const axis = found?.axis ?? tail[0]!.record.axis;
    const tiers = found?.tiers ?? tail[0]!.record.tiers;
    const out = new Gathered();
    this.#doubtedUs = Number.NEGATIVE_INFINITY;
    if (found !== null) {
      const { startUs, endUs } = request;
      const rows = this.#table.rowsIn(found.id, 0, startUs, endUs);
      if (request.stepUs === 0 && rows > (request.mostRows ?? Number.POSITIVE_INFINITY)) throw tooMany(rows);
      const chosen = tiers.indexOf(chosenTier(tiers, rows, request));
      const least = request.needsSpread ? Math.max(0, tiers.length - SPREAD_TIERS) : 0;
      this.#gather({ ...found, least, withSketches: request.needsSpread, out }, chosen, startUs, endUs);
    }
    for (const { time, value, length, folds } of tail) {
      out.late(inTimeOrder(time, value, length), request);
      for (const [durationUs, lists] of folds) {
        for (const cells of lists) {
          const inside = (startUs: number) => startUs >= request.startUs && startUs < request.endUs;
          out.fold(durationUs, gatherCells([cells], inside));
        }
      }
    }
    const before = request.needsAnchor ? this.#before(found, tail, request.startUs) : null;
    return { axis, tiers, ...out.columns(), before, doubtedUs: this.#doubtedUs };
  }

  /** Gathers `[fromUs, toUs)` in cells of tier `k` and, where there are none, in finer ones down to the least; below: samples. */
  #gather(from: Source, k: number, fromUs: number, toUs: number): void {
    const { id, tiers, least, withSketches, out } = from;
    if (!(fromUs < toUs)) return;
    if (k < least) {
      out.run(this.#samples.read(id, fromUs, toUs));
      for (const [durationUs, cells] of this.#folds.read(from, tiers, fromUs, toUs)) out.fold(durationUs, cells);
      return;
    }
    const durationUs = tiers[k]!;
    const blockUs = tiers[tiers.length - 1]!;
    const innerFrom = Math.ceil(fromUs / durationUs) * durationUs;
    const innerTo = Math.floor(Math.min(toUs, from.tieredUs) / durationUs) * durationUs;
    if (!(innerFrom < innerTo)) {
      this.#gather(from, k - 1, fromUs, toUs);
      return;
    }
    const cells = this.#cells.read(id, durationUs, innerFrom, innerTo, withSketches);
    out.cell(durationUs, cells);
    // A block has cells of a tier for all of its samples or none.
    let coveredTo = fromUs;
    let last = Number.NaN;
    const cover = (blockFrom: number, blockTo: number) => {
      if (blockFrom > coveredTo) this.#gather(from, k - 1, coveredTo, blockFrom);
      coveredTo = Math.max(coveredTo, blockTo);
    };
    for (let i = 0; i < cells.length; i += 1) {
      const block = Math.floor(cells.start[i]! / blockUs) * blockUs;
      if (block === last) continue;
      last = block;
      cover(Math.max(innerFrom, block), Math.min(innerTo, block + blockUs));
    }
    cover(toUs, toUs);
  }

  #wantsLog({ withLog, session, epoch }: SeriesRequest): boolean {
    return withLog || (epoch !== null && this.#sessions.hasOther(session, epoch));
  }

  #before(found: Found | null, tail: readonly PendingSeries[], timeUs: number): SampleAt | null {
    return lastOf(tail, timeUs, found === null ? null : this.#storedBefore(found, timeUs));
  }

  /** The last finite sample before a time in segments; of folds their last. */
  #storedBefore(found: Found, timeUs: number): SampleAt | null {
    let best: SampleAt | null = null;
    for (const part of this.#table.backwards(found.id, 0, Number.NEGATIVE_INFINITY, timeUs)) {
      const rows = decodedOrNull(part);
      if (rows === null) return null;
      const { time, value } = rows;
      let at = lowerBound(time, timeUs) - 1;
      while (at >= 0 && !Number.isFinite(value[at])) at -= 1;
      if (at < 0) continue;
      best = { timeUs: time[at]!, value: value[at]! };
      break;
    }
    for (const durationUs of found.tiers) {
      const part = this.#table.at(found.id, -durationUs, timeUs - durationUs);
      const cells = part === null ? null : decodedCellsOrNull(part);
      if (cells === null) continue;
      const row = lowerBound(cells.start, timeUs - durationUs + 1) - 1;
      const lastUs = cells.lastTime[row] ?? Number.NEGATIVE_INFINITY;
      if (lastUs > (best?.timeUs ?? Number.NEGATIVE_INFINITY)) best = { timeUs: lastUs, value: cells.last[row]! };
    }
    return best;
  }

  #found({ session, name, labels }: StoredSeries): Found | null {
    const row = this.#find.get(session, name, labels);
    if (row === undefined) return null;
    return {
      id: Number(row.id),
      axis: row.axis === 'step' ? 'step' : 'time',
      tiers: JSON.parse(String(row.tiers)) as number[],
      tieredUs: row.tiered === null ? Number.NEGATIVE_INFINITY : Number(row.tiered),
      epoch: String(row.epoch),
      gen: Number(row.gen),
    };
  }
}

function spanOf(tail: readonly PendingSeries[]): LoggedSpan {
  let samples = 0;
  let [firstUs, lastUs] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const { time, length } of tail) {
    samples += length;
    for (let i = 0; i < length; i += 1) {
      firstUs = Math.min(firstUs, time[i]!);
      lastUs = Math.max(lastUs, time[i]!);
    }
  }
  return { axis: tail[0]?.record.axis ?? 'time', samples, firstUs, lastUs };
}

/** The last finite sample before a time in the log, where it is at or after one that is known already. */
function lastOf(tail: readonly PendingSeries[], timeUs: number, known: SampleAt | null): SampleAt | null {
  let best = known;
  const take = (at: number, value: number) => {
    if (at < timeUs && Number.isFinite(value) && at >= (best?.timeUs ?? Number.NEGATIVE_INFINITY))
      best = { timeUs: at, value };
  };
  for (const { time, value, length, folds } of tail) {
    for (let i = 0; i < length; i += 1) take(time[i]!, value[i]!);
    for (const cells of [...folds.values()].flat()) {
      for (let i = 0; i < cells.length; i += 1) take(cells.lastTime[i]!, cells.last[i]!);
    }
  }
  return best;
}

const decodedOrNull = tolerant(decodeSamples, () => undefined);
const decodedCellsOrNull = tolerant(decodeCells, () => undefined);

/** More samples than may be read one by one. */
function tooMany(rows: number): StreamVizError {
  return new StreamVizError('LIMIT_SAMPLES', `about ${rows.toLocaleString('en')} samples`, { details: { rows } });
}
