import type { CellTiers } from '../../../src/core/cell-tiers.ts';
import type { SampleRing } from '../../../src/core/sample-ring.ts';
import type { PaneFeatures } from '../../../src/core/windows/window-operator.ts';
import type { SeriesState } from '../../../src/session/series-state.ts';

/** The last finite sample before something. */
export interface SampleAt {
  readonly timeUs: number;
  readonly value: number;
}

/** What is at hand of a series in `[startUs, endUs)`: raw samples, and cells that say how many there are. */
export interface Stretch {
  readonly startUs: number;
  readonly endUs: number;
  readonly cells: CellTiers;
  readonly ring: SampleRing;
  /** What is known of a cell beyond its pane. */
  featuresOf(durationUs: number, startUs: number, count: number): PaneFeatures | null;
  /** The last finite sample before {@link startUs}, where it is known here. */
  readonly before: SampleAt | null;
  /** Cells that start at or before this may lack samples; -Infinity: none. */
  readonly doubtedUs: number;
}

/**
 * One series as it is read for one answer: from memory, from disk, or both.
 *
 * Stretches are disjoint and in time order, and no sample is in two of them.
 */
export interface SeriesReading {
  readonly axis: 'time' | 'step';
  readonly stretches: readonly Stretch[];
  /** Largest event time that was sent; -Infinity before the first. */
  readonly maxTimeUs: number;
  /** Cells that start at or before this may lack samples; -Infinity: none. */
  readonly doubtedUs: number;
}

/** A series as memory has it, in `[startUs, endUs)`. */
export function memoryStretch(
  { cells, ring, windows }: SeriesState,
  startUs = Number.NEGATIVE_INFINITY,
  endUs = Number.POSITIVE_INFINITY,
): Stretch {
  const featuresOf: Stretch['featuresOf'] = (durationUs, cellUs, count) =>
    windows.features.of(durationUs, cellUs, count);
  return { startUs, endUs, cells, ring, featuresOf, before: null, doubtedUs: Number.NEGATIVE_INFINITY };
}

/** A series as memory alone has it. */
export function memoryReading(series: SeriesState): SeriesReading {
  return { ...promisesOf(series), stretches: [memoryStretch(series)] };
}

/** What a series' own counts say of it. */
export function promisesOf(series: SeriesState): Omit<SeriesReading, 'stretches'> {
  const { axis, maxTimeUs, isCurrent, cells } = series;
  const doubtedUs = isCurrent ? (cells.hole?.before ?? Number.NEGATIVE_INFINITY) : Number.POSITIVE_INFINITY;
  return { axis, maxTimeUs, doubtedUs };
}
