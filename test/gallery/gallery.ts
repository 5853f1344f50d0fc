import { StreamVizError } from '../../src/core/errors.ts';
import { AT_LEAST, REBUILT, SKETCHED } from '../../src/core/windows/window-results.ts';
import { parseWidgetSpec } from '../../src/dashboard/widget-specs.ts';
import { SeriesState } from '../../src/session/series-state.ts';
import type { WindowPoint } from '../../src/session/session-view.ts';
import { CellWidget } from '../../src/view/cell-widget.ts';
import { FrameScheduler } from '../../src/view/frame-scheduler.ts';
import { adoptStyles } from '../../src/view/styles.ts';
import { HostTheme } from '../../src/view/theme.ts';
import { WIDGET_CATALOGUE } from '../../src/view/widget-catalogue.ts';
import { type FakeSeries, FakeStore } from './fake-store.ts';
import { FakeWindowed } from './fake-windows.ts';

const query = new URLSearchParams(location.search);
const width = Number(query.get('width') ?? 320);
/** Samples of one chart per tick of the live scene. */
const FEED = 6;
const NOW_US = 1_763_728_931_000_000;
const root = document.querySelector<HTMLElement>('#root')!;
adoptStyles(document);
const theme = new HostTheme(root, query.get('mode') === 'dark' ? 'dark' : 'light');
document.body.style.background = theme.tokens.canvas;
const scheduler = new FrameScheduler();
let seed = 7;
const random = (): number => {
  seed = (seed * 16807) % 2147483647;
  return seed / 2147483647 - 0.5;
};

interface Shown {
  readonly store: FakeStore;
  readonly widget: CellWidget;
}

function show(
  title: string,
  options: Record<string, unknown>,
  fill: (store: FakeStore) => void,
  height?: number,
): Shown {
  const store = new FakeStore(() => NOW_US);
  fill(store);
  const spec = parseWidgetSpec({ id: `metric:${title}`, kind: 'metric', name: 'cpu', options: { title, ...options } });
  const widget = new CellWidget(spec, {
    store,
    theme,
    scheduler,
    catalogue: WIDGET_CATALOGUE,
    timezone: 'UTC',
    version: '0',
  });
  if (height !== undefined) widget.element.style.height = `${height}px`;
  root.append(widget.element);
  return { store, widget };
}

/** A wandering value every `stepS` seconds over the last `lengthS`, ended `endS` ago. */
function wander(
  store: FakeStore,
  shape: {
    readonly from: number;
    readonly swing: number;
    readonly lengthS?: number;
    readonly stepS?: number;
    readonly endS?: number;
  },
  labels: [string, string][] = [],
) {
  const { from, swing, lengthS = 600, stepS = 5, endS = 0 } = shape;
  const series = store.add('cpu', labels);
  let value = from;
  for (let s = lengthS; s >= endS; s -= stepS) {
    value += random() * swing + (from - value) * 0.08;
    series.push(NOW_US - s * 1e6, Math.round(value * 100) / 100);
  }
  return series;
}

