import { readFileSync } from 'node:fs';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { buildPage } from '../standalone/viewer/trial-page.ts';
import { startTrialServer, type TrialServer } from '../standalone/viewer/trial-server.ts';
import { launch } from './stage.ts';

let browser: Browser;
let server: TrialServer;
const errors: string[] = [];

beforeAll(async () => {
  server = await startTrialServer(await buildPage());
  server.join('checkout');
  browser = await launch();
});
afterEach(async () => {
  for (const context of browser.contexts()) await context.close();
});
afterAll(async () => {
  await browser?.close();
  await server?.close();
});

async function open(query: string, options: BrowserContextOptions = {}): Promise<Page> {
  const page = await (await browser.newContext({ viewport: { width: 1280, height: 940 }, ...options })).newPage();
  page.on('pageerror', (error) => errors.push(error.stack ?? error.message));
  await page.goto(`${server.url}${query}`);
  await page.locator('.sv-metric-lines').first().waitFor({ state: 'attached' });
  await page.waitForTimeout(1500);
  return page;
}

const chip = (page: Page) => page.locator('.sv-bar-chip .sv-wide').textContent();
const range = (page: Page) => page.locator('.sv-bar .sv-button').first().textContent();
const value = (page: Page) => page.locator('[data-widget="metric:throughput"] .sv-value-number').textContent();
const picture = (page: Page, widget: string) =>
  page
    .locator(`[data-widget="${widget}"] canvas.sv-metric-lines`)
    .evaluate((it) => (it as HTMLCanvasElement).toDataURL());

async function drag(page: Page, fromX: number, toX: number): Promise<void> {
  const box = (await page.locator('[data-widget="metric:cpu"] .sv-metric-stage').boundingBox())!;
  await page.mouse.move(box.x + fromX, box.y + 60);
  await page.mouse.down();
  await page.mouse.move(box.x + (fromX + toX) / 2, box.y + 60);
  await page.mouse.move(box.x + toX, box.y + 60);
  await page.mouse.up();
  await page.waitForTimeout(700);
}

/** The span of the address, seconds. */
function spanOf(page: Page): readonly [from: number, to: number] {
  const query = new URL(page.url()).searchParams;
  return [Date.parse(query.get('from') ?? '') / 1000, Date.parse(query.get('to') ?? '') / 1000];
}

