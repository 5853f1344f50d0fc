/** The live lines that every driver of bench/draw-page.ts shows, and what a driver is. */

/** Size of a competitor's chart, px; the product's cards are larger by what stands around its plot. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Driver {
  /** Shows the samples of ticks up to this one. */
  tick(index: number): void;
  dispose(): void;
}

export type Open = (lines: readonly Line[], size: Size) => Driver;

export const HZ = 30;
export const VISIBLE = 10_000;
export const RANGE_S = 60;
export const PER_TICK = Math.round(VISIBLE / RANGE_S / HZ);
/** Enough for warm-up and measurement. */
export const TICKS = 240;
export const START_US = 1_763_000_000_000_000;
export const STEP_US = (RANGE_S * 1e6) / VISIBLE;

/** A noisy walk: `VISIBLE` samples of the past and what the ticks bring. */
export class Line {
  readonly time: Float64Array;
  readonly value: Float64Array;
  readonly seconds: Float64Array;

  constructor(seed: number) {
    const length = VISIBLE + TICKS * PER_TICK;
    let state = seed * 7919 + 1;
    const random = (): number => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return state / 4_294_967_296;
    };
    let level = 0;
    this.time = Float64Array.from({ length }, (_, i) => START_US + i * STEP_US);
    this.value = Float64Array.from({ length }, () => {
      level += random() - 0.5;
      return level + 3 * (random() - 0.5);
    });
    this.seconds = this.time.map((us) => us / 1e6);
  }
}
