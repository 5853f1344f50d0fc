import { isStreamVizError } from '../core/errors.ts';
import type { MessageNumber } from '../wire/message-number.ts';
import type { Message } from '../wire/message-types.ts';
import { EpochStore } from './epoch-store.ts';
import type { DataLimits } from './session-data.ts';

/** How long a missing message is waited for while a slower path may bring it. */
export const HOLD_MS = 250;
/** A path counts as live when it was heard within this time. */
const PATH_LIVE_US = 2_000_000;
/** An unseen epoch with a smaller start wins once the current one has been silent this long. */
const SILENT_US = 5_000_000;
/** Most messages held back; beyond it the missing one counts as lost. */
const MOST_HELD = 64;
/** Ids of epochs that never return. */
const MOST_RETIRED = 16;

/** What a receiver needs from outside. */
export interface ReceiverEnvironment {
  /** Local clock in us. */
  readonly now: () => number;
  /** Calls `run` once after `ms`; the returned function cancels it. */
  readonly schedule: (run: () => void, ms: number) => () => void;
  readonly limits?: DataLimits;
  /** Called after each applied message. */
  readonly onApplied?: (session: string, seq: number, sentUs: number) => void;
}

interface Held {
  readonly message: Message;
  readonly cameUs: number;
}

/**
 * Joins the paths of one session into rising message numbers and gives each epoch its store (docs/protocol.md, section 5).
 *
 * 1. A store applies each number at most once and in strictly rising order.
 * 2. A missing number is waited for at most 250 ms, and only while another live path is behind it.
 * 3. Of two epochs the one that began later wins, or the one that was announced. A retired epoch never returns; its store is
 *    kept while somebody listens to it.
 */
export class SessionReceiver {
  readonly session: string;
  readonly #environment: ReceiverEnvironment;
  readonly #stores = new Map<string, EpochStore>();
  readonly #retired: string[] = [];
  /** What a view got that asked before any epoch was known; the first epoch takes it over. */
  #waiting: EpochStore | null = null;
  #current: EpochStore | null = null;
  #startedUs = Number.NEGATIVE_INFINITY;
  #announced = '';
  #heardUs = 0;
  #held = new Map<number, Held>();
  #paths = new Map<string, { seq: number; heardUs: number }>();
  #cancelDrain: (() => void) | null = null;

  constructor(session: string, environment: ReceiverEnvironment) {
    this.session = session;
    this.#environment = environment;
  }

  /** The newest epoch's store, or one that waits for the first message; null when there is neither. */
  get newest(): EpochStore | null {
    return this.#current ?? this.#waiting ?? this.#stores.values().next().value ?? null;
  }

