/** The same widgets in hosts that show a notebook as a page: Voila with progressive rendering, and marimo (a shadow root). */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, chromium, type Locator, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type AppServer, startApp } from '../../scripts/lab/app-server.ts';
import { chromiumFlags, findChromium } from '../../scripts/lab/chromium.ts';
import { writeNotebook } from '../../scripts/lab/lab-page.ts';

let browser: Browser;
let state: string;
beforeAll(async () => {
  browser = await chromium.launch({ executablePath: findChromium(), args: chromiumFlags });
  state = mkdtempSync(join(tmpdir(), 'streamviz-apps-'));
});
afterAll(async () => {
  await browser?.close();
  rmSync(state, { recursive: true, force: true });
});

const DECLARE = `
import threading, time
from pathlib import Path
import stream_viz as sv
cpu = sv.metric("cpu", title="CPU usage", unit="%")
`;
/** Moves until the test's page has seen it, then ends with known values. */
const feed = (flag: string): string => `
def feed():
    i = 0
    while not Path(${JSON.stringify(flag)}).exists():
        cpu.send(i % 50)
        load.set(i % 100)
        jobs.append({"id": i % 4, "state": f"step {i}"})
        i += 1
        time.sleep(0.02)
    cpu.send(77.5)
    load.set(42)
    jobs.append({"id": 9, "state": "the end"})
`;

const card = (page: Page, title: string): Locator => page.locator('.sv-card').filter({ hasText: title });
const value = (page: Page, title: string): Promise<string> => card(page, title).locator('.sv-value').innerText();

async function open(app: AppServer): Promise<{ page: Page; problems: string[] }> {
  const page = await browser.newPage({ viewport: { width: 1000, height: 1100 } });
  const problems: string[] = [];
  page.on('pageerror', (error) => {
    if (String(error.stack).includes('blob:')) problems.push(String(error.stack));
  });
  await page.goto(app.url, { waitUntil: 'commit', timeout: 60_000 });
  return { page, problems };
}

async function isLive(page: Page): Promise<void> {
  await card(page, 'CPU usage').waitFor({ timeout: 60_000 });
  const before = await value(page, 'CPU usage');
  await expect.poll(() => value(page, 'CPU usage')).not.toBe(before);
}

async function endsAsSent(page: Page): Promise<void> {
  await expect.poll(() => value(page, 'CPU usage')).toMatch(/^77\.5\s*%$/);
  await expect.poll(() => card(page, 'load').locator('.sv-value').innerText()).toMatch(/^42/);
  await expect.poll(() => card(page, 'jobs').innerText()).toContain('the end');
  const painted = await card(page, 'CPU usage').evaluate(
    (element) =>
      [...element.querySelectorAll('canvas')].filter((canvas) => {
        const { data } = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height) ?? { data: [] };
        return data.some((byte) => byte > 0);
      }).length,
  );
  expect(painted).toBeGreaterThan(0);
}

describe('Voila with progressive rendering', () => {
  let app: AppServer;
  let flag: string;
  beforeAll(async () => {
    flag = join(state, 'voila-done');
    const name = writeNotebook(state, 'app.ipynb', [
      `${DECLARE}load = sv.gauge("load", min=0, max=100)\njobs = sv.table("jobs", columns=["id", "state"], key="id")`,
      `${feed(flag)}\nfeed()`,
    ]);
    app = await startApp('voila', name, state);
  });
  afterAll(async () => {
    await app?.stop();
  });

  test('widgets are live while a cell runs, and end with what was sent', async () => {
    const { page, problems } = await open(app);
    await isLive(page);
    writeFileSync(flag, '');
    await endsAsSent(page);
    expect(problems).toEqual([]);
    await page.close();
  });
});

describe('marimo', () => {
  let app: AppServer;
  let flag: string;
  beforeAll(async () => {
    flag = join(state, 'marimo-done');
    const cell = (source: string, takes: string, gives: string): string =>
      `@app.cell\ndef _(${takes}):\n${source.trim().replace(/^/gm, '    ')}\n    return ${gives}\n`;
    const cells = [
      cell(DECLARE, '', 'Path, cpu, sv, threading, time'),
      // A handle at the end of a cell: what the cell showed before must stay.
      cell('load = sv.gauge("load", min=0, max=100)\nload', 'sv', 'load,'),
      cell('jobs = sv.table("jobs", columns=["id", "state"], key="id")', 'sv', 'jobs,'),
      cell(
        `${feed(flag)}\nthreading.Thread(target=feed, daemon=True).start()`,
        'Path, cpu, jobs, load, threading, time',
        '',
      ),
    ];
    const file = join(state, 'app.py');
    writeFileSync(file, `import marimo\n\napp = marimo.App()\n\n\n${cells.join('\n\n')}`);
    app = await startApp('marimo', file, state);
  });
  afterAll(async () => {
    await app?.stop();
  });

  test('widgets are live in shadow roots, styled there, for a second visitor too, and end with what was sent', async () => {
    const first = await open(app);
    await isLive(first.page);
    const inShadow = await first.page.evaluate(() =>
      [...document.querySelectorAll('marimo-anywidget')].map((host) => {
        const found = host.shadowRoot?.querySelector('.sv-card');
        return found ? getComputedStyle(found).borderTopLeftRadius : null;
      }),
    );
    expect(inShadow).toEqual(['8px', '8px', '8px']);
    const second = await open(app);
    await isLive(second.page);
    writeFileSync(flag, '');
    for (const { page, problems } of [first, second]) {
      await endsAsSent(page);
      expect(problems).toEqual([]);
      await page.close();
    }
  });
});
