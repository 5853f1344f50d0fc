import { CardStatus, type CounterLine } from './card-status.ts';
import { CardTools, type ToolButton, type ToolOptions } from './card-tools.ts';
import { type IconName, icon } from './icons.ts';

/** What a card is doing; each state has a word. `text` stands in a neutral chip ("Paused 14:02:11 · 1,204 new"). */
export type CardState =
  | { readonly kind: 'loading' }
  /** Nothing arrived yet. After 10 s in this state `call` (`cpu.send(1)`) stands under the words. */
  | { readonly kind: 'waiting'; readonly call: string | null }
  | { readonly kind: 'live' }
  | { readonly kind: 'paused'; readonly text: string }
  | { readonly kind: 'stale'; readonly text: string }
  /** Kernel or server gone. The card shows the chip and dims DOM values; the widget draws its picture in grey. */
  | { readonly kind: 'gone'; readonly text: string }
  /** One sentence and its code in the value's place; the body stays at 80 %. */
  | { readonly kind: 'error'; readonly message: string; readonly code: string };

/** The small label at the right of the title. */
export interface Chip {
  readonly kind: 'ok' | 'warn' | 'crit' | 'accent' | 'neutral';
  readonly text: string;
  /** Default: triangle for `warn`, octagon for `crit`, else none. */
  readonly icon?: IconName;
  /** Makes the chip a button. */
  readonly onClick?: () => void;
}

export interface CardOptions {
  /** Sets the card's height and where words stand: metric 200, gauge 200, table 292, note 120 (px; + 20 with a status line). */
  readonly kind: 'metric' | 'gauge' | 'table' | 'note';
  readonly title: string;
  /** Whether there is a value row under the title (default: only for `metric`). Without one, tools stand in the title line. */
  readonly valueRow?: boolean;
}

const WAITING_HINT_MS = 10_000;
const STATE_ICONS = { paused: 'pause', stale: 'clock', gone: 'disconnected' } as const;
let nextId = 0;

/**
 * The frame of one widget: title, caption, chips, value row, tools, body, status line and the words of every state.
 *
 * 1. Setting what is already shown touches no DOM node, so widgets may set everything on every draw.
 * 2. Nothing that arrives changes the card's size, except the status line (+ 20 px) when it first appears.
 * 3. `dispose` removes the card and stops its timer; twice is harmless.
 */
export class Card {
  /** The card itself; its owner places it. */
  readonly element: HTMLElement;
  /** The value row's left part, for a `ValueText`; not in the document where the card has no value row. */
  readonly value: HTMLElement;
  /** The widget's own area below the value row; fills what is left of the card. `position: relative`. */
  readonly body: HTMLElement;
  /** What is inside the card's padding; its size is the widget's frame. */
  readonly content: HTMLElement;
  readonly #title: HTMLElement;
  readonly #chips: HTMLElement;
  readonly #caption: HTMLElement;
  readonly #message: HTMLElement;
  readonly #note: HTMLElement;
  readonly #valueRow: HTMLElement;
  readonly #tools: CardTools;
  readonly #status: CardStatus;
  #state: CardState = { kind: 'loading' };
  #chip: Chip | null = null;
  #shownChips = '';
  #captionText = '';
  #crowded = false;
  #hintTimer: ReturnType<typeof setTimeout> | null = null;

