/**
 * Draws every state of a metric in light and dark at 320, 480 and 720 px and writes PNGs to test/output/gallery.
 * `--live [charts]` measures the main-thread time of live charts instead.
 */
import { existsSync } from 'node:fs';
import { copyFile, mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { chromium } from 'playwright-core';

const here = dirname(fileURLToPath(import.meta.url));
const out = join(here, '..', 'output', 'gallery');
await mkdir(out, { recursive: true });
await build({
  entryPoints: [join(here, 'gallery.ts')],
  bundle: true,
  format: 'iife',
  outfile: join(out, 'gallery.js'),
  logLevel: 'warning',
});
await copyFile(join(here, 'index.html'), join(out, 'index.html'));
const executablePath = process.env.CHROMIUM ?? (existsSync('/usr/bin/chromium') ? '/usr/bin/chromium' : undefined);
const browser = await chromium.launch({
  args: ['--no-sandbox', '--disable-dev-shm-usage'],
  ...(executablePath ? { executablePath } : {}),
});
const url = `file://${join(out, 'index.html')}`;
const open = async (search, width, deviceScaleFactor = 2) => {
  const page = await browser.newPage({ viewport: { width, height: 900 }, deviceScaleFactor });
  page.on('pageerror', (error) => console.error('page error:', error.message));
  page.on('console', (message) => message.type() === 'error' && console.error('console:', message.text()));
  await page.goto(`${url}?${search}`);
  return page;
};
try {
  if (process.argv.includes('--live')) await live();
  else await stills();
} finally {
  await browser.close();
}

async function stills() {
  for (const mode of ['light', 'dark']) {
    for (const width of [240, 320, 480, 720]) {
      if (mode === 'dark' && width !== 320) continue;
      const columns = width > 400 ? 2 : 4;
      const page = await open(`mode=${mode}&width=${width}`, columns * (width + 12) + 48);
      await page.setViewportSize({ width: columns * (width + 12) + 48, height: 2400 });
      await page.waitForTimeout(1500);
      await page.screenshot({ path: join(out, `metric-${width}-${mode}.png`), fullPage: true });
      if (width === 480 || (mode === 'dark' && width === 320)) {
        for (const [name, index] of [
          ['many', 3],
          ['one', 0],
          ['gap', 6],
        ]) {
          const stage = page.locator('.sv-metric-stage').nth(index);
          await stage.scrollIntoViewIfNeeded();
          const box = await stage.boundingBox();
          await page.mouse.move(box.x + box.width * (name === 'gap' ? 0.5 : 0.6), box.y + 70);
          await page.waitForTimeout(300);
          await page.screenshot({
            path: join(out, `tooltip-${name}-${mode}.png`),
            clip: {
              x: Math.max(0, box.x - 40),
              y: Math.max(0, box.y - 90),
              width: Math.min(620, width * 1.6),
              height: 280,
            },
          });
        }
      }
      await page.close();
    }
  }
}

async function live() {
  for (const charts of [10, 30]) {
    const page = await open(`scene=live&charts=${charts}&width=300`, 1900, 1);
    await page.setViewportSize({ width: 1900, height: 1500 });
    const session = await page.context().newCDPSession(page);
    // Thread time: what other processes of a busy machine take is not counted.
    await session.send('Performance.enable', { timeDomain: 'threadTicks' });
    const read = async () => {
      const { metrics } = await session.send('Performance.getMetrics');
      const ticks = await page.evaluate(() => globalThis.busy.length);
      const of = (name) => (metrics.find((metric) => metric.name === name)?.value ?? 0) * 1000;
      return {
        ticks,
        script: of('ScriptDuration'),
        task: of('TaskDuration'),
        layout: of('LayoutDuration'),
        style: of('RecalcStyleDuration'),
      };
    };
    await page.waitForTimeout(2000);
    const before = await read();
    await page.waitForTimeout(5000);
    const after = await read();
    const ticks = after.ticks - before.ticks;
    const perTick = (name) => `${name} ${((after[name] - before[name]) / ticks).toFixed(2)}`;
    console.log(
      `${charts} charts: ${ticks} ticks in 5 s, ms per tick: ${['script', 'style', 'layout', 'task'].map(perTick).join(', ')}`,
    );
    await page.screenshot({ path: join(out, `live-${charts}.png`) });
    await page.close();
  }
}
