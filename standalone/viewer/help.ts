import { node } from '../../src/view/card.ts';
import { GESTURES, SHORTCUTS } from './shortcuts.ts';

/** The dialog with keys and gestures. It closes by Escape, its button and a click outside. */
export class Help {
  readonly element = node('dialog', 'sv-dialog');

  constructor() {
    const { element } = this;
    element.setAttribute('aria-label', 'Keyboard shortcuts');
    element.append(node('h2', 'sv-dialog-title', 'Keyboard shortcuts'), listOf(SHORTCUTS));
    element.append(node('h2', 'sv-dialog-title', 'Over a chart'), listOf(GESTURES));
    const close = node('button', 'sv-button', 'Close');
    close.type = 'button';
    close.addEventListener('click', () => element.close());
    const foot = node('div', 'sv-dialog-foot');
    foot.append(close);
    element.append(foot);
    element.addEventListener('click', (event) => {
      if (event.target === element) element.close();
    });
  }

  toggle(): void {
    if (this.element.open) this.element.close();
    else this.element.showModal();
  }
}

function listOf(entries: readonly { readonly name: string; readonly words: string }[]): HTMLElement {
  const list = node('dl', 'sv-keys');
  for (const { name, words } of entries) {
    const key = node('dt', '');
    key.append(node('kbd', '', name));
    list.append(key, node('dd', '', words));
  }
  return list;
}
