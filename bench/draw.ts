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
const NAMES: readonly string[] = ['empty', 'streamviz', 'windowed', 'echarts', 'uplot', 'canvas'];

declare const drawBench: DrawBench;

/** Main-thread CPU time, ms. */
interface Cost {
  /** Script, style and layout: what the main thread does on any machine. */
  readonly work: number;
  /** Everything, with painting: without a GPU, as here, the main thread also rasterises the canvases. */
  readonly all: number;
}

interface Run {
  /** Per tick. */
  readonly cost: Cost;
  readonly hz: number;
  readonly longTasks: number;
}

async function costSoFar(cdp: CDPSession): Promise<Cost> {
  const { metrics } = await cdp.send('Performance.getMetrics');
  const ms = (wanted: string): number => 1000 * (metrics.find(({ name }) => name === wanted)?.value ?? Number.NaN);
  return { work: ms('ScriptDuration') + ms('RecalcStyleDuration') + ms('LayoutDuration'), all: ms('TaskDuration') };
}

async function runOnce(page: Page, cdp: CDPSession, name: string, test: (typeof CASES)[number]): Promise<Run> {
  await page.evaluate(([driver, options]) => drawBench.open(driver, options), [name, test] as const);
  const before = await costSoFar(cdp);
  const { ticks, longTasks } = await page.evaluate((ms) => drawBench.run(ms), RUN_MS);
  const after = await costSoFar(cdp);
  await page.evaluate(() => drawBench.close());
  const cost = { work: (after.work - before.work) / ticks, all: (after.all - before.all) / ticks };
  return { cost, hz: (1000 * ticks) / RUN_MS, longTasks };
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
    const raw = (name: string, part: keyof Cost): number =>
      median((runs.get(name) ?? []).map(({ cost }) => cost[part]));
    const net = (name: string, part: keyof Cost): number => raw(name, part) - raw('empty', part);
    const long = (name: string): number => (runs.get(name) ?? []).reduce((sum, run) => sum + run.longTasks, 0);
    const charts = `${test.count} charts of ${test.size.width}x${test.size.height}`;
    for (const name of NAMES) {
      const list = runs.get(name) ?? [];
      const spread = list.map(({ cost }) => (cost.work - raw('empty', 'work')).toFixed(2)).join(' ');
      const hz = median(list.map((run) => run.hz)).toFixed(1);
      const all = net(name, 'all').toFixed(2);
      console.log(
        `  ${charts}, ${name}: ${spread} ms per tick (${all} with raster) at ${hz} Hz, ${long(name)} long tasks`,
      );
    }
    const own = net('streamviz', 'work');
    const ownAll = net('streamviz', 'all');
    figures.push(
      figure(`${charts}, one tick`, own, 'ms', own / net('echarts', 'work'), 'the best ECharts drive', 1 / 15),
      figure(`${charts}, beside uPlot`, own, 'ms', own / net('uplot', 'work'), 'uPlot with own min and max', null),
      figure(`${charts}, beside bare canvas`, own, 'ms', own / net('canvas', 'work'), 'canvas without axes', null),
      figure(`${charts}, with raster`, ownAll, 'ms', ownAll / net('echarts', 'all'), 'the best ECharts drive', null),
      figure(`${charts}, with raster`, ownAll, 'ms', ownAll / net('canvas', 'all'), 'canvas without axes', null),
      figure(
        `${charts}, p95 of 2 s each 0.2 s`,
        net('windowed', 'work'),
        'ms',
        net('windowed', 'work') / own,
        'plain lines',
        2,
      ),
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
