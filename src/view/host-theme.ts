import type { ThemeMode } from './theme-tokens.ts';

/**
 * Whether the host around an element is light or dark: JupyterLab's, marimo's and Colab's attributes, VS Code's classes,
 * then the element's own `color-scheme`. The system's preference is not asked: hosts have their own switch.
 */
export function hostMode(element: Element): ThemeMode {
  const { body, documentElement } = element.ownerDocument;
  const lab = body?.dataset.jpThemeLight;
  if (lab !== undefined) return lab === 'true' ? 'light' : 'dark';
  for (const name of ['vscode-dark', 'vscode-light', 'vscode-high-contrast', 'vscode-high-contrast-light']) {
    if (body?.classList.contains(name)) return name.endsWith('light') ? 'light' : 'dark';
  }
  const named = body?.dataset.theme ?? documentElement.dataset.theme ?? documentElement.getAttribute('theme');
  if (named !== null && named !== undefined && named !== '') return named.includes('dark') ? 'dark' : 'light';
  const scheme = getComputedStyle(element.parentElement ?? documentElement).colorScheme;
  return scheme.trim() === 'dark' ? 'dark' : 'light';
}

/** Whether the host itself has a theme of high contrast: JupyterLab's by its name, VS Code's by a class. */
export function hostHighContrast(element: Element): boolean {
  const { body } = element.ownerDocument;
  if (body === null) return false;
  return /high.?contrast/i.test(`${body.dataset.jpThemeName ?? ''} ${body.className}`);
}

const ATTRIBUTES = [
  'class',
  'style',
  'theme',
  'data-theme',
  'data-jp-theme-light',
  'data-jp-theme-name',
  'data-vscode-theme-kind',
];
const QUERIES = ['(prefers-reduced-motion: reduce)', '(forced-colors: active)', '(prefers-color-scheme: dark)'];

/** Calls `listener` after the host may have changed its theme or the user a preference, until the returned function is called. */
export function watchHost(listener: () => void): () => void {
  const observer = new MutationObserver(listener);
  for (const node of [document.documentElement, document.body]) {
    if (node) observer.observe(node, { attributes: true, attributeFilter: ATTRIBUTES });
  }
  const queries = QUERIES.map((query) => matchMedia(query));
  for (const query of queries) query.addEventListener('change', listener);
  // Hosts load the new theme's style sheet after they set the attribute.
  document.addEventListener('load', listener, { capture: true });
  return () => {
    observer.disconnect();
    for (const query of queries) query.removeEventListener('change', listener);
    document.removeEventListener('load', listener, { capture: true });
  };
}
