// Takes the pictures of the JupyterLab extension: those of docs/images, and every state in each theme into test/output/lab to look at.
// Named states alone: `node scripts/pictures-lab.ts reopened voila`.
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { startApp } from './lab/app-server.ts';
import { chromiumFlags, findChromium } from './lab/chromium.ts';
import { type JupyterServer, startJupyter } from './lab/jupyter.ts';
import { LabPage, type OpenOptions } from './lab/lab-page.ts';
import * as samples from './lab/sample-notebooks.ts';
import { extensionShare } from './lab-extension.ts';
import { root } from './setup.mjs';

const images = join(root, 'docs', 'images');
const states = join(root, 'test', 'output', 'lab');
const THEMES = {
  light: 'JupyterLab Light',
  dark: 'JupyterLab Dark',
  contrast: 'JupyterLab Dark High Contrast',
} as const;
type Theme = keyof typeof THEMES;
const SIZE: OpenOptions = { width: 1200, height: 760, pixelRatio: 1.35 };
/** Width of the side area: the panel and the bar of icons. */
const NARROW = 280 + 33;
const WIDE = 520;
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

interface Stage {
  readonly browser: Browser;
  readonly server: JupyterServer;
  /** Folder of the notebooks. */
  readonly dir: string;
}

async function shoot(page: Page, name: string, options: { readonly folder?: string; readonly panel?: boolean } = {}) {
  const { folder = states, panel = false } = options;
  const path = join(folder, `${name}.png`);
  const box = panel ? await page.locator('#jp-right-stack').boundingBox() : null;
  await page.screenshot(box === null ? { path } : { path, clip: { ...box, width: box.width + 33 } });
  console.log(path.slice(root.length));
}

async function wear(lab: LabPage, theme: Theme): Promise<void> {
  await lab.command('apputils:change-theme', { theme: THEMES[theme] });
  await lab.page.waitForFunction((name) => document.body.dataset.jpThemeName === name, THEMES[theme]);
  await pause(1200); // charts are drawn in the new colours
}

/** One picture a theme; the light one stays. */
async function everyTheme(lab: LabPage, name: string, panel = true): Promise<void> {
  for (const theme of ['contrast', 'dark', 'light'] as const) {
    await wear(lab, theme);
    await shoot(lab.page, `${name}-${theme}`, { panel });
  }
}

/** Draws the edge of the right area to `width`. */
async function widen({ page }: LabPage, width: number): Promise<void> {
  const box = await page.locator('#jp-right-stack').boundingBox();
  if (box === null) throw new Error('the right area is closed');
  const [x, y] = [box.x - 2, box.y + 400];
  await page.mouse.move(x, y);
  await page.mouse.down();
  await page.mouse.move(x + box.width + 33 - width, y, { steps: 4 });
  await page.mouse.up();
  await page.mouse.move(800, 14); // over nothing that would light up
  await pause(400);
}

async function open(stage: Stage, notebook: string, options: OpenOptions = SIZE): Promise<LabPage> {
  const { browser, server } = stage;
  const lab = await LabPage.open(browser, server.url, server.token, notebook, options);
  if (options.app !== 'notebook') await lab.command('application:toggle-left-area');
  return lab;
}

async function openPanel(lab: LabPage, width = NARROW): Promise<void> {
  await lab.command('stream-viz:toggle-panel');
  await lab.page.locator('#stream-viz-panel .sv-panel-head').waitFor();
  await widen(lab, width);
}

const samplesOf = async (lab: LabPage, name: string, count: number): Promise<unknown> =>
  lab.until(({ series }) => series.some((each) => each.name === name && each.count >= count), 120_000);

/** The shop with its feed running. */
async function openShop(stage: Stage, name: string, options?: OpenOptions): Promise<LabPage> {
  const lab = await open(stage, samples.writeCells(stage.dir, `${name}.ipynb`, samples.SHOP_CELLS), options);
  for (const index of samples.SHOP_CODE) await lab.run(index);
  return lab;
}

