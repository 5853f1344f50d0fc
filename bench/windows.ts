// Windows over samples in memory: tumbling beside a bare scan, sliding beside tumbling, late samples beside sorted ones.
import { parseAggregation } from '../src/core/windows/aggregation.ts';
import { PaneWindows } from '../src/core/windows/pane-windows.ts';
import type { WindowOptions } from '../src/core/windows/window-operator.ts';
import { type WindowInput, windowShape } from '../src/core/windows/window-shape.ts';
import { figure, median, report, rotate } from './figures.ts';

const SAMPLES = 1_000_000;
const BATCH = 10_000;
/** 10,000 samples per second, windows of a second. */
const STEP_US = 100;
const WINDOW_US = 1e6;
const START_US = 1_763_000_000_000_000;
const aggregations = ['count', 'sum', 'min', 'max'].map(parseAggregation);

const times = Float64Array.from({ length: SAMPLES }, (_, i) => START_US + i * STEP_US);
const values = Float64Array.from({ length: SAMPLES }, (_, i) => Math.sin(i * 0.37) * 50 + (i % 13));

/** Every twentieth sample comes up to 100 samples (10 ms) after its turn. */
function disordered(): Float64Array {
  const order = Float64Array.from({ length: SAMPLES }, (_, i) => i + (i % 20 === 7 ? 1 + ((i * 7919) % 100) : 0));
  const indices = Array.from({ length: SAMPLES }, (_, i) => i).sort((a, b) => order[a]! - order[b]! || a - b);
  return Float64Array.from(indices, (i) => times[i]!);
}
const shuffled = disordered();

function run(input: WindowInput, more: Partial<WindowOptions>, sampleTimes: Float64Array): number {
  const windows = new PaneWindows({ shape: windowShape(input), aggregations, ...more });
  let count = 0;
  for (let from = 0; from < SAMPLES; from += BATCH) {
    windows.add(sampleTimes, values, from, from + BATCH, Number.NaN);
    count += windows.results.length;
    windows.results.clear();
  }
  if (windows.counters.dropped > 0) throw new Error(`${windows.counters.dropped} samples were dropped`);
  return count;
}

function expectWindows(actual: number, atLeast: number): void {
  if (actual < atLeast) throw new Error(`${actual} windows of ${atLeast}`);
}

let sink = 0;
function scan(): void {
  let [a, b, c, d] = [0, 0, 0, 0];
  for (let i = 0; i < SAMPLES; i += 4) {
    a += values[i]!;
    b += values[i + 1]!;
    c += values[i + 2]!;
    d += values[i + 3]!;
  }
  sink += a + b + c + d;
}

const cases = {
  scan,
  tumbling: () => expectWindows(run({ window: WINDOW_US }, {}, times), 99),
  sliding: () => expectWindows(run({ window: WINDOW_US, slide: WINDOW_US / 10 }, {}, times), 990),
  'sorted, lateness': () => expectWindows(run({ window: WINDOW_US }, { lateness: 20_000 }, times), 99),
  '5 % out of order': () => expectWindows(run({ window: WINDOW_US }, { lateness: 20_000 }, shuffled), 99),
};
const taken = rotate(cases);
const nsPerSample = (name: keyof typeof cases): number => ((taken[name] ?? Number.NaN) / SAMPLES) * 1e6;

/** Longest step of sliding windows against the median step; the smallest of several runs, so that only our own work counts. */
function stepRatio(panes: number): { readonly ratio: number; readonly medianUs: number } {
  const paneUs = 1000;
  const steps = 4000;
  const each = 10;
  const quietest = new Float64Array(steps).fill(Number.POSITIVE_INFINITY);
  const stepTimes = new Float64Array(each);
  for (let round = 0; round < 25; round += 1) {
    const shape = windowShape({ window: paneUs * panes, slide: paneUs });
    const windows = new PaneWindows({ shape, aggregations });
    for (let step = 0; step < steps; step += 1) {
      for (let i = 0; i < each; i += 1) stepTimes[i] = START_US + step * paneUs + (i * paneUs) / each;
      const began = performance.now();
      windows.add(stepTimes, values, 0, each, Number.NaN);
      windows.results.clear();
      quietest[step] = Math.min(quietest[step]!, performance.now() - began);
    }
  }
  const settled = [...quietest.subarray(panes)];
  return { ratio: Math.max(...settled) / median(settled), medianUs: median(settled) * 1000 };
}

/** Bytes of heap and buffers that ten million sorted samples leave behind after a warm-up. */
function heapGrowth(): number {
  const windows = new PaneWindows({ shape: windowShape({ window: WINDOW_US, slide: WINDOW_US / 10 }), aggregations });
  const batchTimes = new Float64Array(BATCH);
  const feed = (from: number, to: number) => {
    for (let batch = from; batch < to; batch += 1) {
      const start = START_US + batch * BATCH * STEP_US;
      for (let i = 0; i < BATCH; i += 1) batchTimes[i] = start + i * STEP_US;
      windows.add(batchTimes, values, 0, BATCH, Number.NaN);
      windows.results.clear();
    }
  };
  const used = () => {
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    return heapUsed + arrayBuffers;
  };
  feed(0, 300);
  globalThis.gc?.();
  const before = used();
  feed(300, 1300);
  globalThis.gc?.();
  return Math.max(0, used() - before);
}

const steps10 = stepRatio(10);
const steps1000 = stepRatio(1000);
const growth = heapGrowth();
if (!Number.isFinite(sink)) throw new Error('the scan lost its sum');
report([
  figure(
    'tumbling count, sum, min, max, 1M samples',
    nsPerSample('tumbling'),
    'ns per sample',
    nsPerSample('tumbling') / nsPerSample('scan'),
    'a bare sum scan',
    6,
  ),
  figure(
    'sliding, slide = window / 10',
    nsPerSample('sliding'),
    'ns per sample',
    nsPerSample('sliding') / nsPerSample('tumbling'),
    'tumbling',
    2,
  ),
  figure('longest step of sliding, 10 panes', steps10.medianUs, 'us (median)', steps10.ratio, 'the median step', 20),
  figure(
    'longest step of sliding, 1000 panes',
    steps1000.medianUs,
    'us (median)',
    steps1000.ratio,
    'the median step',
    20,
  ),
  figure(
    '5 % out of order within lateness',
    nsPerSample('5 % out of order'),
    'ns per sample',
    nsPerSample('5 % out of order') / nsPerSample('sorted, lateness'),
    'sorted',
    3,
  ),
  figure('heap growth over 10M sorted samples', growth / 1e6, 'MB', growth / 10e6, '1 byte per sample', 0.1),
]);
