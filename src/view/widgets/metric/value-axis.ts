import type { ThresholdLine } from '../../../dashboard/thresholds.ts';
import { unitOf } from '../../../dashboard/units.ts';
import type { SeriesView } from '../../../session/session-view.ts';
import type { NumberFormat } from '../../number-format.ts';
import type { ValueTicks } from '../../value-ticks.ts';
import { ValueRange } from './value-range.ts';

/** The extent of what is visible is measured 5 times a second, and at once when something leaves the axis. */
const FIT_MS = 200;
const THRESHOLD_REACH = 0.25;

/** Which part of which lines is visible. */
export interface VisibleValues {
  readonly lines: readonly SeriesView[];
  readonly startUs: number;
  readonly endUs: number;
  readonly intervals: number;
  readonly thresholds: readonly ThresholdLine[];
  readonly unit: string | null;
}

/**
 * The value axis of one chart and the decimals its numbers need, fitted to what is visible.
 *
 * A threshold near the values belongs to the axis. A value outside the axis fits it anew in the same frame.
 */
export class ValueAxis {
  /** Everything fits anew in the next frame: the viewer changed what is visible. */
  due = true;
  readonly #range = new ValueRange();
  readonly #extent = new Float64Array(2);
  #fittedMs = Number.NEGATIVE_INFINITY;

  get ticks(): ValueTicks {
    return this.#range.ticks;
  }

  /** The next frame measures, though the axis shrinks no sooner for it. */
  hurry(): void {
    this.#fittedMs = Number.NEGATIVE_INFINITY;
  }

  /** Measures where that is due; returns whether the axes or their labels changed. */
  fit(nowMs: number, numbers: NumberFormat, visible: VisibleValues): boolean {
    if (!this.due && nowMs - this.#fittedMs < FIT_MS && !this.#isLeft(visible.lines)) return false;
    this.#fittedMs = nowMs;
    let low = Number.POSITIVE_INFINITY;
    let high = Number.NEGATIVE_INFINITY;
    let whole = true;
    for (let i = 0; i < visible.lines.length; i++) {
      const line = visible.lines[i]!;
      if (!line.extent(visible.startUs, visible.endUs, this.#extent)) continue;
      low = Math.min(low, this.#extent[0]!);
      high = Math.max(high, this.#extent[1]!);
      whole &&= Number.isInteger(this.#extent[0]!) && Number.isInteger(this.#extent[1]!);
      whole &&= Number.isInteger(line.lastValue) || Number.isNaN(line.lastValue);
    }
    let changed = false;
    if (low <= high) {
      const { kind } = unitOf(visible.unit);
      const full = kind === 'percent' ? 100 : kind === 'ratio' ? 1 : null;
      const reach = Math.max(high - low, Math.abs(high) * THRESHOLD_REACH);
      for (const { value } of visible.thresholds) {
        if (value > high && value - high <= reach) high = value;
        else if (value < low && low - value <= reach) low = value;
      }
      changed = this.#range.update(low, high, { nowMs, intervals: visible.intervals, full, now: this.due });
      this.due = false;
    }
    const { min, max } = this.ticks;
    return numbers.fit(min, max, nowMs, { whole: whole && low <= high }) || changed;
  }

  /** Whether a newest value lies outside the axis: then it grows at once. */
  #isLeft(lines: readonly SeriesView[]): boolean {
    const { min, max } = this.ticks;
    for (let i = 0; i < lines.length; i++) {
      const value = lines[i]!.lastValue;
      if (value < min || value > max) return true;
    }
    return false;
  }
}
