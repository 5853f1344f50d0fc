const half = (side: 'left' | 'right', color: string, place: string): string =>
  `linear-gradient(to bottom ${side}, transparent 49%, ${color} 51%) ${place} no-repeat`;
const corner = (to: string, x: string, y: string): string =>
  `linear-gradient(to ${to}, transparent 48%, currentColor 52%) ${x} ${y} / 4px 4px no-repeat`;

/** Signs of rows, of gradients alone: an element or a picture that comes and goes makes a browser sort all layers of the page
 *  anew, 70 ms beside a notebook of a hundred charts. */
const SIGNS = `
.sv-panel-sign::before { position: absolute; inset: 0; font-weight: 700; font-size: 8px; line-height: 12px; text-align: center; }
.sv-panel-row[data-sign="warning"] .sv-panel-sign { background: ${[
  half('right', 'var(--sv-surface)', '2.2px 3.4px / 3.8px 6.6px'),
  half('left', 'var(--sv-surface)', '6px 3.4px / 3.8px 6.6px'),
  half('right', 'currentColor', '0 0.6px / 6px 10.9px'),
  half('left', 'currentColor', '6px 0.6px / 6px 10.9px'),
].join(', ')}; color: var(--sv-warn); }
.sv-panel-row[data-sign="warning"] .sv-panel-sign::before { top: 1.6px; font-size: 7px; content: "!"; }
.sv-panel-row[data-sign="critical"] .sv-panel-sign { background: linear-gradient(currentColor, currentColor) center / 12px 4px no-repeat, linear-gradient(currentColor, currentColor) center / 4px 12px no-repeat, ${[
  corner('bottom right', '0', '0'),
  corner('bottom left', '100%', '0'),
  corner('top right', '0', '100%'),
  corner('top left', '100%', '100%'),
].join(', ')}; color: var(--sv-crit); }
.sv-panel-row[data-sign="critical"] .sv-panel-sign::before { color: var(--sv-surface); content: "!"; }
.sv-panel-row:is([data-sign="stale"], [data-sign="gone"]) .sv-panel-sign { border: 1.4px solid; border-radius: 50%; }
.sv-panel-row[data-sign="stale"] .sv-panel-sign { background: linear-gradient(currentColor, currentColor) 3.9px 2px / 1.4px 3.6px no-repeat, linear-gradient(currentColor, currentColor) 3.9px 4.4px / 2.8px 1.4px no-repeat; }
.sv-panel-row[data-sign="gone"] .sv-panel-sign { background: linear-gradient(135deg, transparent 43%, currentColor 44% 56%, transparent 57%); }
@media (forced-colors: active) { .sv-panel-sign { color: CanvasText; forced-color-adjust: none; } .sv-panel-row[data-sign="critical"] .sv-panel-sign::before { color: Canvas; } }
`.trim();

/** The side panel: one bar, the line of its notebook, notes, groups of compact rows or of full-bleed cards. Its ground is that of
 *  the host's side area; hairlines stand on any dark ground from #111 to #212121. A row is laid out alone (`contain`): a new
 *  value moves nothing else. */
