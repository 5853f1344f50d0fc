import { DAY_US, SECOND_US } from '../core/windows/window-key.ts';
import type { WindowOptions } from '../core/windows/window-operator.ts';

const isTime = ({ unit = SECOND_US }: WindowOptions): boolean => unit === SECOND_US;

/** The producer's clock as an operator wants it, us; NaN for windows of steps, which have no clock. */
export const clockOf = (options: WindowOptions, nowUs: number): number => (isTime(options) ? nowUs : Number.NaN);

/** The largest time that is not refused: so far ahead of the clock a sample is a mistake. */
export const latestTimeOf = (options: WindowOptions, nowUs: number): number =>
  isTime(options) ? nowUs + (options.maxAhead ?? DAY_US) : Number.POSITIVE_INFINITY;
