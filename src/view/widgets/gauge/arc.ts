/** Degrees of the whole arc; it starts at the lower left and runs clockwise over the top. */
export const SWEEP_DEG = 240;
export const START_DEG = 210;
export const END_DEG = -30;
const LARGEST_RADIUS_PX = 85;
const SMALLEST_RADIUS_PX = 24;
const BELOW_PX = 20.5;
export const RING_PX = 3;
export const ARC_PX = 12;
const RING_GAP_PX = 2;
const LABEL_GAP_PX = 8;
const RING_GAP_DEG = 1;
const VALUE_LINE_PX = { M: 36, S: 28, XS: 20 } as const;
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
  readonly valueSize: 'M' | 'S' | 'XS';
  /** Top of the value's line. */
  readonly valueTop: number;
}

/**
 * The largest gauge of at most 85 px radius that fits, centred across: the arc, 8 px below its ends the labels.
 * Never below 24 px radius; a smaller area cuts it.
 */
export function gaugeLayout(width: number, height: number): GaugeLayout {
  const fit = Math.min((height - BELOW_PX) / 1.5, width / 2);
  const radius = Math.max(SMALLEST_RADIUS_PX, Math.min(LARGEST_RADIUS_PX, Math.floor(fit)));
  const centerX = Math.round(width / 2);
  const ringMiddle = radius - RING_PX / 2;
  const half = ringMiddle * Math.cos((30 * Math.PI) / 180);
  const endY = radius + radius / 2;
  const valueSize = radius >= 70 ? 'M' : radius >= 56 ? 'S' : 'XS';
  return {
    centerX,
    centerY: radius,
    ringRadius: radius,
    arcRadius: radius - RING_PX - RING_GAP_PX,
    minX: Math.round(centerX - half),
    maxX: Math.round(centerX + half),
    labelTop: Math.round(endY + LABEL_GAP_PX - 4),
    valueSize,
    valueTop: Math.round(radius + CENTER_PX - VALUE_LINE_PX[valueSize] / 2),
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
