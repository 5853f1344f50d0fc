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
  return {
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
