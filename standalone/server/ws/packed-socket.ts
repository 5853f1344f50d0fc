import type { ClientSocket } from './client-socket.ts';
import { type PackedFrame, packedFrame } from './message-deflate.ts';

/** What is under a connection: its plain end, and a way to write a frame that is made already. */
export interface PackedSocketOptions {
  readonly plain: ClientSocket;
  /** Writes the bytes of whole frames, in order with what `plain` sends. */
  readonly write: (frame: Buffer) => void;
}

interface Waiting {
  readonly data: string | Uint8Array;
  /** Undefined until it is compressed. */
  frame: PackedFrame | undefined;
}

/**
 * A connection over which large messages travel compressed.
 *
 * 1. Messages leave in the order in which they were sent, however long compressing one takes; a goodbye leaves last.
 * 2. What waits to be compressed does not count as unsent: that it waits is the server's doing, and no sign that the other end
 *    is slow. It is never long.
 */
export class PackedSocket implements ClientSocket {
  readonly #plain: ClientSocket;
  readonly #write: (frame: Buffer) => void;
  #waiting: Waiting[] = [];
  #goodbye: { readonly code: number; readonly reason: string } | null = null;

  constructor({ plain, write }: PackedSocketOptions) {
    this.#plain = plain;
    this.#write = write;
  }

  get bufferedAmount(): number {
    return this.#plain.bufferedAmount;
  }

  send(data: string | Uint8Array): void {
    if (this.#goodbye !== null) return;
    const frame = packedFrame(data);
    if (!(frame instanceof Promise) && this.#waiting.length === 0) {
      this.#leave(data, frame);
      return;
    }
    const waiting: Waiting = { data, frame: frame instanceof Promise ? undefined : frame };
    this.#waiting.push(waiting);
    if (!(frame instanceof Promise)) return;
    void frame.then((made) => {
      waiting.frame = made;
      this.#drain();
    });
  }

  ping(): void {
    this.#plain.ping();
  }

  close(code: number, reason: string): void {
    this.#goodbye ??= { code, reason };
    this.#drain();
  }

  terminate(): void {
    this.#goodbye ??= { code: 1006, reason: '' };
    this.#waiting = [];
    this.#plain.terminate();
  }

  #drain(): void {
    let next = this.#waiting[0];
    while (next?.frame !== undefined) {
      this.#waiting.shift();
      this.#leave(next.data, next.frame);
      next = this.#waiting[0];
    }
    if (next === undefined && this.#goodbye !== null) this.#plain.close(this.#goodbye.code, this.#goodbye.reason);
  }

  #leave(data: string | Uint8Array, frame: PackedFrame): void {
    if (frame === null) this.#plain.send(data);
    else this.#write(frame);
  }
}
