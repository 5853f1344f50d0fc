/** The menu beside a button. A host's page may add room for fingers. */
export const MENU_CSS = `
.sv-menu { position: fixed; inset: auto; z-index: 30; min-width: 168px; max-width: min(320px, calc(100vw - 16px)); margin: 0; overflow: auto; padding: 4px 0; border: 1px solid var(--sv-border); border-radius: 8px; background: var(--sv-raised); box-shadow: var(--sv-shadow); color: var(--sv-text); font: 400 13px/20px var(--sv-font); }
.sv-menu-group + .sv-menu-group { margin-top: 4px; padding-top: 4px; border-top: 1px solid var(--sv-border); }
.sv-menu-title { overflow: hidden; padding: 6px 12px 2px; color: var(--sv-text-3); font-weight: 600; font-size: 11px; line-height: 16px; text-overflow: ellipsis; white-space: nowrap; }
.sv-root .sv-menu-item { display: flex; gap: 8px; align-items: center; width: 100%; height: 32px; padding: 0 12px; color: var(--sv-text); }
.sv-root .sv-menu-item:hover, .sv-root .sv-menu-item:focus { outline: none; background: color-mix(in srgb, var(--sv-text) 8%, transparent); }
.sv-root .sv-menu-item:focus-visible { box-shadow: inset 0 0 0 2px var(--sv-accent); }
.sv-menu-item[aria-checked="true"] { font-weight: 600; }
.sv-menu-sign { flex: none; width: 16px; height: 16px; color: var(--sv-accent); }
.sv-menu-label { flex: 1; min-width: 0; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.sv-menu-hint { color: var(--sv-text-3); font: 400 11px/16px var(--sv-font); }
@media (pointer: coarse) { .sv-root .sv-menu-item { height: 44px; } }
@media (forced-colors: active) { .sv-menu { border-color: CanvasText; } }
`;
