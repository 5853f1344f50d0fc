import type { IconName } from '../../src/view/icons.ts';
import type { ThemeChoice } from './url-state.ts';

const DARK = '(prefers-color-scheme: dark)';

export const THEME_WORDS: Readonly<Record<ThemeChoice, { readonly label: string; readonly icon: IconName }>> = {
  light: { label: 'Light', icon: 'sun' },
  dark: { label: 'Dark', icon: 'moon' },
  auto: { label: 'As the system', icon: 'auto' },
};

/** Writes the page's theme where widgets look for it (`data-theme` of the root element) and follows the system on `auto`. */
export class PageTheme {
  #choice: ThemeChoice = 'auto';
  readonly #query = matchMedia(DARK);
  readonly #listener = (): void => this.#apply();

  constructor() {
    this.#query.addEventListener('change', this.#listener);
    this.#apply();
  }

  get choice(): ThemeChoice {
    return this.#choice;
  }

  set choice(choice: ThemeChoice) {
    this.#choice = choice;
    this.#apply();
  }

  dispose(): void {
    this.#query.removeEventListener('change', this.#listener);
  }

  #apply(): void {
    const isDark = this.#choice === 'dark' || (this.#choice === 'auto' && this.#query.matches);
    const theme = isDark ? 'dark' : 'light';
    const root = document.documentElement;
    if (root.dataset.theme !== theme) root.dataset.theme = theme;
  }
}
