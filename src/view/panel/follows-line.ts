import { node } from '../card.ts';
import { icon } from '../icons.ts';
import type { PanelSource } from './panel-options.ts';

const KERNELS = { starting: 'starting', idle: '', busy: '', dead: 'no kernel', none: 'no kernel' } as const;

export interface FollowsCommands {
  readonly onPin: () => void;
  readonly onLive: () => void;
}

/** The line that names the notebook the panel follows, with the pin that keeps the panel there. */
export class FollowsLine {
  readonly element = node('div', 'sv-panel-follows');
  readonly #file = node('span', 'sv-panel-file');
  readonly #live = node('button', 'sv-chip', 'Back to live');
  readonly #pin = node('button', 'sv-panel-tool');
  #shown = '';

  constructor(commands: FollowsCommands) {
    this.#live.type = 'button';
    this.#live.dataset.kind = 'accent';
    this.#live.hidden = true;
    this.#live.addEventListener('click', () => commands.onLive());
    this.#pin.type = 'button';
    this.#pin.append(icon('pin'));
    this.#pin.addEventListener('click', () => commands.onPin());
    this.element.append(this.#file, this.#live, this.#pin);
  }

  /** The same again touches nothing. */
  show(now: { readonly source: PanelSource; readonly pinned: boolean; readonly isHeld: boolean }): void {
    const { source, pinned, isHeld } = now;
    const name = source.kind === 'kernel' ? source.name : '';
    const kernel = source.kind === 'kernel' ? KERNELS[source.kernel] : '';
    const key = `${name}/${kernel}/${pinned}/${isHeld}`;
    if (key === this.#shown) return;
    this.#shown = key;
    this.element.hidden = name === '';
    this.#file.textContent = kernel === '' ? name : `${name} · ${kernel}`;
    this.#file.title = pinned ? `Stays with ${name}` : `Follows the notebook in front: ${name}`;
    this.#live.hidden = !isHeld;
    const label = pinned ? 'Pinned: follow the notebook in front again' : `Pin to ${name}`;
    this.#pin.title = label;
    this.#pin.setAttribute('aria-label', `Pin to ${name}`);
    this.#pin.setAttribute('aria-pressed', String(pinned));
  }
}
