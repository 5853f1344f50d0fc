/**
 * The panel in all its states beside each other, or one panel of 100 live metrics (`?live=100`).
 * `?mode=dark|light|hc-light|hc-dark`, `?width=280`, `?scene=` compact, full, states.
 */

import { StreamVizError } from '../../src/core/errors.ts';
import { CellView } from '../../src/view/cell-view.ts';
import { FrameScheduler } from '../../src/view/frame-scheduler.ts';
import type { PanelOptions, PanelSource } from '../../src/view/panel/panel-options.ts';
import { type PanelEnvironment, PanelView } from '../../src/view/panel/panel-view.ts';
import { WIDGET_CATALOGUE } from '../../src/view/widget-catalogue.ts';
import { type FedWidget, Feed, NOW_US } from './feed.ts';

const query = new URLSearchParams(location.search);
const mode = query.get('mode') ?? 'light';
const width = Number(query.get('width') ?? 280);
const root = document.querySelector<HTMLElement>('#root')!;
const isDark = mode.endsWith('dark');
document.body.dataset.jpThemeLight = String(!isDark);
document.body.dataset.jpThemeName = mode.startsWith('hc')
  ? `JupyterLab ${isDark ? 'Dark' : 'Light'} High Contrast`
  : '';
document.body.classList.add(mode);

let seed = 7;
const random = (): number => {
  seed = (seed * 16807) % 2147483647;
  return seed / 2147483647 - 0.5;
};

const WIDGETS: readonly (FedWidget & { readonly from: number; readonly swing: number; readonly to?: number })[] = [
  {
    kind: 'metric',
    name: 'cpu',
    cell: 'c1',
    from: 62,
    swing: 18,
    to: 86.4,
    options: { title: 'CPU usage', unit: '%', thresholds: { warning: 80, critical: 95 } },
  },
  {
    kind: 'metric',
    name: 'memory',
    cell: 'c1',
    from: 6.1e9,
    swing: 1e8,
    to: 6.12e9,
    options: { title: 'Memory', unit: 'B' },
  },
  { kind: 'metric', name: 'disk', cell: 'c1', from: 2, swing: 3, to: 2, options: { title: 'Disk queue' } },
  {
    kind: 'gauge',
    name: 'air',
    cell: 'c1',
    from: 92,
    swing: 9,
    to: 118,
    options: { title: 'Exhaust air', unit: '°C', min: 0, max: 100, thresholds: { green: 70, yellow: 85, red: 100 } },
  },
  {
    kind: 'metric',
    name: 'orders',
    cell: 'c2',
    from: 12,
    swing: 5,
    to: 14.2,
    options: { title: 'Orders', unit: '/s' },
  },
  {
    kind: 'metric',
    name: 'latency',
    cell: 'c2',
    from: 140,
    swing: 40,
    to: 131,
    options: { title: 'Latency p99', unit: 'ms' },
  },
  {
    kind: 'metric',
    name: 'failed',
    cell: 'c2',
    from: 0.5,
    swing: 0.3,
    to: 0.42,
    options: { title: 'Failed payments', unit: '%' },
  },
  {
    kind: 'metric',
    name: 'queue',
    cell: 'c2',
    from: 18,
    swing: 9,
    to: 18,
    options: { title: 'Queue depth', unit: 'jobs' },
  },
  {
    kind: 'metric',
    name: 'revenue',
    cell: 'c2',
    from: 1300,
    swing: 60,
    to: 1284,
    options: { title: 'Revenue', unit: '€/h' },
  },
  {
    kind: 'metric',
    name: 'cores',
    cell: 'c2',
    from: 50,
    swing: 20,
    options: { title: 'CPU by core', unit: '%', thresholds: { warning: 80 } },
    lines: [[['core', '0']], [['core', '1']], [['core', '2']]],
  },
  { kind: 'metric', name: 'loss', cell: 'c3', from: 0.4, swing: 0.02, to: 0.0413, options: { title: 'Loss' } },
  { kind: 'metric', name: 'validation', cell: 'c3', from: Number.NaN, swing: 0, options: { title: 'Validation loss' } },
  {
    kind: 'metric',
    name: 'rate',
    cell: 'c3',
    from: 3.2e-4,
    swing: 1e-5,
    to: 3.2e-4,
    options: { title: 'Learning rate', format: '.1e' },
  },
  {
    kind: 'metric',
    name: 'samples',
    cell: 'c3',
    from: 9100,
    swing: 200,
    to: 9184,
    options: { title: 'Samples', unit: '/s' },
  },
  {
    kind: 'metric',
    name: 'checkpoint',
    cell: 'c3',
    from: 200,
    swing: 4,
    to: 252,
    options: { title: 'Checkpoint age of the newest model', unit: 's' },
  },
  { kind: 'table', name: 'alerts', cell: 'c3', from: Number.NaN, swing: 0, options: { title: 'Alerts' } },
  {
    kind: 'heatmap',
    name: 'newer',
    cell: 'c3',
    from: Number.NaN,
    swing: 0,
    options: { title: 'From a newer version' },
  },
];
const HEADINGS: Readonly<Record<string, string>> = { c1: 'System', c2: 'Checkout', c3: 'Training' };