async function takePanel(stage: Stage): Promise<void> {
  const lab = await openShop(stage, 'checkout');
  await openPanel(lab);
  await samplesOf(lab, 'orders', 250);
  await lab.scrollTo(4);
  await everyTheme(lab, 'compact');
  await shoot(lab.page, 'lab-panel', { folder: images });
  await lab.command('stream-viz:toggle-mode');
  await everyTheme(lab, 'full');
  await widen(lab, WIDE);
  await everyTheme(lab, 'full-wide', false);
  await wear(lab, 'dark');
  await lab.scrollTo(2);
  await pause(800);
  await shoot(lab.page, 'lab-panel-full', { folder: images });
  await lab.command('stream-viz:toggle-mode');
  await everyTheme(lab, 'compact-wide');
  await widen(lab, NARROW);
  await lab.command('stream-viz:toggle-pause');
  await pause(2500);
  await everyTheme(lab, 'paused');
  await lab.command('stream-viz:toggle-pause');
  await lab.page.getByRole('button', { name: 'More' }).first().click();
  await pause(400);
  await shoot(lab.page, 'menu-light', { panel: true });
  await lab.page.keyboard.press('Escape');
  await lab.page.locator('.lm-MenuBar-item', { hasText: 'View' }).click();
  await lab.page.locator('.lm-Menu-item', { hasText: 'StreamViz' }).click();
  await pause(600);
  await shoot(lab.page, 'view-menu-light');
  await lab.page.keyboard.press('Escape');
  await lab.page.keyboard.press('Escape');
  await lab.command('stream-viz:pin');
  await lab.command('docmanager:open', { path: samples.writeCells(stage.dir, 'notes.ipynb', samples.EMPTY_CELLS) });
  await lab.ready('notes.ipynb');
  await everyTheme(lab, 'pinned');
  await lab.command('stream-viz:pin');
  await lab.page.getByText('Nothing is declared yet').waitFor();
  await everyTheme(lab, 'nothing-declared');
  await lab.command('docmanager:save-all'); // else each asks before it closes
  await lab.command('application:close-all');
  await lab.page.getByText('No notebook or console').waitFor();
  await everyTheme(lab, 'no-notebook');
  await lab.close();
}

async function takeRestart(stage: Stage): Promise<void> {
  const lab = await openShop(stage, 'restarted');
  await openPanel(lab);
  await samplesOf(lab, 'orders', 60);
  await lab.restartKernel();
  await lab.page.locator('#stream-viz-panel').getByText('Kernel restarted').waitFor();
  await lab.scrollTo(4);
  await pause(1500);
  await everyTheme(lab, 'restarted', false);
  await lab.close();
}

async function takeMismatch(stage: Stage): Promise<void> {
  const lab = await open(stage, samples.writeCells(stage.dir, 'newer.ipynb', samples.NEWER_CELLS));
  await openPanel(lab);
  for (const index of samples.NEWER_CODE) await lab.run(index);
  await lab.page.locator('#stream-viz-panel').getByText('This notebook uses').waitFor();
  await pause(4000);
  await lab.scrollTo(3);
  await everyTheme(lab, 'mismatch', false);
  await lab.close();
}

/** A busy cell whose output the file does not have: refreshed, it is back. */
async function takeRefreshed(stage: Stage): Promise<void> {
  const lab = await open(stage, samples.writeCells(stage.dir, 'busy.ipynb', samples.BUSY_CELLS));
  await openPanel(lab);
  await lab.run(0, { wait: false });
  await samplesOf(lab, 'signal', 600);
  await lab.page.reload();
  await lab.ready();
  await lab.page.locator('.sv-lab-output .sv-card').waitFor();
  await lab.until(({ series }) => series.some(({ exact }) => exact));
  await pause(1500);
  await everyTheme(lab, 'refreshed', false);
  await lab.interrupt();
  await lab.close();
}

async function endKernels({ server }: Stage): Promise<void> {
  const call = (path: string, method: string): Promise<Response> =>
    fetch(`${server.url}/api/${path}`, { method, headers: { Authorization: `token ${server.token}` } });
  const sessions = (await (await call('sessions', 'GET')).json()) as readonly { readonly id: string }[];
  for (const { id } of sessions) await call(`sessions/${id}`, 'DELETE');
}

