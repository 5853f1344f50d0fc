// Takes the pictures of the page in a browser tab: those of docs/images, and every state into test/output/standalone to look at.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium, type WebSocketRoute } from 'playwright-core';
import { chromiumFlags, findChromium } from './lab/chromium.ts';
import { type RunningScript, startScript } from './lab/script-server.ts';
import { type OpenPageOptions, ServerPage } from './lab/server-page.ts';
import { root } from './setup.mjs';

const images = join(root, 'docs', 'images');
const states = join(root, 'test', 'output', 'standalone');
const MANY = `import sys, time
sys.path.insert(0, ${JSON.stringify(join(root, 'notebooks'))})
import psutil
import stream_viz as sv
sv.configure(title="Processes", default_time_range="2m")
cpu = sv.metric("cpu-by-process", title="CPU by process", unit="%", by="process")
wake = sv.metric("wake", title="How late sleep(10 ms) wakes up", unit="ms", window="5s", slide="1s", aggregation=["p50", "p95", "p99"])
switches = sv.counter("switches", title="Context switches")
swap = sv.gauge("load", title="Load average", min=0, max=8, thresholds=[0, 2, 8])
before, switched = {}, psutil.cpu_stats().ctx_switches
while True:
    now = {f"{p.info['name']} {p.info['pid']}": sum(p.info["cpu_times"][:2]) for p in psutil.process_iter(["name", "pid", "cpu_times"]) if p.info["cpu_times"]}
    busy = {name: 100 * (total - before[name]) for name, total in now.items() if name in before and total > 1}
    if busy: cpu.send(busy)
    before = now
    swap.send(psutil.getloadavg()[0])
    switched, last = psutil.cpu_stats().ctx_switches, switched
    switches.inc(switched - last)
    end = time.monotonic() + 1
    while time.monotonic() < end:
        began = time.perf_counter()
        time.sleep(0.01)
        wake.send((time.perf_counter() - began) * 1000 - 10)
`;
const EMPTY = `import time
import stream_viz as sv
sv.start(title="This machine")
time.sleep(600)
`;

/** What stands between page and server: it can lose what the server says, and cut the line for a while. */
class Line {
  #isLosing = false;
  #isCut = false;
  readonly #routes = new Set<WebSocketRoute>();

