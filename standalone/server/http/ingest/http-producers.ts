import type { SessionHub } from '../../hub/session-hub.ts';
import { HttpProducer } from './http-producer.ts';

/** A session that nothing has come for is gone after so long. */
const IDLE_MS = 60_000;
/** Sessions remembered; with more the one that is idle longest begins anew when it comes again. */
const MOST_PRODUCERS = 256;

export interface HttpProducersOptions {
  readonly hub: SessionHub;
  readonly version: string;
  /** The clock, us. */
  readonly now: () => number;
  readonly schedule: (run: () => void, ms: number) => () => void;
}

/** The producers that send by HTTP, by the name of their session. */
export class HttpProducers {
  readonly #options: HttpProducersOptions;
  /** In the order of their newest rows. */
  readonly #producers = new Map<string, { readonly producer: HttpProducer; cancel: () => void }>();

  constructor(options: HttpProducersOptions) {
    this.#options = options;
  }

  /** Producers that sent within the last minute. */
  get connected(): number {
    let count = 0;
    for (const { producer } of this.#producers.values()) if (producer.isConnected) count += 1;
    return count;
  }

  /** The producer of a session; it stays connected for a minute from now on. */
  of(session: string): HttpProducer {
    const held = this.#producers.get(session);
    held?.cancel();
    const producer = held?.producer ?? new HttpProducer({ ...this.#options, session });
    this.#producers.delete(session);
    if (this.#producers.size >= MOST_PRODUCERS) this.#forgetOldest();
    this.#producers.set(session, { producer, cancel: this.#options.schedule(() => producer.leave(), IDLE_MS) });
    return producer;
  }

  /** All of them leave; twice is harmless. */
  close(): void {
    for (const { producer, cancel } of this.#producers.values()) {
      cancel();
      producer.leave();
    }
    this.#producers.clear();
  }

  #forgetOldest(): void {
    const [oldest] = this.#producers;
    if (oldest === undefined) return;
    oldest[1].cancel();
    oldest[1].producer.leave();
    this.#producers.delete(oldest[0]);
  }
}
