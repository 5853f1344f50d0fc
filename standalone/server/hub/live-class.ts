/**
 * The panes a viewer's pixels can tell apart: their duration in us, null for raw rows.
 *
 * Few classes, so that viewers share what is computed and encoded for them.
 */
export type LiveClass = number | null;

/** Durations of classes, us; each divides one second. */
export const LIVE_CLASSES_US: readonly number[] = [1, 2, 5, 10, 25, 50, 100, 250, 500].map((ms) => ms * 1000);

/** Widths that are told apart, px. */
export const WIDTHS_PX: readonly number[] = [512, 1024, 2048];

/** The smallest of {@link WIDTHS_PX} that is at least `width`, the largest where none is. */
export function roundedWidth(width: number): number {
  return WIDTHS_PX.find((known) => width <= known) ?? WIDTHS_PX[WIDTHS_PX.length - 1]!;
}

/**
 * The class of a viewer that shows `rangeUs` (null: everything) on `width` pixels.
 *
 * The longest duration that is at most a pixel; raw below 1 ms a pixel. Of everything the longest.
 */
export function liveClassOf(width: number, rangeUs: number | null): LiveClass {
  const longest = LIVE_CLASSES_US[LIVE_CLASSES_US.length - 1]!;
  if (rangeUs === null) return longest;
  const pixelUs = rangeUs / roundedWidth(width);
  return LIVE_CLASSES_US.findLast((duration) => duration <= pixelUs) ?? null;
}
