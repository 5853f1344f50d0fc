import { Brush, LEAST_BRUSH_PX } from './brush.ts';
import type { Cursor } from './cursor.ts';
import type { HeldData } from './held-data.ts';
import type { Plot } from './plot.ts';
import type { PlotGestures } from './plot-pointer.ts';
import type { ViewportControl } from './viewport-control.ts';

/**
 * What pointer and keys over a metric's plot do: the cursor reads, everything else moves the viewport.
 *
 * @param onCursor Called after the cursor moved; the viewport tells its own changes.
 */
export function metricGestures(
  parts: {
    readonly plot: Plot;
    readonly control: ViewportControl;
    readonly cursor: Cursor;
    readonly held: HeldData;
  },
  onCursor: () => void,
): PlotGestures {
  const { plot, control, cursor, held } = parts;
  const { stage, scale } = plot;
  stage.tabIndex = 0;
  stage.setAttribute('role', 'application');
  stage.setAttribute('aria-roledescription', 'live chart');
  const shared = control.isShared ? { select: selection(plot, control) } : {};
  return {
    ...shared,
    hover: (x, y) => {
      cursor.point(x, y);
      onCursor();
    },
    leave: () => {
      cursor.clear();
      onCursor();
    },
    step: (to) => {
      cursor.step(to, held.lines, scale);
      onCursor();
    },
    zoom: (factor, x) => {
      const inside = Math.max(scale.left, Math.min(scale.right, x));
      control.zoom(factor, scale.edgeUs - (scale.right - inside) * scale.usPerPx);
    },
    pan: (px) => control.pan(-px * scale.usPerPx),
    reset: () => control.goLive(),
    togglePause: () => control.togglePause(),
  };
}

/** Zooms into the span that is drawn over the plot, once it is drawn; both its ends lie in the plot. */
function selection({ stage, scale }: Plot, control: ViewportControl): NonNullable<PlotGestures['select']> {
  const brush = new Brush(stage);
  const inside = (x: number): number => Math.max(scale.left, Math.min(scale.right, x));
  const timeAt = (x: number): number => scale.edgeUs - (scale.right - x) * scale.usPerPx;
  return (span, done) => {
    const fromX = span === null ? 0 : inside(Math.min(span.fromX, span.toX));
    const toX = span === null ? 0 : inside(Math.max(span.fromX, span.toX));
    brush.show(done || span === null ? null : { fromX, toX });
    if (done && toX - fromX >= LEAST_BRUSH_PX) control.select(timeAt(fromX), timeAt(toX));
  };
}
