import type { ClientSocket } from '../../../standalone/server/ws/client-socket.ts';

/** The server's end of a connection whose other end takes what `drain` lets through. */
export class FakeSocket implements ClientSocket {
  bufferedAmount = 0;
  closed: { readonly code: number; readonly reason: string } | null = null;
  isTerminated = false;
  pings = 0;
  /** What has arrived at the other end, in order. */
  readonly arrived: (string | Uint8Array)[] = [];
  /** Every `send`, whether it arrived or not. */
  sent = 0;
  /** Whether everything arrives at once. */
  isFast: boolean;
  #waiting: (string | Uint8Array)[] = [];

  constructor(isFast = true) {
    this.isFast = isFast;
  }

  send(data: string | Uint8Array): void {
    if (this.closed !== null) return;
    this.sent += 1;
    if (this.isFast && this.#waiting.length === 0) this.arrived.push(data);
    else {
      this.#waiting.push(data);
      this.bufferedAmount += data.length;
    }
  }

  ping(): void {
    this.pings += 1;
  }

  close(code: number, reason: string): void {
    this.closed ??= { code, reason };
  }

  terminate(): void {
    this.isTerminated = true;
  }

  /** Lets about so many bytes through, whole messages each. */
  drain(bytes = Number.POSITIVE_INFINITY): void {
    let left = bytes;
    while (this.#waiting.length > 0 && left > 0) {
      const data = this.#waiting.shift()!;
      left -= data.length;
      this.bufferedAmount -= data.length;
      this.arrived.push(data);
    }
  }

  /** The texts that have arrived, parsed. */
  texts(kind?: string): Record<string, unknown>[] {
    const all = this.arrived.filter((data) => typeof data === 'string').map((text) => JSON.parse(text));
    return kind === undefined ? all : all.filter((message) => message.kind === kind);
  }

  /** The frames that have arrived. */
  frames(): Uint8Array[] {
    return this.arrived.filter((data) => typeof data !== 'string');
  }
}
