import { node } from './card.ts';

/** One value under the cursor. */
export interface TooltipRow {
  /** CSS colour of the line, null for none. */
  readonly swatch: string | null;
  readonly name: string;
  readonly value: string;
  /** The line nearest to the cursor. */
  readonly hot: boolean;
}

/** What a tooltip says: time first, then rows as given, then notes such as `missing 12:01:10 to 12:01:14`. */
export interface TooltipContent {
  readonly time: string;
  readonly zone: string;
  readonly rows: readonly TooltipRow[];
  readonly notes: readonly string[];
}

const OFFSET_PX = 12;
const EDGE_PX = 4;

/**
 * The one tooltip of a widget: beside a point of the screen, never over it, in the top layer so that no cell cuts it.
 *
 * `show` with what is already shown only moves it. Screen readers hear it where `announce` is set (keyboard use).
 */
export class Tooltip {
  readonly #element = node('div', 'sv-tooltip');
  readonly #live = node('div', 'sv-hidden');
  #shown = '';
  #open = false;

  /** @param host Element whose fonts and colours it takes; it is put there. */
  constructor(host: HTMLElement) {
    this.#element.setAttribute('role', 'tooltip');
    if ('popover' in this.#element) this.#element.popover = 'manual';
    this.#live.setAttribute('aria-live', 'polite');
    host.append(this.#element, this.#live);
    this.#element.hidden = true;
  }

  get open(): boolean {
    return this.#open;
  }

  /** Shows `content` beside the point (`clientX`, `clientY`). */
  show(content: TooltipContent, at: { readonly clientX: number; readonly clientY: number }, announce: boolean): void {
    const key = JSON.stringify(content);
    if (key !== this.#shown) {
      this.#shown = key;
      this.#fill(content);
      if (announce) this.#live.textContent = spoken(content);
    }
    if (!this.#open) {
      this.#open = true;
      this.#element.hidden = false;
      if (this.#element.popover !== null && this.#element.isConnected) this.#element.showPopover();
    }
    this.#place(at.clientX, at.clientY);
  }

  hide(): void {
    if (!this.#open) return;
    this.#open = false;
    if (this.#element.popover !== null && this.#element.isConnected) this.#element.hidePopover();
    this.#element.hidden = true;
    this.#shown = '';
    this.#live.textContent = '';
  }

  dispose(): void {
    this.hide();
    this.#element.remove();
    this.#live.remove();
  }

  #fill(content: TooltipContent): void {
    const time = node('div', 'sv-tooltip-time');
    time.append(node('b', '', content.time), ` ${content.zone}`);
    const parts: HTMLElement[] = content.time === '' ? [] : [time];
    for (const row of content.rows) {
      const line = node('div', row.hot ? 'sv-tooltip-row sv-hot' : 'sv-tooltip-row');
      if (row.swatch !== null) {
        const swatch = node('i', '');
        swatch.style.background = row.swatch;
        line.append(swatch);
      }
      line.append(node('span', '', row.name), node('b', '', row.value));
      parts.push(line);
    }
    for (const note of content.notes) parts.push(node('div', 'sv-tooltip-note', note));
    this.#element.replaceChildren(...parts);
  }

  #place(clientX: number, clientY: number): void {
    const { offsetWidth: width, offsetHeight: height } = this.#element;
    const { innerWidth, innerHeight } = window;
    let left = clientX - OFFSET_PX - width;
    let top = Math.min(innerHeight - height - EDGE_PX, Math.max(EDGE_PX, clientY - height / 2));
    if (left < EDGE_PX) left = clientX + OFFSET_PX;
    if (left + width > innerWidth - EDGE_PX) {
      left = Math.max(EDGE_PX, Math.min(innerWidth - width - EDGE_PX, clientX - width / 2));
      top = clientY - OFFSET_PX - height;
      if (top < EDGE_PX) top = clientY + OFFSET_PX;
    }
    this.#element.style.left = `${Math.round(left)}px`;
    this.#element.style.top = `${Math.round(top)}px`;
  }
}

function spoken(content: TooltipContent): string {
  const rows = content.rows.map((row) => `${row.name} ${row.value}`);
  return [content.time, ...rows, ...content.notes].join(', ');
}
