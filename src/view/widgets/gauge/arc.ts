/** Degrees of the whole arc; it starts at the lower left and runs clockwise over the top. */
export const SWEEP_DEG = 240;
export const START_DEG = 210;
export const END_DEG = -30;
/** Radius in a card of its usual height. A larger gauge is the same picture, enlarged. */
const USUAL_RADIUS_PX = 85;
const SMALLEST_RADIUS_PX = 24;
const BELOW_PX = 20.5;
const RING_PX = 3;
const ARC_PX = 12;
const RING_GAP_PX = 2;
const LABEL_GAP_PX = 8;
const RING_GAP_DEG = 1;
/** How large the value is written. */
export type GaugeValueSize = 'XL' | 'L' | 'M' | 'S' | 'XS';

/** From which radius a value is so large; its line and its letters, CSS px. */
const VALUE_SIZES: readonly (readonly [GaugeValueSize, leastRadius: number, line: number, font: number])[] = [
  ['XL', 160, 72, 64],
  ['L', 112, 48, 40],
  ['M', 70, 36, 28],
  ['S', 56, 28, 22],
  ['XS', 0, 20, 14],
];
/** Where the middle of the value is, below the middle of the arc (negative: above). */
const CENTER_PX = -3;

/** Where everything of a gauge stands, CSS px from the top left of its area. */
export interface GaugeLayout {
  readonly centerX: number;
  readonly centerY: number;
  /** Outer radius of the zone ring. */
  readonly ringRadius: number;
  /** Outer radius of the arc. */
  readonly arcRadius: number;
  /** Middle of the min and the max label, and their top. */
  readonly minX: number;
  readonly maxX: number;
  readonly labelTop: number;
  /** Thickness of arc and ring. */
  readonly arcPx: number;
  readonly ringPx: number;
  readonly valueSize: GaugeValueSize;
  /** Top of the value's line, its height, and the size of its letters. */
  readonly valueTop: number;
  readonly valueLine: number;
  readonly valueFont: number;
}

/**
 * The largest gauge that fits, in the middle: the arc, 8 px below its ends the labels. Never below 24 px radius; a smaller area
 * cuts it. Above 85 px radius the arc grows thicker and the value larger with it.
 */
export function gaugeLayout(width: number, height: number): GaugeLayout {
  const fit = Math.min((height - BELOW_PX) / 1.5, width / 2);
  const radius = Math.max(SMALLEST_RADIUS_PX, Math.floor(fit));
  const scale = Math.max(1, radius / USUAL_RADIUS_PX);
  const arcPx = Math.round(ARC_PX * scale);
  const ringPx = Math.round(RING_PX * scale);
  const ringGapPx = Math.round(RING_GAP_PX * scale);
  const top = Math.max(0, Math.floor((height - BELOW_PX - 1.5 * radius) / 2));
  const centerX = Math.round(width / 2);
  const ringMiddle = radius - ringPx / 2;
  const half = ringMiddle * Math.cos((30 * Math.PI) / 180);
  const centerY = top + radius;
  const endY = centerY + radius / 2;
  const [valueSize, , valueLine, valueFont] = VALUE_SIZES.find(([, least]) => radius >= least)!;
  return {
    centerX,
    centerY,
    ringRadius: radius,
    arcRadius: radius - ringPx - ringGapPx,
    minX: Math.round(centerX - half),
    maxX: Math.round(centerX + half),
    labelTop: Math.round(endY + LABEL_GAP_PX - 4),
    ...{ arcPx, ringPx, valueSize, valueLine, valueFont },
    valueTop: Math.round(centerY + CENTER_PX * scale - valueLine / 2),
  };
}

/** A stretch of the scale, in its own numbers. */
export interface ScaleZone {
  readonly from: number;
  readonly to: number;
}

/** One part of the ring: it ends at `end` (0 ... 1 of the arc); `zone` is its zone's index, -1 for a gap. */
export interface RingPart {
  readonly end: number;
  readonly zone: number;
}

/** The ring's parts in order, with gaps of 1 degree around each inner border. Empty for no zones. */
export function ringParts(zones: readonly ScaleZone[], min: number, max: number): readonly RingPart[] {
  const parts: RingPart[] = [];
  const half = RING_GAP_DEG / SWEEP_DEG / 2;
  for (const [index, zone] of zones.entries()) {
    const end = fraction(zone.to, min, max);
    if (index === zones.length - 1) {
      parts.push({ end: 1, zone: index });
    } else {
      parts.push({ end: Math.max(0, end - half), zone: index }, { end: Math.min(1, end + half), zone: -1 });
    }
  }
  return parts;
}

/** Share of the arc a value fills, 0 ... 1; beyond the scale 0 or 1, NaN gives 0. */
export function fraction(value: number, min: number, max: number): number {
  if (Number.isNaN(value)) return 0;
  return Math.min(1, Math.max(0, (value - min) / (max - min)));
}

/** Which end of the scale a value is beyond, if any. */
export function beyond(value: number, min: number, max: number): 'below' | 'above' | null {
  if (value < min) return 'below';
  return value > max ? 'above' : null;
}
