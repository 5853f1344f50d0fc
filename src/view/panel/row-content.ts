import type { Severity } from '../../dashboard/thresholds.ts';
import type { WidgetSpec } from '../../dashboard/widget-specs.ts';
import type { SessionStore } from '../../session/session-view.ts';
import type { CardState } from '../card.ts';
import type { NumberParts } from '../number-format.ts';
import type { Theme } from '../theme.ts';
import type { Trend } from '../trend.ts';
import type { Frame } from '../widget-view.ts';

/** What a compact row says now. */
export interface RowReading {
  readonly value: NumberParts;
  readonly state: CardState;
  readonly severity: Severity;
  /** The value in words, where they are not the value as shown: `3 lines, core 2 96.4 %`; '' for that. */
  readonly spoken: string;
}

/** A trend and the time it is meant over. */
export interface RowTrend {
  readonly trend: Trend | null;
  /** us, or steps. */
  readonly range: number;
  readonly axis: 'time' | 'step';
}

/** Where a sparkline is drawn. */
export interface SparkArea {
  readonly context: CanvasRenderingContext2D;
  readonly widthPx: number;
  readonly heightPx: number;
  readonly pixelRatio: number;
  readonly theme: Theme;
}

/** What one compact row reads from a store; it owns no DOM. */
export interface RowContent {
  /** Takes another spec of the same kind. */
  update(spec: WidgetSpec): void;
  /** What the store holds now. Cost O(lines). */
  read(frame: Frame): RowReading;
  /** Draws the sparkline over what `read` took last; absent where the kind has none. O(pixels). */
  paint?(area: SparkArea): void;
  /** As of the last `paint`. */
  trend?(): RowTrend;
}

/** What contents are made from. */
export interface RowSource {
  readonly store: SessionStore;
  readonly timezone: string | null;
  readonly isPaused: () => boolean;
}
