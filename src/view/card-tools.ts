import { type IconName, icon } from './icons.ts';

export interface ToolOptions {
  readonly icon: IconName;
  /** What the button does, in words: its accessible name and its tooltip. */
  readonly label: string;
  readonly onClick: () => void;
}

/** One button among a card's tools. */
export interface ToolButton {
  readonly element: HTMLButtonElement;
  /** Changes icon and words (pause / go live). */
  set(options: { readonly icon: IconName; readonly label: string }): void;
  /** `aria-pressed`; null for a button that is no switch. */
  setPressed(pressed: boolean | null): void;
  setHidden(hidden: boolean): void;
}

/** The tools of a card: 28 px targets (44 on touch) that appear on hover or keyboard focus, always in the tab order. */
export class CardTools {
  readonly element = document.createElement('div');

  constructor() {
    this.element.className = 'sv-tools';
    this.element.setAttribute('role', 'toolbar');
    this.element.setAttribute('aria-label', 'Tools');
    this.element.hidden = true;
  }

  add(options: ToolOptions): ToolButton {
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'sv-tool';
    button.addEventListener('click', options.onClick);
    let shown = '';
    const set = (look: { readonly icon: IconName; readonly label: string }): void => {
      const key = `${look.icon}/${look.label}`;
      if (key === shown) return;
      shown = key;
      button.replaceChildren(icon(look.icon));
      button.title = look.label;
      button.setAttribute('aria-label', look.label);
    };
    set(options);
    this.element.append(button);
    this.element.hidden = false;
    return {
      element: button,
      set,
      setPressed: (pressed) => {
        if (pressed === null) button.removeAttribute('aria-pressed');
        else button.setAttribute('aria-pressed', String(pressed));
      },
      setHidden: (hidden) => {
        button.hidden = hidden;
      },
    };
  }
}
