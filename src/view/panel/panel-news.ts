import { node } from '../card.ts';
import { codeWords } from '../code-words.ts';
import { icon } from '../icons.ts';
import { type PanelNote, type PanelWordsInput, panelEmpty, panelNotes } from './panel-words.ts';

/** The words of a panel: notes above its rows, and what stands there where there are none. */
export class PanelNews {
  readonly notes = node('div', 'sv-panel-notes');
  readonly empty = node('div', 'sv-panel-empty');
  #notesKey = '';
  #emptyKey = '';

  constructor() {
    this.notes.setAttribute('role', 'status');
    this.empty.hidden = true;
  }

  /** The same again touches nothing. */
  show(input: PanelWordsInput): void {
    const notes = panelNotes(input);
    const key = notes.map(({ kind, text, code }) => `${kind}/${text}/${code}`).join('\n');
    if (key !== this.#notesKey) {
      this.#notesKey = key;
      this.notes.replaceChildren(...notes.map(noteElement));
    }
    const empty = panelEmpty(input);
    const emptyKey = empty === null ? '' : `${empty.text}\n${empty.call}`;
    if (emptyKey === this.#emptyKey) return;
    this.#emptyKey = emptyKey;
    this.empty.hidden = empty === null;
    this.empty.replaceChildren(node('p', '', empty?.text ?? ''));
    if (empty !== null && empty.call !== null) this.empty.append(node('code', '', empty.call));
  }
}

function noteElement({ kind, icon: name, text, code }: PanelNote): HTMLElement {
  const element = node('div', 'sv-panel-note');
  element.dataset.kind = kind;
  const words = node('span', 'sv-panel-note-text');
  words.append(...codeWords(text));
  if (code !== null) words.append(node('span', 'sv-code', code));
  element.append(icon(name, 12), words);
  return element;
}