export const PANEL_CSS = `
.sv-root.sv-panel { position: relative; display: flex; flex-direction: column; height: 100%; min-width: 0; overflow: hidden; background: var(--sv-surface); container-type: inline-size; }
@media (forced-colors: none) {
  .sv-root.sv-panel { --sv-surface: var(--sv-host-surface, var(--jp-layout-color1, var(--vscode-sideBar-background, #ffffff))); }
  .sv-root.sv-panel[data-sv-theme="dark"] { --sv-surface: var(--sv-host-surface, var(--jp-layout-color1, var(--vscode-sideBar-background, #16191f))); }
  .sv-root.sv-panel[data-sv-theme="dark"]:not([data-sv-contrast]) { --sv-border: #3d3f44; --sv-grid: #33353a; --sv-inset: #1b1d21; }
}
.sv-panel-head { display: flex; flex: none; align-items: center; height: 40px; padding: 0 4px 0 8px; border-bottom: 1px solid var(--sv-border); }
.sv-root .sv-panel-title { flex: 1 1 0; min-width: 0; margin: 0; overflow: hidden; padding: 0; color: var(--sv-text); font: 600 13px/20px var(--sv-font); letter-spacing: 0; text-overflow: ellipsis; text-transform: none; white-space: nowrap; }
.sv-panel-modes { display: flex; flex: none; height: 24px; margin-right: 4px; border: 1px solid var(--sv-control); border-radius: 4px; }
.sv-root .sv-panel-mode { display: grid; place-items: center; width: 28px; height: 22px; border-radius: 3px; color: var(--sv-text-3); }
.sv-root .sv-panel-mode:hover { color: var(--sv-text); }
.sv-root .sv-panel-mode[aria-checked="true"] { background: color-mix(in srgb, var(--sv-text) 10%, transparent); color: var(--sv-text); }
.sv-root .sv-panel-tool { display: grid; flex: none; place-items: center; width: 28px; height: 28px; border-radius: 4px; color: var(--sv-text-2); }
.sv-root .sv-panel-tool:hover { background: color-mix(in srgb, var(--sv-text) 8%, transparent); color: var(--sv-text); }
.sv-root .sv-panel-tool[aria-pressed="true"] { background: color-mix(in srgb, var(--sv-accent) 14%, transparent); color: var(--sv-accent); }
.sv-root .sv-panel-tool:disabled { color: var(--sv-control); background: none; cursor: default; }
.sv-panel-follows { display: flex; flex: none; gap: 8px; align-items: center; height: 28px; padding: 0 4px 0 8px; border-bottom: 1px solid var(--sv-border); color: var(--sv-text-3); font-size: 11px; line-height: 16px; }
.sv-panel-follows .sv-panel-tool { width: 28px; height: 24px; }
.sv-panel-file { flex: 1 1 0; min-width: 0; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.sv-panel-notes:empty { display: none; }
.sv-panel-notes { flex: none; max-height: 50%; overflow: auto; }
.sv-panel-note { display: flex; gap: 8px; align-items: flex-start; padding: 6px 8px; border-bottom: 1px solid var(--sv-border); background: var(--sv-inset); color: var(--sv-text-2); font-size: 12px; line-height: 16px; }
.sv-panel-note svg { width: 12px; height: 12px; margin-top: 2px; }
.sv-panel-note[data-kind="crit"] svg { color: var(--sv-crit); }
.sv-panel-note[data-kind="warn"] svg { color: var(--sv-warn); }
.sv-panel-note > span { flex: 1 1 0; min-width: 0; overflow-wrap: anywhere; }
.sv-panel-note .sv-code { display: block; color: var(--sv-text-3); font-size: 11px; }
.sv-root .sv-panel-note code { font-size: 11px; line-height: 16px; overflow-wrap: anywhere; white-space: pre-wrap; }
.sv-panel-empty { flex: none; padding: 24px 16px; color: var(--sv-text-2); text-align: center; }
.sv-panel-empty p { margin: 0; }
.sv-root .sv-panel-empty code { display: inline-block; max-width: 100%; margin-top: 8px; padding: 4px 8px; border-radius: 4px; background: var(--sv-inset); color: var(--sv-text); overflow-wrap: anywhere; user-select: text; }
.sv-panel-body { position: relative; flex: 1 1 0; min-height: 0; overflow: hidden auto; overscroll-behavior: contain; scrollbar-width: thin; scrollbar-color: var(--sv-border) transparent; overflow-anchor: none; }
.sv-panel-group { display: flex; gap: 4px; align-items: center; height: 28px; padding: 0 8px; border-bottom: 1px solid var(--sv-border); color: var(--sv-text-3); font-weight: 600; font-size: 11px; line-height: 16px; cursor: pointer; user-select: none; }
.sv-panel-group:hover { color: var(--sv-text); }
.sv-panel-heading { flex: 1 1 0; min-width: 0; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.sv-panel-count { flex: none; font-weight: 400; }
.sv-panel-row { display: flex; gap: 8px; align-items: center; height: 28px; padding: 0 8px; border-bottom: 1px solid color-mix(in srgb, var(--sv-border) 60%, transparent); white-space: nowrap; contain: strict; cursor: default; }
.sv-panel-row:hover { background: color-mix(in srgb, var(--sv-text) 5%, transparent); }
.sv-root :is(.sv-panel-row, .sv-panel-group):focus-visible { outline: 2px solid var(--sv-accent); outline-offset: -2px; }
.sv-panel-row[aria-level="3"] { padding-left: 24px; }
.sv-panel-sign { position: relative; flex: none; width: 12px; height: 12px; color: var(--sv-text-3); }
${SIGNS}
.sv-panel-name { flex: 1 1 0; min-width: 0; margin-left: -4px; overflow: hidden; color: var(--sv-text-2); text-overflow: ellipsis; }
.sv-panel-twist { flex: none; width: 12px; height: 12px; color: var(--sv-text-3); }
.sv-panel-row:not([aria-expanded]) .sv-panel-twist { display: none; }
.sv-panel-row[aria-expanded="true"] .sv-panel-twist svg { transform: rotate(90deg); }
.sv-root .sv-panel-more { display: none; flex: none; place-items: center; width: 20px; height: 20px; margin: 0 -4px; border-radius: 4px; color: var(--sv-text-2); }
.sv-panel-row:hover .sv-panel-more, .sv-root .sv-panel-more[aria-expanded="true"] { display: grid; }
.sv-root .sv-panel-more:hover { background: color-mix(in srgb, var(--sv-text) 10%, transparent); color: var(--sv-text); }
.sv-panel-spark { flex: none; width: 96px; height: 20px; }
.sv-panel-value { flex: none; width: var(--sv-panel-value, 48px); overflow: hidden; color: var(--sv-text); text-align: right; text-overflow: ellipsis; }
.sv-root .sv-panel-number { font-weight: 600; }
.sv-root .sv-panel-unit { margin-left: 3px; color: var(--sv-text-3); font-weight: 400; font-size: 11px; }
.sv-panel-unit.sv-tight { margin-left: 1px; }
.sv-panel-unit:empty { display: none; }
.sv-panel-row[data-tone="warning"] .sv-panel-value { color: var(--sv-warn); }
.sv-panel-row[data-tone="critical"] .sv-panel-value { color: var(--sv-crit); }
.sv-panel-row[data-tone="none"] .sv-panel-value { color: var(--sv-text-3); }
.sv-panel-row[data-tone="dim"] .sv-panel-value { color: var(--sv-text-2); }
.sv-panel-row[data-state="gone"] .sv-panel-spark { filter: grayscale(1); }
.sv-panel[data-stale] .sv-panel-body { filter: grayscale(1); }
.sv-panel .sv-card { border-color: transparent; border-bottom-color: var(--sv-border); border-radius: 0; content-visibility: auto; contain-intrinsic-size: auto 200px; }
.sv-panel .sv-card[data-kind="table"] .sv-body { border-radius: 0; }
.sv-root .sv-panel-hidden { display: flex; gap: 4px; align-items: center; width: 100%; height: 28px; padding: 0 8px 0 24px; color: var(--sv-text-3); font-size: 11px; line-height: 16px; }
.sv-root .sv-panel-hidden:hover { color: var(--sv-text); }
@media (pointer: coarse) { .sv-panel-row, .sv-panel-group, .sv-root .sv-panel-hidden { height: 44px; } .sv-root .sv-panel-more { display: grid; width: 32px; height: 32px; } }
@media (forced-colors: active) { .sv-panel-row, .sv-panel-group { border-color: CanvasText; } .sv-root .sv-panel-mode[aria-checked="true"], .sv-root .sv-panel-tool[aria-pressed="true"] { outline: 2px solid Highlight; } }
`;
