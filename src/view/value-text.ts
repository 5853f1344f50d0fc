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
  #fontPx = '';
  #minWidthPx = 0;

  /** `keepWidth` false where the value is centred (gauge). */
  constructor(options: { readonly keepWidth: boolean }) {
    this.#keepWidth = options.keepWidth;
    this.element.append(this.#number, this.#unit, this.#note);
  }

  set(parts: ValueParts, nowMs: number): void {
    const changed = setText(this.#number, parts.number);
    setText(this.#unit, parts.unit);
    setText(this.#note, parts.note ?? '');
    this.#unit.classList.toggle('sv-tight', parts.tight === true);
    if (this.element.dataset.tone !== parts.tone) this.element.dataset.tone = parts.tone;
    if (changed && this.#keepWidth) this.#reserve(parts.number, nowMs);
  }

  /** Forgets the reserved space: call when the font size may have changed. */
  resized(): void {
    this.#widths.clear();
    this.#fontPx = '';
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
    const font = getComputedStyle(this.#number).fontSize;
    if (font !== this.#fontPx) {
      this.#widths.clear();
      this.#fontPx = font;
    }
    this.#number.style.minWidth = '0';
    this.#widths.set(shape, { px: Math.ceil(this.#number.getBoundingClientRect().width), seenMs: nowMs });
    this.#number.style.minWidth = `${this.#minWidthPx}px`;
  }
}

function setText(element: HTMLElement, text: string): boolean {
  if (element.textContent === text) return false;
  element.textContent = text;
  return true;
}
