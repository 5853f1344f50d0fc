/** The grid of a cell view, the card, its chips, tools, status line and words. Lengths are px of docs visual design.
 *  A browser never lays a flex item out alone, so the value in its slot is placed by itself: a new number moves nothing else. */
export const CARD_CSS = `
.sv-cell { display: grid; gap: 12px; grid-template-columns: minmax(0, 1fr); }
.sv-grid { display: grid; gap: 12px; grid-template-columns: repeat(var(--sv-columns, 1), minmax(0, 1fr)); align-items: start; }
.sv-grid[data-count="1"] { max-width: 720px; }
.sv-cell-words { display: flex; gap: 8px; align-items: flex-start; max-width: 720px; padding: 8px 11px; border: 1px solid var(--sv-border); border-radius: 8px; background: var(--sv-surface); color: var(--sv-text-2); }
.sv-cell-words svg { flex: none; margin-top: 4px; color: var(--sv-crit); }
.sv-cell-words[data-mark='warning'] svg { color: var(--sv-warn); }
.sv-cell-words .sv-code { color: var(--sv-text-3); }
.sv-cell-words code { display: inline-block; max-width: 100%; overflow-wrap: anywhere; }

.sv-card { position: relative; min-width: 0; height: 200px; border: 1px solid var(--sv-border); border-radius: 8px; background: var(--sv-surface); container-type: inline-size; }
.sv-card[data-kind="table"] { height: 292px; }
.sv-card[data-kind="note"] { height: 120px; }
.sv-card[data-status] { height: 220px; }
.sv-card[data-kind="table"][data-status] { height: 312px; }
.sv-card[data-kind="note"][data-status] { height: 140px; }
.sv-card-inner { display: flex; flex-direction: column; height: 100%; padding: 11px; }
.sv-head { position: relative; display: flex; flex: none; gap: 8px; align-items: center; height: 20px; white-space: nowrap; }
.sv-title { flex: 1 1 0; min-width: 48px; overflow: hidden; text-overflow: ellipsis; color: var(--sv-text-2); font-weight: 600; line-height: 20px; }
.sv-caption { flex: none; color: var(--sv-text-3); font-size: 11px; line-height: 16px; }
.sv-caption:empty { display: none; }
.sv-chips { display: flex; flex: 0 1 auto; gap: 8px; min-width: 0; }
.sv-chips:empty { display: none; }
.sv-chip { --sv-chip: var(--sv-text-2); display: inline-flex; flex: 0 1 auto; gap: 4px; align-items: center; min-width: 0; height: 20px; padding: 0 6px; border-radius: 4px; background: color-mix(in srgb, var(--sv-chip) 10%, var(--sv-surface)); color: var(--sv-chip); font-weight: 600; font-size: 11px; line-height: 16px; white-space: nowrap; }
.sv-root button.sv-chip { padding: 0 6px; background: color-mix(in srgb, var(--sv-chip) 10%, var(--sv-surface)); color: var(--sv-chip); font: 600 11px/16px var(--sv-font); }
.sv-root button.sv-chip:hover { background: color-mix(in srgb, var(--sv-chip) 18%, var(--sv-surface)); }
.sv-chip svg { width: 12px; height: 12px; margin-left: -1px; }
.sv-chip-text { overflow: hidden; text-overflow: ellipsis; }
.sv-chip[data-kind="ok"] { --sv-chip: var(--sv-ok); }
.sv-chip[data-kind="warn"] { --sv-chip: var(--sv-warn); }
.sv-chip[data-kind="crit"] { --sv-chip: var(--sv-crit); }
.sv-chip[data-kind="accent"] { --sv-chip: var(--sv-accent); }
@container (max-width: 117px) {
  .sv-card[data-kind="metric"][data-value] :is(.sv-body, .sv-tools) { display: none; }
  .sv-card[data-kind="metric"][data-value] .sv-card-inner { justify-content: center; }
}
@container (max-width: 400px) { .sv-chip:not(:last-child):has(svg) .sv-chip-text { display: none; } }

.sv-value-row { display: flex; flex: none; gap: 8px; justify-content: space-between; height: 36px; }
.sv-value-slot { position: relative; flex: 1 1 0; min-width: 0; height: 100%; overflow: hidden; contain: strict; }
.sv-value-slot .sv-value { position: absolute; top: 0; right: 0; left: 0; contain: strict; }
.sv-value { display: flex; align-items: baseline; height: 36px; color: var(--sv-text); font-weight: 600; font-size: 28px; line-height: 36px; letter-spacing: -0.02em; white-space: nowrap; }
.sv-value-number { flex: none; }
.sv-unit { margin-left: 4px; color: var(--sv-text-3); font-weight: 400; font-size: 14px; letter-spacing: 0; }
.sv-unit.sv-tight { margin-left: 2px; }
.sv-so-far { min-width: 0; overflow: hidden; margin-left: 6px; text-overflow: ellipsis; color: var(--sv-text-3); font-weight: 400; font-size: 13px; letter-spacing: 0; }
.sv-unit:empty, .sv-so-far:empty { display: none; }
.sv-value[data-tone="warn"] { color: var(--sv-warn-g); }
.sv-value[data-tone="crit"] { color: var(--sv-crit-g); }
.sv-value[data-tone="dim"] { color: var(--sv-text-2); }
.sv-value[data-tone="none"] { color: var(--sv-text-3); }
@container (min-width: 478px) {
  .sv-value-row, .sv-value-row .sv-value { height: 48px; line-height: 48px; }
  .sv-value-row .sv-value { font-size: 40px; }
  .sv-value-row .sv-unit { font-size: 20px; }
}
@container (max-width: 237px) {
  .sv-value-row, .sv-value-row .sv-value { height: 28px; line-height: 28px; }
  .sv-value-row .sv-value { font-size: 22px; }
  .sv-value-row .sv-unit { font-size: 12px; }
}
.sv-card[data-state="gone"] .sv-value, .sv-card[data-state="stale"] .sv-value { color: var(--sv-text-2); }

.sv-tools { display: flex; flex: none; align-items: center; color: var(--sv-text-2); opacity: 0; transition: opacity 120ms; }
.sv-card:hover .sv-tools, .sv-card:focus-within .sv-tools { opacity: 1; }
@media (pointer: fine) { .sv-card:not(:hover, :focus-within) :is(.sv-head, .sv-value-row) .sv-tools { position: absolute; right: 12px; } }
.sv-root .sv-tool { display: grid; place-items: center; width: 28px; height: 28px; border-radius: 4px; color: inherit; }
.sv-root .sv-tool:hover, .sv-root .sv-tool[aria-pressed="true"] { background: color-mix(in srgb, var(--sv-text) 8%, transparent); color: var(--sv-text); }
@media (pointer: coarse) {
  .sv-tools { opacity: 1; }
  .sv-root .sv-tool { position: relative; }
  .sv-root .sv-tool::after { position: absolute; inset: -8px; content: ""; }
}

.sv-message { display: flex; flex: none; gap: 8px; min-height: 36px; padding-top: 4px; font-size: 13px; line-height: 16px; }
.sv-message svg { width: 12px; height: 12px; margin-top: 2px; color: var(--sv-crit); }
.sv-message-words { min-width: 0; }
.sv-message-text { display: -webkit-box; overflow: hidden; -webkit-box-orient: vertical; -webkit-line-clamp: 2; color: var(--sv-text); }
.sv-message-code { color: var(--sv-text-3); }
.sv-card[data-state="error"] .sv-value-row { display: none; }
.sv-card[data-state="error"] .sv-body { opacity: 0.8; }

.sv-body { position: relative; flex: 1 1 0; min-height: 0; margin-top: 8px; }
.sv-note { position: absolute; left: 11px; right: 11px; color: var(--sv-text-2); pointer-events: none; }
.sv-note-call { display: block; color: var(--sv-text-3); pointer-events: auto; user-select: text; }
.sv-card[data-state="loading"] .sv-note { top: 35px; color: var(--sv-text-3); }
.sv-card[data-state="loading"] :is(.sv-value-row, .sv-body, .sv-tools) { visibility: hidden; }
.sv-card[data-state="waiting"] .sv-note { top: 103px; }
.sv-card[data-kind="gauge"][data-state="waiting"] .sv-note { top: 139px; font-size: 11px; line-height: 16px; text-align: center; }
.sv-card[data-kind="gauge"] .sv-note-call { font-size: 11px; line-height: 16px; }
.sv-card[data-kind="table"][data-state="waiting"] .sv-note { top: 75px; }

.sv-root .sv-status { display: flex; flex: none; gap: 4px; align-items: center; align-self: flex-start; max-width: 100%; height: 16px; margin-top: 4px; color: var(--sv-text-3); font-size: 11px; line-height: 16px; white-space: nowrap; }
.sv-root .sv-status:hover { color: var(--sv-text); }
.sv-status span { overflow: hidden; text-overflow: ellipsis; }
.sv-popover { position: absolute; bottom: 34px; left: 11px; z-index: 5; width: max-content; max-width: min(320px, calc(100% - 22px)); max-height: calc(100% - 42px); overflow: auto; padding: 8px 10px; border: 1px solid var(--sv-border); border-radius: 6px; background: var(--sv-raised); box-shadow: var(--sv-shadow); color: var(--sv-text-2); font-size: 12px; line-height: 16px; outline: none; }
.sv-root .sv-popover dl { display: grid; grid-template-columns: auto 1fr; gap: 4px 8px; margin: 0; }
.sv-root .sv-popover dt { margin: 0; padding: 0; color: var(--sv-text); font-weight: 600; text-align: right; }
.sv-root .sv-popover dd { margin: 0; }
.sv-popover b { color: var(--sv-text); font-weight: 600; }
@media (prefers-reduced-motion: reduce) { .sv-root * { transition: none !important; animation: none !important; } }
@media (forced-colors: active) { .sv-chip, .sv-root button.sv-chip { border: 1px solid; background: none; } }
`;