async function takeReopened(stage: Stage): Promise<void> {
  const lab = await openShop(stage, 'saved', { ...SIZE, height: 1500 });
  await samplesOf(lab, 'orders', 120);
  for (const index of samples.SHOP_CODE) {
    await lab.scrollTo(index);
    await pause(500); // a picture is of what was drawn
  }
  await lab.save();
  await lab.close();
  await endKernels(stage);
  const file = JSON.parse(readFileSync(join(stage.dir, 'saved.ipynb'), 'utf8')) as {
    readonly cells: readonly { readonly outputs?: readonly { readonly data?: Readonly<Record<string, unknown>> }[] }[];
  };
  const pictures = file.cells.flatMap(({ outputs = [] }) => outputs.map(({ data }) => data?.['image/png']));
  console.log(`stills in the file: ${pictures.filter((each) => typeof each === 'string').length}`);
  const reopened = await open(stage, 'saved.ipynb', { ...SIZE, height: 900 });
  await reopened.page.locator('.sv-lab-still img').first().waitFor();
  await openPanel(reopened);
  await reopened.scrollTo(3);
  await everyTheme(reopened, 'reopened', false);
  await shoot(reopened.page, 'lab-reopened', { folder: images });
  await reopened.scrollTo(5);
  await everyTheme(reopened, 'reopened-below', false);
  await reopened.close();
}

async function takeNotebook7(stage: Omit<Stage, 'server'>, state: string): Promise<void> {
  const server = await startJupyter({ app: 'notebook', dir: stage.dir, state, share: extensionShare() });
  try {
    const lab = await openShop({ ...stage, server }, 'notebook', { ...SIZE, app: 'notebook' });
    await lab.command('stream-viz:toggle-panel');
    await lab.page.locator('#stream-viz-panel .sv-panel-head').waitFor();
    await samplesOf(lab, 'orders', 100);
    await lab.scrollTo(3);
    await everyTheme(lab, 'notebook7', false);
    await shoot(lab.page, 'lab-notebook7', { folder: images });
    await lab.close();
  } finally {
    await server.stop();
  }
}

async function takeVoila({ browser, dir }: Stage): Promise<void> {
  const app = await startApp('voila', samples.writeCells(dir, 'page.ipynb', samples.RUNNING_CELLS), dir);
  try {
    const page = await browser.newPage({ viewport: { width: 1000, height: 1100 }, deviceScaleFactor: 1.5 });
    await page.goto(app.url, { waitUntil: 'commit', timeout: 60_000 });
    await page.locator('.sv-card').filter({ hasText: 'CPU usage' }).waitFor({ timeout: 60_000 });
    await pause(8000);
    await shoot(page, 'voila');
    await page.close();
  } finally {
    await app.stop();
  }
}

async function takeMarimo({ browser, dir }: Stage): Promise<void> {
  for (const theme of ['light', 'dark'] as const) {
    const app = await startApp('marimo', samples.writeMarimoApp(dir, theme), dir);
    try {
      const page = await browser.newPage({ viewport: { width: 1000, height: 1100 }, deviceScaleFactor: 1.5 });
      await page.goto(app.url, { waitUntil: 'commit', timeout: 60_000 });
      await page.locator('.sv-card').filter({ hasText: 'CPU usage' }).waitFor({ timeout: 60_000 });
      await pause(8000);
      await shoot(page, `marimo-${theme}`);
      await page.close();
    } finally {
      await app.stop();
    }
  }
}

/** Every picture, or those of the named states. The extension must be built. */
export async function takeLabPictures(browser: Browser, only: readonly string[] = []): Promise<void> {
  for (const folder of [images, states]) mkdirSync(folder, { recursive: true });
  const base = mkdtempSync(join(tmpdir(), 'streamviz-pictures-'));
  const dir = join(base, 'notebooks');
  mkdirSync(dir);
  const server = await startJupyter({ dir, state: join(base, 'lab'), share: extensionShare() });
  const stage = { browser, server, dir };
  const all = {
    panel: () => takePanel(stage),
    restart: () => takeRestart(stage),
    mismatch: () => takeMismatch(stage),
    refreshed: () => takeRefreshed(stage),
    reopened: () => takeReopened(stage),
    notebook7: () => takeNotebook7(stage, join(base, 'notebook7')),
    voila: () => takeVoila(stage),
    marimo: () => takeMarimo(stage),
  };
  try {
    for (const [name, take] of Object.entries(all)) {
      if (only.length === 0 || only.includes(name)) await take();
    }
  } finally {
    await server.stop();
    rmSync(base, { recursive: true, force: true });
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const browser = await chromium.launch({ executablePath: findChromium(), args: chromiumFlags });
  try {
    await takeLabPictures(browser, process.argv.slice(2));
  } finally {
    await browser.close();
  }
}