  /** The store of an epoch, or of the newest (no id). Where there is none one is made: it waits, or is gone where the epoch is over. */
  open(epochId = ''): EpochStore {
    if (epochId === '') {
      this.#waiting ??= this.#current === null ? this.#createStore('') : null;
      return this.#current ?? this.#waiting!;
    }
    let store = this.#stores.get(epochId);
    if (store === undefined) {
      store = this.#createStore(epochId);
      this.#stores.set(epochId, store);
      if (this.#retired.includes(epochId)) store.markGone();
    }
    return store;
  }

  /** Says which epoch comes next: it wins whenever it began, for the clock of its producer may have been set back. */
  announce(epochId: string): void {
    this.#announced = epochId;
  }

  /** Whether a message of this epoch was applied and its store is still here. */
  holds(epochId: string): boolean {
    const store = this.#stores.get(epochId);
    return store !== undefined && store.messages.applied > 0;
  }

  /** Takes a decoded message that came over `path`. Returns whether it is kept to wait for its turn. */
  deliver(message: Message, path: string): boolean {
    const nowUs = this.#environment.now();
    if (this.#current === null || message.epoch.id !== this.#current.epochId) {
      if (!this.#winsOver(message, nowUs)) {
        if (this.#current !== null) this.#current.messages.stale += 1;
        return false;
      }
      this.#begin(message);
    }
    const store = this.#current!;
    this.#note(store, message, path, nowUs);
    if (this.#has(store, message.seq)) store.messages.doubled += 1;
    else this.#held.set(message.seq, { message, cameUs: nowUs });
    this.drain();
    return this.#held.get(message.seq)?.message === message;
  }

  /**
   * Counts a message that is applied or held already, and what it tells of its path, without its content.
   *
   * @returns false where it is no double: then nothing happened and it must be delivered.
   */
  deliverDouble(number: MessageNumber, path: string): boolean {
    const store = this.#current;
    if (store === null || number.epoch !== store.epochId || !this.#has(store, number.seq)) return false;
    this.#note(store, number, path, this.#environment.now());
    store.messages.doubled += 1;
    this.drain();
    return true;
  }

  /** Stores that a message which does not say whose it is concerns: the newest, and those that wait. */
  concerned(): readonly EpochStore[] {
    const stores = new Set([this.#current ?? this.open()]);
    for (const store of this.#stores.values()) if (store.status === 'waiting') stores.add(store);
    return [...stores];
  }

  /** Applies what need not wait any longer. Called by `deliver` and by the timer it sets. */
  drain(): void {
    const store = this.#current;
    if (store === null) return;
    this.#cancelDrain?.();
    this.#cancelDrain = null;
    const nowUs = this.#environment.now();
    let changed = false;
    while (this.#held.size > 0) {
      const seq = this.#leastHeld();
      const { message, cameUs } = this.#held.get(seq)!;
      const waitUs = HOLD_MS * 1000 - (nowUs - cameUs);
      if (seq > store.seq + 1 && waitUs > 0 && this.#held.size <= MOST_HELD && this.#mayStillCome(seq, nowUs)) {
        this.#cancelDrain = this.#environment.schedule(() => this.drain(), Math.ceil(waitUs / 1000));
        break;
      }
      this.#held.delete(seq);
      this.#apply(store, message);
      changed = true;
    }
    if (changed) store.notify();
  }

  /** The producer of an epoch is gone; without an id that of the newest. */
  markGone(epochId = ''): void {
    const store = epochId === '' ? this.newest : this.#stores.get(epochId);
    store?.markGone();
  }

  /** Cancels what is scheduled; twice is harmless. */
  dispose(): void {
    this.#cancelDrain?.();
    this.#cancelDrain = null;
    this.#held.clear();
  }

  #has(store: EpochStore, seq: number): boolean {
    return seq <= store.seq || this.#held.has(seq);
  }

  #note(store: EpochStore, { seq, sentUs }: Pick<Message, 'seq' | 'sentUs'>, path: string, nowUs: number): void {
    this.#heardUs = nowUs;
    this.#paths.set(path, { seq, heardUs: nowUs });
    store.messages.received += 1;
    store.clock.note(nowUs, sentUs);
  }

  #apply(store: EpochStore, message: Message): void {
    try {
      store.apply(message);
    } catch (error) {
      if (!isStreamVizError(error)) throw error;
      store.fail(error);
      return;
    }
    this.#environment.onApplied?.(this.session, message.seq, message.sentUs);
  }

  #leastHeld(): number {
    let least = Number.POSITIVE_INFINITY;
    for (const seq of this.#held.keys()) if (seq < least) least = seq;
    return least;
  }

  #mayStillCome(seq: number, nowUs: number): boolean {
    for (const path of this.#paths.values()) {
      if (path.seq < seq - 1 && nowUs - path.heardUs < PATH_LIVE_US) return true;
    }
    return false;
  }

  #winsOver({ epoch }: Message, nowUs: number): boolean {
    if (this.#retired.includes(epoch.id)) return false;
    if (this.#current === null) return true;
    if (epoch.id === this.#announced) return true;
    return epoch.startedUs > this.#startedUs || nowUs - this.#heardUs > SILENT_US;
  }

  #begin({ epoch, seq }: Message): void {
    const old = this.#current;
    this.#held.clear();
    this.#paths.clear();
    let store = this.#stores.get(epoch.id);
    if (store === undefined) {
      store = this.#waiting ?? this.#createStore(epoch.id);
      store.epochId = epoch.id;
      this.#stores.set(epoch.id, store);
      this.#waiting = null;
    }
    store.data.seq = seq - 1;
    this.#current = store;
    this.#startedUs = epoch.startedUs;
    if (old === null) return;
    this.#retired.push(old.epochId);
    if (this.#retired.length > MOST_RETIRED) this.#retired.shift();
    old.markGone();
    this.#forgetUnwatched(old);
  }

  #createStore(epochId: string): EpochStore {
    const { now, limits } = this.#environment;
    const store: EpochStore = new EpochStore({
      session: this.session,
      epochId,
      now,
      ...(limits === undefined ? {} : { limits }),
      onIdle: () => this.#forgetUnwatched(store),
    });
    return store;
  }

  #forgetUnwatched(store: EpochStore): void {
    if (store === this.#current || store.isWatched) return;
    if (store === this.#waiting) this.#waiting = null;
    if (this.#stores.get(store.epochId) === store) this.#stores.delete(store.epochId);
  }
}
