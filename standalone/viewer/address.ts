import { type LinkedView, viewQuery } from './url-state.ts';

/** Browsers allow an address to change only so often. */
const LEAST_MS = 250;

/** Keeps the page's address leading to what is shown, without a new entry in its history. Written at most 4 times a second. */
export class Address {
  #view: LinkedView | null = null;
  #timer: ReturnType<typeof setTimeout> | null = null;

  lead(view: LinkedView): void {
    this.#view = view;
    this.#timer ??= setTimeout(() => this.#write(), LEAST_MS);
  }

  dispose(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #write(): void {
    this.#timer = null;
    if (this.#view === null) return;
    const query = viewQuery(this.#view, location.search);
    if (query !== location.search) history.replaceState(null, '', `${location.pathname}${query}${location.hash}`);
  }
}
