/** The metric's plot, the ends of its lines and the tooltip. */
export const METRIC_CSS = `
.sv-metric-stage { position: absolute; top: -8px; left: -11px; overflow: hidden; border-radius: 4px; outline: none; touch-action: pan-y; cursor: crosshair; }
.sv-metric-stage:focus-visible { outline: 2px solid var(--sv-accent); outline-offset: -1px; }
.sv-metric-stage[data-dragging] { cursor: grabbing; }
.sv-metric-axes, .sv-metric-lines { position: absolute; top: 0; left: 0; }
.sv-metric-lines { pointer-events: none; }
.sv-metric-brush { position: absolute; top: 0; bottom: 0; border: solid var(--sv-accent); border-width: 0 1px; background: color-mix(in srgb, var(--sv-accent) 12%, transparent); pointer-events: none; }
.sv-metric-ends { position: absolute; inset: 0; pointer-events: none; }
.sv-metric-end { position: absolute; top: 0; right: 0; display: flex; gap: 6px; align-items: baseline; font-size: 11px; line-height: 16px; white-space: nowrap; }
.sv-metric-end-name { flex: 1 1 0; min-width: 0; overflow: hidden; color: var(--sv-text-2); text-overflow: ellipsis; }
.sv-metric-end-value { flex: none; color: var(--sv-text); font-weight: 600; }
.sv-card[data-state="gone"] .sv-metric-stage { filter: grayscale(1); }
.sv-card[data-state="loading"] .sv-metric-stage { visibility: hidden; }
.sv-card[data-lines="many"] .sv-value-row { display: none; }
.sv-card .sv-head .sv-tools { margin-right: -4px; }
.sv-root .sv-tool.sv-metric-range { color: var(--sv-text-3); font-size: 11px; font-weight: 600; line-height: 16px; }
.sv-root .sv-tool.sv-metric-range[aria-pressed="true"] { color: var(--sv-text); }
.sv-tooltip { position: fixed; inset: auto; z-index: 10; width: max-content; max-width: 280px; margin: 0; overflow: hidden; padding: 8px 10px; border: 1px solid var(--sv-border); border-radius: 6px; background: var(--sv-raised); box-shadow: var(--sv-shadow); color: var(--sv-text); font: 400 12px/16px var(--sv-font); font-variant-numeric: tabular-nums lining-nums; pointer-events: none; }
.sv-tooltip-time { margin-bottom: 4px; color: var(--sv-text-2); }
.sv-tooltip-time b { color: var(--sv-text); font-weight: 600; }
.sv-tooltip-row { display: flex; gap: 8px; align-items: center; }
.sv-tooltip-row i { flex: none; width: 8px; height: 8px; border-radius: 2px; }
.sv-tooltip-row span { flex: 1 1 auto; min-width: 0; overflow: hidden; color: var(--sv-text-2); text-overflow: ellipsis; white-space: nowrap; }
.sv-tooltip-row b { flex: none; font-weight: 600; text-align: right; }
.sv-tooltip-row.sv-hot span { color: var(--sv-text); font-weight: 600; }
.sv-tooltip-note { margin-top: 4px; color: var(--sv-text-2); }
.sv-tooltip-note:first-child { margin-top: 0; }
.sv-hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
`;
