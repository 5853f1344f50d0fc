/** The events widget: the choice of a window, the table's own cells, the totals, the details of a key. */
export const EVENTS_CSS = `
.sv-events { position: absolute; inset: 0; display: flex; flex-direction: column; }
.sv-events-bar { display: flex; flex: none; gap: 8px; align-items: center; justify-content: space-between; height: 28px; padding: 0 11px 4px; }
.sv-segments { display: flex; gap: 2px; padding: 2px; border-radius: 6px; background: var(--sv-inset); }
.sv-root .sv-segment { min-width: 32px; height: 20px; padding: 0 6px; border-radius: 4px; color: var(--sv-text-2); font-size: 11px; line-height: 20px; text-align: center; }
.sv-root .sv-segment:hover { color: var(--sv-text); }
.sv-root .sv-segment[aria-checked="true"] { background: var(--sv-surface); box-shadow: 0 0 0 1px var(--sv-border); color: var(--sv-text); font-weight: 600; }
@media (pointer: coarse) { .sv-root .sv-segment { position: relative; min-width: 40px; } .sv-root .sv-segment::after { position: absolute; inset: -12px 0; content: ""; } }
.sv-events-since { flex: none; color: var(--sv-text-3); font-size: 11px; line-height: 16px; white-space: nowrap; }
.sv-events-table { position: relative; flex: 1 1 0; min-height: 0; }
.sv-events .sv-table-row { cursor: default; }
.sv-events .sv-table-row[data-idle] .sv-table-td { color: var(--sv-text-3); }
.sv-table-td[data-spark] { display: flex; gap: 8px; align-items: center; }
.sv-event-count { margin-left: auto; }
.sv-event-spark { flex: none; width: 60px; height: 16px; border-bottom: 1px solid var(--sv-grid); }
.sv-event-spark path { fill: var(--sv-1); }
.sv-events[data-narrow] .sv-event-spark, .sv-events[data-plain] .sv-event-spark { display: none; }
.sv-table-td[data-set] { color: var(--sv-warn); font-weight: 600; }
.sv-events-total { flex: none; overflow: hidden; border-top: 1px solid var(--sv-border); background: var(--sv-inset); }
.sv-events-total .sv-table-row { position: static; height: 27px; border-bottom: 0; font-weight: 600; transform: none !important; }
.sv-events-total .sv-event-spark { visibility: hidden; }
.sv-event-detail { top: 66px; right: 11px; bottom: 11px; left: auto; width: min(280px, calc(100% - 22px)); max-width: none; max-height: none; }
.sv-event-detail-head b { overflow-wrap: anywhere; }
.sv-root .sv-event-names, .sv-root .sv-event-newest { margin: 8px 0 0; padding: 0; list-style: none; }
.sv-event-names { display: flex; flex-wrap: wrap; gap: 4px; }
.sv-root .sv-event-names li { max-width: 100%; margin: 0; overflow: hidden; padding: 0 6px; border-radius: 4px; background: var(--sv-inset); color: var(--sv-text); text-overflow: ellipsis; white-space: nowrap; }
.sv-root .sv-event-names .sv-event-more { background: none; color: var(--sv-text-3); }
.sv-root .sv-event-newest li { margin: 0; overflow-wrap: anywhere; }
.sv-event-time { color: var(--sv-text-3); font-family: var(--sv-mono); font-size: 11px; }
.sv-event-flags { color: var(--sv-warn); font-weight: 600; }
.sv-card[data-state="gone"] .sv-event-spark { filter: grayscale(1); }
.sv-card[data-state="gone"] .sv-table-td[data-set] { color: var(--sv-text-2); }
.sv-card[data-kind="table"][data-state="waiting"]:has(.sv-events) .sv-note { top: 103px; }
.sv-card[data-state="waiting"] :is(.sv-events-bar, .sv-events-total) { visibility: hidden; }
@media (forced-colors: active) { .sv-event-spark path { fill: CanvasText; } .sv-root .sv-segment[aria-checked="true"] { outline: 2px solid Highlight; } }
`;
