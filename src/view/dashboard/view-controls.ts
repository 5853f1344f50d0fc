import type { TimeSpan } from '../../session/session-view.ts';

/** The visible length of time charts: us, everything that is held, or `own`: what each widget was declared with. */
export type PageRange = number | 'all' | 'own';

/** What changed: the visible time, the shared cursor, the refresh rate, or a tick of the refresh rate. */
export type ViewChange = 'view' | 'cursor' | 'refresh' | 'tick';

/**
 * The visible time that all charts of a page share. A widget without one (in a notebook) has its own.
 *
 * Times are us of event time. Step axes share nothing: a step is no time.
 */
export interface ViewControls {
  /** Chosen length while neither held nor zoomed. */
  readonly range: PageRange;
  /** Zoomed, panned or chosen by hand: exactly this is visible. Null: the range, up to its edge. */
  readonly held: TimeSpan | null;
  /** Where the right edge stands, null while it follows the newest data. Data are collected all the same. */
  readonly pausedAtUs: number | null;
  /** Time under the cursor of any chart; NaN while nothing is pointed at. */
  readonly cursorUs: number;
  /** Pictures change at most this often, ms; 0: every frame. */
  readonly refreshMs: number;
  /** Shows exactly `span` in all charts. */
  hold(span: TimeSpan): void;
  /** Back to the moving edge and the chosen range: ends a zoom and a pause. */
  goLive(): void;
  /** Stops the right edge at a time. */
  pause(atUs: number): void;
  /** Moves the shared cursor; NaN takes it away. */
  point(timeUs: number): void;
  /** Calls `listener` after each change until the returned function is called. */
  subscribe(listener: (change: ViewChange) => void): () => void;
}
