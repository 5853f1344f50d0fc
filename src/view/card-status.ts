import { icon } from './icons.ts';

/** One number of the status line. */
export interface CounterLine {
  readonly count: number;
  /** Stands after the number: "folded". */
  readonly word: string;
  /** One plain sentence for the details. */
  readonly explanation: string;
}

/** The counters a series or a widget has; what the status line explains. */
export interface Counters {
  readonly folded: number;
  readonly late: number;
  readonly invalid: number;
  readonly missing: number;
  readonly expired: number;
}

const EXPLANATIONS: Readonly<Record<keyof Counters, string>> = {
  folded:
    'samples were merged into summaries because they came faster than they could be sent. Count, min and max are exact.',
  late: 'samples came after newer ones and were put in their place.',
  invalid: 'values were not finite (infinite) or had a time that cannot be right. They are not drawn.',
  missing: 'values were None or NaN. They break the line.',
  expired: 'samples were older than what is kept.',
};

/** The lines of a set of counters, zeros left out, `missing` too: a break in the line already shows it. */
export function counterLines(counters: Counters): CounterLine[] {
  const words = ['folded', 'late', 'invalid', 'expired'] as const;
  return words
    .filter((word) => counters[word] > 0)
    .map((word) => ({ count: counters[word], word, explanation: EXPLANATIONS[word] }));
}

/** Changes with every counter that a status line shows. */
export function statusKey({ folded, late, invalid, expired }: Counters): string {
  return `${folded}/${late}/${invalid}/${expired}`;
}

/** The text of a status line: `1,204 folded · 3 late`; '' when every count is 0. */
export function statusText(lines: readonly CounterLine[]): string {
  return lines
    .filter((line) => line.count !== 0)
    .map((line) => `${line.count.toLocaleString()} ${line.word}`)
    .join(' · ');
}

/** The status line of a card and the popover with its explanations. Escape and a click outside close it. */
export class CardStatus {
  readonly element = document.createElement('button');
  readonly #card: HTMLElement;
  readonly #text = document.createElement('span');
  #lines: readonly CounterLine[] = [];
  #shown = '';
  #popover: HTMLElement | null = null;
  readonly #onKey = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape') return;
    event.stopPropagation();
    this.#close();
    this.element.focus();
  };
  readonly #onOutside = (event: Event): void => {
    const path = event.composedPath();
    if (!path.includes(this.element) && this.#popover && !path.includes(this.#popover)) this.#close();
  };

  /** `card` is what the popover is placed in. */
  constructor(card: HTMLElement) {
    this.#card = card;
    this.element.type = 'button';
    this.element.className = 'sv-status';
    this.element.hidden = true;
    this.element.setAttribute('aria-expanded', 'false');
    this.element.setAttribute('aria-haspopup', 'dialog');
    this.element.append(this.#text, icon('chevron-right'));
    this.element.addEventListener('click', () => (this.#popover ? this.#close() : this.#open()));
  }

  /** Shows the lines; true when there is anything to show. */
  show(lines: readonly CounterLine[]): boolean {
    this.#lines = lines;
    const text = statusText(lines);
    if (text !== this.#shown) {
      this.#shown = text;
      this.#text.textContent = text;
      this.element.hidden = text === '';
      if (this.#popover) this.#fill(this.#popover);
    }
    return text !== '';
  }

  dispose(): void {
    this.#close();
    this.element.remove();
  }

  #open(): void {
    const popover = document.createElement('div');
    popover.className = 'sv-popover';
    popover.setAttribute('role', 'dialog');
    popover.setAttribute('aria-label', 'What the numbers mean');
    popover.tabIndex = -1;
    this.#fill(popover);
    this.#popover = popover;
    this.#card.append(popover);
    this.element.setAttribute('aria-expanded', 'true');
    popover.focus({ preventScroll: true });
    this.#card.addEventListener('keydown', this.#onKey);
    this.#card.ownerDocument.addEventListener('pointerdown', this.#onOutside);
  }

  #fill(popover: HTMLElement): void {
    const list = document.createElement('dl');
    for (const line of this.#lines) {
      if (line.count === 0) continue;
      const count = document.createElement('dt');
      count.textContent = line.count.toLocaleString();
      const words = document.createElement('dd');
      const word = document.createElement('b');
      word.textContent = line.word;
      words.append(word, ` ${line.explanation}`);
      list.append(count, words);
    }
    popover.replaceChildren(list);
  }

  #close(): void {
    this.#popover?.remove();
    this.#popover = null;
    this.element.setAttribute('aria-expanded', 'false');
    this.#card.removeEventListener('keydown', this.#onKey);
    this.#card.ownerDocument.removeEventListener('pointerdown', this.#onOutside);
  }
}