  async join(viewer: ServerPage): Promise<void> {
    await viewer.page.routeWebSocket(/\/ws$/, (route) => {
      if (this.#isCut) {
        void route.close({ code: 1001 });
        return;
      }
      this.#routes.add(route);
      const server = route.connectToServer();
      server.onMessage((message) => {
        if (!this.#isLosing) route.send(message);
      });
    });
    await viewer.page.reload();
  }

  lose(isLosing: boolean): void {
    this.#isLosing = isLosing;
  }

  async cut(isCut: boolean): Promise<void> {
    this.#isCut = isCut;
    if (!isCut) return;
    const routes = [...this.#routes];
    this.#routes.clear();
    for (const route of routes) await route.close({ code: 1001 });
  }
}

async function shoot(viewer: ServerPage, name: string, folder = states): Promise<void> {
  await viewer.page.screenshot({ path: join(folder, `${name}.png`) });
  console.log(`${folder === images ? 'docs/images' : 'test/output/standalone'}/${name}.png`);
}

/** Sorts the table of processes by their memory, largest first: those a reader may know. */
async function sortByMemory({ page }: ServerPage): Promise<void> {
  const header = page.getByRole('columnheader', { name: 'memory' });
  while ((await header.getAttribute('aria-sort')) !== 'descending') await header.getByRole('button').click();
}

const LARGE: OpenPageOptions = { width: 1280, height: 800, pixelRatio: 1.5 };
/** One state in the documentation: as wide as a column of text, so that its words can be read. */
const SMALL: OpenPageOptions = { width: 840, height: 480, pixelRatio: 1.5 };
/** As a screen on a wall shows it: all cards at once. */
const WALL: OpenPageOptions = { width: 1280, height: 800 };
const PHONE: OpenPageOptions = { width: 375, height: 760, pixelRatio: 2 };
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const state = join(root, '.cache', 'pictures');

/** Every picture; takes about four minutes, for charts have to fill. */
export async function takeStandalonePictures(browser: Browser): Promise<void> {
  await withMachine(async (script) => {
    await takeDashboard(browser, script);
    await takeShownStates(browser, script);
    await takeStates(browser, script);
    await takeTwoScripts(browser, script, state);
  });
  await takeEmpty(browser);
}

/** Only the pictures of single states that the documentation shows; takes about two minutes. */
export async function takeStatePictures(browser: Browser): Promise<void> {
  await withMachine((script) => takeShownStates(browser, script));
  await takeEmpty(browser);
}

/** Runs the script of this machine for as long as pictures are taken. */
async function withMachine(take: (script: RunningScript) => Promise<void>): Promise<void> {
  for (const folder of [images, states]) mkdirSync(folder, { recursive: true });
  const script = await startScript({ script: join(root, 'notebooks', '03-script.py'), state });
  try {
    await take(script);
  } finally {
    await script.stop();
  }
}

const filled = (viewer: ServerPage) =>
  viewer.until(({ series }) => series.some(({ name, count }) => name === 'load' && count > 170), 200_000);

/** Waits until the connection chip's words match. */
async function chipSays({ page }: ServerPage, words: RegExp): Promise<void> {
  await page.locator('.sv-bar-chip .sv-wide', { hasText: words }).waitFor({ timeout: 30_000 });
}

async function takeShownStates(browser: Browser, script: RunningScript): Promise<void> {
  const viewer = await ServerPage.open(browser, script.link, SMALL);
  const line = new Line();
  await line.join(viewer);
  await filled(viewer);
  const { page } = viewer;
  await page.keyboard.press(' ');
  // A few thousand that are collected meanwhile, so that the chip has a number to show.
  await chipSays(viewer, /^Paused .* [1-9],\d{3} new/);
  await shoot(viewer, 'standalone-paused', images);
  await page.keyboard.press(' ');
  await chipSays(viewer, /^Live/);
  const card = page.locator('.sv-card[data-kind="metric"]').first();
  await card.hover({ position: { x: 60, y: 12 } });
  await card.getByRole('button', { name: 'Export' }).click();
  await page.getByRole('menuitem', { name: 'CSV' }).waitFor();
  await pause(400);
  await shoot(viewer, 'standalone-export', images);
  await page.keyboard.press('Escape');
  // No tool stays lit by focus or pointer.
  await card.getByRole('button', { name: 'Export' }).blur();
  await page.mouse.move(2, SMALL.height - 2);
  await line.cut(true);
  await page.locator('.sv-card[data-kind="metric"][data-state="gone"]').first().waitFor();
  await chipSays(viewer, /^Reconnecting in [2-9]/);
  await pause(400);
  await shoot(viewer, 'standalone-reconnecting', images);
  await viewer.close();
  const kiosk = await ServerPage.open(browser, script.link, WALL, 'kiosk');
  await filled(kiosk);
  await sortByMemory(kiosk);
  await kiosk.page.mouse.move(2, WALL.height - 2);
  await pause(2500);
  await shoot(kiosk, 'standalone-kiosk', images);
  await kiosk.close();
}

async function takeDashboard(browser: Browser, script: RunningScript): Promise<void> {
  const viewer = await ServerPage.open(browser, script.link, LARGE);
  await filled(viewer);
  await sortByMemory(viewer);
  await pause(1500);
  await shoot(viewer, 'standalone-light', images);
  await viewer.close();
  const dark = await ServerPage.open(browser, script.link, { ...LARGE, scheme: 'dark' });
  await dark.until(() => true);
  await sortByMemory(dark);
  await pause(2500);
  await shoot(dark, 'standalone-dark', images);
  await dark.close();
  const phone = await ServerPage.open(browser, script.link, PHONE);
  await phone.until(() => true);
  await pause(2500);
  await shoot(phone, 'standalone-phone', images);
  await phone.close();
  for (const [name, width, height] of [
    ['narrow-320', 320, 700],
    ['tablet-768', 768, 1024],
    ['wall-2560', 2560, 1440],
  ] as const) {
    const other = await ServerPage.open(browser, script.link, { width, height });
    await other.until(() => true);
    await pause(2000);
    await shoot(other, name);
    await other.close();
  }
  const kiosk = await ServerPage.open(browser, script.link, LARGE, 'kiosk&theme=dark');
  await kiosk.until(() => true);
  await pause(2500);
  await shoot(kiosk, 'kiosk');
  await kiosk.close();
}

async function takeStates(browser: Browser, script: RunningScript): Promise<void> {
  const viewer = await ServerPage.open(browser, script.link, LARGE);
  const line = new Line();
  await line.join(viewer);
  await viewer.until(() => true);
  const { page } = viewer;
  await pause(2000);
  await page.locator('.sv-card[data-kind="metric"]').first().hover();
  await pause(500);
  await shoot(viewer, 'hover');
  await page.keyboard.press('r');
  await pause(400);
  await shoot(viewer, 'range-menu');
  await page.keyboard.press('Escape');
  await page.keyboard.press('?');
  await pause(400);
  await shoot(viewer, 'shortcuts');
  await page.keyboard.press('Escape');
  await page.mouse.move(10, 300);
  line.lose(true);
  await pause(9000);
  line.lose(false);
  await pause(1200);
  await shoot(viewer, 'hole');
  await line.cut(true);
  await pause(9000);
  await page.setViewportSize({ width: 375, height: 760 });
  await pause(1500);
  await shoot(viewer, 'reconnecting-phone');
  await page.setViewportSize({ width: 1280, height: 800 });
  await line.cut(false);
  await page.evaluate(() => dispatchEvent(new Event('online')));
  await page.locator('.sv-bar-chip', { hasText: 'Resumed' }).waitFor({ timeout: 25_000 });
  await pause(600);
  await sortByMemory(viewer);
  await page.mouse.move(10, 300);
  await pause(600);
  await shoot(viewer, 'standalone-resumed', images);
  await viewer.close();
  const lost = await ServerPage.open(browser, script.link, LARGE);
  await lost.until(() => true);
  const pid = script.serverPid();
  if (pid !== null) process.kill(pid, 'SIGKILL');
  await pause(2500);
  await shoot(lost, 'server-killed');
  await pause(8000);
  await shoot(lost, 'server-again');
  await lost.close();
  const refused = await ServerPage.open(browser, script.link.replace(/token=.*/, ''), LARGE);
  await pause(1500);
  await shoot(refused, 'refused');
  await refused.close();
}

async function takeTwoScripts(browser: Browser, script: RunningScript, state: string): Promise<void> {
  const file = join(state, 'processes.py');
  writeFileSync(file, MANY);
  const second = await startScript({ script: file, state });
  const viewer = await ServerPage.open(browser, script.link, { ...LARGE, height: 1400 });
  await pause(50_000);
  await shoot(viewer, 'two-scripts');
  process.kill(second.scriptPid, 'SIGKILL');
  await pause(5000);
  await shoot(viewer, 'script-killed');
  await viewer.close();
}

async function takeEmpty(browser: Browser): Promise<void> {
  const file = join(state, 'empty.py');
  writeFileSync(file, EMPTY);
  const script = await startScript({ script: file, state });
  try {
    const viewer = await ServerPage.open(browser, script.link, SMALL);
    await chipSays(viewer, /^Live · \d/);
    await viewer.page.locator('.sv-page-words code').waitFor();
    await pause(400);
    await shoot(viewer, 'standalone-empty', images);
    await viewer.close();
  } finally {
    await script.stop();
  }
}

// `states` as a word of the command: those alone.
if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const browser = await chromium.launch({ executablePath: findChromium(), args: chromiumFlags });
  try {
    await (process.argv[2] === 'states' ? takeStatePictures(browser) : takeStandalonePictures(browser));
  } finally {
    await browser.close();
  }
}