const TEN = { timeRange: '10m', unit: '%' };
const US = 1e6;
if (query.get('scene') === 'live') {
  liveScene(Number(query.get('charts') ?? 30), Number(query.get('points') ?? 10_000));
} else {
  show('CPU usage', TEN, (store) => wander(store, { from: 45, swing: 16 }));
  show('CPU usage', { ...TEN, thresholds: { warning: 80, critical: 95 } }, (store) => {
    const series = wander(store, { from: 60, swing: 18, endS: 60 });
    for (let s = 55; s >= 0; s -= 5) series.push(NOW_US - s * US, 84 + random() * 8);
  });
  show('Request latency', { timeRange: '10m', unit: 'ms', thresholds: [500] }, (store) => {
    const series = wander(store, { from: 130, swing: 24, stepS: 0.2 });
    series.values[1800] = 612;
  });
  show('CPU by core', TEN, (store) => {
    for (const [core, from] of [70, 57, 29, 83, 21, 75, 6, 41].entries())
      wander(store, { from, swing: 9 }, [['core', String(core)]]);
  });
  const paused = show('Paused', TEN, (store) => wander(store, { from: 45, swing: 16 }));
  show('Stale', TEN, (store) => wander(store, { from: 45, swing: 16, endS: 114 }));
  show('Gap', TEN, (store) => {
    const series = wander(store, { from: 45, swing: 16 });
    series.pending = [{ startUs: NOW_US - 280 * US, endUs: NOW_US - 215 * US }];
    for (let i = series.times.length - 1; i >= 0; i--) {
      if (series.times[i]! > NOW_US - 280 * US && series.times[i]! < NOW_US - 215 * US) {
        series.times.splice(i, 1);
        series.values.splice(i, 1);
      }
    }
  });
  show('Healed', TEN, (store) => {
    wander(store, { from: 45, swing: 16 }).restored = [{ startUs: NOW_US - 280 * US, endUs: NOW_US - 205 * US }];
  });
  show('Folded, late', TEN, (store) => {
    const series = wander(store, { from: 45, swing: 16, stepS: 0.3 });
    Object.assign(series.counters, { folded: 1204, late: 3 });
  });
  show('Error', TEN, (store) => {
    wander(store, { from: 45, swing: 16 });
    store.problem = new StreamVizError('SV-104', 'Two units for one name: “%” and “ms”.');
  });
  show('Disconnected', TEN, (store) => {
    wander(store, { from: 45, swing: 16, endS: 124 });
    store.status = 'gone';
    store.goneAtUs = NOW_US - 30 * US;
  });
  show('Waiting', TEN, () => {});
  show('Missing values', { ...TEN, color: 'teal' }, (store) => {
    const series = wander(store, { from: 45, swing: 16 });
    for (const i of [30, 31, 33, 70]) series.values[i] = Number.NaN;
  });
  show('Behind', TEN, (store) =>
    wander(store, { from: 45, swing: 16, lengthS: 3 * 86_400 + 500, endS: 3 * 86_400, stepS: 5 }),
  );
  show('Memory', { timeRange: '10m', unit: 'B' }, (store) => wander(store, { from: 6.1e9, swing: 1e8 }));
  show('First sample', TEN, (store) => wander(store, { from: 45, swing: 16, lengthS: 2 }));
  show('Sixteen workers', { timeRange: '10m' }, (store) => {
    for (let i = 0; i < 16; i++) wander(store, { from: 10 + i * 5, swing: 9 }, [['host', `worker-${i}`]]);
  });
  show('Balance', { timeRange: '10m', unit: '$' }, (store) => wander(store, { from: 2, swing: 30 }));
  windowScene();
  show('Loss', { x: 'step' }, (store) => {
    const series = store.add('cpu');
    for (let step = 0; step < 1204; step++) series.push(step, 2.4 * Math.exp(-step / 300) + 0.3 + random() * 0.12);
  });
  show('Stat', TEN, (store) => wander(store, { from: 45, swing: 16 }), 120);
  setTimeout(() => {
    paused.widget.element.querySelector<HTMLButtonElement>('button[aria-label="Pause"]')?.click();
    const [series] = paused.store.series('cpu') as readonly FakeSeries[];
    for (let i = 0; i < 1204; i++) series?.push(NOW_US + i, 50);
    paused.widget.invalidate();
  }, 500);
}
root.style.gridTemplateColumns = `repeat(auto-fill, ${width}px)`;