  constructor(options: CardOptions) {
    const id = `sv-card-${nextId++}`;
    this.element = node('section', 'sv-card');
    this.element.dataset.kind = options.kind;
    this.element.setAttribute('role', 'group');
    this.element.setAttribute('aria-labelledby', id);
    const inner = node('div', 'sv-card-inner');
    const head = node('div', 'sv-head');
    this.#title = node('div', 'sv-title');
    this.#title.id = id;
    this.#chips = node('div', 'sv-chips');
    this.#chips.setAttribute('role', 'status');
    this.#caption = node('span', 'sv-caption');
    head.append(this.#title, this.#chips, this.#caption);
    const valueRow = node('div', 'sv-value-row');
    this.value = node('div', 'sv-value-slot');
    this.#tools = new CardTools();
    this.#message = node('div', 'sv-message');
    this.#message.setAttribute('role', 'alert');
    this.#message.hidden = true;
    this.body = node('div', 'sv-body');
    this.#note = node('div', 'sv-note');
    this.#note.hidden = true;
    this.#status = new CardStatus(this.element);
    inner.append(head);
    valueRow.append(this.value);
    inner.append(valueRow);
    this.#valueRow = valueRow;
    this.setValueRow(options.valueRow ?? options.kind === 'metric');
    inner.append(this.#message, this.body, this.#note, this.#status.element);
    this.content = inner;
    this.element.append(inner);
    this.setTitle(options.title);
    this.#showState();
  }

  get state(): CardState {
    return this.#state;
  }

  /** One line, cut with an ellipsis; the whole title is its tooltip and the card's accessible name. */
  setTitle(title: string): void {
    if (this.#title.textContent === title) return;
    this.#title.textContent = title;
    this.#title.title = title;
  }

  /** Shows or takes away the value row; without one the tools stand in the title line. */
  setValueRow(shown: boolean): void {
    this.#valueRow.hidden = !shown;
    this.element.toggleAttribute('data-value', shown);
    if (shown) this.#valueRow.append(this.#tools.element);
    else this.#chips.before(this.#tools.element);
  }

  /** Small words at the right of the title line ("last", "8 of 1,204"); they give way to every chip but an accent
   *  one, and to the words of loading, waiting and error. */
  setCaption(text: string): void {
    if (this.#captionText === text) return;
    this.#captionText = text;
    this.#caption.textContent = text;
  }

  /** The widget's own chip (severity, new rows), or null. A state's chip stands at its right. */
  setChip(chip: Chip | null): void {
    if (chip === this.#chip) return;
    this.#chip = chip;
    this.#showChips();
  }

  /** Shows a state; the same state again changes nothing (and does not restart the 10 s of `waiting`). */
  setState(state: CardState): void {
    if (sameState(this.#state, state)) return;
    const restart = this.#state.kind !== state.kind;
    this.#state = state;
    if (restart) this.#stopHint();
    this.#showState();
  }

  /** Adds one button to the tools, in order of the calls. */
  addTool(options: ToolOptions): ToolButton {
    return this.#tools.add(options);
  }

  /** The status line: counters that are not zero, joined, opening their explanations. None: no line. */
  setCounters(lines: readonly CounterLine[]): void {
    this.element.toggleAttribute('data-status', this.#status.show(lines));
  }

  dispose(): void {
    this.#stopHint();
    this.#status.dispose();
    this.element.remove();
  }

  #showState(): void {
    const state = this.#state;
    this.element.dataset.state = state.kind;
    this.element.setAttribute('aria-busy', String(state.kind === 'loading'));
    this.#message.hidden = state.kind !== 'error';
    this.#message.replaceChildren();
    if (state.kind === 'error') {
      const words = node('div', 'sv-message-words');
      const sentence = node('span', 'sv-message-text', state.message);
      sentence.title = state.message;
      words.append(sentence, node('span', 'sv-message-code', state.code));
      this.#message.append(icon('critical'), words);
    }
    this.#note.hidden = state.kind !== 'loading' && state.kind !== 'waiting';
    this.#note.replaceChildren();
    if (state.kind === 'loading') this.#note.textContent = 'Loading';
    if (state.kind === 'waiting') this.#showWaiting(state.call);
    this.#showChips();
    this.#showCaption();
  }

  #showWaiting(call: string | null): void {
    this.#note.textContent = 'Waiting for data';
    if (call === null) return;
    const code = node('code', 'sv-note-call', call);
    code.hidden = true;
    this.#note.append(code);
    this.#stopHint();
    this.#hintTimer = setTimeout(() => {
      code.hidden = false;
    }, WAITING_HINT_MS);
  }

  #stopHint(): void {
    if (this.#hintTimer !== null) clearTimeout(this.#hintTimer);
    this.#hintTimer = null;
  }

  #showChips(): void {
    const chips: Chip[] = [];
    if (this.#chip) chips.push(this.#chip);
    const state = this.#state;
    if (state.kind === 'paused' || state.kind === 'stale' || state.kind === 'gone') {
      chips.push({ kind: 'neutral', text: state.text, icon: STATE_ICONS[state.kind] });
    }
    const key = chips
      .map((chip) => `${chip.kind}/${chip.icon ?? ''}/${chip.onClick ? 'button' : ''}/${chip.text}`)
      .join('\n');
    if (key === this.#shownChips) return;
    this.#shownChips = key;
    this.#chips.replaceChildren(...chips.map((chip) => this.#chipElement(chip)));
    this.#crowded = chips.some((chip) => chip.kind !== 'accent');
    this.#showCaption();
  }

  #showCaption(): void {
    const { kind } = this.#state;
    this.#caption.hidden = this.#crowded || kind === 'loading' || kind === 'waiting' || kind === 'error';
  }

  #chipElement(chip: Chip): HTMLElement {
    const element = node(chip.onClick ? 'button' : 'span', 'sv-chip');
    element.dataset.kind = chip.kind;
    const name = chip.icon ?? (chip.kind === 'warn' ? 'warning' : chip.kind === 'crit' ? 'critical' : null);
    if (name) element.append(icon(name));
    element.append(node('span', 'sv-chip-text', chip.text));
    if (chip.onClick) {
      (element as HTMLButtonElement).type = 'button';
      element.addEventListener('click', () => this.#chip?.onClick?.());
    }
    return element;
  }
}

function sameState(a: CardState, b: CardState): boolean {
  if (a.kind !== b.kind) return false;
  if (a.kind === 'error' && b.kind === 'error') return a.message === b.message && a.code === b.code;
  if (a.kind === 'waiting' && b.kind === 'waiting') return a.call === b.call;
  return 'text' in a && 'text' in b ? a.text === b.text : true;
}

/** A new element with a class and, where given, its text. */
export function node<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  className: string,
  text?: string,
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  element.className = className;
  if (text !== undefined) element.textContent = text;
  return element;
}
