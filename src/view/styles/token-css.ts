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
@media (forced-colors: active) {
  .sv-root, .sv-root[data-sv-theme="dark"] {
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
