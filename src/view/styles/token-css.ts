import { tokenStyles } from '../theme-tokens.ts';

/** The tokens, what a forced-colour page changes in them, and the ground every `sv-` element stands on. */
export const TOKEN_CSS = `
${tokenStyles()}
.sv-root {
  --sv-track: var(--sv-border);
  color: var(--sv-text);
  font: 400 13px/20px var(--sv-font);
  font-variant-numeric: tabular-nums lining-nums;
  -webkit-text-size-adjust: 100%;
  text-align: left;
}
.sv-root[data-sv-contrast] { --sv-border: #6b7280; --sv-grid: #b9bfc8; --sv-control: #4b5563; --sv-text: #000000; --sv-text-2: #000000; --sv-text-3: #2b3138; --sv-accent: #0044a8; --sv-ok: #00532f; --sv-warn: #6b4400; --sv-crit: #8c0019; --sv-ok-g: #00532f; --sv-warn-g: #6b4400; --sv-crit-g: #8c0019; }
.sv-root[data-sv-contrast][data-sv-theme="dark"] { --sv-border: #9aa3ae; --sv-grid: #565c64; --sv-control: #c3cad3; --sv-text: #ffffff; --sv-text-2: #ffffff; --sv-text-3: #dde2e8; --sv-accent: #8cc4ff; --sv-ok: #7ff0df; --sv-warn: #ffd074; --sv-crit: #ff9f9b; --sv-ok-g: #7ff0df; --sv-warn-g: #ffd074; --sv-crit-g: #ff9f9b; }
.sv-root[data-sv-contrast] .sv-chip { border: 1px solid; background: none; }
@media (forced-colors: active) {
  .sv-root, .sv-root[data-sv-theme="dark"], .sv-root[data-sv-contrast], .sv-root[data-sv-contrast][data-sv-theme="dark"] {
    --sv-canvas: Canvas;
    --sv-surface: Canvas;
    --sv-raised: Canvas;
    --sv-inset: GrayText;
    --sv-border: CanvasText;
    --sv-grid: GrayText;
    --sv-control: CanvasText;
    --sv-text: CanvasText;
    --sv-text-2: CanvasText;
    --sv-text-3: CanvasText;
    --sv-accent: Highlight;
    --sv-ok: CanvasText;
    --sv-warn: CanvasText;
    --sv-crit: CanvasText;
    --sv-shadow: none;
  }
}
.sv-root, .sv-root * { box-sizing: border-box; }
.sv-root [hidden] { display: none !important; }
.sv-root svg { display: block; flex: none; overflow: visible; }
.sv-root button { margin: 0; border: 0; padding: 0; background: none; color: inherit; font: inherit; letter-spacing: inherit; cursor: pointer; text-align: inherit; }
.sv-root :focus-visible { outline: 2px solid var(--sv-accent); outline-offset: 1px; }
.sv-root code { padding: 0; background: none; font: 400 12px/20px var(--sv-mono); }
`;
