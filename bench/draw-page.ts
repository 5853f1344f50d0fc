// The page of bench/draw.ts: the same live lines through the product and its competitors, 30 new pictures a second each.
import { LineChart } from 'echarts/charts';
import { GridComponent } from 'echarts/components';
import { init, use } from 'echarts/core';
import { CanvasRenderer } from 'echarts/renderers';
import uPlot from 'uplot';
import { Sessions } from '../src/session/sessions.ts';
import { CellView } from '../src/view/cell-view.ts';
import { FrameScheduler } from '../src/view/frame-scheduler.ts';
import { WIDGET_CATALOGUE } from '../src/view/widget-catalogue.ts';
import { writeSamplePart } from '../src/wire/arrow-fixed-writer.ts';

use([LineChart, GridComponent, CanvasRenderer]);

/** Size of a competitor's chart, px; the product's cards are larger by what stands around its plot. */
interface Size {
  readonly width: number;
  readonly height: number;
}

interface Driver {
  /** Shows the samples of ticks up to this one. */
  tick(index: number): void;
  dispose(): void;
}

type Open = (lines: readonly Line[], size: Size) => Driver;

const HZ = 30;
const VISIBLE = 10_000;
const RANGE_S = 60;
const PER_TICK = Math.round(VISIBLE / RANGE_S / HZ);
const STEP_US = (RANGE_S * 1e6) / VISIBLE;
/** Enough for warm-up and measurement. */
const TICKS = 240;
const START_US = 1_763_000_000_000_000;
/** Room of a competitor's plot: left, right, top, bottom. */
const MARGIN = { left: 50, right: 10, top: 10, bottom: 25 };
/** What a card has around its plot beyond that: title, value and padding. */
const CARD = { width: 4, height: 69 };
const COLOR = '#5470c6';

/** A noisy walk: `VISIBLE` samples of the past and what the ticks bring. */
class Line {
  readonly time: Float64Array;
  readonly value: Float64Array;
  readonly seconds: Float64Array;

  constructor(seed: number) {
    const length = VISIBLE + TICKS * PER_TICK;
    let state = seed * 7919 + 1;
    const random = (): number => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return state / 4_294_967_296;
    };
    let level = 0;
    this.time = Float64Array.from({ length }, (_, i) => START_US + i * STEP_US);
    this.value = Float64Array.from({ length }, () => {
      level += random() - 0.5;
      return level + 3 * (random() - 0.5);
    });
    this.seconds = this.time.map((us) => us / 1e6);
  }
}

/** Min and max of each of `columns` parts of the visible samples, in time order, into `out` as x, y pairs. Returns the pairs. */
function minMaxInto(
  line: Line,
  from: number,
  options: { readonly columns: number; readonly out: Float64Array },
): number {
  const { time, value } = line;
  const { columns, out } = options;
  let at = 0;
  for (let column = 0; column < columns; column++) {
    const low = from + Math.floor((column * VISIBLE) / columns);
    const high = from + Math.floor(((column + 1) * VISIBLE) / columns);
    let min = low;
    let max = low;
    for (let i = low + 1; i < high; i++) {
      if (value[i]! < value[min]!) min = i;
      else if (value[i]! > value[max]!) max = i;
    }
    const first = Math.min(min, max);
    const second = Math.max(min, max);
    out[at++] = time[first]!;
    out[at++] = value[first]!;
    out[at++] = time[second]!;
    out[at++] = value[second]!;
  }
  return at / 2;
}

const plotWidth = (size: Size): number => size.width - MARGIN.left - MARGIN.right;
const plotHeight = (size: Size): number => size.height - MARGIN.top - MARGIN.bottom;

function box({ width, height }: Size): HTMLElement {
  const element = document.createElement('div');
  element.style.cssText = `width:${width}px;height:${height}px;display:inline-block;position:relative`;
  document.body.append(element);
  return element;
}

