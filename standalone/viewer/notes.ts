import { node } from '../../src/view/card.ts';
import { icon } from '../../src/view/icons.ts';

const SHOWN_MS = 12_000;

/** Plain sentences under the bar; each goes by itself after 12 s, or by its button. */
export class Notes {
  readonly element = node('div', 'sv-notes');
  readonly #timers = new Set<ReturnType<typeof setTimeout>>();

  constructor() {
    this.element.setAttribute('role', 'status');
  }

  add(text: string): void {
    const note = node('div', 'sv-note-line');
    const close = node('button', 'sv-button sv-icon sv-bare');
    close.type = 'button';
    close.setAttribute('aria-label', 'Close');
    close.append(icon('close'));
    close.addEventListener('click', () => note.remove());
    note.append(icon('info', 16), node('span', '', text), close);
    this.element.append(note);
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      note.remove();
    }, SHOWN_MS);
    this.#timers.add(timer);
  }

  dispose(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
    this.element.remove();
  }
}