describe('the page in a browser', () => {
  it('drag zooms all charts, Shift and drag pans them, a double click goes back to live; the address leads to each', async () => {
    const page = await open('');
    expect(await range(page)).toBe('Last 15 min');
    await drag(page, 100, 200);
    const [from, to] = spanOf(page);
    expect(to - from).toBeGreaterThan(150);
    expect(to - from).toBeLessThan(400);
    const other = await open(new URL(page.url()).search);
    expect(await range(other)).toBe(await range(page));
    await page.keyboard.down('Shift');
    await drag(page, 100, 160);
    await page.keyboard.up('Shift');
    const [earlier, end] = spanOf(page);
    expect(earlier).toBeLessThan(from);
    expect(end - earlier).toBeCloseTo(to - from, 1);
    await page.locator('[data-widget="metric:memory"] .sv-metric-stage').dblclick();
    await page.waitForTimeout(700);
    expect(await range(page)).toBe('Last 15 min');
    expect(new URL(page.url()).search).toBe('');
  });

  it('paused, pictures, values and tables stand while samples are counted; what is pointed at in one chart is shown in all', async () => {
    const page = await open('?range=5m');
    await page.keyboard.press(' ');
    // What was under way arrives, finer rows are fetched once, and the column at the edge fills.
    await page.waitForTimeout(3500);
    const row = page.locator('[data-widget="table:events"] .sv-table-row').first();
    const words = async () => [await value(page), await row.textContent()];
    const before = await words();
    const line = await picture(page, 'metric:memory');
    const counted = await chip(page);
    await page.waitForTimeout(2500);
    expect(await words()).toEqual(before);
    expect(await picture(page, 'metric:memory')).toBe(line);
    expect(await chip(page)).toMatch(/^Paused \d\d:\d\d:\d\d · [\d,]+ new$/);
    expect(await chip(page)).not.toBe(counted);
    await page.locator('[data-widget="metric:cpu"] .sv-metric-stage').hover();
    await page.waitForTimeout(500);
    expect(await picture(page, 'metric:memory')).not.toBe(line);
    expect(await page.locator('.sv-tooltip:visible').count()).toBe(1);
    await page.keyboard.press(' ');
    await page.waitForTimeout(1500);
    expect(await chip(page)).toMatch(/^Live|behind$/);
    expect(await value(page)).not.toBe(before[0]);
  });

  it('every 5 s, values change no more often', async () => {
    const page = await open('?refresh=5s');
    const seen: (string | null)[] = [];
    for (let i = 0; i < 22; i += 1) {
      const now = await value(page);
      if (seen.at(-1) !== now) seen.push(now);
      await page.waitForTimeout(500);
    }
    expect(seen.length).toBeGreaterThan(1);
    expect(seen.length).toBeLessThanOrEqual(4);
  });

  it('exports what is shown: CSV with a row for each, JSON that says whose it is, a PNG', async () => {
    const page = await open('');
    const save = async (widget: string, item: string): Promise<Buffer> => {
      await page.locator(`[data-widget="${widget}"] .sv-title`).hover();
      await page.keyboard.press('e');
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.locator('.sv-menu-item', { hasText: item }).click(),
      ]);
      return readFileSync(await download.path());
    };
    const csv = String(await save('table:events', 'CSV')).split('\r\n');
    expect(csv[0]).toBe('time,level,message,service,ms');
    expect(csv.length).toBeGreaterThan(100);
    const json = JSON.parse(String(await save('metric:core', 'JSON')));
    expect(json).toMatchObject({ id: 'metric:core', unit: '%', session: 'checkout' });
    expect(new Set(json.rows.map(({ line }: { line: string }) => line)).size).toBe(8);
    expect((await save('metric:cpu', 'PNG')).subarray(1, 4).toString()).toBe('PNG');
  });

  it('a lost server is said, its data stay in grey, and the page comes back by itself with all that was missed', async () => {
    const page = await open('');
    const back = server.cut(4000);
    await page.locator('.sv-bar-chip', { hasText: 'Reconnecting' }).waitFor({ timeout: 5000 });
    await page.locator('.sv-card[data-state="gone"]').first().waitFor({ timeout: 6000 });
    await back;
    await page.locator('.sv-bar-chip', { hasText: 'Resumed after' }).waitFor({ timeout: 30_000 });
    await page.waitForTimeout(1500);
    expect(await page.locator('.sv-card[data-state="gone"]').count()).toBe(0);
  });

  it('keys: / searches, ? shows the keys, Escape closes and clears', async () => {
    const page = await open('');
    await page.keyboard.press('/');
    await page.keyboard.type('exhaust');
    await page.waitForTimeout(500);
    expect(await page.locator('.sv-card:visible').count()).toBe(1);
    expect(page.url()).toMatch(/q=exhaust/);
    await page.keyboard.press('Escape');
    expect(await page.locator('.sv-card:visible').count()).toBe(10);
    await page.keyboard.press('?');
    expect(await page.locator('dialog[open]').count()).toBe(1);
    await page.keyboard.press('Escape');
    expect(await page.locator('dialog[open]').count()).toBe(0);
  });

  it.each([320, 390, 559, 768, 1280, 2520])(
    '%i px wide: nothing reaches out of the page, every button is there',
    async (width) => {
      const page = await open('', { viewport: { width, height: 800 } });
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
      const outside = await page
        .locator('.sv-bar > *:visible')
        .evaluateAll((all) => all.filter((it) => it.getBoundingClientRect().right > innerWidth).length);
      expect(outside).toBe(0);
      expect(await page.locator('.sv-button.sv-narrow').isVisible()).toBe(width < 560);
      await page.keyboard.press('r');
      expect(await page.locator('.sv-menu-item', { hasText: 'Last hour' }).isVisible()).toBe(true);
    },
  );

  it('asks nobody but its own server, and no page had an error', async () => {
    const page = await (await browser.newContext()).newPage();
    const hosts = new Set<string>();
    page.on('request', (request) => hosts.add(new URL(request.url()).host));
    await page.goto(`${server.url}?kiosk&theme=dark`);
    await page.waitForTimeout(2000);
    expect(await page.locator('.sv-bar').isVisible()).toBe(false);
    expect([...hosts]).toEqual([new URL(server.url).host]);
    expect(errors).toEqual([]);
  });
});
