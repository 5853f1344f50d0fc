import { FrameScheduler } from '../../src/view/frame-scheduler.ts';
import type { PanelOptions } from '../../src/view/panel/panel-options.ts';
import { PanelView } from '../../src/view/panel/panel-view.ts';
import { WIDGET_CATALOGUE } from '../../src/view/widget-catalogue.ts';
import { type FedWidget, Feed, NOW_US } from '../gallery-panel/feed.ts';

/** One panel over sessions that a test feeds; what its reader does is noted and comes back, as a host would. */
class Lab {
  readonly scheduler = new FrameScheduler();
  readonly calls: [string, unknown][] = [];
  readonly feeds = new Map<string, Feed>();
  readonly host = document.createElement('div');
  /** Drives the producers' clocks. */
  clockUs = NOW_US;
  options: PanelOptions;
  panel: PanelView | null = null;
  readonly #watchers = new Set<() => void>();
  readonly #pauses = new Set<(paused: boolean) => void>();

  constructor() {
    this.host.id = 'host';
    this.host.style.cssText = 'width:300px;height:500px';
    document.body.append(this.host);
    const back = <K extends keyof PanelOptions>(name: K, value: PanelOptions[K]): void => {
      this.calls.push([name, value]);
      this.set({ [name]: value });
    };
    this.options = {
      source: this.kernel('s1'),
      ...{ mode: 'compact', pinned: false, paused: false, redrawPerSec: 0, hidden: [], collapsed: [] },
      cellHeading: (cell) => `Heading ${cell}`,
      onMode: (mode) => back('mode', mode),
      onPin: (pinned) => back('pinned', pinned),
      onPause: (paused) => back('paused', paused),
      onHidden: (ids) => back('hidden', ids),
      onCollapsed: (keys) => back('collapsed', keys),
      onExport: () => this.calls.push(['export', null]),
      onClear: () => this.calls.push(['clear', null]),
      onReveal: (cell) => this.calls.push(['reveal', cell]),
    };
  }

  kernel(session: string | null, change: object = {}): PanelOptions['source'] {
    const base = { kind: 'kernel', name: 'a.ipynb', session, kernel: 'busy', restartedAt: null, notice: null } as const;
    return { ...base, ...change };
  }

  /** A new epoch of a session. */
  feed(session: string, widgets: readonly FedWidget[]): Feed {
    const feed = new Feed(widgets, () => this.clockUs, session);
    this.feeds.set(session, feed);
    for (const watcher of [...this.#watchers]) watcher();
    return feed;
  }

  /** One sample for each line. */
  sample(session: string, values: readonly number[], secondsAgo = 0): void {
    const time = this.clockUs - secondsAgo * 1e6;
    this.feeds.get(session)?.samples(values.map((value, series) => ({ series, time, value })));
  }

  mount(): void {
    const none = new Feed([], () => this.clockUs);
    this.panel = new PanelView(
      this.options,
      {
        store: (session) => (this.feeds.get(session) ?? none).store,
        watch: (_session, listener) => {
          this.#watchers.add(listener);
          return () => this.#watchers.delete(listener);
        },
        followPause: (_session, listener) => {
          this.#pauses.add(listener);
          return () => this.#pauses.delete(listener);
        },
        ...{ scheduler: this.scheduler, catalogue: WIDGET_CATALOGUE, version: '0.1.0' },
      },
      this.host,
    );
  }

  set(change: Partial<PanelOptions>): void {
    this.options = { ...this.options, ...change };
    this.panel?.update(change);
  }

  pauseSession(paused: boolean): void {
    for (const listener of this.#pauses) listener(paused);
  }

  unmount(): void {
    this.panel?.dispose();
    this.panel = null;
  }

  get listeners(): number {
    return this.#watchers.size + this.#pauses.size + this.scheduler.size;
  }
}

const lab = new Lab();
Object.assign(globalThis, { panelLab: lab });

declare global {
  interface Window {
    panelLab: Lab;
  }
}
