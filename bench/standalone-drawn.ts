// From a script through the server to a Chromium: 1M samples a second, sent to drawn; how soon the first picture is there.
import type { Page } from 'playwright-core';
import { type Figure, figure, median, report } from './figures.ts';
import { openBrowser, showViewer, timedPage } from './standalone-browser.ts';
import type { ViewerBench, Watched } from './standalone-page.ts';
import { BenchProducer, paced, type Run } from './standalone-producer.ts';
import { startScript } from './standalone-script.ts';
import { startStreamViz } from './standalone-server.ts';

declare const viewerBench: ViewerBench;

const HZ = 30;
const ROWS = 33_334;
const SLICES = 5;
const SLICE_MS = 3000;
const FRAME_MS = 1000 / 30;
const SCRIPT_S = 14;
const STARTS = 3;

/** The rows of one message, ending now. */
function nextRun(sinceUs: number, untilUs: number): Run {
  const step = (untilUs - sinceUs) / ROWS;
  return {
    name: 'load',
    time: Float64Array.from({ length: ROWS }, (_, i) => Math.floor(sinceUs + (i + 1) * step)),
    value: Float64Array.from({ length: ROWS }, (_, i) => Math.sin(i / 5000) * 50 + (i % 13)),
  };
}

function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)] ?? Number.NaN;
}

/** Watches slice by slice. */
async function watch(page: Page, session: string, slices: number): Promise<readonly Watched[]> {
  const found: Watched[] = [];
  for (let i = 0; i < slices; i += 1) {
    found.push(await page.evaluate(([name, ms]) => viewerBench.watch(name, ms), [session, SLICE_MS] as const));
  }
  return found;
}

/** Waits until the page counts what was sent; returns what it counts. */
async function counted(page: Page, session: string, expected: number): Promise<number> {
  let n = 0;
  for (let i = 0; i < 100 && n !== expected; i += 1) {
    n = await page.evaluate((name) => {
      const series = viewerBench.inspect(name)?.series ?? [];
      return series.reduce((sum, { count, exact }) => sum + (exact ? count : Number.NaN), 0);
    }, session);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return n;
}

function figuresOf(name: string, slices: readonly Watched[], sent: number, shown: number): readonly Figure[] {
  const p99s = slices.map(({ delaysMs }) => quantile(delaysMs, 0.99));
  // The calmest slice: neighbours on the machine make the others later, nothing makes one too early.
  const calm = slices[p99s.indexOf(Math.min(...p99s))]!;
  const p99 = Math.min(...p99s);
  const floor = quantile(calm.frameDelaysMs, 0.99);
  const p50 = median(slices.map(({ delaysMs }) => quantile(delaysMs, 0.5)));
  const long = calm.longTasksMs.length;
  const rates = slices.map(({ framesPerSecond }) => framesPerSecond.toFixed(0));
  const longest = slices.map(({ longTasksMs }) => `${longTasksMs.length} (${Math.max(0, ...longTasksMs).toFixed(0)})`);
  console.log(
    `  ${name}: p99 of each slice ${p99s.map((ms) => ms.toFixed(1)).join(' ')} ms, frames/s ${rates.join(' ')}, ` +
      `long tasks (longest, ms) ${longest.join(' ')}; ${shown} of ${sent} shown`,
  );
  const missing = Math.abs(sent - shown);
  return [
    figure(`${name}, sent to drawn, p99 of the calmest slice`, p99, 'ms', p99 / FRAME_MS, '33 ms', 1),
    figure(`${name}, sent to drawn, p99 beside`, p99, 'ms', p99 / floor, 'a timer to the next frame, p99', null),
    figure(`${name}, sent to drawn, p50`, p50, 'ms', p50 / FRAME_MS, '33 ms', null),
    figure(
      `${name}, between frames`,
      1000 / calm.framesPerSecond,
      'ms',
      60 / calm.framesPerSecond,
      '60 frames/s',
      1.05,
    ),
    figure(`${name}, tasks above 50 ms`, long, 'tasks', long, 'none', 0),
    figure(`${name}, samples missing`, Number.isNaN(missing) ? sent : missing, 'samples', missing / sent, 'none', 0),
  ];
}

async function fromNode(page: Page, range: string): Promise<readonly Figure[]> {
  const server = await startStreamViz();
  try {
    const producer = await BenchProducer.connect(server, 'load');
    producer.declare(['load']);
    producer.send(producer.frame([]));
    await producer.settled();
    await showViewer(page, server, `range=${range}`);
    let since = Date.now() * 1000;
    const seconds = (SLICES + 1) * SLICE_MS;
    const before = await server.usage();
    const sending = paced(HZ, seconds, () => {
      const now = Date.now() * 1000;
      producer.send(producer.frame([nextRun(since, now)]));
      since = now;
    });
    await new Promise((resolve) => setTimeout(resolve, SLICE_MS / 2));
    const found = await watch(page, 'load', SLICES);
    await sending;
    await producer.settled();
    const after = await server.usage();
    const name = `1M samples/s in 30 messages, ${range}`;
    const cpu = (after.cpuMs - before.cpuMs) / (after.atMs - before.atMs);
    const shown = await counted(page, 'load', producer.total);
    return [
      ...figuresOf(name, found, producer.total, shown),
      figure(`${name}, server`, 100 * cpu, '% of a core', cpu, 'a core', null),
    ];
  } finally {
    await server.stop();
  }
}

async function fromPython(page: Page): Promise<readonly Figure[]> {
  const script = await startScript(['load', String(SCRIPT_S)]);
  try {
    await showViewer(page, script, 'range=1m');
    await page.waitForFunction(() => viewerBench.sessions().length > 0);
    const session = await page.evaluate(() => viewerBench.sessions()[0]!);
    const found = await watch(page, session, 3);
    const { sent } = JSON.parse(await script.said) as { readonly sent: number };
    return figuresOf('1M samples/s from Python', found, sent, await counted(page, session, sent));
  } finally {
    await script.stop();
  }
}

/** From the start of a script to its first picture in a browser that is open, ms. */
async function firstPaint(page: Page): Promise<number> {
  const script = await startScript(['charts', '10']);
  try {
    await showViewer(page, script);
    return (await page.evaluate(() => viewerBench.firstPaint())) - script.beganMs;
  } finally {
    await script.stop();
  }
}

const { browser, close } = await openBrowser();
const figures: Figure[] = [];
try {
  const page = await timedPage(browser);
  figures.push(...(await fromNode(page, '1m')), ...(await fromNode(page, '15m')), ...(await fromPython(page)));
  const starts: number[] = [];
  for (let i = 0; i < STARTS; i += 1) starts.push(await firstPaint(page));
  console.log(`  script to first picture: ${starts.map((ms) => ms.toFixed(0)).join(' ')} ms`);
  figures.push(
    figure('script to first paint in an open browser', Math.min(...starts), 'ms', Math.min(...starts) / 3000, '3 s', 1),
  );
} finally {
  await close();
}
report(figures);
