/**
 * Draws every state of the panel in light, dark and both high contrast themes at 240, 280, 320 and 480 px and writes PNGs to
 * test/output/gallery-panel. `--live [count]` measures 100 live metrics instead.
 */
import { existsSync } from 'node:fs';
import { copyFile, mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { chromium } from 'playwright-core';

const here = dirname(fileURLToPath(import.meta.url));
const out = join(here, '..', 'output', 'gallery-panel');
await mkdir(out, { recursive: true });
await build({
  entryPoints: [join(here, 'page.ts')],
  bundle: true,
  format: 'iife',
  outfile: join(out, 'panel.js'),
  logLevel: 'warning',
});
await copyFile(join(here, 'index.html'), join(out, 'index.html'));
const executablePath = process.env.CHROMIUM ?? (existsSync('/usr/bin/chromium') ? '/usr/bin/chromium' : undefined);
const browser = await chromium.launch({
  args: ['--no-sandbox', '--disable-dev-shm-usage'],
  ...(executablePath ? { executablePath } : {}),
});
const open = async (search, viewport, deviceScaleFactor, options = {}) => {
  const page = await browser.newPage({ viewport, deviceScaleFactor, ...options });
  page.on('pageerror', (error) => console.error('page error:', error.message));
  page.on('console', (message) => message.type() === 'error' && console.error('console:', message.text()));
  await page.goto(`file://${join(out, 'index.html')}?${search}`);
  return page;
};
try {
  if (process.argv.includes('--live')) await live();
  else await stills();
} finally {
  await browser.close();
}

async function stills() {
  const wanted = process.argv.slice(2);
  for (const mode of ['light', 'dark', 'hc-light', 'hc-dark', 'forced']) {
    for (const width of [240, 280, 320, 480]) {
      if (mode !== 'light' && width !== 280) continue;
      const name = `${mode}-${width}`;
      if (wanted.length > 0 && !wanted.includes(name)) continue;
      const forced = mode === 'forced' ? { forcedColors: 'active', colorScheme: 'dark' } : {};
      const search = `mode=${mode === 'forced' ? 'dark' : mode}&width=${width}`;
      const page = await open(search, { width: 4 * (width + 24) + 48, height: 2200 }, 1.5, forced);
      await page.waitForTimeout(1800);
      await page.screenshot({ path: join(out, `${name}.png`), fullPage: true });
      await page.close();
    }
  }
}

async function live() {
  const count = Number(process.argv.at(-1)) || 100;
  for (const panel of ['none', 'compact', 'full', 'compact&rate=4']) {
    const page = await open(`live=${count}&width=320&panel=${panel}`, { width: 1200, height: 1000 }, 1);
    const session = await page.context().newCDPSession(page);
    await session.send('Performance.enable', { timeDomain: 'threadTicks' });
    const read = async () => {
      const { metrics } = await session.send('Performance.getMetrics');
      const of = (name) => (metrics.find((metric) => metric.name === name)?.value ?? 0) * 1000;
      return { task: of('TaskDuration'), script: of('ScriptDuration'), layout: of('LayoutDuration') };
    };
    await page.waitForTimeout(3000);
    await page.evaluate(() => {
      globalThis.frames.length = 0;
      globalThis.long.length = 0;
    });
    const before = await read();
    await page.waitForTimeout(5000);
    const after = await read();
    const { frames, long } = await page.evaluate(() => ({ frames: globalThis.frames, long: globalThis.long }));
    frames.sort((a, b) => a - b);
    const at = (part) => (frames[Math.floor(frames.length * part)] ?? 0).toFixed(2);
    console.log(
      `${panel}: ${frames.length} frames in 5 s, ms p50 ${at(0.5)} p99 ${at(0.99)} max ${at(0.9999)}; long tasks ${long.length} ${long.map(Math.round)}; ` +
        ['task', 'script', 'layout']
          .map((name) => `${name} ${((after[name] - before[name]) / 50).toFixed(1)} %`)
          .join(', '),
    );
    await page.screenshot({ path: join(out, `live-${panel.replace(/\W/g, '-')}.png`) });
    await page.close();
  }
}
