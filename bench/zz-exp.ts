import { readFileSync, writeFileSync } from 'node:fs';
import { build } from 'esbuild';
import { chromium } from 'playwright-core';
import { chromiumFlags, findChromium } from '../scripts/lab/chromium.ts';
const flags = process.argv[2] === 'nogpu' ? ['--disable-gpu'] : [];
const names = (process.argv[3] ?? 'empty,streamviz,echarts,canvas').split(',');
const profile = process.argv[4];
const count = Number(process.argv[5] ?? 30);
const size = count === 30 ? { width: 240, height: 150 } : { width: 400, height: 200 };
const b = await build({ entryPoints: ['bench/draw-page.ts'], bundle: true, minify: false, format: 'iife', target: 'es2022', write: false, define: { 'process.env.NODE_ENV': '"production"', __STREAMVIZ_VERSION__: '"0.0.0"' } });
const browser = await chromium.launch({ executablePath: findChromium(), args: [...chromiumFlags, ...flags] });
const page = await browser.newPage({ viewport: { width: 1320, height: 1340 } });
page.on('pageerror', (e) => console.error(e.message));
const css = readFileSync('node_modules/uplot/dist/uPlot.min.css', 'utf8');
await page.setContent(`<!doctype html><meta charset="utf-8"><style>body{margin:0}${css}</style><body></body>`);
await page.evaluate(b.outputFiles[0]!.text);
const cdp = await page.context().newCDPSession(page);
await cdp.send('Performance.enable', { timeDomain: 'threadTicks' });
const get = async () => Object.fromEntries((await cdp.send('Performance.getMetrics')).metrics.map((m) => [m.name, m.value]));
for (const name of names) {
  await page.evaluate(([n, o]) => (globalThis as any).drawBench.open(n, o), [name, { count, size }] as const);
  if (profile && name !== 'empty') { await cdp.send('Profiler.enable'); await cdp.send('Profiler.setSamplingInterval', { interval: 200 }); await cdp.send('Profiler.start'); }
  const a = await get();
  const r = await page.evaluate(() => (globalThis as any).drawBench.run(4000));
  const z = await get();
  if (profile && name !== 'empty') { const { profile: p } = await cdp.send('Profiler.stop'); const { mkdirSync } = await import('node:fs'); mkdirSync(profile, { recursive: true }); writeFileSync(`${profile}/p.cpuprofile`, JSON.stringify(p)); }
  const per = (k: string) => ((1000 * (z[k]! - a[k]!)) / r.ticks).toFixed(2);
  console.log(name, r, 'task', per('TaskDuration'), 'script', per('ScriptDuration'), 'layout', per('LayoutDuration'), 'style', per('RecalcStyleDuration'), 'layouts', ((z.LayoutCount! - a.LayoutCount!) / r.ticks).toFixed(2), 'styles', ((z.RecalcStyleCount! - a.RecalcStyleCount!) / r.ticks).toFixed(2), await page.evaluate(() => (globalThis as any).drawBench.plot()));
  if (name === 'streamviz' || name === 'echarts') await page.screenshot({ path: `/tmp/draw-${name}.png` });
  await page.evaluate(() => (globalThis as any).drawBench.close());
}
await browser.close();
