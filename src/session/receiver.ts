import type { MessageNumber } from '../wire/message-number.ts';
import type { Message } from '../wire/message-types.ts';
import type { EpochStore } from './epoch-store.ts';
import { type ReceiverEnvironment, SessionReceiver } from './session-receiver.ts';

export type { ReceiverEnvironment } from './session-receiver.ts';

/** Gives every decoded message to the receiver of its session; see {@link SessionReceiver} for what each guarantees. */
export class Receiver {
  readonly #environment: ReceiverEnvironment;
  readonly #sessions = new Map<string, SessionReceiver>();

  constructor(environment: ReceiverEnvironment) {
    this.#environment = environment;
  }

  /**
   * Takes a decoded message that came over `path`; paths of one name keep their order.
   *
   * @returns whether it is kept to wait for its turn; else its columns are no longer needed.
   */
  deliver(message: Message, path: string): boolean {
    return this.#open(message.session).deliver(message, path);
  }

  /** Counts a message that is applied or held already, whatever is in it; false where it must be delivered. */
  deliverDouble(number: MessageNumber, path: string): boolean {
    return this.#sessions.get(number.session)?.deliverDouble(number, path) ?? false;
  }

  /** Stores of `session` that a message concerns which could not be read: the newest, and those that wait for their first. */
  concerned(session: string): readonly EpochStore[] {
    return this.#open(session).concerned();
  }

  /** Applies what need not wait any longer, in all sessions. */
  drain(): void {
    for (const receiver of this.#sessions.values()) receiver.drain();
  }

  /** The store of an epoch, of the newest without an id. One that waits for its first message is made where there is none. */
  store(session: string, epochId?: string): EpochStore {
    return this.#open(session).open(epochId);
  }

  /** The newest store of a session that was heard of, or null. */
  peek(session: string): EpochStore | null {
    return this.#sessions.get(session)?.newest ?? null;
  }

  /** Says which epoch of a session comes next, whenever it began. */
  announce(session: string, epochId: string): void {
    this.#open(session).announce(epochId);
  }

  /** Whether a message of this epoch was applied and its store is still here. */
  holds(session: string, epochId: string): boolean {
    return this.#sessions.get(session)?.holds(epochId) ?? false;
  }

  /** The producer of an epoch is gone; without an id that of the newest. */
  markGone(session: string, epochId?: string): void {
    this.#sessions.get(session)?.markGone(epochId);
  }

  /** Lets go of a session; unknown ones are none. */
  forget(session: string): void {
    this.#sessions.get(session)?.dispose();
    this.#sessions.delete(session);
  }

  /** Stops all timers; twice is harmless. */
  dispose(): void {
    for (const receiver of this.#sessions.values()) receiver.dispose();
    this.#sessions.clear();
  }

  #open(session: string): SessionReceiver {
    let receiver = this.#sessions.get(session);
    if (receiver === undefined) {
      receiver = new SessionReceiver(session, this.#environment);
      this.#sessions.set(session, receiver);
    }
    return receiver;
  }
}
