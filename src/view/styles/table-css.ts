/** The table: a scrolling grid with a sticky header; rows are absolutely placed by the virtualiser. */
export const TABLE_CSS = `
.sv-card[data-kind="table"] .sv-body { margin: 8px -11px -11px; overflow: hidden; border-radius: 0 0 7px 7px; }
.sv-card[data-kind="table"][data-status] .sv-body { margin-bottom: 0; border-radius: 0; }
.sv-table { position: absolute; inset: 0; overflow: auto; overscroll-behavior: contain; scrollbar-width: thin; scrollbar-color: var(--sv-border) transparent; overflow-anchor: none; }
.sv-table:focus-visible { outline-offset: -2px; }
.sv-table-head { position: sticky; top: 0; z-index: 1; display: flex; height: 28px; border-bottom: 1px solid var(--sv-border); background: var(--sv-surface); }
.sv-table-th { display: flex; flex: none; min-width: 0; padding-right: 16px; color: var(--sv-text-3); font-weight: 500; font-size: 12px; line-height: 20px; }
.sv-table-th:first-child, .sv-table-td:first-child { padding-left: 11px; }
.sv-table-th:last-child, .sv-table-td:last-child { padding-right: 11px; }
.sv-root .sv-table-sort, .sv-table-name { display: flex; gap: 4px; align-items: center; min-width: 0; height: 27px; border-radius: 4px; color: inherit; font: inherit; }
.sv-root .sv-table-sort:hover, .sv-table-th[aria-sort="ascending"], .sv-table-th[aria-sort="descending"] { color: var(--sv-text); }
.sv-root .sv-table-sort:focus-visible { outline-offset: -2px; }
.sv-table-label { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.sv-table-sort svg { width: 12px; height: 12px; }
.sv-table-sort .sv-table-arrow { display: none; }
.sv-table-th:is([aria-sort="ascending"], [aria-sort="descending"], [data-newest]) .sv-table-arrow { display: block; }
.sv-table-th[data-type="number"] { justify-content: flex-end; text-align: right; }
.sv-table-th[data-type="number"] .sv-table-sort { flex-direction: row-reverse; }
.sv-table-rows { position: relative; overflow: clip; }
.sv-table-row { position: absolute; top: 0; left: 0; display: flex; width: 100%; height: 28px; border-bottom: 1px solid var(--sv-inset); line-height: 27px; outline: none; }
.sv-root .sv-table-row:focus { background: color-mix(in srgb, var(--sv-text) 8%, transparent); outline: none; }
.sv-root .sv-table-row:focus-visible { box-shadow: inset 0 0 0 2px var(--sv-accent); }
.sv-table-td { flex: none; min-width: 0; overflow: hidden; padding-right: 16px; color: var(--sv-text); text-overflow: ellipsis; white-space: nowrap; }
.sv-table-td[data-type="number"] { text-align: right; }
.sv-table-td[data-type="datetime"] { color: var(--sv-text-2); font-size: 12px; font-family: var(--sv-mono); }
.sv-table-td[data-empty] { color: var(--sv-text-3); }
@media (prefers-reduced-motion: no-preference) {
  .sv-table-row[data-fresh="a"] { animation: sv-fresh-a 600ms ease-out; }
  .sv-table-row[data-fresh="b"] { animation: sv-fresh-b 600ms ease-out; }
}
@keyframes sv-fresh-a { 0%, 60% { background-color: color-mix(in srgb, var(--sv-accent) 8%, transparent); } }
@keyframes sv-fresh-b { 0%, 60% { background-color: color-mix(in srgb, var(--sv-accent) 8%, transparent); } }
.sv-card[data-state="gone"] .sv-table-row { color: var(--sv-text-2); filter: grayscale(1); }
.sv-card[data-state="waiting"] .sv-table-rows { visibility: hidden; }
`;
