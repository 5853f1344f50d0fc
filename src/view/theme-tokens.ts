/** Names of the colour tokens; each is the custom property `--sv-<name>`. */
export const TOKEN_NAMES = [
  'canvas',
  'surface',
  'raised',
  'inset',
  'border',
  'grid',
  'control',
  'text',
  'text-2',
  'text-3',
  'accent',
  'ok',
  'warn',
  'crit',
  'ok-g',
  'warn-g',
  'crit-g',
  '1',
  '2',
  '3',
  '4',
  '5',
  '6',
  '7',
  '8',
] as const;
export type TokenName = (typeof TOKEN_NAMES)[number];
export type ThemeMode = 'light' | 'dark';
export type Tokens = Readonly<Record<TokenName, string>>;

/** The colours of each mode, by token: what canvas code uses where the style sheet gives no other. */
export const TOKENS: Readonly<Record<ThemeMode, Tokens>> = {
  light: {
    canvas: '#f4f6f8',
    surface: '#ffffff',
    raised: '#ffffff',
    inset: '#eef1f4',
    border: '#dfe3e8',
    grid: '#e9ecf0',
    control: '#7d8794',
    text: '#171b21',
    'text-2': '#4b5563',
    'text-3': '#616b78',
    accent: '#0b5cd5',
    ok: '#0b7a53',
    warn: '#956000',
    crit: '#a30d2b',
    'ok-g': '#12875c',
    'warn-g': '#b87400',
    'crit-g': '#d9303c',
    '1': '#2667e5',
    '2': '#ca7732',
    '3': '#07614b',
    '4': '#ab4577',
    '5': '#0497d3',
    '6': '#6e5804',
    '7': '#4f0fa0',
    '8': '#682c25',
  },
  dark: {
    canvas: '#0f1216',
    surface: '#16191f',
    raised: '#1e2229',
    inset: '#11141a',
    border: '#2b313a',
    grid: '#232932',
    control: '#6d7785',
    text: '#eceef1',
    'text-2': '#b3bbc6',
    'text-3': '#8f99a6',
    accent: '#6bb0ff',
    ok: '#4fd1c0',
    warn: '#f0b23e',
    crit: '#ff7a75',
    'ok-g': '#4fd1c0',
    'warn-g': '#f0b23e',
    'crit-g': '#ff7a75',
    '1': '#6184f1',
    '2': '#f99a2e',
    '3': '#7af2e1',
    '4': '#d25382',
    '5': '#83b8d9',
    '6': '#f3da96',
    '7': '#927baf',
    '8': '#b68667',
  },
};

/** Where a host has a background or a font of its own, widgets take it. */
const HOST_SURFACE = 'var(--jp-layout-color0, var(--vscode-editor-background, VALUE))';
const HOST_FONT = 'var(--jp-ui-font-family, var(--vscode-font-family, VALUE))';
const FONT = 'system-ui, "Segoe UI", Roboto, "Noto Sans", sans-serif';
const MONO = 'ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace';

/**
 * The style sheet text that defines every token on `.sv-root`, light by default and dark under
 * `.sv-root[data-sv-theme="dark"]`. A host overrides any of them with a rule of its own, or with `--sv-host-surface` and
 * `--sv-host-font`.
 */
export function tokenStyles(): string {
  return `${rule('.sv-root', 'light')}\n${rule('.sv-root[data-sv-theme="dark"]', 'dark')}`;
}

function rule(selector: string, mode: ThemeMode): string {
  const lines = TOKEN_NAMES.map((name) => {
    const value = TOKENS[mode][name];
    const surface = `var(--sv-host-surface, ${HOST_SURFACE.replace('VALUE', value)})`;
    return `--sv-${name}: ${name === 'surface' ? surface : value};`;
  });
  lines.push(
    `color-scheme: ${mode};`,
    `--sv-shadow: 0 4px 16px rgb(0 0 0 / ${mode === 'dark' ? '0.4' : '0.12'});`,
    `--sv-font: var(--sv-host-font, ${HOST_FONT.replace('VALUE', FONT)});`,
    `--sv-mono: ${MONO};`,
  );
  return `${selector} { ${lines.join(' ')} }`;
}
