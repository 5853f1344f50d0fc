import type { Watermark } from './watermark.ts';
import type { WindowGrid } from './window-grid.ts';

/**
 * What the watermark has decided by now: which windows are final, which take no sample any more, which panes are kept.
 *
 * A window is final once the watermark reached its end, and closed once it is `allowedLateness` past it.
 */
export class Finality {
  readonly #grid: WindowGrid;
  readonly #watermark: Watermark;
  readonly #allowedLateness: number;
  /** End of the last final window; valid while the watermark is before `#nextEnd`. */
  #end = Number.NEGATIVE_INFINITY;
  #nextEnd = Number.NEGATIVE_INFINITY;

  constructor(grid: WindowGrid, watermark: Watermark, allowedLateness: number) {
    this.#grid = grid;
    this.#watermark = watermark;
    this.#allowedLateness = allowedLateness;
  }

  /** End of the last final window: a sample before it is late or dropped. */
  get end(): number {
    if (this.#watermark.value >= this.#nextEnd) {
      this.#end = this.#grid.windowEnd(this.lastFinal);
      this.#nextEnd = this.#end + this.#grid.slide;
    }
    return this.#end;
  }

  /** The last window that is final. */
  get lastFinal(): number {
    return this.#grid.lastEndedBy(this.#watermark.value);
  }

  /** The last window that takes no sample any more. */
  get lastClosed(): number {
    return this.#grid.lastEndedBy(this.#watermark.value - this.#allowedLateness);
  }

  /** The first pane that a window can still take samples into. */
  get firstKept(): number {
    return this.#grid.firstPane(this.lastClosed + 1);
  }
}
