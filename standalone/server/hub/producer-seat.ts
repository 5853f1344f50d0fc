import { isStreamVizError, StreamVizError } from '../../../src/core/errors.ts';
import { ColumnArena } from '../../../src/wire/column-arena.ts';
import { decodeFrame } from '../../../src/wire/frame.ts';
import { ProducerError } from '../../../src/wire/header.ts';
import { decodeMessage } from '../../../src/wire/message.ts';
import type { Message } from '../../../src/wire/message-types.ts';
import type { ServerLimits } from '../limits.ts';
import type { ReadFrame } from './class-frame.ts';
import { assertShallow } from './json-depth.ts';
import type { LiveSession } from './live-session.ts';
import type { HeldPosition, ProducerHello } from './producer-hello.ts';
import { TokenBucket } from './token-bucket.ts';

type SeatLimits = Pick<ServerLimits, 'seriesPerSession' | 'newSeriesPerSecond' | 'messageRows'>;

/** Series a message can index. */
const MOST_SERIES = 65_536;

/** How many series of a session are taken. */
export const mostSeries = ({ seriesPerSession }: SeatLimits): number => Math.min(seriesPerSession, MOST_SERIES);

const arena = new ColumnArena();

/**
 * One connected producer's place in a session.
 *
 * 1. `take` applies a message whole, once and in rising order, or throws and changes nothing but counters.
 * 2. After `leave`, and once the producer has come over another connection, nothing more is taken.
 */
export class ProducerSeat {
  readonly session: string;
  /** What the server had acknowledged when the producer came; null: nothing. */
  readonly held: HeldPosition | null;
  /** Messages that came again. */
  doubled = 0;
  readonly #live: LiveSession;
  readonly #limits: SeatLimits;
  readonly #onApplied: (seq: number) => void;
  readonly #onStated: (bytes: Uint8Array) => void;
  readonly #onLeft: () => void;
  readonly #onReplaced: () => void;
  #epochId: string;
  #isOver = false;
  readonly #newSeries: TokenBucket;

  constructor(options: {
    readonly session: LiveSession;
    readonly hello: ProducerHello;
    readonly limits: SeatLimits;
    /** Clock in us. */
    readonly now: () => number;
    readonly onApplied: (seq: number) => void;
    readonly onStated: (bytes: Uint8Array) => void;
    readonly onLeft: () => void;
    readonly onReplaced: () => void;
  }) {
    const { session, hello, limits } = options;
    this.session = session.session;
    this.held = session.acknowledged === 0 ? null : { epoch: session.epochId, seq: session.acknowledged };
    this.#live = session;
    this.#limits = limits;
    this.#epochId = hello.epoch.id;
    this.#onApplied = options.onApplied;
    this.#onStated = options.onStated;
    this.#onLeft = options.onLeft;
    this.#onReplaced = options.onReplaced;
    this.#newSeries = new TokenBucket(limits.newSeriesPerSecond, options.now);
  }

  get epochId(): string {
    return this.#epochId;
  }