/** One competitor: a chart per line in a box of its own. */
function each(
  open: (element: HTMLElement, size: Size) => { show: (line: Line, from: number) => void; dispose: () => void },
): Open {
  return (lines, size) => {
    const charts = lines.map(() => {
      const element = box(size);
      return { element, ...open(element, size) };
    });
    return {
      tick: (index) => {
        for (const [i, chart] of charts.entries()) chart.show(lines[i]!, (index + 1) * PER_TICK);
      },
      dispose: () => {
        for (const { element, dispose } of charts) {
          dispose();
          element.remove();
        }
      },
    };
  };
}

const openECharts = each((element, size) => {
  const chart = init(element, null, {
    renderer: 'canvas',
    devicePixelRatio: 1,
    width: size.width,
    height: size.height,
  });
  const columns = plotWidth(size);
  const out = new Float64Array(4 * columns);
  chart.setOption({
    animation: false,
    grid: MARGIN,
    xAxis: { type: 'time', min: 'dataMin', max: 'dataMax' },
    yAxis: { type: 'value', scale: true },
    series: [
      {
        type: 'line',
        dimensions: ['x', 'y'],
        data: new Float64Array(0),
        showSymbol: false,
        silent: true,
        emphasis: { disabled: true },
        lineStyle: { width: 1.5, color: COLOR },
      },
    ],
  });
  return {
    show: (line, from) => {
      const pairs = minMaxInto(line, from, { columns, out });
      for (let i = 0; i < pairs; i++) out[2 * i] = out[2 * i]! / 1000;
      chart.setOption({ series: [{ data: out.subarray(0, 2 * pairs) }] }, { silent: true });
    },
    dispose: () => chart.dispose(),
  };
});

const openUPlot = each((element, size) => {
  const columns = plotWidth(size);
  const out = new Float64Array(4 * columns);
  const x = new Float64Array(2 * columns);
  const y = new Float64Array(2 * columns);
  const options: uPlot.Options = {
    width: size.width,
    height: size.height,
    pxAlign: false,
    cursor: { show: false },
    legend: { show: false },
    series: [{}, { stroke: COLOR, width: 1.5, points: { show: false } }],
  };
  const chart = new uPlot(options, [x, y], element);
  return {
    show: (line, from) => {
      const pairs = minMaxInto(line, from, { columns, out });
      for (let i = 0; i < pairs; i++) {
        x[i] = out[2 * i]! / 1e6;
        y[i] = out[2 * i + 1]!;
      }
      // Without `batch` it draws in a microtask, which the browser does not count as script.
      chart.batch(() => chart.setData([x.subarray(0, pairs), y.subarray(0, pairs)]));
    },
    dispose: () => chart.destroy(),
  };
});

const openCanvas = each((element, size) => {
  const canvas = document.createElement('canvas');
  const width = plotWidth(size);
  const height = plotHeight(size);
  canvas.width = width;
  canvas.height = height;
  element.append(canvas);
  const context = canvas.getContext('2d')!;
  context.strokeStyle = COLOR;
  context.lineWidth = 1.5;
  const out = new Float64Array(4 * width);
  return {
    show: (line, from) => {
      const pairs = minMaxInto(line, from, { columns: width, out });
      let min = Number.POSITIVE_INFINITY;
      let max = Number.NEGATIVE_INFINITY;
      for (let i = 0; i < pairs; i++) {
        min = Math.min(min, out[2 * i + 1]!);
        max = Math.max(max, out[2 * i + 1]!);
      }
      const perUs = width / (out[2 * pairs - 2]! - out[0]!);
      const perUnit = height / (max - min);
      context.clearRect(0, 0, width, height);
      context.beginPath();
      for (let i = 0; i < pairs; i++)
        context.lineTo((out[2 * i]! - out[0]!) * perUs, (max - out[2 * i + 1]!) * perUnit);
      context.stroke();
    },
    dispose: () => {},
  };
});

