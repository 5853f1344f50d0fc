// `npm run demo`: prints the URL of a JupyterLab with the quickstart. `-- --once`: the same headless, saves one picture, prints figures, ends.
// `-- --standalone`, also with `--once`: the same readings from a script, in a browser tab.
import { cpSync, mkdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { chromium } from 'playwright-core';
import { buildAll } from './build.ts';
import { demoStandalone } from './demo-standalone.ts';
import { chromiumFlags, findChromium } from './lab/chromium.ts';
import { startJupyter } from './lab/jupyter.ts';
import { LabPage, type SessionReport } from './lab/lab-page.ts';
import { measurePaintLatency } from './lab/paint-latency.ts';
import { extensionShare } from './lab-extension.ts';
import { root } from './setup.mjs';

const QUICKSTART = '01-quickstart.ipynb';
const OPTIONS = ['--once', '--standalone'];
const options = process.argv.slice(2);
const unknown = options.filter((option) => !OPTIONS.includes(option));
if (unknown.length > 0) {
  console.error(`unknown option ${unknown.join(' ')}; known: ${OPTIONS.join(', ')}`);
  process.exit(2);
}

await buildAll();
if (options.includes('--standalone')) {
  await demoStandalone({ once: options.includes('--once') });
  process.exit(0);
}
const state = join(root, '.cache', 'demo');
const dir = join(state, 'notebooks');
mkdirSync(dir, { recursive: true });
cpSync(join(root, 'notebooks'), dir, { recursive: true });
console.log('starting JupyterLab ...');
const server = await startJupyter({ dir, state: join(state, 'jupyter'), share: extensionShare() });

if (options.includes('--once')) {
  try {
    await once();
  } finally {
    await server.stop();
  }
} else {
  console.log(
    `\n  ${server.url}/lab/tree/${QUICKSTART}?token=${server.token}\n\nOpen it and run the cells from the top; the pulse at the right edge opens the panel. Ctrl-C ends it. It is a copy in ${relative(root, dir)}; the next demo starts from the original again.`,
  );
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => server.stop().then(() => process.exit(0)));
}

async function once(): Promise<void> {
  const notebook = JSON.parse(readFileSync(join(dir, QUICKSTART), 'utf8')) as {
    readonly cells: readonly { readonly id: string }[];
  };
  const cell = (id: string): number => notebook.cells.findIndex((each) => each.id === id);
  const browser = await chromium.launch({ executablePath: findChromium(), args: chromiumFlags });
  const lab = await LabPage.open(browser, server.url, server.token, QUICKSTART, { width: 1480, height: 1500 });
  await lab.command('application:toggle-left-area').catch(() => undefined);
  await lab.command('stream-viz:toggle-panel');
  await lab.run(cell('import'));
  await lab.run(cell('machine'));
  await lab.run(cell('first'), { wait: false });
  const session = `kernel-${await lab.kernelId()}`;
  await lab.until((report) => report.series.some((series) => series.name === 'overshoot' && series.count > 2000));
  const before = await lab.inspect();
  const began = performance.now();
  const latency = await measurePaintLatency(lab.page, session, 6000);
  const seconds = (performance.now() - began) / 1000;
  const after = await lab.inspect();
  const rows = (report: SessionReport | null): number =>
    report?.series.reduce((sum, series) => sum + series.count, 0) ?? 0;
  await lab.scrollTo(cell('machine'));
  await lab.page.waitForTimeout(1500); // a chart that was out of sight paints when it returns
  const picture = join(root, '.cache', 'demo', 'quickstart.png');
  await lab.page.screenshot({ path: picture });
  await browser.close();
  console.log(`picture: ${relative(root, picture)}`);
  console.log(`samples per second: ${((rows(after) - rows(before)) / seconds).toFixed(0)}`);
  console.log(`messages per second: ${(((after?.seq ?? 0) - (before?.seq ?? 0)) / seconds).toFixed(1)}`);
  console.log(
    `sent to painted: p50 ${latency.p50Ms.toFixed(0)} ms, p99 ${latency.p99Ms.toFixed(0)} ms (${latency.messages} messages)`,
  );
}
