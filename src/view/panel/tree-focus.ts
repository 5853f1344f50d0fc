const ITEMS = '[role="treeitem"]:not([hidden])';

/** What keys do to an item of a tree. */
export interface TreeCommands {
  /** Opens or closes an item that has `aria-expanded`. */
  readonly onExpand: (item: HTMLElement, expanded: boolean) => void;
  /** Enter and Space. */
  readonly onActivate: (item: HTMLElement) => void;
  /** The menu key and Shift+F10. */
  readonly onMenu: (item: HTMLElement) => void;
}

/**
 * Keyboard use of a tree (WAI-ARIA tree view): one item is in the tab order; arrows, Home, End and letters move; right and
 * left open, close, and go to the parent.
 *
 * Keys that it takes are taken from the host: a notebook would take an arrow as "next cell".
 */
export class TreeFocus {
  readonly #root: HTMLElement;
  readonly #commands: TreeCommands;
  readonly #life = new AbortController();

  constructor(root: HTMLElement, commands: TreeCommands) {
    this.#root = root;
    this.#commands = commands;
    const { signal } = this.#life;
    root.addEventListener('keydown', (event) => this.#onKey(event), { signal });
    root.addEventListener('focusin', (event) => this.#setTabStop(itemOf(event.target)), { signal });
  }

  /** Call after items came or went: exactly one stays in the tab order. */
  refresh(): void {
    const items = this.#items();
    const kept = items.find((item) => item.tabIndex === 0);
    this.#setTabStop(kept ?? items[0] ?? null);
  }

  /** Puts the focus on the item that is in the tab order. */
  focus(): void {
    this.#items()
      .find((item) => item.tabIndex === 0)
      ?.focus({ preventScroll: true });
  }

  dispose(): void {
    this.#life.abort();
  }

  #items(): HTMLElement[] {
    return [...this.#root.querySelectorAll<HTMLElement>(ITEMS)].filter((item) => item.closest('[hidden]') === null);
  }

  #setTabStop(item: HTMLElement | null): void {
    if (item === null) return;
    for (const other of this.#root.querySelectorAll<HTMLElement>('[role="treeitem"][tabindex="0"]')) {
      if (other !== item) other.tabIndex = -1;
    }
    item.tabIndex = 0;
  }

  #onKey(event: KeyboardEvent): void {
    const item = itemOf(event.target);
    if (item === null || event.target !== item || event.ctrlKey || event.metaKey || event.altKey) return;
    const items = this.#items();
    const at = items.indexOf(item);
    const move = (to: HTMLElement | undefined): void => to?.focus();
    const expanded = item.getAttribute('aria-expanded');
    switch (event.key) {
      case 'ArrowDown':
        move(items[at + 1]);
        break;
      case 'ArrowUp':
        move(items[at - 1]);
        break;
      case 'Home':
        move(items[0]);
        break;
      case 'End':
        move(items.at(-1));
        break;
      case 'ArrowRight':
        if (expanded === 'false') this.#commands.onExpand(item, true);
        else if (expanded === 'true') move(items[at + 1]);
        break;
      case 'ArrowLeft':
        if (expanded === 'true') this.#commands.onExpand(item, false);
        else move(items.slice(0, at).findLast((one) => levelOf(one) < levelOf(item)));
        break;
      case 'Enter':
      case ' ':
        this.#commands.onActivate(item);
        break;
      case 'ContextMenu':
        this.#commands.onMenu(item);
        break;
      case 'F10':
        if (!event.shiftKey) return;
        this.#commands.onMenu(item);
        break;
      default:
        if (!/^[\p{L}\p{N}]$/u.test(event.key)) return;
        move(this.#named(event.key, [...items.slice(at + 1), ...items.slice(0, at)]));
    }
    event.preventDefault();
    event.stopPropagation();
  }

  #named(letter: string, items: readonly HTMLElement[]): HTMLElement | undefined {
    const start = letter.toLowerCase();
    return items.find((item) => (item.dataset.name ?? '').toLowerCase().startsWith(start));
  }
}

const levelOf = (item: HTMLElement): number => Number(item.getAttribute('aria-level') ?? 1);

function itemOf(target: EventTarget | null): HTMLElement | null {
  return target instanceof Element ? target.closest<HTMLElement>('[role="treeitem"]') : null;
}
