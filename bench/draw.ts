// Main-thread time of live charts in a real Chromium, 30 pictures a second each: the product beside ECharts, uPlot and a bare canvas.
import { readFileSync } from 'node:fs';
import { build } from 'esbuild';
import { type CDPSession, chromium, type Page } from 'playwright-core';
import { chromiumFlags, findChromium } from '../scripts/lab/chromium.ts';
import type { DrawBench } from './draw-page.ts';
import { type Figure, figure, median, report } from './figures.ts';

const CASES = [
  { count: 10, size: { width: 400, height: 200 } },
  { count: 30, size: { width: 240, height: 150 } },
];
const ROUNDS = 3;
const RUN_MS = 4000;
const SMALL_CHARTS_MS = 2.6;
const NAMES: readonly string[] = ['empty', 'streamviz', 'echarts', 'uplot', 'canvas'];

declare const drawBench: DrawBench;

interface Run {
  /** Main-thread ms per tick. */
  readonly ms: number;
  readonly hz: number;
  readonly longTasks: number;
}

async function taskMs(cdp: CDPSession): Promise<number> {
  const { metrics } = await cdp.send('Performance.getMetrics');
  return 1000 * (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? Number.NaN);
}

async function runOnce(page: Page, cdp: CDPSession, name: string, test: (typeof CASES)[number]): Promise<Run> {
  await page.evaluate(([driver, options]) => drawBench.open(driver, options), [name, test] as const);
  const before = await taskMs(cdp);
  const { ticks, longTasks } = await page.evaluate((ms) => drawBench.run(ms), RUN_MS);
  const ms = ((await taskMs(cdp)) - before) / ticks;
  await page.evaluate(() => drawBench.close());
  return { ms, hz: (1000 * ticks) / RUN_MS, longTasks };
}

const bundle = await build({
  entryPoints: ['bench/draw-page.ts'],
  bundle: true,
  minify: true,
  format: 'iife',
  target: 'es2022',
  write: false,
  define: { 'process.env.NODE_ENV': '"production"', __STREAMVIZ_VERSION__: '"0.0.0"' },
});
const script = bundle.outputFiles[0]!.text;
const css = readFileSync('node_modules/uplot/dist/uPlot.min.css', 'utf8');
const browser = await chromium.launch({ executablePath: findChromium(), args: [...chromiumFlags, '--disable-gpu'] });
const figures: Figure[] = [];
try {
  const page = await browser.newPage({ viewport: { width: 1320, height: 1340 } });
  page.on('pageerror', (error) => console.error(`  page: ${error.message}`));
  await page.setContent(`<!doctype html><meta charset="utf-8"><style>body{margin:0}${css}</style><body></body>`);
  await page.evaluate(script);
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('Performance.enable', { timeDomain: 'threadTicks' });
  for (const test of CASES) {
    const runs = new Map<string, Run[]>(NAMES.map((name) => [name, []]));
    for (let round = 0; round < ROUNDS; round++) {
      for (let turn = 0; turn < NAMES.length; turn++) {
        const name = NAMES[(turn + round) % NAMES.length]!;
        runs.get(name)?.push(await runOnce(page, cdp, name, test));
      }
    }
    const raw = (name: string): number => median((runs.get(name) ?? []).map(({ ms }) => ms));
    const net = (name: string): number => raw(name) - raw('empty');
    const long = (name: string): number => (runs.get(name) ?? []).reduce((sum, run) => sum + run.longTasks, 0);
    const charts = `${test.count} charts of ${test.size.width}x${test.size.height}`;
    for (const name of NAMES) {
      const list = runs.get(name) ?? [];
      const spread = list.map(({ ms }) => (ms - raw('empty')).toFixed(2)).join(' ');
      const hz = median(list.map((run) => run.hz)).toFixed(1);
      console.log(`  ${charts}, ${name}: ${spread} ms per tick at ${hz} Hz, ${long(name)} tasks above 50 ms`);
    }
    const own = net('streamviz');
    figures.push(
      figure(`${charts}, one tick`, own, 'ms', own / net('echarts'), 'the best ECharts drive', 1 / 15),
      figure(`${charts}, beside uPlot`, own, 'ms', own / net('uplot'), 'uPlot with min and max', null),
      figure(`${charts}, beside a bare canvas`, own, 'ms', own / net('canvas'), 'a bare canvas without axes', null),
      figure(`${charts}, tasks above 50 ms`, long('streamviz'), 'tasks', long('streamviz'), 'none', 0),
    );
    if (test.count === 30) {
      figures.push(figure(`${charts}, the budget`, own, 'ms', own / SMALL_CHARTS_MS, `${SMALL_CHARTS_MS} ms`, 1));
    }
  }
} finally {
  await browser.close();
}
report(figures);
