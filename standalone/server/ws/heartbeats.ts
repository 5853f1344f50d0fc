import { StreamVizError } from '../../../src/core/errors.ts';
import type { HubEnvironment } from '../hub/hub-environment.ts';
import type { ClientSocket } from './client-socket.ts';
import { CLOSE, refuse } from './close-codes.ts';

/** One connection's signs of life. */
export interface Pulse {
  /** Something came: a message, a ping or a pong. */
  heard(): void;
  /** The connection is over. */
  stop(): void;
}

/**
 * Pings connections and closes the silent ones; and those whose first message does not come.
 *
 * One timer for all of them, so a connection costs nothing between two pings.
 */
export class Heartbeats {
  readonly #environment: HubEnvironment;
  readonly #pulses = new Map<object, { readonly socket: ClientSocket; heardUs: number }>();
  #cancel: (() => void) | null = null;

  constructor(environment: HubEnvironment) {
    this.#environment = environment;
  }

  watch(socket: ClientSocket): Pulse {
    const pulse = { socket, heardUs: this.#environment.now() };
    this.#pulses.set(pulse, pulse);
    this.#cancel ??= this.#schedule();
    return {
      heard: () => {
        pulse.heardUs = this.#environment.now();
      },
      stop: () => {
        this.#pulses.delete(pulse);
      },
    };
  }

  /** Closes a connection whose first message has not come in time. Returns how to stop waiting for it. */
  awaitHello(socket: ClientSocket): () => void {
    const { helloMs } = this.#environment.limits;
    return this.#environment.schedule(() => {
      refuse(socket, CLOSE.timeout, new StreamVizError('HELLO_LATE', `Nothing came within ${helloMs} ms.`));
    }, helloMs);
  }

  /** Stops the timer; twice is harmless. */
  close(): void {
    this.#cancel?.();
    this.#cancel = null;
    this.#pulses.clear();
  }

  #schedule(): () => void {
    return this.#environment.schedule(() => this.#beat(), this.#environment.limits.pingMs);
  }

  #beat(): void {
    const { now, limits } = this.#environment;
    const edgeUs = now() - 1000 * limits.silenceMs;
    for (const [key, { socket, heardUs }] of [...this.#pulses]) {
      if (heardUs > edgeUs) {
        socket.ping();
        continue;
      }
      this.#pulses.delete(key);
      refuse(socket, CLOSE.timeout, new StreamVizError('SILENT', `Nothing came for ${limits.silenceMs} ms.`));
      socket.terminate();
    }
    this.#cancel = this.#pulses.size === 0 ? null : this.#schedule();
  }
}
