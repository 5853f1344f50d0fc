import type { NumberFormat } from '../../number-format.ts';
import { EndRoom } from './end-room.ts';
import { yOf } from './line-painter.ts';
import type { LineStyle } from './lines.ts';
import type { Plot } from './plot.ts';
import type { PlotLayout } from './plot-layout.ts';

/** Names and values at the ends move at most twice a second. */
const ENDS_MS = 500;

/** When the names and values at the ends of several lines are placed, and the room they take. */
export class LineEnds {
  /** Whether what they say may have changed since they were placed: it is said in a later draw where this one is too soon. */
  due = false;
  readonly #room = new EndRoom();
  #placedMs = Number.NEGATIVE_INFINITY;

  get roomPx(): number {
    return this.#room.px;
  }

  /** The next `place` does so, however soon it comes. */
  hurry(): void {
    this.due = true;
    this.#placedMs = Number.NEGATIVE_INFINITY;
  }

  /** Places them where that is due; `wider` where they need another layout of the plot. */
  place(
    plot: Plot,
    at: {
      readonly layout: PlotLayout;
      readonly nowMs: number;
      readonly widthPx: number;
      readonly font: string;
      readonly styles: readonly LineStyle[];
      readonly numbers: NumberFormat;
      readonly valueOf: (line: number) => number;
    },
  ): 'same' | 'placed' | 'wider' {
    if (!this.due || at.nowMs - this.#placedMs < ENDS_MS) return 'same';
    this.due = false;
    this.#placedMs = at.nowMs;
    const { scale } = plot;
    const ends = at.styles.map(({ name }, index) => {
      const value = at.valueOf(index);
      const y = Math.min(scale.bottom, Math.max(scale.top, yOf(scale, value)));
      return { name, value: at.numbers.short(value), y };
    });
    plot.placeEnds(ends, at.layout);
    return at.layout.ends && this.#room.fit(ends, at) ? 'wider' : 'placed';
  }
}
