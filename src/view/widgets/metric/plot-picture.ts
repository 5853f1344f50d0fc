import type { SeriesView } from '../../../session/session-view.ts';
import type { Theme } from '../../theme.ts';
import type { LineStyle } from './lines.ts';
import type { PlotLayout } from './plot-layout.ts';

/** What the cursor points at: a vertical line at `x` and a dot on each sample. Stage px. */
export interface PlotCursor {
  readonly x: number;
  readonly dots: readonly { readonly x: number; readonly y: number; readonly line: number }[];
}

/** Everything one picture of the lines shows. */
export interface PlotPicture {
  readonly lines: readonly SeriesView[];
  readonly styles: readonly LineStyle[];
  /** For each line the silence that breaks it, us. */
  readonly breakUs: Float64Array;
  readonly layout: PlotLayout;
  readonly theme: Theme;
  readonly pixelRatio: number;
  /** The right edge follows the newest time: a sample a moment ahead of it still is the line's end. */
  readonly follows: boolean;
  /** The right edge of the time axis in accent: paused. */
  readonly stopped: boolean;
  readonly cursor: PlotCursor | null;
}
