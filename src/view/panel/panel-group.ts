import type { WidgetSpec } from '../../dashboard/widget-specs.ts';
import { node } from '../card.ts';
import { CellWidget, type CellWidgetContext } from '../cell-widget.ts';
import { icon } from '../icons.ts';
import { lineName, linesOf } from '../widgets/metric/lines.ts';
import { CompactRow, type RowContext } from './compact-row.ts';
import type { PanelOptions } from './panel-options.ts';
import { MOST_LINES } from './spark.ts';
import type { WidgetGroup } from './widget-groups.ts';

/** What the groups of one panel share, and what a reader does with them. */
export interface GroupContext {
  readonly rows: RowContext;
  readonly cards: CellWidgetContext;
  readonly mode: PanelOptions['mode'];
  /** Lines of widgets that a reader opened or closed. */
  readonly expanded: ReadonlyMap<string, boolean>;
  readonly onCollapse: (key: string, collapsed: boolean) => void;
  readonly onExpand: (id: string, expanded: boolean) => void;
  readonly onReveal: (cell: string) => void;
  readonly onMenu: (spec: WidgetSpec, cell: string | null, anchor: HTMLElement) => void;
}

interface Entry {
  /** Main element first, then the rows of its lines. */
  elements(): readonly HTMLElement[];
  update(spec: WidgetSpec): void;
  invalidate(): void;
  hurry(): void;
  dispose(): void;
}

/**
 * The widgets of one notebook cell under their heading, as rows or as cards.
 *
 * 1. A widget keeps its row or card while its id, kind and the group's mode stay.
 * 2. A collapsed group has no rows: it costs nothing.
 */
export class PanelGroup {
  readonly element = node('section', 'sv-panel-section');
  readonly key: string;
  readonly #context: GroupContext;
  readonly #head = node('div', 'sv-panel-group');
  readonly #sign = node('span', 'sv-panel-sign');
  readonly #name = node('span', 'sv-panel-heading');
  readonly #count = node('span', 'sv-panel-count');
  readonly #list = node('div', 'sv-panel-list');
  readonly #entries = new Map<string, { readonly spec: WidgetSpec; readonly entry: Entry }>();
  #collapsed: boolean | null = null;
  #cell: string | null = null;

  constructor(key: string, context: GroupContext) {
    this.key = key;
    this.#context = context;
    const isTree = context.mode === 'compact';
    this.#head.setAttribute('role', isTree ? 'treeitem' : 'button');
    if (isTree) this.#head.setAttribute('aria-level', '1');
    this.#head.tabIndex = isTree ? -1 : 0;
    this.#head.append(this.#sign, this.#name, this.#count);
    this.#list.setAttribute('role', 'group');
    this.element.setAttribute('role', isTree ? 'none' : 'region');
    this.element.append(this.#head, this.#list);
    this.#head.addEventListener('click', () => this.toggle());
    if (isTree) return;
    this.#head.addEventListener('keydown', (event) => {
      if (event.target !== this.#head || (event.key !== 'Enter' && event.key !== ' ')) return;
      event.preventDefault();
      event.stopPropagation();
      this.toggle();
    });
  }

  get head(): HTMLElement {
    return this.#head;
  }

