// Takes the pictures of docs/images in a real JupyterLab: the quickstart in light and dark, a narrow page, windows, thirty widgets;
// then those of a script in a browser tab, and of the JupyterLab extension.
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { buildAll } from './build.ts';
import { chromiumFlags, findChromium } from './lab/chromium.ts';
import { startJupyter } from './lab/jupyter.ts';
import { LabPage, type OpenOptions, writeNotebook } from './lab/lab-page.ts';
import { takeLabPictures } from './pictures-lab.ts';
import { takeStandalonePictures } from './pictures-standalone.ts';
import { root } from './setup.mjs';

const images = join(root, 'docs', 'images');
const QUICKSTART = '01-quickstart.ipynb';
const WINDOWS = '02-windows.ipynb';
const THIRTY = `import math, threading, time
import stream_viz as sv
many = [sv.metric(f"sensor {i}", unit="°C") for i in range(30)]
def work():
    while True:
        for i, each in enumerate(many):
            each.send(20 + i / 3 + 4 * math.sin(time.time() / (3 + i)))
        time.sleep(0.05)
threading.Thread(target=work, daemon=True).start()`;

mkdirSync(images, { recursive: true });
await buildAll();
const base = mkdtempSync(join(tmpdir(), 'streamviz-pictures-'));
const dir = join(base, 'notebooks');
cpSync(join(root, 'notebooks'), dir, { recursive: true });
const server = await startJupyter({ dir, state: join(base, 'jupyter') });
const browser = await chromium.launch({ executablePath: findChromium(), args: chromiumFlags });
const cellsOf = (notebook: string): readonly { readonly id: string }[] =>
  (JSON.parse(readFileSync(join(dir, notebook), 'utf8')) as { readonly cells: readonly { readonly id: string }[] })
    .cells;
const quickstart = cellsOf(QUICKSTART);
const cell = (id: string): number => quickstart.findIndex((each) => each.id === id);

async function open(notebook: string, options: OpenOptions): Promise<LabPage> {
  const lab = await LabPage.open(browser, server.url, server.token, notebook, { pixelRatio: 2, ...options });
  await lab.command('application:toggle-left-area');
  return lab;
}

async function shoot(lab: LabPage, name: string, from: number): Promise<void> {
  await lab.scrollTo(from);
  await lab.page.waitForTimeout(2500); // what was out of sight paints, and the theme has settled
  await lab.page.screenshot({ path: join(images, `${name}.png`) });
  console.log(`docs/images/${name}.png`);
}

try {
  const lab = await open(QUICKSTART, { width: 1100, height: 1180 });
  await lab.run(cell('import'));
  await lab.run(cell('machine'));
  await lab.run(cell('first'));
  await lab.run(cell('busy'), { wait: false });
  await lab.until((report) => (report.series.find((series) => series.name === 'load')?.count ?? 0) > 60, 60_000);
  await shoot(lab, 'quickstart-light', cell('machine'));
  await shoot(lab, 'busy-light', cell('busy'));
  await lab.setTheme('JupyterLab Dark');
  await shoot(lab, 'quickstart-dark', cell('machine'));
  await lab.setTheme('JupyterLab Light');
  await lab.page.setViewportSize({ width: 430, height: 1180 });
  await shoot(lab, 'narrow-light', cell('machine'));
  await lab.interrupt();
  await lab.close();
  const windows = await open(WINDOWS, { width: 1100, height: 940 });
  const named = cellsOf(WINDOWS);
  const at = (id: string): number => named.findIndex((each) => each.id === id);
  for (const id of ['import', 'live', 'counter', 'late', 'revise', 'session', 'steps', 'events'])
    await windows.run(at(id));
  await windows.until(
    (report) => (report.series.find(({ name }) => name === 'overshoot')?.windows[0]?.results ?? 0) > 6,
    150_000,
  );
  await shoot(windows, 'windows-light', at('live'));
  await shoot(windows, 'windows-late-light', at('late'));
  await windows.setTheme('JupyterLab Dark');
  await shoot(windows, 'windows-dark', at('live'));
  await windows.close();
  const thirty = await open(writeNotebook(dir, 'thirty.ipynb', [THIRTY]), { width: 1500, height: 1400 });
  await thirty.run(0);
  await thirty.until((report) => report.series.every((series) => series.count > 200));
  await shoot(thirty, 'thirty-light', 0);
  await thirty.close();
  await takeStandalonePictures(browser);
  await takeLabPictures(browser);
} finally {
  await browser.close();
  await server.stop();
  rmSync(base, { recursive: true, force: true });
}