/** Windowed metrics: provisional, sliding, revised and late, several quantiles, sketched, sessions. */
function windowScene(): void {
  const MINUTE = { shape: { kind: 'tumbling', size: 60 * US, origin: 0 } } as const;
  const minutes = (line: FakeWindowed, from: number, openS: number, change: Partial<WindowPoint> = {}): void => {
    const open = Math.floor(NOW_US / (60 * US)) * 60 * US;
    for (let k = 20; k > 0; k--) {
      const startUs = open - k * 60 * US;
      line.result({ startUs, endUs: startUs + 60 * US, value: from + random() * from * 0.4, ...change });
    }
    const value = from * 1.12;
    line.result(
      { startUs: open, endUs: open + 60 * US, value, final: false, count: 388, ...change },
      open + openS * US,
    );
  };
  const quantile = { window: '1m', aggregation: 'p99', timeRange: '15m', unit: 'ms' };
  show('Provisional', quantile, (store) => {
    const line = new FakeWindowed('cpu', 'p99', MINUTE);
    minutes(line, 412, 11, { flags: SKETCHED });
    store.show('cpu', [line]);
  });
  show('First window', quantile, (store) => {
    const line = new FakeWindowed('cpu', 'p99', MINUTE);
    const startUs = NOW_US - 11 * US;
    line.result({ startUs, endUs: startUs + 60 * US, value: 318.5, final: false, count: 90 }, NOW_US - US);
    store.show('cpu', [line]);
  });
  show('Revised and dropped', { ...quantile, aggregation: 'avg' }, (store) => {
    const line = new FakeWindowed('cpu', 'avg', MINUTE);
    minutes(line, 40, 11, { revision: 2, flags: REBUILT });
    Object.assign(line.window.counters, { late: 3, dropped: 1 });
    line.window.revised = line.window.newest;
    store.show('cpu', [line]);
  });
  show('Quantiles', { ...quantile, aggregation: ['p50', 'p95', 'p99'] }, (store) => {
    const lines = ['p50', 'p95', 'p99'].map((text) => new FakeWindowed('cpu', text, MINUTE, true));
    for (const [i, line] of lines.entries())
      minutes(line, [120, 310, 480][i] ?? 0, 11, { flags: SKETCHED, coverage: 0.63 });
    store.show('cpu', lines);
  });
  show('Distinct users', { ...quantile, aggregation: 'distinct', unit: null }, (store) => {
    const line = new FakeWindowed('cpu', 'distinct', MINUTE);
    minutes(line, 9100, 11, { flags: AT_LEAST });
    store.show('cpu', [line]);
  });
  show('Sliding', { ...quantile, slide: '10s', aggregation: 'avg', timeRange: '5m' }, (store) => {
    const line = new FakeWindowed('cpu', 'avg', {
      shape: { kind: 'sliding', size: 60 * US, slide: 10 * US, origin: 0 },
    });
    const newest = Math.floor(NOW_US / (10 * US)) * 10 * US;
    let value = 40;
    for (let k = 30; k >= 0; k--) {
      value += random() * 6;
      const endUs = newest - k * 10 * US;
      line.result({ startUs: endUs - 60 * US, endUs, value });
    }
    line.result(
      { startUs: newest - 50 * US, endUs: newest + 10 * US, value: value + 1, final: false },
      NOW_US - US / 2,
    );
    store.show('cpu', [line]);
  });
}

/** Live charts fed at 30 Hz; `globalThis.busy` collects the main-thread ms of each tick. */
function liveScene(charts: number, points: number): void {
  const start = performance.now();
  const clock = (): number => NOW_US + (performance.now() - start) * 1000;
  const times = new Float64Array(FEED);
  const values = new Float64Array(FEED);
  const busy: number[] = [];
  (globalThis as { busy?: number[] }).busy = busy;
  const widgets = Array.from({ length: charts }, (_, index) => {
    const store = new FakeStore(clock);
    const entry = {
      key: '["cpu",[]]',
      gen: 1,
      n: 0,
      before: null,
      tiers: [1e6, 1e7, 6e7, 6e8],
      axis: 'time' as const,
      since: null,
    };
    const series = new SeriesState({ entry, ringCapacity: 100_000, cellLimit: 1200, isCurrent: () => true });
    store.show('cpu', [series]);
    for (let i = 0; i < points; i++) {
      const at = points - i;
      times[i % FEED] = NOW_US - Math.round((at * 60e6) / points);
      values[i % FEED] = 50 + random() * 20 + Math.sin(at / 300) * 20;
      if (i % FEED === FEED - 1) series.addSamples(times, values, 0, FEED);
    }
    const options = { title: `Load ${index}`, unit: '%', timeRange: '1m' };
    const spec = parseWidgetSpec({ id: `m${index}`, kind: 'metric', name: 'cpu', options });
    const context = { store, theme, scheduler, catalogue: WIDGET_CATALOGUE, timezone: 'UTC', version: '0' };
    const widget = new CellWidget(spec, context);
    root.append(widget.element);
    return { series, widget };
  });
  const frame = window.requestAnimationFrame.bind(window);
  let spent = 0;
  window.requestAnimationFrame = (callback) =>
    frame((now) => {
      const before = performance.now();
      callback(now);
      spent += performance.now() - before;
    });
  setInterval(() => {
    for (const { series, widget } of widgets) {
      for (let i = 0; i < FEED; i++) {
        times[i] = Math.round(clock() - (FEED - i) * 5000);
        values[i] = 50 + random() * 20 + Math.sin(performance.now() / 900) * 20;
      }
      series.addSamples(times, values, 0, FEED);
      series.version++;
      widget.invalidate();
    }
    busy.push(spent);
    spent = 0;
  }, 1000 / 30);
}
