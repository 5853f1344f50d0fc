// 10 charts, 10 values a second each, from Python to a Chromium: what script, server and browser use; beside it Bokeh's server, where it can be had.
import { spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { type Figure, figure, median, report } from './figures.ts';
import { cpuSeconds, openBrowser, showViewer, timedPage, VIEWPORT } from './standalone-browser.ts';
import { startScript } from './standalone-script.ts';

const SETTLE_MS = 5000;
const SLICES = 4;
const SLICE_MS = 4000;

/** Shares of a core. */
interface Used {
  readonly script: number;
  readonly server: number;
  readonly browser: number;
}

type Pids = { readonly [name in keyof Used]: number | null };

/** Median over slices. */
async function watch(pids: Pids): Promise<Used> {
  const found: Used[] = [];
  for (let i = 0; i < SLICES; i += 1) {
    const read = () => {
      const of = (name: keyof Used): number => (pids[name] === null ? 0 : cpuSeconds(pids[name]));
      return { atMs: performance.now(), script: of('script'), server: of('server'), browser: of('browser') };
    };
    const before = read();
    await new Promise((resolve) => setTimeout(resolve, SLICE_MS));
    const after = read();
    const share = (name: keyof Used): number => (1000 * (after[name] - before[name])) / (after.atMs - before.atMs);
    found.push({ script: share('script'), server: share('server'), browser: share('browser') });
  }
  const of = (name: keyof Used): number => median(found.map((one) => one[name]));
  return { script: of('script'), server: of('server'), browser: of('browser') };
}

const settled = (): Promise<unknown> => new Promise((resolve) => setTimeout(resolve, SETTLE_MS));

async function own(browser: Browser, browserPid: number): Promise<Used> {
  const script = await startScript(['charts', '60']);
  try {
    const page = await timedPage(browser);
    await showViewer(page, script);
    await settled();
    // The server is a session of its own, yet a child of the script.
    const used = await watch({ script: script.pid, server: script.serverPid, browser: browserPid });
    await page.close();
    return { ...used, script: used.script - used.server };
  } finally {
    await script.stop();
  }
}

const peer = process.env.STREAMVIZ_PEER_PYTHON ?? '';

async function bokeh(browser: Browser, browserPid: number): Promise<Used | null> {
  if (peer === '' || spawnSync(peer, ['-c', 'import bokeh']).status !== 0) {
    console.log("  Bokeh's server is not measured: set STREAMVIZ_PEER_PYTHON to a Python that has it");
    return null;
  }
  const child = spawn(peer, [join(import.meta.dirname, 'standalone_bokeh.py')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const line = await new Promise<string>((resolve) =>
      child.stdout.once('data', (piece: Buffer) => resolve(String(piece))),
    );
    const { port } = JSON.parse(line) as { readonly port: number };
    const page = await browser.newPage({ viewport: VIEWPORT });
    await page.goto(`http://127.0.0.1:${port}/`);
    await page.waitForSelector('.bk-Canvas, canvas, .bk-GridBox', { state: 'attached' });
    await settled();
    const used = await watch({ script: child.pid ?? null, server: null, browser: browserPid });
    await page.close();
    return used;
  } finally {
    child.kill('SIGKILL');
  }
}

const { browser, pid, close } = await openBrowser();
try {
  const ours = await own(browser, pid);
  const theirs = await bokeh(browser, pid);
  const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
  for (const [name, used] of [
    ['streamviz', ours],
    ['bokeh', theirs],
  ] as const) {
    if (used === null) continue;
    console.log(
      `  ${name}: script ${percent(used.script)}, server ${percent(used.server)}, browser ${percent(used.browser)}`,
    );
  }
  const name = '10 charts x 10 Hz from Python';
  const figures: Figure[] = [
    figure(`${name}, script`, 100 * ours.script, '% of a core', ours.script / 0.02, '2 %', 1),
    figure(`${name}, server`, 100 * ours.server, '% of a core', ours.server, 'a core', null),
    figure(`${name}, browser`, 100 * ours.browser, '% of a core', ours.browser / 0.25, '25 %', 1),
  ];
  if (theirs !== null) {
    const [mine, other] = [ours.script + ours.server, theirs.script];
    figures.push(
      figure(`${name}, script and server`, 100 * mine, '% of a core', mine / other, "Bokeh's server", null),
      figure(
        `${name}, browser`,
        100 * ours.browser,
        '% of a core',
        ours.browser / theirs.browser,
        "Bokeh's page",
        null,
      ),
    );
  }
  report(figures);
} finally {
  await close();
}
