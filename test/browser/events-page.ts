import { parseWidgetSpec } from '../../src/dashboard/widget-specs.ts';
import { blockLengthUs, blockTable, recentTable } from '../../src/session/event-tables.ts';
import type { TableRow } from '../../src/session/session-view.ts';
import { CellWidget } from '../../src/view/cell-widget.ts';
import { FrameScheduler } from '../../src/view/frame-scheduler.ts';
import { adoptStyles } from '../../src/view/styles.ts';
import { HostTheme } from '../../src/view/theme.ts';
import { WIDGET_CATALOGUE } from '../../src/view/widget-catalogue.ts';
import { FakeStore, NOW_US } from '../gallery-cards/fake-store.ts';

/** One pane of one key: minutes before now, the key, and what happened. */
export interface PaneWish {
  readonly ago: number;
  readonly key: string;
  readonly count: number;
  readonly actors?: readonly string[];
  readonly complete?: boolean;
  readonly flags?: readonly number[];
}

export interface EventsWish {
  readonly id: string;
  readonly width?: number;
  readonly mode?: 'light' | 'dark';
  readonly options?: Record<string, unknown>;
  readonly panes?: readonly PaneWish[];
  readonly recent?: readonly (readonly [ago: number, key: string, actor: string | null, flags: number])[];
  readonly counters?: Record<string, number>;
  readonly total?: number;
  readonly gone?: boolean;
}

const OPTIONS = { key: 'tool', actor: 'user', flags: ['overage'] };
const scheduler = new FrameScheduler();
document.body.innerHTML = '<div id="root"></div>';
const root = document.querySelector<HTMLElement>('#root')!;
adoptStyles(document);
const mounted = new Map<string, { store: FakeStore; widget: CellWidget; wish: EventsWish; ids: Map<string, number> }>();
let nextId = 1;

/** Tables as a kernel's have them; a pane that changed has a new rowId. */
function fill(store: FakeStore, wish: EventsWish, ids: Map<string, number>): void {
  const flags = (wish.options?.flags as string[] | undefined) ?? OPTIONS.flags;
  const lengthUs = blockLengthUs({ perUs: 60e6, keepUs: 6 * 3600e6 });
  const blocks = new Map<number, TableRow[]>();
  for (const pane of wish.panes ?? []) {
    const startUs = Math.floor((NOW_US - pane.ago * 60e6) / 60e6) * 60e6;
    const key = `${startUs}/${pane.key}`;
    const actors = pane.actors === undefined ? null : JSON.stringify(pane.actors);
    const counts = flags.map((_, i) => pane.flags?.[i] ?? 0);
    const id = nextId++;
    const firstId = ids.get(key) ?? id;
    ids.set(key, firstId);
    const block = Math.floor(startUs / lengthUs) * lengthUs;
    const cells = [key, pane.count, startUs + 5e6, actors, pane.complete ?? true, ...counts];
    blocks.set(block, [...(blocks.get(block) ?? []), { id, firstId, key, cells, changedAtSeq: 1 }]);
  }
  const columns = [
    { name: 'pane', type: 'text' },
    { name: 'count', type: 'number' },
    { name: 'last', type: 'datetime' },
    { name: 'actors', type: 'text' },
    { name: 'complete', type: 'bool' },
    ...flags.map((flag) => ({ name: `flag:${flag}`, type: 'number' as const })),
  ] as const;
  for (const [start, rows] of blocks) {
    store.setRows(blockTable('borrows', start), { columns, key: 'pane', total: wish.total ?? rows.length }, rows);
  }
  if (wish.panes) {
    const counters = JSON.stringify({ life: 1, ...wish.counters });
    store.setTable('events:borrows', { columns: [{ name: 'counters', type: 'text' }], rows: [[counters]] });
  }
  if (wish.recent) {
    const recentColumns = [
      { name: 'time', type: 'datetime' },
      { name: 'key', type: 'text' },
      { name: 'actor', type: 'text' },
      { name: 'flags', type: 'number' },
    ] as const;
    store.setTable(recentTable('borrows'), {
      columns: recentColumns,
      rows: wish.recent.map(([ago, key, actor, bits]) => [NOW_US - ago * 1e6, key, actor, bits]),
    });
  }
  if (wish.gone) {
    store.status = 'gone';
    store.goneAtUs = NOW_US - 60e6;
  }
}

const eventsLab = {
  NOW_US,
  mount(wish: EventsWish): void {
    const box = document.createElement('figure');
    box.id = wish.id;
    box.style.width = `${wish.width ?? 720}px`;
    root.append(box);
    const theme = new HostTheme(box, wish.mode ?? 'light');
    const store = new FakeStore();
    const ids = new Map<string, number>();
    const options = { ...OPTIONS, title: 'Borrowed tools', ...wish.options };
    const spec = parseWidgetSpec({ id: 'events:borrows', kind: 'events', name: 'borrows', options });
    const context = { store, theme, scheduler, catalogue: WIDGET_CATALOGUE, timezone: 'UTC', version: '0' };
    const widget = new CellWidget(spec, context);
    box.append(widget.element);
    fill(store, wish, ids);
    store.subscribe(() => widget.invalidate());
    mounted.set(wish.id, { store, widget, wish, ids });
  },
  /** Other data for a mounted widget. */
  change(id: string, wish: Partial<EventsWish>): void {
    const it = mounted.get(id)!;
    fill(it.store, { ...it.wish, ...wish }, it.ids);
    it.widget.invalidate();
  },
  /** Moves the producer's clock `seconds` after the start. */
  clock(id: string, seconds: number): void {
    const it = mounted.get(id)!;
    it.store.clockUs = NOW_US + seconds * 1e6;
    it.widget.invalidate();
  },
  unmount(id: string): void {
    mounted.get(id)!.widget.dispose();
    mounted.delete(id);
    document.querySelector(`#${id}`)?.remove();
  },
};

declare global {
  interface Window {
    eventsLab: typeof eventsLab;
  }
}
window.eventsLab = eventsLab;
