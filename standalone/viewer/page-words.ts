import type { SocketState } from '../../src/transport/socket-state.ts';
import { node } from '../../src/view/card.ts';
import { icon } from '../../src/view/icons.ts';

/** What stands in the page where there are no widgets to show. */
export type PageWords =
  | { readonly kind: 'loading' }
  | { readonly kind: 'empty' }
  | { readonly kind: 'unmatched'; readonly search: string }
  | { readonly kind: 'unreachable' }
  | {
      readonly kind: 'error';
      readonly message: string;
      readonly code: string;
      readonly action: 'retry' | 'reload';
    };

/** After so long without an answer the page says that it waits for one. */
const PATIENCE_MS = 3000;

/**
 * What stands in the page instead of widgets; null where there are some to show.
 *
 * @param input.widgets Of all documents; -1 before the first one came.
 */
export function choosePageWords(input: {
  readonly state: SocketState;
  readonly isGreeted: boolean;
  readonly sessions: number;
  readonly widgets: number;
  readonly shown: number;
  readonly search: string;
  readonly waitedMs: number;
}): PageWords | null {
  const { state, widgets, search } = input;
  if (widgets > 0) return search !== '' && input.shown === 0 ? { kind: 'unmatched', search } : null;
  if (state.kind === 'refused') {
    const { message, code, reason } = state;
    return { kind: 'error', message, code, action: reason === 'version' ? 'reload' : 'retry' };
  }
  if (!input.isGreeted) return { kind: input.waitedMs < PATIENCE_MS ? 'loading' : 'unreachable' };
  return input.sessions > 0 && widgets < 0 ? { kind: 'loading' } : { kind: 'empty' };
}

/** One line that makes the first widget. */
export const FIRST_LINE = 'import stream_viz as sv; sv.metric("cpu").send(42)';

export interface PageWordsCommands {
  retry(): void;
  reload(): void;
  clearSearch(): void;
}

/** The words in the middle of an empty page. Showing the same again touches nothing. */
export class PageWordsView {
  readonly element = node('div', 'sv-page-words');
  readonly #commands: PageWordsCommands;
  #shown = '';

  constructor(commands: PageWordsCommands) {
    this.#commands = commands;
    this.element.setAttribute('role', 'status');
    this.element.hidden = true;
  }

  show(words: PageWords | null): void {
    const key = JSON.stringify(words);
    if (key === this.#shown) return;
    this.#shown = key;
    this.element.hidden = words === null;
    this.element.replaceChildren(...(words === null ? [] : this.#nodes(words)));
  }

  #nodes(words: PageWords): Node[] {
    switch (words.kind) {
      case 'loading':
        return [node('p', 'sv-page-text', 'Connecting to the server')];
      case 'unreachable':
        return [
          node('h2', 'sv-page-title', 'The server does not answer'),
          node('p', 'sv-page-text', 'This page goes on trying by itself. Is the script still running?'),
        ];
      case 'empty':
        return [
          node('h2', 'sv-page-title', 'No widgets yet'),
          node('p', 'sv-page-text', 'Run this in Python, and they appear here:'),
          codeLine(FIRST_LINE),
        ];
      case 'unmatched':
        return [
          node('h2', 'sv-page-title', `Nothing matches “${words.search}”`),
          action('Clear the search', () => this.#commands.clearSearch()),
        ];
      case 'error': {
        const title = node('h2', 'sv-page-title sv-page-error');
        title.append(icon('critical', 16), node('span', '', words.message));
        const act = words.action === 'reload' ? this.#commands.reload : this.#commands.retry;
        const label = words.action === 'reload' ? 'Reload the page' : 'Try again';
        return [title, node('p', 'sv-page-code', words.code), action(label, act)];
      }
    }
  }
}

function codeLine(text: string): HTMLElement {
  const line = node('div', 'sv-page-line');
  const copy = action('Copy', () => {
    // Without the right to the clipboard the text can still be selected.
    navigator.clipboard?.writeText(text).then(
      () => {
        copy.textContent = 'Copied';
      },
      () => undefined,
    );
  });
  line.append(node('code', '', text), copy);
  return line;
}

function action(label: string, onClick: () => void): HTMLButtonElement {
  const element = node('button', 'sv-button', label);
  element.type = 'button';
  element.addEventListener('click', onClick);
  return element;
}
