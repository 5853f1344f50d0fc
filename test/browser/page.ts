import { windowKey } from '../../src/core/windows/window-key.ts';
import type { WindowOptions } from '../../src/core/windows/window-operator.ts';
import { parseWidgetSpec } from '../../src/dashboard/widget-specs.ts';
import { SeriesState } from '../../src/session/series-state.ts';
import type { SeriesView } from '../../src/session/session-view.ts';
import { WindowedLine } from '../../src/session/windowed-line.ts';
import { CellWidget } from '../../src/view/cell-widget.ts';
import { FrameScheduler } from '../../src/view/frame-scheduler.ts';
import { adoptStyles } from '../../src/view/styles.ts';
import { HostTheme } from '../../src/view/theme.ts';
import { WIDGET_CATALOGUE } from '../../src/view/widget-catalogue.ts';
import { FakeStore } from '../gallery/fake-store.ts';

/** 2026-03-03 14:15:00 UTC, us: the clock of every test until `clock` moves it. */
const NOW_US = Date.UTC(2026, 2, 3, 14, 15) * 1000;

interface Mounted {
  readonly store: FakeStore;
  readonly widget: CellWidget;
  readonly box: HTMLElement;
  readonly lines: SeriesState[];
}

/** What a test says of a metric. Samples are [seconds before now, value]; a line's key is its label. */
export interface MetricWish {
  readonly id: string;
  readonly options?: Record<string, unknown>;
  readonly width?: number;
  readonly height?: number;
  readonly lines: Readonly<Record<string, readonly (readonly [number, number])[]>>;
}

const mounted = new Map<string, Mounted>();
const scheduler = new FrameScheduler();
document.body.innerHTML = '<div id="root"></div>';
const root = document.querySelector<HTMLElement>('#root')!;
adoptStyles(document);
const theme = new HostTheme(root, null);
let clockUs = NOW_US;
let drawImages = 0;
let wholePaints = 0;
let strips = 0;
const proto = CanvasRenderingContext2D.prototype;
const { clearRect, drawImage } = proto;
proto.clearRect = function (x, y, width, height) {
  if (this.canvas.className === 'sv-metric-lines' && y === 0 && !(width < 40 && x === 0)) {
    if (x === 0) wholePaints++;
    else strips++;
  }
  clearRect.call(this, x, y, width, height);
};
proto.drawImage = function (this: CanvasRenderingContext2D, ...args: unknown[]) {
  drawImages++;
  (drawImage as (...all: unknown[]) => void).apply(this, args);
};

function series(key: string, samples: readonly (readonly [number, number])[]): SeriesState {
  const labels = key === '' ? [] : [['host', key]];
  const entry = {
    key: JSON.stringify(['cpu', labels]),
    gen: 1,
    n: 0,
    before: null,
    tiers: [1e6, 1e7, 6e7, 6e8],
    axis: 'time' as const,
    since: null,
  };
  const line = new SeriesState({ entry, ringCapacity: 2_000_000, cellLimit: 1200, isCurrent: () => true });
  append(line, samples);
  return line;
}

/** The lines of series through their windows, as a store gives them. */
function windowed(lines: readonly SeriesState[], options: WindowOptions): SeriesView[] {
  return lines.flatMap((series) => {
    const store = series.windows.ensure(windowKey(options), options, clockUs);
    return options.aggregations.map((aggregation) => {
      return new WindowedLine({ series, store, aggregation, isOneOfSeveral: options.aggregations.length > 1 });
    });
  });
}

function append(line: SeriesState, samples: readonly (readonly [number, number])[]): void {
  line.windows.begin(null, clockUs);
  const times = Float64Array.from(samples, ([ago]) => Math.round(NOW_US - ago * 1e6));
  line.addSamples(
    times,
    Float64Array.from(samples, ([, value]) => value),
    0,
    samples.length,
  );
  line.evict();
  line.version++;
}

const lab = {
  NOW_US,
  theme,
  scheduler,
  mount(wish: MetricWish): void {
    const store = new FakeStore(() => clockUs);
    const lines = Object.entries(wish.lines).map(([key, samples]) => series(key, samples));
    const options = { title: wish.id, timeRange: '1m', ...wish.options };
    const spec = parseWidgetSpec({ id: wish.id, kind: 'metric', name: 'cpu', options });
    const window = spec.kind === 'metric' ? spec.options.window : null;
    store.show('cpu', window === null ? lines : windowed(lines, window));
    const context = { store, theme, scheduler, catalogue: WIDGET_CATALOGUE, timezone: 'UTC', version: '0' };
    const widget = new CellWidget(spec, context);
    const box = document.createElement('figure');
    box.id = wish.id;
    box.style.width = `${wish.width ?? 480}px`;
    if (wish.height !== undefined) widget.element.style.height = `${wish.height}px`;
    box.append(widget.element);
    root.append(box);
    mounted.set(wish.id, { store, widget, box, lines });
  },
  of: (id: string): Mounted => mounted.get(id)!,
  /** A million samples of 50 over the last 15 minutes, one of them 100. */
  million(id: string, spikeAgoS: number): void {
    const { lines, widget } = mounted.get(id)!;
    const times = new Float64Array(1_000_000);
    const values = new Float64Array(1_000_000).fill(50);
    for (let i = 0; i < times.length; i++) times[i] = NOW_US - 900e6 + i * 900;
    values[Math.round((900 - spikeAgoS) / 9e-4)] = 100;
    lines[0]!.addSamples(times, values, 0, times.length);
    lines[0]!.version++;
    widget.invalidate();
  },
  append(id: string, samples: readonly (readonly [number, number])[], line = 0): void {
    const { lines, widget } = mounted.get(id)!;
    append(lines[line]!, samples);
    widget.invalidate();
  },
  /** Sets the clock `seconds` after NOW_US. */
  clock(seconds: number): void {
    clockUs = NOW_US + seconds * 1e6;
    for (const { widget } of mounted.values()) widget.invalidate();
  },
  counts: () => ({ wholePaints, strips, drawImages }),
  canvas: (id: string): HTMLCanvasElement => mounted.get(id)!.box.querySelector<HTMLCanvasElement>('.sv-metric-lines')!,
  /** RGBA of the lines' canvas, as a plain array of device pixels. */
  pixels(id: string): Uint8ClampedArray {
    const canvas = lab.canvas(id);
    return canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height).data;
  },
  /** Smallest y of a pixel that is opaque, CSS px; Infinity for an empty canvas. */
  topInk(id: string): number {
    const canvas = lab.canvas(id);
    const data = lab.pixels(id);
    for (let i = 3; i < data.length; i += 4) {
      if (data[i]! > 128) return Math.floor(i / 4 / canvas.width) / devicePixelRatio;
    }
    return Number.POSITIVE_INFINITY;
  },
  frames: (count: number): Promise<void> =>
    new Promise((done) => {
      const next = (left: number): void => {
        if (left === 0) done();
        else requestAnimationFrame(() => next(left - 1));
      };
      next(count);
    }),
  unmount(id: string): void {
    const it = mounted.get(id)!;
    it.widget.dispose();
    it.box.remove();
    mounted.delete(id);
  },
};

declare global {
  interface Window {
    lab: typeof lab;
  }
}
window.lab = lab;