  /** What is acknowledged: everything of this epoch up to and including this number; 0: nothing yet. */
  get position(): HeldPosition {
    return { epoch: this.#live.epochId, seq: this.#live.acknowledged };
  }

  /** Whether messages are applied that are not acknowledged yet: they are on their way to the disk. */
  get isAwaited(): boolean {
    return this.#live.acknowledged < this.#live.seq;
  }

  /** Resolves once everything applied so far is acknowledged. */
  whenAcknowledged(): Promise<void> {
    return this.#live.disk.reaches(this.#live.epochId, this.#live.seq);
  }

  /**
   * Applies one frame. `bytes` are copied where they are not alone in their memory.
   *
   * A double is counted. A message of an unknown kind is counted and ignored; a producer's own `error` is told on.
   *
   * @throws StreamVizError `FRAME_INVALID`, `PROTOCOL_VERSION`, `MESSAGE_...`, `DOCUMENT_INVALID`, `ARROW_...`,
   *   `SESSION_MISMATCH`, `EPOCH_OVER`, `LIMIT_SERIES`, `LIMIT_SERIES_RATE`, `LIMIT_ROWS`, `SEAT_OVER`
   */
  take(bytes: Uint8Array): void {
    if (this.#isOver) throw new StreamVizError('SEAT_OVER', 'This connection has been replaced or has left.');
    const own = ownBytes(bytes);
    const { header, buffers } = decodeFrame(own);
    try {
      const message = this.#apply(header, buffers, own);
      if (message !== null) this.#live.reading({ header, buffers, message }, () => this.#onApplied(message.seq));
    } finally {
      arena.reset();
    }
  }

  /** The producer goes, `orderly` where it said so: its session keeps its data. Twice is harmless. */
  leave(orderly: boolean): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#live.ended = orderly;
    this.#onLeft();
  }

  /** The same producer has come over another connection. */
  replace(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#onReplaced();
  }

  /** The message, applied; null for a double and for what only was to be noted. */
  #apply(header: ReadFrame['header'], buffers: readonly Uint8Array[], own: Uint8Array): Message | null {
    try {
      const message = decodeMessage(header, buffers, arena);
      assertShallow(headerBytes(own), 'The header');
      for (const part of documentParts(header)) assertShallow(buffers[part]!, 'The document');
      this.#check(message);
      if (this.#live.apply({ header, buffers, message }, own)) return message;
      this.doubled += 1;
      return null;
    } catch (error) {
      this.#note(error, own);
      return null;
    }
  }

  /** Notes what is no message, or throws it on. */
  #note(error: unknown, own: Uint8Array): void {
    const { store } = this.#live;
    if (error instanceof ProducerError) {
      store.state(error);
      this.#onStated(own);
    } else if (isStreamVizError(error, 'MESSAGE_KIND_UNKNOWN')) {
      store.messages.unknown += 1;
    } else {
      if (isStreamVizError(error)) store.fail(error);
      throw error;
    }
  }

  #check(message: Message): void {
    const live = this.#live;
    const { session, epoch, series } = message;
    if (session !== this.session) {
      throw new StreamVizError('SESSION_MISMATCH', `A message is of session '${session}', expected '${this.session}'.`);
    }
    const rows = (message.samples?.length ?? 0) + (message.folds?.length ?? 0) + (message.history?.length ?? 0);
    if (rows > this.#limits.messageRows) {
      throw new StreamVizError(
        'LIMIT_ROWS',
        `A message has ${rows} rows, at most ${this.#limits.messageRows} are taken.`,
      );
    }
    const isNewEpoch = epoch.id !== live.epochId;
    if (isNewEpoch && !(epoch.startedUs > live.startedUs)) {
      throw new StreamVizError('EPOCH_OVER', 'A message is of an epoch that is over.');
    }
    let added = 0;
    for (const { key } of series) if (isNewEpoch || !live.store.data.series.has(key)) added += 1;
    if (added > 0) this.#admitSeries(added, isNewEpoch ? 0 : live.store.data.series.size);
    if (isNewEpoch) {
      this.#epochId = epoch.id;
      live.begin(epoch);
    }
  }

  #admitSeries(added: number, held: number): void {
    const { newSeriesPerSecond } = this.#limits;
    const most = mostSeries(this.#limits);
    if (held + added > most) {
      const problem = `A session has at most ${most} series; ${added} more came to ${held}. --limit seriesPerSession=N of the server takes more.`;
      throw new StreamVizError('LIMIT_SERIES', problem, { details: { most, held, added } });
    }
    if (!this.#newSeries.take(added)) {
      const problem = `At most ${newSeriesPerSecond} new series a second are taken. --limit newSeriesPerSecond=N of the server takes more.`;
      throw new StreamVizError('LIMIT_SERIES_RATE', problem);
    }
  }
}

/** Bytes that lie alone in their memory, at a multiple of 8: what is held for viewers must not keep a socket's buffers. */
function ownBytes(bytes: Uint8Array): Uint8Array {
  return bytes.byteOffset === 0 && bytes.byteLength === bytes.buffer.byteLength ? bytes : new Uint8Array(bytes);
}

/** The JSON of a frame's header. */
function headerBytes(frame: Uint8Array): Uint8Array {
  return frame.subarray(4, 4 + new DataView(frame.buffer, frame.byteOffset).getUint32(0, true));
}

/** Numbers of the buffers that are documents; the header has been checked. */
function documentParts({ parts }: ReadFrame['header']): readonly number[] {
  const entries = parts as readonly { readonly role: string; readonly buffer: number }[];
  return entries.filter(({ role }) => role === 'document').map(({ buffer }) => buffer);
}
