import { node } from './card.ts';
import { icon } from './icons.ts';

export interface MenuItem {
  readonly label: string;
  /** Makes it one of a choice: whether it is the chosen one. Default: a command. */
  readonly checked?: boolean;
  /** Stands small at the right, such as a key. */
  readonly hint?: string;
  readonly onChoose: () => void;
}

export interface MenuGroup {
  /** Small heading; null for none. */
  readonly title: string | null;
  readonly items: readonly MenuItem[];
}

export interface MenuOptions {
  /** The button it opens from; it gets the focus back. */
  readonly anchor: HTMLElement;
  /** An `.sv-root` element, for colours and fonts. */
  readonly host: HTMLElement;
  readonly label: string;
  readonly groups: readonly MenuGroup[];
  readonly onClose?: () => void;
}

const GAP_PX = 4;
const EDGE_PX = 8;

/**
 * A menu beside its button, in the top layer: arrows, Home, End and letters move, Enter and Space choose, Escape, Tab and
 * a click outside close. There is at most one; opening another closes it.
 */
export class Menu {
  static #open: Menu | null = null;
  readonly element = node('div', 'sv-menu');
  readonly #options: MenuOptions;
  readonly #life = new AbortController();

  /** The menu of `anchor`: opened, or closed where it was open. */
  static toggle(options: MenuOptions): void {
    const open = Menu.#open;
    const isSame = open !== null && open.#options.anchor === options.anchor;
    Menu.close();
    if (!isSame) Menu.#open = new Menu(options);
  }

  /** Closes the open menu, if there is one; true where there was. */
  static close(): boolean {
    const menu = Menu.#open;
    Menu.#open = null;
    if (menu !== null) menu.#dispose();
    return menu !== null;
  }

  private constructor(options: MenuOptions) {
    this.#options = options;
    const { element } = this;
    const { signal } = this.#life;
    element.setAttribute('role', 'menu');
    element.setAttribute('aria-label', options.label);
    if ('popover' in element) element.popover = 'manual';
    for (const group of options.groups) this.#add(group);
    options.host.append(element);
    if (element.popover !== null) element.showPopover();
    options.anchor.setAttribute('aria-expanded', 'true');
    this.#place();
    element.addEventListener('keydown', (event) => this.#key(event), { signal });
    const outside = (event: Event): void => {
      const path = event.composedPath();
      if (!path.includes(element) && !path.includes(options.anchor)) Menu.close();
    };
    document.addEventListener('pointerdown', outside, { signal, capture: true });
    window.addEventListener('resize', () => Menu.close(), { signal });
    window.addEventListener('blur', () => Menu.close(), { signal });
    const chosen = element.querySelector<HTMLElement>('[aria-checked="true"]') ?? this.#items()[0];
    chosen?.focus({ preventScroll: true });
  }

  #add({ title, items }: MenuGroup): void {
    const group = node('div', 'sv-menu-group');
    group.setAttribute('role', 'group');
    if (title !== null) {
      group.setAttribute('aria-label', title);
      const heading = node('div', 'sv-menu-title', title);
      heading.setAttribute('aria-hidden', 'true');
      group.append(heading);
    }
    for (const item of items) {
      const button = node('button', 'sv-menu-item');
      button.type = 'button';
      button.tabIndex = -1;
      const isChoice = item.checked !== undefined;
      button.setAttribute('role', isChoice ? 'menuitemradio' : 'menuitem');
      if (isChoice) button.setAttribute('aria-checked', String(item.checked));
      const sign = node('span', 'sv-menu-sign');
      if (item.checked === true) sign.append(icon('check'));
      button.append(...(isChoice ? [sign] : []), node('span', 'sv-menu-label', item.label));
      if (item.hint !== undefined) button.append(node('kbd', 'sv-menu-hint', item.hint));
      button.addEventListener('click', () => {
        Menu.close();
        item.onChoose();
      });
      group.append(button);
    }
    this.element.append(group);
  }

  #items(): HTMLElement[] {
    return [...this.element.querySelectorAll<HTMLElement>('.sv-menu-item')];
  }

  #key(event: KeyboardEvent): void {
    const items = this.#items();
    const root = this.element.getRootNode() as Document | ShadowRoot;
    const at = items.indexOf(root.activeElement as HTMLElement);
    const move = (to: number): void => items[(to + items.length) % items.length]?.focus();
    if (event.key === 'ArrowDown') move(at + 1);
    else if (event.key === 'ArrowUp') move(at - 1);
    else if (event.key === 'Home') move(0);
    else if (event.key === 'End') move(items.length - 1);
    else if (event.key === 'Escape' || event.key === 'Tab') Menu.close();
    else if (/^[\p{L}\p{N}]$/u.test(event.key) && !event.ctrlKey && !event.metaKey) {
      const rest = [...items.slice(at + 1), ...items.slice(0, at + 1)];
      rest.find((item) => item.textContent?.trim().toLowerCase().startsWith(event.key.toLowerCase()))?.focus();
    } else if (event.key !== 'Enter' && event.key !== ' ') return;
    event.stopPropagation();
    if (event.key !== 'Enter' && event.key !== ' ' && event.key !== 'Tab') event.preventDefault();
  }

  #place(): void {
    const anchor = this.#options.anchor.getBoundingClientRect();
    const { offsetWidth: width, offsetHeight: height } = this.element;
    const left = Math.max(EDGE_PX, Math.min(anchor.right - width, innerWidth - width - EDGE_PX));
    const below = anchor.bottom + GAP_PX;
    const fits = below + height <= innerHeight - EDGE_PX || anchor.top - GAP_PX - height < EDGE_PX;
    this.element.style.left = `${Math.round(left)}px`;
    this.element.style.top = `${Math.round(fits ? below : anchor.top - GAP_PX - height)}px`;
    this.element.style.maxHeight = `${Math.round(fits ? innerHeight - below - EDGE_PX : anchor.top)}px`;
  }

  #dispose(): void {
    const root = this.element.getRootNode() as Document | ShadowRoot;
    const hadFocus = this.element.contains(root.activeElement);
    this.#life.abort();
    this.element.remove();
    this.#options.anchor.setAttribute('aria-expanded', 'false');
    if (hadFocus) this.#options.anchor.focus({ preventScroll: true });
    this.#options.onClose?.();
  }
}