  /** Shows the group's widgets that are not hidden; true where items came or went. */
  show(group: WidgetGroup, shown: readonly WidgetSpec[], collapsed: boolean): boolean {
    this.#cell = group.cell;
    const { heading } = group;
    const count = shown.length.toLocaleString();
    if (this.#name.textContent !== heading) {
      this.#name.textContent = heading;
      this.#name.title = heading;
      this.#head.dataset.name = heading;
      this.element.setAttribute('aria-label', heading);
    }
    if (this.#count.textContent !== count) this.#count.textContent = count;
    const spoken = `${heading}, ${count} ${shown.length === 1 ? 'widget' : 'widgets'}`;
    if (this.#head.getAttribute('aria-label') !== spoken) this.#head.setAttribute('aria-label', spoken);
    if (collapsed !== this.#collapsed) {
      this.#collapsed = collapsed;
      this.#sign.replaceChildren(icon(collapsed ? 'chevron-right' : 'chevron-down'));
      this.#head.setAttribute('aria-expanded', String(!collapsed));
      this.#list.hidden = collapsed;
    }
    const isLess = this.#sync(collapsed ? [] : shown);
    return this.arrange() || isLess;
  }

  toggle(): void {
    this.#context.onCollapse(this.key, this.#collapsed !== true);
  }

  /** Brings rows of single lines up to date; true where items came or went. */
  arrange(): boolean {
    const wanted = [...this.#entries.values()].flatMap(({ entry }) => entry.elements());
    let changed = this.#list.childElementCount !== wanted.length;
    for (const [place, element] of wanted.entries()) {
      const before = this.#list.children[place] ?? null;
      if (before === element) continue;
      this.#list.insertBefore(element, before);
      changed = true;
    }
    while (this.#list.childElementCount > wanted.length) this.#list.lastElementChild?.remove();
    return changed;
  }

  /** What the reader opens with a row: its lines, or its cell. */
  activate(item: HTMLElement): void {
    if (item === this.#head) this.toggle();
    else if (item.hasAttribute('aria-expanded')) this.expand(item, item.getAttribute('aria-expanded') !== 'true');
    else if (this.#cell !== null) this.#context.onReveal(this.#cell);
  }

  expand(item: HTMLElement, expanded: boolean): void {
    if (item === this.#head) this.#context.onCollapse(this.key, !expanded);
    else if (item.dataset.widget !== undefined) this.#context.onExpand(item.dataset.widget, expanded);
  }

  openMenu(item: HTMLElement): void {
    const held = this.#entries.get(item.dataset.widget ?? '');
    if (held) this.#context.onMenu(held.spec, this.#cell, item);
  }

  invalidate(): void {
    for (const { entry } of this.#entries.values()) entry.invalidate();
  }

  hurry(): void {
    for (const { entry } of this.#entries.values()) entry.hurry();
  }

  dispose(): void {
    for (const { entry } of this.#entries.values()) entry.dispose();
    this.#entries.clear();
    this.element.remove();
  }

  /** True where a widget went. */
  #sync(shown: readonly WidgetSpec[]): boolean {
    const wanted = new Map(shown.map((spec) => [spec.id, spec]));
    const count = this.#entries.size;
    for (const [id, { spec, entry }] of this.#entries) {
      if (wanted.get(id)?.kind === spec.kind) continue;
      entry.dispose();
      this.#entries.delete(id);
    }
    const kept = new Map(this.#entries);
    const isLess = kept.size < count;
    this.#entries.clear();
    for (const spec of shown) {
      const entry = kept.get(spec.id)?.entry ?? this.#newEntry(spec);
      entry.update(spec);
      this.#entries.set(spec.id, { spec, entry });
    }
    return isLess;
  }

  #newEntry(spec: WidgetSpec): Entry {
    return this.#context.mode === 'full' ? this.#newCard(spec) : this.#newRow(spec);
  }

  #newCard(first: WidgetSpec): Entry {
    const widget = new CellWidget(first, this.#context.cards);
    const more = widget.card.addTool({
      icon: 'more',
      label: 'More',
      onClick: () => this.#context.onMenu(widget.spec, this.#cell, more.element),
    });
    return {
      elements: () => [widget.element],
      update: (spec) => widget.update(spec),
      invalidate: () => widget.invalidate(),
      hurry: () => widget.invalidate(),
      dispose: () => widget.dispose(),
    };
  }

  #newRow(first: WidgetSpec): Entry {
    const { rows, expanded, onMenu } = this.#context;
    const commandsOf = (row: () => CompactRow) => ({
      onOpen: () => this.activate(row().element),
      onMenu: (anchor: HTMLElement) => onMenu(row().spec, this.#cell, anchor),
    });
    const main: CompactRow = new CompactRow(first, rows, { commands: commandsOf(() => main) });
    const children: CompactRow[] = [];
    const names = (): readonly string[] => lineNames(main.spec, rows);
    const elements = (): readonly HTMLElement[] => {
      const lines = names();
      const isOpen = lines.length > 1 && (expanded.get(main.spec.id) ?? lines.length <= MOST_LINES);
      main.setExpanded(lines.length > 1 ? isOpen : null);
      const shown = isOpen ? lines : [];
      for (const child of children.splice(shown.length)) child.dispose();
      for (const [index, name] of shown.entries()) {
        const held = children[index];
        if (held) held.update(main.spec, { name });
        else {
          const child: CompactRow = new CompactRow(main.spec, rows, {
            commands: commandsOf(() => child),
            line: { index, name },
          });
          children.push(child);
        }
      }
      return [main.element, ...children.map(({ element }) => element)];
    };
    const all = (): readonly CompactRow[] => [main, ...children];
    return {
      elements,
      update: (spec) => main.update(spec),
      invalidate: () => {
        for (const row of all()) row.invalidate();
      },
      hurry: () => {
        for (const row of all()) row.hurry();
      },
      dispose: () => {
        for (const row of all()) row.dispose();
      },
    };
  }
}

/** Names of the lines of a metric; others have at most one. */
function lineNames(spec: WidgetSpec, { source }: RowContext): readonly string[] {
  if (spec.kind !== 'metric') return [];
  const lines = linesOf(spec, source.store);
  return lines.length < 2 ? [] : lines.map(({ labels }) => lineName(labels, spec.options.title));
}
