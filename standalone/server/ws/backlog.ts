import type { ServerLimits } from '../limits.ts';
import type { ClientSocket } from './client-socket.ts';

type BacklogLimits = Pick<ServerLimits, 'slowBytes' | 'slowMs' | 'caughtUpBytes' | 'stuckMs'>;

/**
 * How far a viewer's connection is behind, judged by the bytes it has not taken.
 *
 * `slow` from too many bytes, or too old ones, until few enough are left; `stuck` when nothing at all was taken for a minute.
 */
export class Backlog {
  isSlow = false;
  readonly #socket: ClientSocket;
  readonly #limits: BacklogLimits;
  readonly #now: () => number;
  /** Since when more than a little is unsent, us; NaN: it is not. */
  #behindUs = Number.NaN;
  /** Fewest bytes unsent since they last rose, and when that was seen. */
  #leastBytes = 0;
  #tookUs = 0;

  constructor(socket: ClientSocket, limits: BacklogLimits, now: () => number) {
    this.#socket = socket;
    this.#limits = limits;
    this.#now = now;
  }

  get bytes(): number {
    return this.#socket.bufferedAmount;
  }

  /** How long ago the connection fell behind, ms; 0: it has not. */
  get lagMs(): number {
    return Number.isNaN(this.#behindUs) ? 0 : (this.#now() - this.#behindUs) / 1000;
  }

  /** Whether nothing was taken for so long that the connection is given up. */
  get isStuck(): boolean {
    return this.isSlow && this.#now() - this.#tookUs > 1000 * this.#limits.stuckMs;
  }

  /** Looks at the connection; to be called before each message, and now and then while it is slow. O(1). */
  look(): void {
    const bytes = this.#socket.bufferedAmount;
    const { slowBytes, slowMs, caughtUpBytes } = this.#limits;
    if (bytes < caughtUpBytes) {
      this.isSlow = false;
      this.#behindUs = Number.NaN;
      this.#leastBytes = bytes;
      return;
    }
    const nowUs = this.#now();
    if (Number.isNaN(this.#behindUs)) {
      this.#behindUs = nowUs;
      this.#leastBytes = bytes;
      this.#tookUs = nowUs;
    }
    if (bytes < this.#leastBytes) this.#tookUs = nowUs;
    this.#leastBytes = bytes;
    if (bytes > slowBytes || nowUs - this.#behindUs > 1000 * slowMs) this.isSlow = true;
  }
}
