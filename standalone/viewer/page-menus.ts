import { Menu, type MenuGroup } from '../../src/view/menu.ts';
import { THEME_WORDS } from './page-theme.ts';
import { RANGES, REFRESHES } from './ranges.ts';
import { type LinkedView, THEMES } from './url-state.ts';

export interface PageChoices {
  /** What is chosen now. */
  readonly view: () => LinkedView & { readonly range: NonNullable<LinkedView['range']>; readonly refreshMs: number };
  readonly choose: (change: Partial<LinkedView>) => void;
  readonly openCustom: () => void;
  readonly openSearch: () => void;
  readonly openHelp: () => void;
  /** Who is logged in; null where nobody is. */
  readonly user: () => string | null;
  readonly logOut: () => void;
  /** Which menu log-out is in. */
  readonly accountPlace: () => 'bar' | 'more' | 'theme';
}

/** The menus of the bar. */
export class PageMenus {
  readonly #host: HTMLElement;
  readonly #choices: PageChoices;

  constructor(host: HTMLElement, choices: PageChoices) {
    this.#host = host;
    this.#choices = choices;
  }

  range(anchor: HTMLElement): void {
    this.#open(anchor, 'Visible range', this.#rangeGroups(null));
  }

  refresh(anchor: HTMLElement): void {
    this.#open(anchor, 'Refresh', [this.#refreshGroup(null)]);
  }

  theme(anchor: HTMLElement): void {
    const { theme } = this.#choices.view();
    const items = THEMES.map((name) => ({
      label: THEME_WORDS[name].label,
      checked: name === (theme ?? 'auto'),
      onChoose: () => this.#choices.choose({ theme: name }),
    }));
    this.#open(anchor, 'Theme and keys', [
      { title: 'Theme', items },
      { title: null, items: [{ label: 'Keyboard shortcuts', hint: '?', onChoose: () => this.#choices.openHelp() }] },
      ...this.#accountGroups('theme'),
    ]);
  }

  account(anchor: HTMLElement): void {
    this.#open(anchor, 'Account', this.#accountGroups('bar'));
  }

  more(anchor: HTMLElement): void {
    const search = { label: 'Search widgets', onChoose: () => this.#choices.openSearch() };
    this.#open(anchor, 'Range, refresh and search', [
      ...this.#rangeGroups('Range'),
      this.#refreshGroup('Refresh'),
      { title: null, items: [search] },
      ...this.#accountGroups('more'),
    ]);
  }

  #accountGroups(place: 'bar' | 'more' | 'theme'): readonly MenuGroup[] {
    const { user, logOut, accountPlace } = this.#choices;
    const name = accountPlace() === place ? user() : null;
    return name === null ? [] : [{ title: `Logged in as ${name}`, items: [{ label: 'Log out', onChoose: logOut }] }];
  }

  #rangeGroups(title: string | null): readonly MenuGroup[] {
    const { range, span } = this.#choices.view();
    const items = RANGES.map((choice) => ({
      label: choice.label,
      checked: span === null && choice.range === range,
      onChoose: () => this.#choices.choose({ range: choice.range, span: null }),
    }));
    const custom = { label: 'Custom …', checked: span !== null, onChoose: () => this.#choices.openCustom() };
    return [{ title, items: [...items, custom] }];
  }

  #refreshGroup(title: string | null): MenuGroup {
    const { refreshMs } = this.#choices.view();
    const items = REFRESHES.map(({ ms, label }) => ({
      label,
      checked: ms === refreshMs,
      onChoose: () => this.#choices.choose({ refreshMs: ms }),
    }));
    return { title, items };
  }

  #open(anchor: HTMLElement, label: string, groups: readonly MenuGroup[]): void {
    Menu.toggle({ anchor, host: this.#host, label, groups });
  }
}
