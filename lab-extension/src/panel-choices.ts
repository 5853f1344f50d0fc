/** What a reader chose in the panel for one notebook. */
export interface PanelChoice {
  /** Ids of widgets that are not shown. */
  readonly hidden: readonly string[];
  /** Keys of groups that are closed. */
  readonly collapsed: readonly string[];
}

const NOTHING: PanelChoice = { hidden: [], collapsed: [] };

/** The choices of a page, by the path of the notebook: closed and opened again, a notebook looks as it was left. */
export class PanelChoices {
  readonly #choices = new Map<string, PanelChoice>();

  of(path: string): PanelChoice {
    return this.#choices.get(path) ?? NOTHING;
  }

  set(path: string, change: Partial<PanelChoice>): void {
    this.#choices.set(path, { ...this.of(path), ...change });
  }

  /** A notebook got another name: its choices go with it. */
  rename(from: string, to: string): void {
    const choice = this.#choices.get(from);
    if (choice === undefined || from === to) return;
    this.#choices.delete(from);
    this.#choices.set(to, choice);
  }
}
