import { node } from '../card.ts';
import { icon } from '../icons.ts';
import type { PanelOptions } from './panel-options.ts';

type Mode = PanelOptions['mode'];

const MODES: readonly { readonly mode: Mode; readonly icon: 'rows' | 'cards'; readonly label: string }[] = [
  { mode: 'compact', icon: 'rows', label: 'Compact' },
  { mode: 'full', icon: 'cards', label: 'Full' },
];

export interface PanelHeadCommands {
  readonly onMode: (mode: Mode) => void;
  readonly onPause: () => void;
  readonly onMenu: (anchor: HTMLElement) => void;
}

/** The bar of a panel: its name, the density, pause, and a menu for the rest. */
export class PanelHead {
  readonly element = node('header', 'sv-panel-head');
  readonly #modes: readonly HTMLButtonElement[];
  readonly #pause = node('button', 'sv-panel-tool');
  #shown = '';

  constructor(commands: PanelHeadCommands) {
    const group = node('div', 'sv-panel-modes');
    group.setAttribute('role', 'radiogroup');
    group.setAttribute('aria-label', 'Density');
    this.#modes = MODES.map(({ mode, icon: name, label }) => {
      const button = node('button', 'sv-panel-mode');
      button.type = 'button';
      button.setAttribute('role', 'radio');
      button.setAttribute('aria-label', label);
      button.title = label;
      button.append(icon(name));
      button.addEventListener('click', () => commands.onMode(mode));
      return button;
    });
    group.append(...this.#modes);
    group.addEventListener('keydown', (event) => {
      if (!/^Arrow(Left|Right|Up|Down)$/.test(event.key)) return;
      event.preventDefault();
      event.stopPropagation();
      const other = this.#modes.find((button) => button.getAttribute('aria-checked') !== 'true');
      other?.click();
      other?.focus();
    });
    this.#pause.type = 'button';
    this.#pause.addEventListener('click', () => commands.onPause());
    const more = node('button', 'sv-panel-tool');
    more.type = 'button';
    more.title = 'More';
    more.setAttribute('aria-label', 'More');
    more.setAttribute('aria-haspopup', 'menu');
    more.setAttribute('aria-expanded', 'false');
    more.append(icon('more'));
    more.addEventListener('click', () => commands.onMenu(more));
    this.element.append(node('h2', 'sv-panel-title', 'StreamViz'), group, this.#pause, more);
  }

  /** The same again touches nothing. */
  show({ mode, paused }: { readonly mode: Mode; readonly paused: boolean }): void {
    const key = `${mode}/${paused}`;
    if (key === this.#shown) return;
    this.#shown = key;
    for (const [i, button] of this.#modes.entries()) {
      const isChosen = MODES[i]?.mode === mode;
      button.setAttribute('aria-checked', String(isChosen));
      button.tabIndex = isChosen ? 0 : -1;
    }
    this.#pause.replaceChildren(icon(paused ? 'play' : 'pause'));
    this.#pause.title = paused ? 'Resume' : 'Pause';
    this.#pause.setAttribute('aria-label', paused ? 'Resume' : 'Pause');
    this.#pause.setAttribute('aria-pressed', String(paused));
  }
}
