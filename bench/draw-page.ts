// The page of bench/draw.ts: the same live lines through the product and its competitors, 30 new pictures a second each.
import { type Driver, HZ, Line, type Open, type Size } from './draw-lines.ts';
import { openCanvas, openECharts, openUPlot } from './draw-peers.ts';
import { openStreamViz } from './draw-product.ts';

const DRIVERS: Readonly<Record<string, Open>> = {
  empty: () => ({ tick: () => {}, dispose: () => {} }),
  streamviz: openStreamViz({}),
  windowed: openStreamViz({ window: '2s', slide: '200ms', aggregation: 'p95' }),
  echarts: openECharts,
  uplot: openUPlot,
  canvas: openCanvas,
};

let driver: Driver | null = null;
let next = 0;
let longTasks: number[] = [];
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) longTasks.push(entry.duration);
}).observe({ type: 'longtask' });

/** Ticks at 30 Hz for `ms`, as near as the driver lets the page come; inside frame callbacks, so that the browser counts them as script. */
function run(ms: number): Promise<{ ticks: number; longTasks: number }> {
  longTasks = [];
  let ticks = 0;
  let dueMs = 0;
  let endMs = Number.NaN;
  return new Promise((resolve) => {
    const onFrame = (nowMs: number): void => {
      if (Number.isNaN(endMs)) endMs = nowMs + ms;
      if (nowMs >= endMs) {
        setTimeout(() => resolve({ ticks, longTasks: longTasks.length }), 50);
        return;
      }
      requestAnimationFrame(onFrame);
      if (nowMs + 2 < dueMs) return;
      dueMs = Math.max(dueMs + 1000 / HZ, nowMs);
      driver?.tick(next++);
      ticks++;
    };
    requestAnimationFrame(onFrame);
  });
}

const bench = {
  /** Builds `count` charts and draws for a second and a half. */
  async open(name: string, options: { readonly count: number; readonly size: Size }): Promise<void> {
    const lines = Array.from({ length: options.count }, (_, i) => new Line(i + 1));
    next = 0;
    driver = DRIVERS[name]!(lines, options.size);
    await run(1500);
  },
  run,
  close(): void {
    driver?.dispose();
    driver = null;
  },
};

export type DrawBench = typeof bench;
declare global {
  var drawBench: DrawBench;
}
globalThis.drawBench = bench;
