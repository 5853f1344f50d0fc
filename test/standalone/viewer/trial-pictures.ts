// Pictures of the page in all its states, against the trial server: `node test/standalone/viewer/trial-pictures.ts <folder> [name ...]`
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { chromiumFlags, findChromium } from '../../../scripts/lab/chromium.ts';
import { buildPage } from './trial-page.ts';
import { startTrialServer, type TrialServer } from './trial-server.ts';

interface Stage {
  readonly server: TrialServer;
  /** Opens the page with a query, waits until it is drawn. */
  open(query: string, options?: BrowserContextOptions): Promise<Page>;
}

const DESKTOP = { viewport: { width: 1280, height: 940 } };
const PHONE = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, hasTouch: true, isMobile: true };

type Picture = (stage: Stage, save: (page: Page, suffix?: string) => Promise<unknown>) => Promise<void>;

async function over(page: Page, widget: string): Promise<{ readonly x: number; readonly y: number }> {
  const box = await page.locator(`[data-widget="${widget}"] .sv-metric-stage`).boundingBox();
  return { x: box?.x ?? 0, y: (box?.y ?? 0) + 60 };
}

const PICTURES: Readonly<Record<string, Picture>> = {
  light: async ({ open }, save) => void (await save(await open('?theme=light'))),
  dark: async ({ open }, save) => void (await save(await open('?theme=dark'))),
  wall: async ({ open }, save) =>
    void (await save(await open('?theme=dark', { viewport: { width: 2520, height: 1300 } }))),
  kiosk: async ({ open }, save) =>
    void (await save(await open('?theme=dark&kiosk', { viewport: { width: 1920, height: 1080 } }))),
  phone: async ({ open }, save) => {
    const page = await open('?theme=light', PHONE);
    await save(page);
    await page.locator('.sv-button.sv-narrow').click();
    await save(page, '-menu');
  },
  narrow: async ({ open }, save) =>
    void (await save(await open('?theme=dark', { viewport: { width: 320, height: 640 }, deviceScaleFactor: 2 }))),
  paused: async ({ open }, save) => {
    const page = await open('?theme=light');
    await page.keyboard.press(' ');
    await page.waitForTimeout(2000);
    await save(page);
  },
  zoom: async ({ open }, save) => {
    const page = await open('?theme=light');
    const { x, y } = await over(page, 'metric:latency');
    await page.mouse.move(x + 120, y);
    await page.waitForTimeout(300);
    await save(page, '-cursor');
    await page.mouse.down();
    await page.mouse.move(x + 150, y);
    await page.mouse.move(x + 190, y);
    await page.waitForTimeout(200);
    await save(page, '-brush');
    await page.mouse.up();
    await page.waitForTimeout(1200);
    await save(page);
  },
  menus: async ({ open }, save) => {
    const page = await open('?theme=light&refresh=7s');
    await page.keyboard.press('r');
    await save(page, '-range');
    await page.keyboard.press('Escape');
    await page.locator('[data-widget="metric:cpu"] .sv-title').hover();
    await page.keyboard.press('e');
    await save(page, '-export');
    await page.keyboard.press('Escape');
    await page.keyboard.press('?');
    await save(page, '-help');
    await page.keyboard.press('Escape');
    await page.keyboard.press('/');
    await page.keyboard.type('core');
    await page.waitForTimeout(500);
    await save(page, '-search');
  },
  sessions: async ({ open, server }, save) => {
    const leave = server.join('reports');
    const page = await open('?theme=light&q=cpu');
    leave();
    await page.waitForTimeout(1000);
    await save(page);
  },
  lost: async ({ open, server }, save) => {
    const page = await open('?theme=light');
    const back = server.cut(5000);
    await page.waitForTimeout(4200);
    await save(page);
    await back;
    await page.locator('.sv-bar-chip', { hasText: 'Resumed' }).waitFor({ timeout: 40_000 });
    await page.waitForTimeout(1200);
    await save(page, '-resumed');
  },
  refused: async ({ open, server }, save) => {
    server.admission = { ok: false, status: 401, code: 'TOKEN_MISSING', message: 'no token' };
    await save(await open('?theme=light'));
    server.admission = { ok: true };
  },
};

async function stageOf(browser: Browser, server: TrialServer): Promise<Stage> {
  return {
    server,
    open: async (query, options = DESKTOP) => {
      const page = await (await browser.newContext(options)).newPage();
      page.on('pageerror', (error) => console.error(error.stack ?? error.message));
      await page.goto(`${server.url}${query}`);
      await page.waitForTimeout(3500);
      return page;
    },
  };
}

const [folder = 'test/output/viewer', ...names] = process.argv.slice(2);
mkdirSync(folder, { recursive: true });
const server = await startTrialServer(await buildPage());
const browser = await chromium.launch({ executablePath: findChromium(), args: chromiumFlags });
const stage = await stageOf(browser, server);
const shot = async (page: Page, name: string): Promise<void> => {
  await page.waitForTimeout(300); // menus fade in
  await page.screenshot({ path: join(folder, `${name}.png`) });
};
if (names.length === 0 || names.includes('empty')) await shot(await stage.open('?theme=light'), 'empty');
server.join('checkout');
for (const [name, picture] of Object.entries(PICTURES)) {
  if (names.length > 0 && !names.includes(name)) continue;
  await picture(stage, (page, suffix = '') => shot(page, `${name}${suffix}`));
  for (const context of browser.contexts()) await context.close();
}
await browser.close();
await server.close();
