import type { Color, ColorName } from '../dashboard/colors.ts';
import { hostHighContrast, hostMode, watchHost } from './host-theme.ts';
import { type ThemeMode, TOKEN_NAMES, TOKENS, type TokenName, type Tokens } from './theme-tokens.ts';

export type { ThemeMode, TokenName, Tokens } from './theme-tokens.ts';
export { tokenStyles } from './theme-tokens.ts';

/** Colours and motion of the page around a widget, as canvas code needs them. */
export interface Theme {
  readonly mode: ThemeMode;
  /** Rises with every change; what was drawn with an older one is out of date. */
  readonly version: number;
  /** Every token's colour as the host resolves it now. */
  readonly tokens: Tokens;
  /** Font family for canvas text. */
  readonly font: string;
  /** The user asked for less motion: no sliding, no transitions. */
  readonly reducedMotion: boolean;
  /** The user or the host asked for high contrast: no fills. */
  readonly highContrast: boolean;
  /** Calls `listener` after a change, until the returned function is called. */
  subscribe(listener: () => void): () => void;
}

const TOKEN_OF: Readonly<Record<ColorName, TokenName>> = {
  blue: '1',
  orange: '2',
  teal: '3',
  pink: '4',
  sky: '5',
  gold: '6',
  violet: '7',
  brown: '8',
  green: 'ok-g',
  yellow: 'warn-g',
  red: 'crit-g',
  gray: 'text-3',
};
const SERIES = ['1', '2', '3', '4', '5', '6', '7', '8'] as const;

/** The colour of a name in this theme; a hex code as it is. */
export function resolveColor(theme: Theme, color: Color): string {
  return color.startsWith('#') ? color : theme.tokens[TOKEN_OF[color as ColorName]];
}

/** The colour of line `index` of a widget; repeats after 8, where dashes begin. */
export function seriesColor(theme: Theme, index: number): string {
  return theme.tokens[SERIES[index % SERIES.length] ?? '1'];
}

/**
 * The theme of one `.sv-root` element: finds light or dark from the host around it, writes `data-sv-theme` on it and
 * follows the host live.
 *
 * Colours are read from the computed style once per change, never per frame. `dispose` twice is harmless.
 */
export class HostTheme implements Theme {
  mode: ThemeMode = 'light';
  version = 0;
  tokens: Tokens = TOKENS.light;
  font = 'sans-serif';
  reducedMotion = false;
  highContrast = false;
  readonly #root: HTMLElement;
  readonly #listeners = new Set<() => void>();
  readonly #stop: () => void;
  readonly #forced: ThemeMode | null;

  /** @param mode Fixed mode; default: that of the host, live. */
  constructor(root: HTMLElement, mode: ThemeMode | null = null) {
    this.#root = root;
    this.#forced = mode;
    root.classList.add('sv-root');
    this.#stop = watchHost(() => this.refresh());
    this.refresh();
  }

  /** Reads the host again: call after the root was put into the document. */
  refresh(): void {
    const mode = this.#forced ?? hostMode(this.#root);
    const highContrast = matches('(forced-colors: active)') || hostHighContrast(this.#root);
    this.#root.toggleAttribute('data-sv-contrast', highContrast);
    if (this.#root.dataset.svTheme !== mode) this.#root.dataset.svTheme = mode;
    const style = getComputedStyle(this.#root);
    const tokens: Record<string, string> = {};
    for (const name of TOKEN_NAMES) {
      tokens[name] = style.getPropertyValue(`--sv-${name}`).trim() || TOKENS[mode][name];
    }
    const font = style.getPropertyValue('--sv-font').trim() || style.fontFamily || 'sans-serif';
    const reducedMotion = matches('(prefers-reduced-motion: reduce)');
    const same =
      mode === this.mode &&
      font === this.font &&
      reducedMotion === this.reducedMotion &&
      highContrast === this.highContrast &&
      TOKEN_NAMES.every((name) => tokens[name] === this.tokens[name]);
    if (same) return;
    this.mode = mode;
    this.tokens = tokens as Tokens;
    this.font = font;
    this.reducedMotion = reducedMotion;
    this.highContrast = highContrast;
    this.version++;
    for (const listener of this.#listeners) listener();
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  dispose(): void {
    this.#stop();
    this.#listeners.clear();
  }
}

function matches(query: string): boolean {
  return typeof matchMedia === 'function' && matchMedia(query).matches;
}