/** The messages of a producer that sends the samples of all lines, `count` of each from `from` on. */
function messageOf(lines: readonly Line[], seq: number, range: { readonly from: number; readonly count: number }) {
  const { from, count } = range;
  const rows = lines.length * count;
  const time = new Float64Array(rows);
  const value = new Float64Array(rows);
  const series = new Uint16Array(rows);
  for (const [i, line] of lines.entries()) {
    time.set(line.time.subarray(from, from + count), i * count);
    value.set(line.value.subarray(from, from + count), i * count);
    series.fill(i, i * count, (i + 1) * count);
  }
  const entries = lines.map((_, i) => ({
    key: JSON.stringify([`m${i}`, []]),
    gen: 0,
    n: from + count,
    before: from === 0 ? null : lines[i]!.time[from - 1]!,
    tiers: [1e6, 1e7, 6e7, 6e8],
  }));
  const samples = writeSamplePart({ length: rows, series, time, value }, JSON.stringify({ series: entries }));
  const header = {
    v: [1, 0],
    kind: 'batch',
    session: 'bench',
    epoch: { id: '0'.repeat(32), startedUs: START_US },
    seq,
    sentUs: START_US + (from + count) * STEP_US,
    samples: lines.length * (from + count),
    document: 1,
    tables: {},
    parts: [{ role: 'samples', buffer: 0 }],
  };
  return { header, buffers: [samples] };
}

function documentOf(lines: readonly Line[], more: object): Uint8Array {
  const widgets = lines.map((_, i) => ({
    id: `w${i}`,
    kind: 'metric',
    name: `m${i}`,
    options: { title: `Metric ${i}`, timeRange: RANGE_S, ...more },
  }));
  const views = [{ id: 'view', cell: null, widgets: widgets.map(({ id }) => id) }];
  return new TextEncoder().encode(JSON.stringify({ revision: 1, timezone: 'UTC', widgets, views }));
}

/** Whether the left part of a canvas has any pixel that is not clear. */
function isInked(canvas: HTMLCanvasElement): boolean {
  const left = canvas.getContext('2d')?.getImageData(0, 0, Math.ceil(canvas.width / 8), canvas.height).data;
  return left?.some((byte) => byte > 0) ?? false;
}

/**
 * The product as a notebook runs it: Arrow messages into the sessions, one cell of cards that follows its store.
 *
 * @param more Options of every metric.
 */
const openStreamViz =
  (more: object): Open =>
  (lines, size) => {
    const columns = Math.floor(document.documentElement.clientWidth / (size.width + CARD.width + 12));
    const style = document.createElement('style');
    style.textContent = `
    .sv-root .sv-grid.sv-grid { grid-template-columns: repeat(${columns}, ${size.width + CARD.width}px); max-width: none; }
    .sv-root .sv-card.sv-card { height: ${size.height + CARD.height}px; }`;
    const element = document.createElement('div');
    document.body.append(style, element);
    const sessions = new Sessions();
    const scheduler = new FrameScheduler();
    const view = new CellView({ element, viewId: 'view', scheduler, catalogue: WIDGET_CATALOGUE, version: '0.0.0' });
    const first = messageOf(lines, 1, { from: 0, count: VISIBLE });
    const parts = [
      { role: 'document', buffer: 0 },
      { role: 'samples', buffer: 1 },
    ];
    sessions.deliver({ ...first.header, parts }, [documentOf(lines, more), ...first.buffers]);
    view.setStore(sessions.get('bench'));
    const messages = Array.from({ length: TICKS }, (_, i) =>
      messageOf(lines, i + 2, { from: VISIBLE + i * PER_TICK, count: PER_TICK }),
    );
    return {
      tick: (index) => {
        const message = messages[index]!;
        sessions.deliver(message.header, message.buffers);
      },
      dispose: () => {
        const { problem } = sessions.get('bench');
        if (problem !== null) throw problem;
        for (const canvas of element.querySelectorAll<HTMLCanvasElement>('.sv-metric-lines')) {
          if (!isInked(canvas)) throw new Error('a chart of the product shows no line at its left');
        }
        view.dispose();
        scheduler.dispose();
        sessions.dispose();
        element.remove();
        style.remove();
      },
    };
  };

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