function fed(now = () => NOW_US): Feed {
  const feed = new Feed(WIDGETS, now);
  let line = 0;
  for (const { from, swing, to, lines = [[]], name } of WIDGETS) {
    for (const _ of lines) {
      const own = line++;
      if (Number.isNaN(from)) continue;
      const rows = [];
      let value = from + (lines.length > 1 ? own * 4 : 0);
      const endS = name === 'checkpoint' ? 12 : 0;
      for (let s = 120; s >= endS; s -= 1) {
        value += random() * swing * 0.6 + (from - value) * 0.08;
        const shown = name === 'disk' || name === 'queue' ? Math.max(0, Math.round(value)) : value;
        rows.push({ series: own, time: NOW_US - s * 1e6, value: s === endS && to !== undefined ? to : shown });
      }
      feed.samples(rows);
    }
  }
  return feed;
}

const scheduler = new FrameScheduler();
const KERNEL: PanelSource = {
  ...{ kind: 'kernel', name: 'Untitled.ipynb', session: 'kernel-1' },
  ...{ kernel: 'busy', restartedAt: null, notice: null },
};

function panel(title: string, feed: Feed | null, change: Partial<PanelOptions>, heightPx: number): PanelView {
  const box = document.createElement('div');
  const label = document.createElement('div');
  label.className = 'label';
  label.textContent = title;
  const area = document.createElement('div');
  area.className = 'lab';
  area.style.cssText = `width:${width}px;height:${heightPx}px`;
  box.append(label, area);
  root.append(box);
  const empty = new Feed([], () => NOW_US);
  const environment: PanelEnvironment = {
    store: () => (feed ?? empty).store,
    watch: (_session, listener) => (feed ?? empty).store.subscribe(listener),
    followPause: () => () => {},
    ...{ scheduler, catalogue: WIDGET_CATALOGUE, version: '0.1.0' },
  };
  let options: PanelOptions = {
    source: KERNEL,
    mode: 'compact',
    pinned: false,
    paused: false,
    redrawPerSec: 0,
    hidden: [],
    collapsed: [],
    cellHeading: (cell) => HEADINGS[cell] ?? null,
    onMode: (value) => set({ mode: value }),
    onPin: (value) => set({ pinned: value }),
    onPause: (value) => set({ paused: value }),
    onHidden: (value) => set({ hidden: value }),
    onCollapsed: (value) => set({ collapsed: value }),
    onExport: () => {},
    onClear: () => {},
    onReveal: () => {},
    ...change,
  };
  const view = new PanelView(options, environment, area);
  const set = (next: Partial<PanelOptions>): void => {
    options = { ...options, ...next };
    view.update(next);
  };
  return view;
}

if (query.has('live')) live(Number(query.get('live')));
else stills();

