// `npm run demo -- --standalone`: the quickstart's readings from a plain script, in a browser tab. With `--once` headless: picture, figures, end.
import { join, relative } from 'node:path';
import { chromium } from 'playwright-core';
import { openBrowser, opensBrowser } from '../standalone/server/life/browser.ts';
import { chromiumFlags, findChromium } from './lab/chromium.ts';
import { measurePaintLatency } from './lab/paint-latency.ts';
import { startScript } from './lab/script-server.ts';
import { ServerPage } from './lab/server-page.ts';
import { root } from './setup.mjs';

const SCRIPT = join(root, 'notebooks', '03-script.py');
const OBSERVE_MS = 6000;

/** Runs until Ctrl-C or the script's end, with `once` until the picture is taken. Returns when script and server are gone. */
export async function demoStandalone({ once }: { readonly once: boolean }): Promise<void> {
  console.log(`starting ${relative(root, SCRIPT)} ...`);
  const script = await startScript({ script: SCRIPT, state: join(root, '.cache', 'demo', 'standalone') });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => void script.stop().then(() => process.exit(0)));
  }
  try {
    if (once) {
      await takePicture(script.link);
      return;
    }
    if (opensBrowser(null, process.stdout.isTTY === true, process.env)) openBrowser(script.link);
    console.log('\nOpen the link above. Ctrl-C ends the script and its server.');
    await script.ended;
  } finally {
    await script.stop();
  }
}

async function takePicture(link: string): Promise<void> {
  const browser = await chromium.launch({ executablePath: findChromium(), args: chromiumFlags });
  try {
    const viewer = await ServerPage.open(browser, link, { width: 1280, height: 900 });
    await viewer.until(({ series }) => series.some(({ name, count }) => name === 'overshoot' && count > 5000));
    await printFigures(viewer);
    const picture = join(root, '.cache', 'demo', 'standalone.png');
    await viewer.page.screenshot({ path: picture });
    console.log(`picture: ${relative(root, picture)}`);
  } finally {
    await browser.close();
  }
}

async function printFigures(viewer: ServerPage): Promise<void> {
  const before = await viewer.inspect();
  const began = performance.now();
  const delay = await measurePaintLatency(viewer.page, await viewer.session(), OBSERVE_MS);
  const seconds = (performance.now() - began) / 1000;
  const after = await viewer.inspect();
  const rows = (report: typeof after): number => report?.series.reduce((sum, { count }) => sum + count, 0) ?? 0;
  console.log(`rows per second: ${((rows(after) - rows(before)) / seconds).toFixed(0)}`);
  console.log(`messages per second: ${(((after?.seq ?? 0) - (before?.seq ?? 0)) / seconds).toFixed(1)}`);
  console.log(
    `sent to drawn: p50 ${delay.p50Ms.toFixed(0)} ms, p99 ${delay.p99Ms.toFixed(0)} ms (${delay.messages} messages)`,
  );
}
