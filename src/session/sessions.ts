import { isStreamVizError, StreamVizError } from '../core/errors.ts';
import { ColumnArena } from '../wire/column-arena.ts';
import { ProducerError, sessionOf } from '../wire/header.ts';
import { decodeMessage } from '../wire/message.ts';
import { numberOf } from '../wire/message-number.ts';
import type { Message } from '../wire/message-types.ts';
import type { EpochStore } from './epoch-store.ts';
import { inspectStore, type SessionInspection } from './inspection.ts';
import { Receiver, type ReceiverEnvironment } from './receiver.ts';

/** Called after each applied message: its number and the producer's time of sending in us. */
export type ObserveMessage = (seq: number, sentUs: number) => void;

const PLATFORM: Pick<ReceiverEnvironment, 'now' | 'schedule'> = {
  now: () => Date.now() * 1000,
  schedule: (run, ms) => {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};

/**
 * All sessions of a page: bytes in, stores out.
 *
 * 1. A message is applied once, however many paths bring it; only the first to come is decoded.
 * 2. A message that cannot be read never throws: it is counted and becomes its session's `problem` until the next good one.
 * 3. A store may be had before its first message; the newest epoch's is what `get(session)` returns.
 */
export class Sessions {
  /** Messages that could not be read and named no session. */
  strayCount = 0;
  readonly #receiver: Receiver;
  readonly #arena = new ColumnArena();
  #delivering = false;
  readonly #observers = new Map<string, Set<ObserveMessage>>();

  /** @param environment Clock and timer. Default: the platform's. */
  constructor(environment: Partial<ReceiverEnvironment> = {}) {
    this.#receiver = new Receiver({
      ...PLATFORM,
      ...environment,
      onApplied: (session, seq, sentUs) => {
        environment.onApplied?.(session, seq, sentUs);
        for (const observe of [...(this.#observers.get(session) ?? [])]) observe(seq, sentUs);
      },
    });
  }

  /** Decodes one message that came over `path` and applies it in its turn. `buffers` may be reused afterwards only once it is applied. */
  deliver(header: unknown, buffers: readonly (ArrayBuffer | ArrayBufferView)[], path = 'comm'): void {
    const number = numberOf(header);
    if (number !== null && this.#receiver.deliverDouble(number, path)) return;
    // A listener that delivers while another message is being applied must not take that one's columns.
    const arena = this.#delivering ? null : this.#arena;
    let message: Message;
    try {
      message = decodeMessage(header, buffers, arena);
    } catch (error) {
      arena?.reset();
      this.#refuse(header, error);
      return;
    }
    if (arena === null) {
      this.#receiver.deliver(message, path);
      return;
    }
    this.#delivering = true;
    let isKept = true;
    try {
      isKept = this.#receiver.deliver(message, path);
    } finally {
      this.#delivering = false;
      if (isKept) arena.release();
      else arena.reset();
    }
  }

  /** Applies a message that is decoded already. */
  deliverMessage(message: Message, path = 'comm'): void {
    this.#receiver.deliver(message, path);
  }

  /** The store of an epoch, or of the session's newest; one that waits where nothing has come yet. */
  get(session: string, epochId?: string): EpochStore {
    return this.#receiver.store(session, epochId);
  }

  /** The newest store of a session that was heard of or asked for, or null; makes none. */
  peek(session: string): EpochStore | null {
    return this.#receiver.peek(session);
  }

  /** Says which epoch of a session comes next, whenever it began: who hands its messages on knows. */
  announce(session: string, epochId: string): void {
    this.#receiver.announce(session, epochId);
  }

  /** Whether a message of this epoch was applied and its store is still here. */
  holds(session: string, epochId: string): boolean {
    return this.#receiver.holds(session, epochId);
  }

  /** Whether somebody listens to the session's newest store. */
  isWatched(session: string): boolean {
    return this.#receiver.peek(session)?.isWatched ?? false;
  }

  /** The producer is gone: its kernel restarted or died. Without an epoch the newest is meant. */
  markGone(session: string, epochId?: string): void {
    this.#receiver.markGone(session, epochId);
  }

  /** Lets go of a session and its stores; whoever holds one may read it on. A message brings the session back, empty. */
  forget(session: string): void {
    this.#receiver.forget(session);
    if (this.#observers.get(session)?.size === 0) this.#observers.delete(session);
  }

  /** Plain data about a session's newest store, or null for an unknown session. */
  inspect(session: string): SessionInspection | null {
    const store = this.#receiver.peek(session);
    return store === null ? null : inspectStore(store);
  }

  /** Calls back after each applied message of a session. Returns how to stop it. */
  observe(session: string, observe: ObserveMessage): () => void {
    let observers = this.#observers.get(session);
    if (observers === undefined) {
      observers = new Set();
      this.#observers.set(session, observers);
    }
    const entry: ObserveMessage = (seq, sentUs) => observe(seq, sentUs);
    observers.add(entry);
    return () => {
      observers.delete(entry);
    };
  }

  /** Stops all timers; twice is harmless. */
  dispose(): void {
    this.#receiver.dispose();
  }

  #refuse(header: unknown, error: unknown): void {
    const session = sessionOf(header);
    if (session === null) {
      this.strayCount += 1;
      return;
    }
    const stores = this.#receiver.concerned(session);
    if (isStreamVizError(error, 'MESSAGE_KIND_UNKNOWN')) {
      for (const store of stores) store.messages.unknown += 1;
      return;
    }
    const problem = isStreamVizError(error)
      ? error
      : new StreamVizError('MESSAGE_INVALID', `a message could not be read: ${String(error)}`, { cause: error });
    for (const store of stores) {
      if (!(problem instanceof ProducerError)) {
        store.messages.received += 1;
        store.messages.invalid += 1;
      }
      store.state(problem);
    }
  }
}
