import { StreamVizError } from '../../../src/core/errors.ts';
import { EpochStore } from '../../../src/session/epoch-store.ts';
import { restoreSession, saveSession } from '../../../src/session/session-state.ts';
import { decodeFrame } from '../../../src/wire/frame.ts';
import { decodeMessage } from '../../../src/wire/message.ts';
import type { Message, ResultsPart } from '../../../src/wire/message-types.ts';
import { writeMessageFrame } from '../../../src/wire/message-writer.ts';
import { writeResultsPart } from '../../../src/wire/results-part.ts';
import { classFrame, type ReadFrame, withResults } from './class-frame.ts';
import { detailFrame } from './detail.ts';
import type { DetailQuery } from './detail-query.ts';
import { DetailWatch } from './detail-watch.ts';
import { FrameRing, type HeldFrame } from './frame-ring.ts';
import { HeldOnDisk } from './held-on-disk.ts';
import type { HubEnvironment } from './hub-environment.ts';
import { type HeldBefore, KnownParts } from './known-parts.ts';
import { type LiveClass, roundedWidth } from './live-class.ts';
import type { EpochMark } from './producer-hello.ts';
import { RateMeter } from './rate-meter.ts';
import { readTotals, type SavedSession, savedTotals } from './saved-session.ts';
import type { SeriesReading } from './series-reading.ts';
import type { ShownRange } from './shown-range.ts';
import { type SessionTotals, snapshotOf } from './snapshot.ts';
import { storeBytes } from './store-bytes.ts';
import { WindowLog } from './window-log.ts';
import { WindowedNames } from './windowed-names.ts';

/** Snapshots of one message kept for further viewers. */
const MOST_SNAPSHOTS = 16;

const NO_TOTALS: Omit<SessionTotals, 'epoch' | 'windowed'> = {
  samplesTotal: 0,
  documentRevision: 0,
  tables: {},
  stats: null,
  document: null,
};

/**
 * One session as the server holds it: everything its producer said, and its newest messages as they came.
 *
 * 1. Messages are applied in strictly rising `seq` of one epoch; a double is counted and changes nothing.
 * 2. A snapshot is everything as of `seq`, and `after(seq)` is every message applied later: together they leave no seam.
 * 3. What is computed for one class, or one width and range, is computed once and shared.
 * 4. A viewer that is told results was first told all of them, by a snapshot or `newestWhole`; then `frame` tells the changes.
 */
export class LiveSession {
  readonly session: string;
  /** What people call it. */
  name: string;
  connected = false;
  /** The process that started its newest producer, where that is a child of one that sends under the same name. */
  parent: number | null = null;
  /** Path of its script, where that found the server by itself. */
  script: string | null = null;
  /** Local clock when the producer left, us; NaN while it is connected or never was. */
  goneUs = Number.NaN;
  /** The newest producer to leave said that it was done. */
  ended = false;
  /** Its samples come by HTTP: its producer is the server's own. */
  byHttp = false;
  /** How far it is in the history file, where there is one. */
  readonly disk = new HeldOnDisk();
  store: EpochStore;
  readonly ring = new FrameRing();
  readonly rates: RateMeter;
  startedUs: number;
  /**
   * No sample of its past that memory gave up whole is later, us: of the epochs before this one; -Infinity: there is none.
   * What memory has is of this epoch alone.
   */
  earlierUs = Number.NEGATIVE_INFINITY;
  /** How much later the newest message came than the fastest of the last minute, us; 0 before. */
  lagUs = 0;
  readonly #environment: HubEnvironment;
  #totals: SessionTotals;
  #snapshots = new Map<string, Uint8Array>();
  /** The newest message while its columns are valid: inside {@link apply}'s caller. */
  #reading: ReadFrame | null = null;
  #newest: HeldFrame | null = null;
  #log = new WindowLog();
  readonly #details = new DetailWatch();
  /** By table the message that changed it last. */
  readonly #tableSeqs = new Map<string, number>();

  constructor(options: {
    readonly session: string;
    readonly name: string;
    readonly epoch: EpochMark;
    readonly environment: HubEnvironment;
  }) {
    const { session, name, epoch, environment } = options;
    this.session = session;
    this.name = name;
    this.#environment = environment;
    this.rates = new RateMeter(environment.now);
    this.startedUs = epoch.startedUs;
    this.store = this.#newStore(epoch);
    this.#totals = { ...NO_TOTALS, epoch, windowed: WindowedNames.none };
  }

  /** A session that goes on where {@link save} left off: given the messages that came later, it holds what the saved one holds. */
  static restore(
    options: { readonly session: string; readonly name: string; readonly environment: HubEnvironment },
    saved: SavedSession,
  ): LiveSession {
    const { epoch, totals } = readTotals(saved.totals);
    const live = new LiveSession({ ...options, epoch });
    const { now, limits } = options.environment;
    live.store = restoreSession(saved.body, { now, limits: { cellLimit: limits.cellsPerTier } });
    live.#totals = { ...totals, epoch, windowed: new WindowedNames(live.store.document) };
    live.ring.clear(live.seq);
    return live;
  }

