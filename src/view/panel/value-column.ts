const LEAST_PX = 48;
const MOST_PX = 112;
/** Widths are taken in steps, so that a slightly wider digit moves nothing. */
const STEP_PX = 4;
const KEEP_MS = 60_000;
const TIDY_MS = 1000;
const UNIT_GAP_PX = 3;
const NUMBER_FONT = '600 13px';
const UNIT_FONT = '400 11px';

/**
 * The width of the value column that all rows of a panel share: as wide as the widest value of the last minute, 48 to 112 px.
 *
 * It grows at once and shrinks a minute later, so sparklines stand below each other and still. Digits count alike, each
 * shape of text is measured once.
 */
export class ValueColumn {
  px = LEAST_PX;
  readonly #apply: (px: number) => void;
  readonly #context = document.createElement('canvas').getContext('2d');
  readonly #seen = new Map<string, { readonly px: number; seenMs: number }>();
  #font = '';
  #tidiedMs = 0;

  /** `apply` is told each new width. */
  constructor(apply: (px: number) => void) {
    this.#apply = apply;
  }

  /** A row shows this value in `font` (a family) now. */
  note(value: { readonly number: string; readonly unit: string }, font: string, nowMs: number): void {
    if (font !== this.#font) {
      this.#font = font;
      this.#seen.clear();
    }
    const shape = `${value.number.replace(/\d/g, '0')}\n${value.unit}`;
    const known = this.#seen.get(shape);
    if (known !== undefined) known.seenMs = nowMs;
    else {
      const px = this.#widthOf(value.number.replace(/\d/g, '0'), value.unit);
      this.#seen.set(shape, { px, seenMs: nowMs });
      if (px > this.px) this.#set(px);
    }
    if (nowMs - this.#tidiedMs >= TIDY_MS) this.#tidy(nowMs);
  }

  #tidy(nowMs: number): void {
    this.#tidiedMs = nowMs;
    let widest = 0;
    for (const [shape, { px, seenMs }] of this.#seen) {
      if (nowMs - seenMs > KEEP_MS) this.#seen.delete(shape);
      else widest = Math.max(widest, px);
    }
    this.#set(widest);
  }

  #set(px: number): void {
    const width = Math.min(MOST_PX, Math.max(LEAST_PX, Math.ceil(px / STEP_PX) * STEP_PX));
    if (width === this.px) return;
    this.px = width;
    this.#apply(width);
  }

  #widthOf(number: string, unit: string): number {
    const context = this.#context;
    if (context === null) return 7.5 * number.length + 6.5 * unit.length + UNIT_GAP_PX;
    context.font = `${NUMBER_FONT} ${this.#font}`;
    const numberPx = context.measureText(number).width;
    if (unit === '') return numberPx;
    context.font = `${UNIT_FONT} ${this.#font}`;
    return numberPx + UNIT_GAP_PX + context.measureText(unit).width;
  }
}
