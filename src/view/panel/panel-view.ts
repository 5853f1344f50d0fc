import type { DashboardDocument } from '../../dashboard/document.ts';
import type { WidgetSpec } from '../../dashboard/widget-specs.ts';
import type { SessionStore } from '../../session/session-view.ts';
import { node } from '../card.ts';
import { HeldStore } from '../dashboard/held-store.ts';
import type { FrameScheduler } from '../frame-scheduler.ts';
import { Menu } from '../menu.ts';
import { adoptStyles } from '../styles.ts';
import { HostTheme } from '../theme.ts';
import { timesOf } from '../time-format.ts';
import { watchSize, watchVisibility } from '../visibility.ts';
import type { WidgetCatalogue } from '../widget-catalogue.ts';
import { FollowsLine } from './follows-line.ts';
import { PanelData, type PanelSessions } from './panel-data.ts';
import { type GroupContext, PanelGroup } from './panel-group.ts';
import { PanelHead } from './panel-head.ts';
import { PanelMenus } from './panel-menus.ts';
import { PanelNews } from './panel-news.ts';
import type { PanelOptions } from './panel-options.ts';
import { RowTurns } from './row-turns.ts';
import { TreeFocus } from './tree-focus.ts';
import { ValueColumn } from './value-column.ts';
import { widgetGroups } from './widget-groups.ts';

/** States and sliding axes go on while nothing arrives. */
const TICK_MS = 1000;
const WIDE_PX = 320;
const NARROW_PX = 272;
const SPARK_PX = { wide: 96, usual: 64, narrow: 48 } as const;

/** What a panel needs of its page. */
export interface PanelEnvironment extends PanelSessions {
  readonly scheduler: FrameScheduler;
  readonly catalogue: WidgetCatalogue;
  readonly version: string;
}

/**
 * Everything a kernel declared, in one column: compact rows, or the cards of its cells.
 *
 * 1. It draws only while it is on screen, rows in turns; its work is bounded by what is on screen.
 * 2. After a restart the last data stay, greyed, until the new kernel declares something.
 * 3. What its reader chooses goes to the host and comes back by `update`; it keeps only which lines are open.
 * 4. `dispose` frees every node, listener and timer; twice is harmless.
 */
export class PanelView {
  readonly element = node('div', 'sv-root sv-panel');
  readonly #environment: PanelEnvironment;
  readonly #theme: HostTheme;
  readonly #data: PanelData;
  readonly #head: PanelHead;
  readonly #follows: FollowsLine;
  readonly #news = new PanelNews();
  readonly #body = node('div', 'sv-panel-body');
  readonly #list = node('div', 'sv-panel-groups');
  readonly #hidden = node('button', 'sv-panel-hidden');
  readonly #menus: PanelMenus;
  readonly #tree: TreeFocus;
  readonly #turns = new RowTurns();
  readonly #column: ValueColumn;
  readonly #stops: (() => void)[] = [];
  readonly #expanded = new Map<string, boolean>();
  #options: PanelOptions;
  #groups: readonly PanelGroup[] = [];
  #context: GroupContext | null = null;
  #document: DashboardDocument | null = null;
  #times = timesOf(null);
  #sparkPx: number = SPARK_PX.usual;
  #ticker: ReturnType<typeof setInterval> | null = null;
  #disposed = false;

