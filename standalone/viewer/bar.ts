import { node } from '../../src/view/card.ts';
import { type IconName, icon } from '../../src/view/icons.ts';
import type { ConnectionWords } from './connection-words.ts';

export interface BarCommands {
  openRange(anchor: HTMLElement): void;
  openRefresh(anchor: HTMLElement): void;
  openTheme(anchor: HTMLElement): void;
  openAccount(anchor: HTMLElement): void;
  /** The menu of a narrow bar: what has no button there. */
  openMore(anchor: HTMLElement): void;
  togglePause(): void;
  search(text: string): void;
}

/**
 * The bar of the page: title, connection, search, range, refresh, pause, theme, who is logged in. Below 560 px search, range
 * and refresh stand in a menu; who is logged in stands in one below 700 px.
 *
 * Setting what is shown already touches nothing.
 */
export class Bar {
  readonly element = node('header', 'sv-bar');
  readonly range: HTMLButtonElement;
  readonly refresh: HTMLButtonElement;
  readonly theme: HTMLButtonElement;
  readonly account: HTMLButtonElement;
  readonly more: HTMLButtonElement;
  readonly #title = node('h1', 'sv-bar-title');
  readonly #logo = node('img', 'sv-bar-logo');
  readonly #chip = node('span', 'sv-chip sv-bar-chip');
  readonly #pause: HTMLButtonElement;
  readonly #search = node('input', 'sv-search-input');
  readonly #searchBox = node('label', 'sv-search');
  #shown = '';

  constructor(commands: BarCommands) {
    this.#logo.hidden = true;
    this.#logo.alt = '';
    this.#chip.setAttribute('role', 'status');
    this.#chip.hidden = true;
    const lead = node('div', 'sv-bar-lead');
    lead.append(this.#logo, this.#title, this.#chip);
    this.#buildSearch(commands);
    this.range = menuButton('sv-wide', 'Visible range', commands.openRange);
    this.refresh = menuButton('sv-wide', 'Refresh', commands.openRefresh);
    this.#pause = button('', 'Pause', () => commands.togglePause());
    this.theme = menuButton('sv-icon', 'Theme and keys', commands.openTheme);
    this.theme.replaceChildren(icon('auto', 16));
    this.account = menuButton('sv-wide sv-account', 'Account', commands.openAccount);
    this.account.hidden = true;
    this.more = menuButton('sv-icon sv-narrow', 'Range, refresh and search', commands.openMore);
    this.more.replaceChildren(icon('more'));
    this.element.append(
      lead,
      this.#searchBox,
      this.range,
      this.refresh,
      this.#pause,
      this.theme,
      this.account,
      this.more,
    );
    this.setPaused(false);
  }

  setTitle(title: string): void {
    if (this.#title.textContent === title) return;
    this.#title.textContent = title;
    this.#title.title = title;
  }

  /** @param url Of the page's own server. */
  setLogo(url: string | null): void {
    this.#logo.hidden = url === null;
    if (url !== null && this.#logo.getAttribute('src') !== url) this.#logo.src = url;
  }

  setConnection(words: ConnectionWords): void {
    const key = JSON.stringify(words);
    if (key === this.#shown) return;
    this.#shown = key;
    const chip = this.#chip;
    chip.hidden = false;
    chip.dataset.kind = words.kind;
    chip.title = words.title;
    const texts = [
      node('span', 'sv-chip-text sv-wide', words.text),
      node('span', 'sv-chip-text sv-narrow', words.short),
    ];
    chip.replaceChildren(...(words.icon === 'none' ? [] : [icon(words.icon, 12)]), ...texts);
  }

  setRange(text: string): void {
    setLabel(this.range, text, 'Visible range');
  }

  setRefresh(text: string): void {
    setLabel(this.refresh, text, 'Refresh');
  }

  /** @param stopped Paused or zoomed: the button leads back to live. */
  setPaused(stopped: boolean): void {
    const text = stopped ? 'Live' : 'Pause';
    if (this.#pause.dataset.text === text) return;
    this.#pause.dataset.text = text;
    this.#pause.classList.toggle('sv-strong', stopped);
    this.#pause.classList.add('sv-pause');
    this.#pause.setAttribute('aria-label', stopped ? 'Back to live' : 'Pause');
    this.#pause.title = stopped ? 'Back to live (Space)' : 'Pause (Space); data go on being collected';
    this.#pause.replaceChildren(icon(stopped ? 'play' : 'pause'), node('span', 'sv-wide', text));
  }

  setTheme(name: IconName, label: string): void {
    if (this.theme.dataset.icon === name) return;
    this.theme.dataset.icon = name;
    this.theme.replaceChildren(icon(name, 16));
    this.theme.title = `Theme: ${label} (T)`;
  }

  /** @param user Who is logged in; null: nobody, and the bar has no such button. */
  setUser(user: string | null): void {
    this.account.hidden = user === null;
    if (user === null || this.account.dataset.text === user) return;
    setLabel(this.account, user, 'Logged in as');
    this.account.title = `Logged in as ${user}`;
  }

  /** Where log-out stands: in a button of its own, or in the menu that is there instead. */
  get accountPlace(): 'bar' | 'more' | 'theme' {
    if (this.account.offsetParent !== null) return 'bar';
    return this.more.offsetParent === null ? 'theme' : 'more';
  }

  setSearch(text: string): void {
    if (this.#search.value !== text) this.#search.value = text;
    this.#searchBox.toggleAttribute('data-open', text !== '');
  }

  focusSearch(): void {
    this.#searchBox.toggleAttribute('data-open', true);
    this.#search.focus();
    this.#search.select();
  }

  #buildSearch(commands: BarCommands): void {
    const input = this.#search;
    input.type = 'search';
    input.placeholder = 'Search';
    input.autocomplete = 'off';
    input.spellcheck = false;
    input.setAttribute('aria-label', 'Search widgets');
    input.addEventListener('input', () => commands.search(input.value.trim()));
    input.addEventListener('blur', () => this.#searchBox.toggleAttribute('data-open', input.value !== ''));
    input.addEventListener('keydown', (event) => {
      if (event.key !== 'Escape') return;
      event.stopPropagation();
      input.value = '';
      commands.search('');
      input.blur();
    });
    this.#searchBox.title = 'Search (/)';
    this.#searchBox.append(icon('search'), input);
    this.#searchBox.addEventListener('pointerdown', () => this.#searchBox.toggleAttribute('data-open', true));
  }
}

function button(className: string, label: string, onClick: () => void): HTMLButtonElement {
  const element = node('button', `sv-button ${className}`);
  element.type = 'button';
  element.setAttribute('aria-label', label);
  element.addEventListener('click', onClick);
  return element;
}

function menuButton(className: string, label: string, open: (anchor: HTMLElement) => void): HTMLButtonElement {
  const element = button(className, label, () => open(element));
  element.title = label;
  element.setAttribute('aria-haspopup', 'menu');
  element.setAttribute('aria-expanded', 'false');
  return element;
}

function setLabel(element: HTMLButtonElement, text: string, what: string): void {
  if (element.dataset.text === text) return;
  element.dataset.text = text;
  element.setAttribute('aria-label', `${what}: ${text}`);
  element.replaceChildren(node('span', '', text), icon('chevron-down'));
}
