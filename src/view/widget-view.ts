import type { WidgetSpec } from '../dashboard/widget-specs.ts';
import type { SessionStore } from '../session/session-view.ts';
import type { Card } from './card.ts';
import type { ViewControls } from './dashboard/view-controls.ts';
import type { ExportTable } from './export/export-table.ts';
import type { Theme } from './theme.ts';

/** What one animation frame tells every widget it draws. The scheduler reuses the object: read it, never keep it. */
export interface Frame {
  /** `performance.now()` of this animation frame, ms. */
  readonly nowMs: number;
  /** The producer's clock in this frame, whole us since the Unix epoch. */
  readonly clockUs: number;
  /** Content width of the card, CSS px. */
  readonly width: number;
  /** Content height of the card, CSS px. */
  readonly height: number;
  /** Device pixels in one CSS px. */
  readonly pixelRatio: number;
}

/** A drawn widget: the scheduler calls `draw`, everything else comes from its store and its spec. */
export interface WidgetView {
  /** Takes new options; the data and, where it still makes sense, the viewport stay. */
  update(spec: WidgetSpec): void;
  /** Draws what the store holds now. Called at most once per animation frame, and only while the widget is visible
   *  and was invalidated or is `animating`. */
  draw(frame: Frame): void;
  /** True while the picture changes without new data: a sliding time axis, a transition. */
  readonly animating: boolean;
  /** Stands still, or goes on; absent: the widget stands still where its store does. */
  setPaused?(paused: boolean): void;
  /** A PNG of the widget's picture as a data URL, or null where there is nothing to show yet. */
  toPng?(): string | null;
  /** What is shown, over the visible range, as rows; null where there is nothing to show yet. */
  toRows?(): ExportTable | null;
  /** Frees every node, listener and chart; twice is harmless. */
  dispose(): void;
}

/** Everything a widget may touch outside itself. */
export interface WidgetContext {
  readonly store: SessionStore;
  readonly card: Card;
  readonly theme: Theme;
  /** Asks for one `draw` in the next animation frame; any number of calls before it cost one draw. */
  readonly invalidate: () => void;
  /** IANA name of the zone times are shown in; null for the viewer's own. */
  readonly timezone: string | null;
  /** The visible time that all charts of a page share; absent: the widget has its own. */
  readonly controls?: ViewControls;
}

/** Builds one widget inside `context.card`. */
export type CreateWidget = (spec: WidgetSpec, context: WidgetContext) => WidgetView;
