import type { SeriesEntry } from '../../../src/wire/message-types.ts';
import type { WindowedNames } from './windowed-names.ts';

const SECOND_US = 1e6;

/** Who computes the windows of a session's series, and which those are. */
export interface WindowSide {
  readonly windowed: WindowedNames;
  /** The server does, and the viewer is told results; else the viewer does, from rows. */
  readonly isTold: boolean;
}

/**
 * The panes that a class of `durationUs` has of a series, should it be dense in a message: their duration; null: rows.
 *
 * 1. Of most series the class's, and then that is their finest tier: where the producer's finest one is a multiple of it.
 * 2. Of a series whose windows need panes finer than 1 s those panes, where they are no longer than the class's: its tiers stay
 *    as they are. In a finer class it keeps its rows, for its tiers would change in two places where its windows go.
 * 3. None of a series over steps, and none of one whose windows the viewer computes itself.
 */
export function classPaneUs(
  { axis, tiers, key }: SeriesEntry,
  durationUs: number,
  { windowed, isTold }: WindowSide,
): number | null {
  const finest = tiers[0]!;
  if (axis !== 'time') return null;
  if (!windowed.has(key)) return finest > durationUs && finest % durationUs === 0 ? durationUs : null;
  if (!isTold) return null;
  if (finest <= durationUs) return finest;
  return finest >= SECOND_US && finest % durationUs === 0 ? durationUs : null;
}

/** Whether the server tells the results of a series' windows to viewers that are told: not those over steps, which are few. */
export const isToldAxis = (axis: 'time' | 'step'): boolean => axis === 'time';
