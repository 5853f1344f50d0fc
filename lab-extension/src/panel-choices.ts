import type { KeyStore } from './browser-store.ts';

/** What a reader chose in the panel for one notebook. */
export interface PanelChoice {
  /** Ids of widgets that are not shown. */
  readonly hidden: readonly string[];
  /** Keys of groups that are closed. */
  readonly collapsed: readonly string[];
}

const NOTHING: PanelChoice = { hidden: [], collapsed: [] };
const STORE_KEY = 'stream-viz:panel-choices';
/** Notebooks whose choices are kept; past that those that were changed longest ago go. */
const MOST_NOTEBOOKS = 200;

const texts = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((each): each is string => typeof each === 'string') : [];

/**
 * A reader's choices, by the path of the notebook: closed and opened again, also in another page, a notebook looks as it was left.
 *
 * A store that fails, is full or holds something else only loses that.
 */
export class PanelChoices {
  readonly #store: KeyStore | null;
  readonly #choices: Map<string, PanelChoice>;

  /** @param store Outlives the page; `localStorage` fits. Default: none. */
  constructor(store: KeyStore | null = null) {
    this.#store = store;
    this.#choices = new Map(this.#read());
  }

  of(path: string): PanelChoice {
    return this.#choices.get(path) ?? NOTHING;
  }

  set(path: string, change: Partial<PanelChoice>): void {
    const choice = { ...this.of(path), ...change };
    this.#choices.delete(path);
    if (choice.hidden.length + choice.collapsed.length > 0) this.#choices.set(path, choice);
    this.#write();
  }

  /** A notebook got another name: its choices go with it. */
  rename(from: string, to: string): void {
    const choice = this.#choices.get(from);
    if (choice === undefined || from === to) return;
    this.#choices.delete(from);
    this.set(to, choice);
  }

  #read(): (readonly [string, PanelChoice])[] {
    try {
      const kept: unknown = JSON.parse(this.#store?.getItem(STORE_KEY) ?? '[]');
      return (Array.isArray(kept) ? kept : []).flatMap((entry: unknown) => {
        const [path, hidden, collapsed] = Array.isArray(entry) ? (entry as unknown[]) : [];
        return typeof path === 'string'
          ? [[path, { hidden: texts(hidden), collapsed: texts(collapsed) }] as const]
          : [];
      });
    } catch {
      return []; // begins anew
    }
  }

  #write(): void {
    const newest = [...this.#choices].slice(-MOST_NOTEBOOKS);
    try {
      this.#store?.setItem(STORE_KEY, JSON.stringify(newest.map(([path, c]) => [path, c.hidden, c.collapsed])));
    } catch {
      // The choices hold for this page.
    }
  }
}