  get epochId(): string {
    return this.store.epochId;
  }

  /** Number of the newest message applied; 0 before the first. */
  get seq(): number {
    return this.store.messages.applied === 0 ? 0 : this.store.seq;
  }

  /** JSON of the document as the producer sent it; null before. */
  get document(): unknown {
    return this.#totals.document;
  }

  /** What its newest message said of all of its producer's samples and of its document. */
  get totals(): Pick<SessionTotals, 'epoch' | 'samplesTotal' | 'documentRevision' | 'stats'> {
    return this.#totals;
  }

  /** Local clock when the newest message came, us; NaN before the first of this life. */
  get newestUs(): number {
    return this.#newest?.cameUs ?? Number.NaN;
  }

  /** Number of the newest message that is acknowledged: applied, and on disk where that is waited for; 0: none. */
  get acknowledged(): number {
    return this.disk.acknowledged(this.epochId, this.seq);
  }

  /** No sample of it is later, of this epoch and those before, us; -Infinity: there is none. O(series). */
  get endUs(): number {
    let endUs = this.earlierUs;
    for (const { axis, maxTimeUs } of this.store.data.series.values())
      if (axis === 'time' && maxTimeUs > endUs) endUs = maxTimeUs;
    return endUs;
  }

  /** Resolves as soon as everything applied so far is on disk, at most a second later: whether it is. */
  written(): Promise<boolean> {
    return this.disk.written(this.epochId, this.seq, this.#environment.schedule);
  }

  /** Bytes held: samples, cells, folds, rows of tables and messages. O(series + tables). */
  get bytes(): number {
    return storeBytes(this.store.data) + this.ring.bytes;
  }

  /** A copy of everything but messages and rates, to be restored later. O(everything held). */
  save(): SavedSession {
    return { totals: savedTotals(this.#totals), body: saveSession(this.store) };
  }

  /** Begins another epoch: what was held of the one before is given up. */
  begin(epoch: EpochMark): void {
    this.startedUs = epoch.startedUs;
    this.earlierUs = this.endUs;
    this.store = this.#newStore(epoch);
    this.#totals = { ...NO_TOTALS, epoch, windowed: WindowedNames.none };
    this.ring.clear(0);
    this.#newest = null;
    this.#log = new WindowLog();
    this.#details.clear();
    this.#tableSeqs.clear();
    this.#snapshots.clear();
  }

  /**
   * Applies a message of this session's epoch and holds its bytes. `bytes` must not change afterwards.
   *
   * @returns whether it was new; a double is counted and nothing else.
   * @throws StreamVizError where it cannot be applied; then nothing was.
   */
  apply(read: ReadFrame, bytes: Uint8Array): boolean {
    const { store } = this;
    const { message } = read;
    const nowUs = this.#environment.now();
    store.messages.received += 1;
    store.clock.note(nowUs, message.sentUs);
    this.lagUs = nowUs - message.sentUs - store.clock.offsetUs;
    if (store.messages.applied === 0) {
      store.data.seq = message.seq - 1;
      this.ring.clear(message.seq - 1);
    } else if (message.seq <= store.seq) {
      store.messages.doubled += 1;
      return false;
    }
    const before = store.document;
    // Windows are computed here, whatever a producer says of them.
    store.apply(message.results === null ? message : { ...message, results: null });
    this.#note(message, store.document !== before);
    this.#details.note(message);
    this.rates.add(message);
    const frame = { seq: message.seq, bytes, cameUs: nowUs, windowed: this.#totals.windowed, forms: new Map() };
    this.ring.push(frame);
    this.#newest = frame;
    this.#snapshots.clear();
    store.notify();
    return true;
  }

  /** Runs `run` while the columns of `read` are valid, so that what is made of the message need not decode it again. */
  reading(read: ReadFrame, run: () => void): void {
    this.#reading = read;
    try {
      run();
    } finally {
      this.#reading = null;
    }
  }

  /**
   * Everything as of {@link seq} as one frame; shared by viewers of equal width and range that lack the same, until the next
   * message.
   *
   * @param isTold The viewer is told the results of windows; else it computes them itself.
   * @param held What the viewer holds already: where that is not sent again. Default: nothing.
   */
  snapshot({ width, rangeUs }: ShownRange, isTold = false, held: HeldBefore | null = null): Uint8Array {
    const range = { width: roundedWidth(width), rangeUs };
    const known = new KnownParts(held, this.store.data, this.#tableSeqs);
    const key = `${range.width} ${rangeUs} ${isTold} ${known.key}`;
    let bytes = this.#snapshots.get(key);
    if (bytes === undefined) {
      const { snapshotCells: mostCells } = this.#environment.limits;
      const results = isTold ? this.#wholeResults(range) : null;
      const { data } = this.store;
      const options = { mostCells, isTold, results, known };
      bytes = writeMessageFrame(snapshotOf(this.session, data, this.#totals, range, options));
      if (this.#snapshots.size >= MOST_SNAPSHOTS) this.#snapshots.clear();
      this.#snapshots.set(key, bytes);
    }
    return bytes;
  }

  /**
   * Every message applied after `seq`, in order, as a class gets it; null where not all are held, where they are more than
   * the limit `resumeBytes`, or where `seq` is none of this epoch.
   *
   * @param isTold Rows of windowed series may be panes; of results no message tells all: {@link newestWhole} does.
   */
  after(seq: number, liveClass: LiveClass, isTold = false): readonly Uint8Array[] | null {
    if (seq > this.seq) return null;
    const missed = this.ring.after(seq);
    if (missed === null || missed.bytes > this.#environment.limits.resumeBytes) return null;
    return missed.frames.map((frame) => this.#inClass(frame, liveClass, isTold));
  }

  /**
   * The frame of message `seq` as a class gets it. The newest is always held, others as long as {@link after} has them.
   *
   * @param isTold It brings what changed in the results of windows, where it is the newest.
   * @throws StreamVizError `FRAME_GONE` where it is not held.
   */
  frame(seq: number, liveClass: LiveClass, isTold = false): Uint8Array {
    return this.#inClass(this.#held(seq), liveClass, isTold);
  }

  /**
   * The frame of the newest message as a class gets it, with all results of windows.
   *
   * @throws StreamVizError `FRAME_GONE` before the first message.
   */
  newestWhole(liveClass: LiveClass, { width, rangeUs }: ShownRange): Uint8Array {
    const frame = this.#held(this.seq);
    const range = { width: roundedWidth(width), rangeUs };
    const form = `${liveClass} whole ${range.width} ${rangeUs}`;
    let bytes = frame.forms.get(form);
    if (bytes === undefined) {
      const read = this.#read(frame);
      bytes = this.#panes(read, frame, liveClass, true) ?? frame.bytes;
      const results = this.#wholeResults(range);
      if (results !== null) bytes = withResults(decodeFrame(bytes), writeResultsPart(results));
      this.ring.keep(frame, form, bytes);
    }
    return bytes;
  }

  /** The answer to a zoom as one frame; `past` are readings of series that reach back behind memory. */
  detail(query: DetailQuery, past: ReadonlyMap<string, SeriesReading> | null = null): Uint8Array {
    return detailFrame(this.store, query, this.#details, past);
  }

  #newStore({ id }: EpochMark): EpochStore {
    const { now, limits } = this.#environment;
    return new EpochStore({ session: this.session, epochId: id, now, limits: { cellLimit: limits.cellsPerTier } });
  }

  #note(message: Message, hasNewDocument: boolean): void {
    const { epoch, samplesTotal, documentRevision, tables, stats, document } = message;
    const held = this.#totals;
    for (const [id, { whole }] of Object.entries(tables)) {
      const isTold = message.rows.some(({ table }) => table === id);
      if (isTold || held.tables[id]?.whole !== whole) this.#tableSeqs.set(id, message.seq);
    }
    this.#totals = {
      ...{ epoch, samplesTotal, documentRevision, tables },
      stats: stats ?? held.stats,
      windowed: hasNewDocument ? new WindowedNames(this.store.document) : held.windowed,
      document: hasNewDocument ? document : held.document,
    };
  }

  #held(seq: number): HeldFrame {
    const frame = this.#newest?.seq === seq ? this.#newest : this.ring.find(seq);
    if (frame !== null) return frame;
    throw new StreamVizError('FRAME_GONE', `Message ${seq} of ${this.session} is not held any more.`);
  }

  #inClass(frame: HeldFrame, liveClass: LiveClass, wantsTold: boolean): Uint8Array {
    const isTold = wantsTold && !frame.windowed.isEmpty;
    if (liveClass === null && !isTold) return frame.bytes;
    const form = `${liveClass}${isTold ? ' told' : ''}`;
    let bytes = frame.forms.get(form);
    if (bytes === undefined) {
      const read = this.#read(frame);
      bytes = this.#panes(read, frame, liveClass, isTold) ?? frame.bytes;
      const changes = isTold && frame === this.#newest ? this.#log.changes(this.store.data, liveClass) : null;
      if (changes !== null) {
        const parts = bytes === frame.bytes ? read : decodeFrame(bytes);
        bytes = withResults(parts, writeResultsPart(changes));
      }
      this.ring.keep(frame, form, bytes);
    }
    return bytes;
  }

  #read(frame: HeldFrame): ReadFrame {
    return this.#reading?.message.seq === frame.seq ? this.#reading : readFrame(frame.bytes);
  }

  #panes(read: ReadFrame, { windowed }: HeldFrame, liveClass: LiveClass, isTold: boolean): Uint8Array | null {
    return liveClass === null ? null : classFrame(read, liveClass, { windowed, isTold });
  }

  #wholeResults(range: ShownRange): ResultsPart | null {
    if (this.#totals.windowed.isEmpty) return null;
    const { retentionUs, snapshotCells } = this.#environment.limits;
    return this.#log.whole(this.store.data, range, { retentionUs, mostRows: snapshotCells });
  }
}

function readFrame(bytes: Uint8Array): ReadFrame {
  const { header, buffers } = decodeFrame(bytes);
  return { header, buffers, message: decodeMessage(header, buffers) };
}
