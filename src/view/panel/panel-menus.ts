import type { WidgetSpec } from '../../dashboard/widget-specs.ts';
import { Menu, type MenuGroup, type MenuItem } from '../menu.ts';
import type { PanelOptions } from './panel-options.ts';

/** What the menus of a panel are about, as of now. */
export interface PanelMenuInput {
  readonly options: PanelOptions;
  readonly hidden: readonly WidgetSpec[];
  /** Whether there is anything to export or clear. */
  readonly hasData: boolean;
}

/** The menus of a panel: its own, that of the hidden widgets, and a widget's. What is chosen goes to the host. */
export class PanelMenus {
  readonly #host: HTMLElement;
  readonly #now: () => PanelMenuInput;

  /** @param host An `.sv-root`. */
  constructor(host: HTMLElement, now: () => PanelMenuInput) {
    this.#host = host;
    this.#now = now;
  }

  openPanel(anchor: HTMLElement): void {
    const { options, hidden, hasData } = this.#now();
    const { source, pinned } = options;
    const items: MenuItem[] = [];
    if (hasData) {
      items.push(
        { label: 'Export data as CSV', onChoose: () => options.onExport() },
        { label: 'Clear data', onChoose: () => options.onClear() },
      );
    }
    if (source.kind === 'kernel') {
      const label = pinned ? 'Follow the notebook in front' : `Stay with ${source.name}`;
      items.push({ label, onChoose: () => options.onPin(!pinned) });
    }
    const groups: MenuGroup[] = hidden.length > 0 ? [this.#showAgain(hidden)] : [];
    if (items.length === 0) items.push({ label: 'No notebook is open', onChoose: () => {} });
    this.#open(anchor, 'StreamViz', [...groups, { title: null, items }]);
  }

  openHidden(anchor: HTMLElement): void {
    this.#open(anchor, 'Hidden widgets', [this.#showAgain(this.#now().hidden)]);
  }

  openWidget(anchor: HTMLElement, spec: WidgetSpec, cell: string | null): void {
    const { options } = this.#now();
    const items: MenuItem[] = [];
    if (cell !== null) items.push({ label: 'Go to its cell', onChoose: () => options.onReveal(cell) });
    const hidden = [...new Set([...options.hidden, spec.id])];
    items.push({ label: 'Hide here', onChoose: () => options.onHidden(hidden) });
    this.#open(anchor, spec.options.title, [{ title: spec.options.title, items }]);
  }

  #showAgain(hidden: readonly WidgetSpec[]): MenuGroup {
    const { options } = this.#now();
    const items: MenuItem[] = hidden.map((spec) => ({
      label: spec.options.title,
      onChoose: () => options.onHidden(options.hidden.filter((other) => other !== spec.id)),
    }));
    const shown = new Set(hidden.map(({ id }) => id));
    const rest = options.hidden.filter((id) => !shown.has(id));
    if (hidden.length > 1) items.push({ label: 'All', onChoose: () => options.onHidden(rest) });
    return { title: 'Show again', items };
  }

  #open(anchor: HTMLElement, label: string, groups: readonly MenuGroup[]): void {
    Menu.toggle({ anchor, host: this.#host, label, groups });
  }
}
