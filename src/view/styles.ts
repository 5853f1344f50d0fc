import { CARD_CSS } from './styles/card-css.ts';
import { MENU_CSS } from './styles/menu-css.ts';
import { PANEL_CSS } from './styles/panel-css.ts';
import { TABLE_CSS } from './styles/table-css.ts';
import { TOKEN_CSS } from './styles/token-css.ts';
import { WIDGET_CSS } from './styles/widget-css.ts';
import { EVENTS_CSS } from './widgets/events/events-css.ts';
import { METRIC_CSS } from './widgets/metric/metric-css.ts';

/** Everything StreamViz draws with CSS; every rule is under a class that starts with `sv-`. */
export const STYLE_TEXT = [
  TOKEN_CSS,
  CARD_CSS,
  WIDGET_CSS,
  TABLE_CSS,
  METRIC_CSS,
  EVENTS_CSS,
  MENU_CSS,
  PANEL_CSS,
].join('\n');

const sheets = new WeakMap<Document, CSSStyleSheet>();

/**
 * Puts the style sheet into a document or a shadow root (`element.getRootNode()` of what is shown). Idempotent: one
 * sheet per document, adopted at most once per root.
 */
export function adoptStyles(root: Document | ShadowRoot): void {
  const owner = root.nodeType === Node.DOCUMENT_NODE ? (root as Document) : (root as ShadowRoot).ownerDocument;
  let sheet = sheets.get(owner);
  if (!sheet) {
    // A constructed sheet belongs to the document of the window whose constructor made it.
    const Sheet = owner.defaultView?.CSSStyleSheet ?? CSSStyleSheet;
    sheet = new Sheet();
    sheet.replaceSync(STYLE_TEXT);
    sheets.set(owner, sheet);
  }
  if (!root.adoptedStyleSheets.includes(sheet)) root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
}
