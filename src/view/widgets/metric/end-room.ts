import type { LineEnd } from './end-labels.ts';
import { END_LABEL_PX } from './plot-layout.ts';
import { ELBOW_TO_PX } from './plot-marks.ts';

const GAP_PX = 6;
const MOST_PART = 0.4;
const SHRINK_BY_PX = 12;
const SHRINK_AFTER_MS = 5000;

/** Measures texts for the whole page. */
let RULER: CanvasRenderingContext2D | null = null;

/**
 * The room the names and values at the ends of several lines take: as wide as the widest of them, at least 100 px, at
 * most 40 % of the card. It grows at once and shrinks after 5 s, so that a digit more or less does not move the plot.
 */
export class EndRoom {
  px = END_LABEL_PX;
  readonly #widths = new Map<string, number>();
  #font = '';
  #tightMs = Number.NaN;

  /** Takes what stands at the ends now; returns whether the room changed. Only texts of a new shape are measured. */
  fit(
    ends: readonly LineEnd[],
    at: { readonly font: string; readonly widthPx: number; readonly nowMs: number },
  ): boolean {
    if (at.font !== this.#font || this.#widths.size > 500) {
      this.#widths.clear();
      this.#font = at.font;
    }
    let needed = 0;
    for (const { name, value } of ends) {
      needed = Math.max(needed, this.#widthOf(name, 400) + GAP_PX + this.#widthOf(value.replace(/\d/g, '0'), 600));
    }
    const most = Math.max(END_LABEL_PX, Math.floor(at.widthPx * MOST_PART));
    const wanted = Math.min(most, Math.max(END_LABEL_PX, Math.ceil(needed) + ELBOW_TO_PX));
    if (wanted >= this.px - SHRINK_BY_PX && wanted <= this.px) {
      this.#tightMs = Number.NaN;
      return false;
    }
    if (wanted < this.px && this.px <= most) {
      if (Number.isNaN(this.#tightMs)) this.#tightMs = at.nowMs;
      if (at.nowMs - this.#tightMs < SHRINK_AFTER_MS) return false;
    }
    this.#tightMs = Number.NaN;
    this.px = wanted;
    return true;
  }

  #widthOf(text: string, weight: number): number {
    const key = `${weight}${text}`;
    let width = this.#widths.get(key);
    if (width === undefined) {
      RULER ??= document.createElement('canvas').getContext('2d');
      if (RULER !== null) RULER.font = `${weight} 11px ${this.#font}`;
      width = RULER?.measureText(text).width ?? text.length * 6.5;
      this.#widths.set(key, width);
    }
    return width;
  }
}