  constructor(options: PanelOptions, environment: PanelEnvironment, host: HTMLElement) {
    this.#options = options;
    this.#environment = environment;
    this.#data = new PanelData(environment, {
      onStore: () => this.#onStore(),
      onData: () => this.#onData(),
      onPause: () => this.#onPause(),
    });
    const now = () => ({ options: this.#options, hidden: this.#hiddenSpecs(), hasData: this.#document !== null });
    this.#menus = new PanelMenus(this.element, now);
    this.#head = new PanelHead({
      onMode: (mode) => this.#options.onMode(mode),
      onPause: () => this.#options.onPause(!this.#data.isPaused),
      onMenu: (anchor) => this.#menus.openPanel(anchor),
    });
    this.#follows = new FollowsLine({
      onPin: () => this.#options.onPin(!this.#options.pinned),
      onLive: () => this.#data.controls.set({ held: null }),
    });
    this.#column = new ValueColumn((px) => this.#body.style.setProperty('--sv-panel-value', `${px}px`));
    this.#hidden.type = 'button';
    this.#hidden.setAttribute('aria-haspopup', 'menu');
    this.#hidden.setAttribute('aria-expanded', 'false');
    this.#hidden.addEventListener('click', () => this.#menus.openHidden(this.#hidden));
    this.element.setAttribute('role', 'region');
    this.element.setAttribute('aria-label', 'StreamViz');
    this.#body.append(this.#list);
    this.element.append(this.#head.element, this.#follows.element, this.#news.notes, this.#news.empty, this.#body);
    host.append(this.element);
    this.#adopt();
    this.#theme = new HostTheme(this.element);
    this.#tree = new TreeFocus(this.#list, {
      onExpand: (item, expanded) => this.#groupOf(item)?.expand(item, expanded),
      onActivate: (item) => this.#groupOf(item)?.activate(item),
      onMenu: (item) => this.#groupOf(item)?.openMenu(item),
    });
    this.#stops.push(
      this.#theme.subscribe(() => this.#hurry()),
      watchSize(this.element, (width) => this.#resized(width)),
      watchVisibility(this.element, (onScreen) => this.#setOnScreen(onScreen)),
      this.#followControls(),
    );
    this.#apply();
  }

  update(change: Partial<PanelOptions>): void {
    if (this.#disposed) return;
    const { mode } = this.#options;
    const hadFocus = this.#hasFocus();
    this.#options = { ...this.#options, ...change };
    if (this.#options.mode !== mode) this.#clearGroups();
    this.#apply();
    // What had the focus may be gone: whoever uses keys goes on from here.
    if (hadFocus && !this.#hasFocus()) this.#tree.focus();
  }

  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    Menu.close();
    this.#setOnScreen(false);
    for (const stop of this.#stops) stop();
    this.#stops.length = 0;
    this.#data.dispose();
    this.#clearGroups();
    this.#tree.dispose();
    this.#theme.dispose();
    this.element.remove();
  }

  #hasFocus(): boolean {
    return this.element.contains((this.element.getRootNode() as Document | ShadowRoot).activeElement);
  }

  #apply(): void {
    const { redrawPerSec, source, paused } = this.#options;
    this.#data.controls.set({ refreshMs: redrawPerSec > 0 ? Math.max(1, 1000 / redrawPerSec) : 0 });
    this.#data.follow(source, paused);
    this.#sync();
  }

  #followControls(): () => void {
    const { controls } = this.#data;
    return controls.subscribe((change) => {
      if (change === 'tick') this.#invalidateRows();
      if (change !== 'view') return;
      // A card's own way back to live ends the pause of all.
      if (controls.pausedAtUs === null && this.#data.paused !== null) this.#options.onPause(false);
      this.#showBars();
    });
  }

  #onStore(): void {
    this.#clearGroups();
    this.#document = null;
    this.#sync();
  }

  #onData(): void {
    if ((this.#data.store?.document ?? null) !== this.#document) this.#sync();
    const isDue = this.#ticker !== null && !this.#data.isPaused && this.#data.controls.refreshMs === 0;
    if (isDue) this.#invalidateRows();
  }

  #onPause(): void {
    this.#showBars();
    this.#showWords();
    this.#hurry();
  }

  #sync(): void {
    const document = this.#data.store?.document ?? null;
    if (document !== this.#document) {
      if (document?.timezone !== this.#document?.timezone) this.#clearGroups();
      this.#times = timesOf(document?.timezone ?? null);
      this.#document = document;
    }
    this.#syncGroups(document);
    this.#showBars();
    this.#showWords();
  }

  #syncGroups(document: DashboardDocument | null): void {
    const { hidden, collapsed, cellHeading } = this.#options;
    const groups = document === null ? [] : widgetGroups(document, cellHeading);
    const isHidden = new Set(hidden);
    const before = new Map(this.#groups.map((group) => [group.key, group]));
    const next: PanelGroup[] = [];
    let changed = false;
    for (const group of groups) {
      const shown = group.widgets.filter(({ id }) => !isHidden.has(id));
      if (shown.length === 0) continue;
      const view = before.get(group.key) ?? new PanelGroup(group.key, this.#groupContext());
      before.delete(group.key);
      if (view.show(group, shown, collapsed.includes(group.key))) changed = true;
      const place = this.#list.children[next.length] ?? null;
      if (place !== view.element) this.#list.insertBefore(view.element, place);
      next.push(view);
    }
    for (const gone of before.values()) gone.dispose();
    this.#groups = next;
    this.#markTree(next.length > 0);
    this.#showHidden(this.#hiddenSpecs().length);
    if (changed || before.size > 0) this.#tree.refresh();
  }

  /** Rows are a tree; cards are what they are. */
  #markTree(hasGroups: boolean): void {
    const isTree = hasGroups && this.#options.mode === 'compact';
    if (isTree === this.#list.hasAttribute('role')) return;
    if (isTree) {
      this.#list.setAttribute('role', 'tree');
      this.#list.setAttribute('aria-label', 'Widgets');
    } else {
      this.#list.removeAttribute('role');
      this.#list.removeAttribute('aria-label');
    }
  }

  #groupContext(): GroupContext {
    if (this.#context !== null) return this.#context;
    const store = this.#data.store as SessionStore;
    const { scheduler, catalogue, version } = this.#environment;
    const theme = this.#theme;
    const timezone = this.#document?.timezone ?? null;
    const held = this.#data.held ?? new HeldStore(store);
    this.#context = {
      rows: {
        source: { store: held, timezone, isPaused: () => this.#data.isPaused },
        ...{ theme, scheduler, version, turns: this.#turns, column: this.#column },
        sparkPx: () => this.#sparkPx,
      },
      cards: { store, theme, scheduler, catalogue, timezone, version, controls: this.#data.controls },
      mode: this.#options.mode,
      expanded: this.#expanded,
      onCollapse: (key, collapsed) => {
        const others = this.#options.collapsed.filter((other) => other !== key);
        this.#options.onCollapsed(collapsed ? [...others, key] : others);
      },
      onExpand: (id, expanded) => {
        this.#expanded.set(id, expanded);
        this.#arrange();
      },
      onReveal: (cell) => this.#options.onReveal(cell),
      onMenu: (spec, cell, anchor) => this.#menus.openWidget(anchor, spec, cell),
    };
    return this.#context;
  }

  #arrange(): void {
    let changed = false;
    for (const group of this.#groups) if (group.arrange()) changed = true;
    if (changed) this.#tree.refresh();
  }

  #hiddenSpecs(): readonly WidgetSpec[] {
    const hidden = new Set(this.#options.hidden);
    return this.#document?.widgets.filter(({ id }) => hidden.has(id)) ?? [];
  }

  #showHidden(count: number): void {
    const text = `${count.toLocaleString()} hidden`;
    if (count === 0) this.#hidden.remove();
    else if (this.#hidden.parentElement === null) this.#body.append(this.#hidden);
    if (this.#hidden.textContent !== text) this.#hidden.textContent = text;
  }

  #showBars(): void {
    const { mode, source, pinned } = this.#options;
    this.#head.show({ mode, paused: this.#data.isPaused });
    this.#follows.show({ source, pinned, isHeld: this.#data.controls.held !== null });
  }

  #showWords(): void {
    const { source } = this.#options;
    const { store, paused, freshCount } = this.#data;
    const widgetCount = this.#document?.widgets.length ?? 0;
    this.#news.show({
      ...{ source, store, widgetCount },
      paused: paused === null ? null : { atUs: paused.atUs, fresh: freshCount },
      clockText: (us) => this.#times.seconds(us),
    });
    const isOver = source.kind === 'kernel' && (source.restartedAt !== null || source.kernel === 'dead');
    this.element.toggleAttribute('data-stale', isOver && widgetCount > 0);
  }

  #groupOf(item: HTMLElement): PanelGroup | undefined {
    return this.#groups.find(({ element }) => element.contains(item));
  }

  #invalidateRows(): void {
    for (const group of this.#groups) group.invalidate();
  }

  #hurry(): void {
    for (const group of this.#groups) group.hurry();
  }

  #setOnScreen(onScreen: boolean): void {
    if (onScreen === (this.#ticker !== null)) return;
    if (this.#ticker !== null) clearInterval(this.#ticker);
    this.#ticker = null;
    if (!onScreen) return;
    this.#ticker = setInterval(() => this.#tick(), TICK_MS);
    this.#tick();
  }

  #tick(): void {
    this.#arrange();
    this.#showWords();
    if (!this.#data.isPaused) this.#invalidateRows();
  }

  #resized(width: number): void {
    // A host may move the panel into another document or shadow root after mounting it.
    this.#adopt();
    this.#theme.refresh();
    const sparkPx = width >= WIDE_PX ? SPARK_PX.wide : width >= NARROW_PX ? SPARK_PX.usual : SPARK_PX.narrow;
    if (sparkPx === this.#sparkPx) return;
    this.#sparkPx = sparkPx;
    this.#hurry();
  }

  #adopt(): void {
    const root = this.element.getRootNode();
    const isRoot = root.nodeType === Node.DOCUMENT_NODE || root instanceof ShadowRoot;
    adoptStyles(isRoot ? (root as Document | ShadowRoot) : document);
  }

  #clearGroups(): void {
    for (const group of this.#groups) group.dispose();
    this.#groups = [];
    this.#context = null;
  }
}
