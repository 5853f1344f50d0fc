/** Rows drawn in one frame: each costs a tenth of a millisecond or two. */
const MOST_PER_FRAME = 24;
/** All rows change together, this often: what a page pays for one changed row it pays for twenty. */
const STEP_MS = 200;
const FRAME_MS = 1000 / 60;
/** Part of the frames that rows may fill where there are very many. */
const SHARE = 0.5;

/**
 * When the rows of a panel are drawn.
 *
 * 1. At most 24 in one frame, so that a hundred rows never hold one up together.
 * 2. A row is drawn at most 5 times a second, in the same frames as the others; the more are on screen, the less often: each
 *    has its turn.
 */
export class RowTurns {
  #frameMs = Number.NaN;
  #taken = 0;
  #shown = 0;

  /** A row came on screen (1) or left it (-1). */
  count(change: 1 | -1): void {
    this.#shown += change;
  }

  /** When a row that is drawn at `nowMs` may be drawn again. */
  nextMs(nowMs: number): number {
    const stepMs = Math.max(STEP_MS, (this.#shown / (MOST_PER_FRAME * SHARE)) * FRAME_MS);
    // A step's own beginning may divide to a little less than its number.
    return (Math.floor(nowMs / stepMs + 1e-9) + 1) * stepMs;
  }

  /** Whether a row may draw in the frame of `nowMs`; who may not asks again in the next one. */
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
