/** Axes drawn in one frame: each costs about a millisecond. */
const MOST_PER_FRAME = 2;

/**
 * Whose axes are drawn in which frame, over all charts of a page: at most two in one frame, so that thirty charts that
 * start, resize or are due together never hold up one frame together.
 */
export class AxisTurns {
  #frameMs = Number.NaN;
  #taken = 0;

  /** Whether a chart may draw its axes in the frame of `nowMs`; who may not asks again in the next one. */
  take(nowMs: number): boolean {
    if (nowMs !== this.#frameMs) {
      this.#frameMs = nowMs;
      this.#taken = 0;
    }
    if (this.#taken >= MOST_PER_FRAME) return false;
    this.#taken++;
    return true;
  }
}

export const PAGE_TURNS = new AxisTurns();
