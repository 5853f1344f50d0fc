import { node } from '../../card.ts';
import { lengthSpoken, lengthText } from './event-words.ts';

/**
 * The windows to choose from, as one radio group: one of them is in the tab order, arrows, Home and End move and choose.
 *
 * Hidden while there is only one.
 */
export class WindowChoice {
  readonly element = node('div', 'sv-segments');
  readonly #onChoose: (windowUs: number) => void;
  #choices: readonly number[] = [];
  #buttons: readonly HTMLButtonElement[] = [];
  #chosen = NaN;

  /** `onChoose` runs when a reader chooses another window. */
  constructor(onChoose: (windowUs: number) => void) {
    this.#onChoose = onChoose;
    this.element.setAttribute('role', 'radiogroup');
    this.element.setAttribute('aria-label', 'Window');
    this.element.addEventListener('keydown', (event) => this.#onKey(event));
  }

  /** Shows the choices (us, ascending) and which one is chosen. */
  show(choices: readonly number[], chosen: number): void {
    if (choices.length !== this.#choices.length || choices.some((us, i) => us !== this.#choices[i])) {
      this.#choices = choices;
      this.#buttons = choices.map((us) => this.#button(us));
      this.element.replaceChildren(...this.#buttons);
      this.element.hidden = choices.length < 2;
      this.#chosen = NaN;
    }
    if (chosen === this.#chosen) return;
    this.#chosen = chosen;
    for (const [i, button] of this.#buttons.entries()) {
      const on = choices[i] === chosen;
      button.setAttribute('aria-checked', String(on));
      button.tabIndex = on ? 0 : -1;
    }
  }

  #button(us: number): HTMLButtonElement {
    const button = node('button', 'sv-segment', lengthText(us));
    button.type = 'button';
    button.setAttribute('role', 'radio');
    button.setAttribute('aria-label', lengthSpoken(us));
    button.addEventListener('click', () => this.#choose(us));
    return button;
  }

  #choose(us: number): void {
    if (us === this.#chosen) return;
    this.show(this.#choices, us);
    this.#onChoose(us);
  }

  #onKey(event: KeyboardEvent): void {
    const at = this.#choices.indexOf(this.#chosen);
    const last = this.#choices.length - 1;
    const steps: Readonly<Record<string, number>> = {
      ArrowRight: at + 1,
      ArrowDown: at + 1,
      ArrowLeft: at - 1,
      ArrowUp: at - 1,
      Home: 0,
      End: last,
    };
    const to = steps[event.key];
    const us = to === undefined ? undefined : this.#choices[Math.min(last, Math.max(0, to))];
    if (us === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    // A notebook would take the arrow as "next cell".
    event.stopPropagation();
    this.#choose(us);
    this.#buttons[this.#choices.indexOf(us)]?.focus();
  }
}
