import { node } from './card.ts';

export interface ValueParts {
  /** The number in words for people: `75.5`, `−3`, `–`. A currency sign stands in it. */
  readonly number: string;
  /** '' for none. */
  readonly unit: string;
  /** True for `%` and `°C`: a 2 px space instead of 4. */
  readonly tight?: boolean;
  /** "so far"; '' for none. */
  readonly note?: string;
  readonly tone: 'normal' | 'warn' | 'crit' | 'dim' | 'none';
}

const KEEP_WIDTH_MS = 60_000;

/** Widths of shapes, by font and shape: the cards of a page write the same ones, so each is laid out once a minute. */
const MEASURED = new Map<string, { readonly px: number; readonly atMs: number }>();
const MOST_MEASURED = 1000;

/**
 * One big value with its unit as DOM text. The widest number of the last minute keeps its space, so the unit stays still.
 *
 * `set` touches only what changed; a layout is read only when the shape of the number (digits as one) is new.
 */
export class ValueText {
  readonly element = node('div', 'sv-value');
  readonly #number = node('span', 'sv-value-number');
  readonly #unit = node('span', 'sv-unit');
  readonly #note = node('span', 'sv-so-far');
  readonly #keepWidth: boolean;
  readonly #widths = new Map<string, { readonly px: number; seenMs: number }>();
  #font = '';
  #shown: ValueParts = { number: '', unit: '', note: '', tone: 'none' };
  #minWidthPx = 0;

  /** `keepWidth` false where the value is centred (gauge). */
  constructor(options: { readonly keepWidth: boolean }) {
    this.#keepWidth = options.keepWidth;
    this.element.dataset.tone = this.#shown.tone;
    this.element.append(this.#number, this.#unit, this.#note);
  }

  set(parts: ValueParts, nowMs: number): void {
    const { number, unit, tight, note, tone } = this.#shown;
    const changed = number !== parts.number;
    if (changed) write(this.#number, parts.number);
    if (unit !== parts.unit) write(this.#unit, parts.unit);
    if ((note ?? '') !== (parts.note ?? '')) write(this.#note, parts.note ?? '');
    if ((tight === true) !== (parts.tight === true)) this.#unit.classList.toggle('sv-tight', parts.tight === true);
    if (tone !== parts.tone) this.element.dataset.tone = parts.tone;
    this.#shown = parts;
    if (changed && this.#keepWidth) this.#reserve(parts.number, nowMs);
  }

  /** Forgets the reserved space: call when the font size may have changed. */
  resized(): void {
    this.#widths.clear();
    this.#font = '';
  }

  #reserve(number: string, nowMs: number): void {
    const shape = number.replace(/\d/g, '0');
    const known = this.#widths.get(shape);
    if (known) known.seenMs = nowMs;
    else this.#measure(shape, nowMs);
    let px = 0;
    for (const [key, width] of this.#widths) {
      if (nowMs - width.seenMs > KEEP_WIDTH_MS) this.#widths.delete(key);
      else px = Math.max(px, width.px);
    }
    if (px === this.#minWidthPx) return;
    this.#minWidthPx = px;
    this.#number.style.minWidth = `${px}px`;
  }

  #measure(shape: string, nowMs: number): void {
    if (this.#font === '' && this.element.isConnected) {
      const { fontSize, fontFamily } = getComputedStyle(this.#number);
      this.#font = `${fontSize} ${fontFamily}`;
    }
    const key = `${this.#font} ${shape}`;
    let measured = MEASURED.get(key);
    if (measured === undefined || nowMs - measured.atMs > KEEP_WIDTH_MS || this.#font === '') {
      this.#number.style.minWidth = '0';
      measured = { px: Math.ceil(this.#number.getBoundingClientRect().width), atMs: nowMs };
      this.#number.style.minWidth = `${this.#minWidthPx}px`;
      if (MEASURED.size >= MOST_MEASURED) MEASURED.clear();
      // A hidden card has no widths.
      if (measured.px > 0) MEASURED.set(key, measured);
    }
    this.#widths.set(shape, { px: measured.px, seenMs: nowMs });
  }
}

/** Writes into the text node that is there: cheaper than a new one. */
function write(element: HTMLElement, text: string): void {
  const { firstChild } = element;
  if (firstChild !== null && text !== '') (firstChild as Text).data = text;
  else element.textContent = text;
}