function stills(): void {
  panel('Compact', fed(), {}, 700);
  panel('Full', fed(), { mode: 'full', collapsed: ['c2', 'c3'] }, 900);
  panel(
    'Pinned, two hidden, one collapsed',
    fed(),
    { pinned: true, hidden: ['metric:cpu', 'metric:disk'], collapsed: ['c2'] },
    560,
  );
  const paused = fed();
  panel('Paused', paused, { paused: true }, 400);
  paused.samples(Array.from({ length: 1204 }, (_, i) => ({ series: 0, time: NOW_US + i, value: 50 })));
  const gone = fed();
  gone.store.markGone();
  panel('Restarted', gone, { source: { ...KERNEL, restartedAt: NOW_US / 1000 - 600_000 } as PanelSource }, 400);
  const broken = fed();
  broken.store.state(new StreamVizError('MESSAGE_INVALID', 'A message of the kernel could not be read.'));
  panel('Problem', broken, {}, 400);
  const notice = {
    code: 'VERSION_OLDER',
    message:
      'This notebook uses StreamViz 0.3, this JupyterLab has 0.1. Update with pip install -U stream-viz-core where JupyterLab runs, then reload the page.',
  };
  panel('Mismatch', fed(), { source: { ...KERNEL, notice } as PanelSource }, 400);
  panel('Nothing in front', null, { source: { kind: 'none' } }, 240);
  panel('Nothing declared', null, {}, 240);
  panel('No kernel', null, { source: { ...KERNEL, session: null, kernel: 'none' } as PanelSource }, 240);
  panel('Starting', null, { source: { ...KERNEL, session: null, kernel: 'starting' } as PanelSource }, 240);
  panel('Died', null, { source: { ...KERNEL, session: null, kernel: 'dead' } as PanelSource }, 240);
}

/** Metrics at 20 Hz; `globalThis.long` collects tasks over 50 ms, `globalThis.spent` the ms of each animation frame. */
function live(count: number): void {
  const start = performance.now();
  const clock = (): number => NOW_US + Math.round((performance.now() - start) * 1000);
  const widgets = Array.from({ length: count }, (_, i) => ({
    kind: 'metric',
    name: `m${i}`,
    cell: `c${1 + Math.floor(i / 25)}`,
    options: { title: `Metric ${i}`, unit: '%', thresholds: { warning: 80 } },
  }));
  const feed = new Feed(widgets, clock);
  for (let i = 0; i < count; i++) {
    feed.samples(
      Array.from({ length: 1200 }, (_, k) => ({
        series: i,
        time: NOW_US - (1200 - k) * 50_000,
        value: 50 + 30 * Math.sin(k / 60 + i) + random() * 10,
      })),
    );
  }
  const panelMode = query.get('panel') === 'full' ? 'full' : 'compact';
  const hasPanel = query.get('panel') !== 'none';
  if (hasPanel)
    panel('Live', feed, { mode: panelMode, redrawPerSec: Number(query.get('rate') ?? 0) }, innerHeight - 60);
  if (query.has('cells')) {
    const box = document.createElement('div');
    root.append(box);
    const view = new CellView({ element: box, viewId: 'v0', scheduler, catalogue: WIDGET_CATALOGUE, version: '0' });
    view.setStore(feed.store);
  }
  const frames: number[] = [];
  const long: number[] = [];
  Object.assign(globalThis, { frames, long });
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) long.push(duration);
  }).observe({ entryTypes: ['longtask'] });
  const frame = window.requestAnimationFrame.bind(window);
  window.requestAnimationFrame = (callback) =>
    frame((now) => {
      const before = performance.now();
      callback(now);
      frames.push(performance.now() - before);
    });
  setInterval(() => {
    const time = clock();
    feed.samples(
      Array.from({ length: count }, (_, i) => ({
        series: i,
        time,
        value: 50 + 30 * Math.sin(time / 3e6 + i) + random() * 10,
      })),
    );
  }, 50);
}
