// A Chromium in which the viewer's page can be timed, and what processes used.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { type Browser, chromium, type Page } from 'playwright-core';
import { chromiumFlags, findChromium } from '../scripts/lab/chromium.ts';
import type { ViewerBench } from './standalone-page.ts';
import type { ServerAddress } from './standalone-producer.ts';

declare const viewerBench: ViewerBench;

const TICKS_PER_SECOND = 100;
/** Size of the page, CSS px. */
export const VIEWPORT = { width: 1280, height: 900 };

export interface OpenBrowser {
  readonly browser: Browser;
  /** Of the browser's first process. */
  readonly pid: number;
  close(): Promise<void>;
}

export async function openBrowser(): Promise<OpenBrowser> {
  const server = await chromium.launchServer({
    executablePath: findChromium(),
    args: [...chromiumFlags, '--disable-gpu'],
  });
  const browser = await chromium.connect(server.wsEndpoint());
  return { browser, pid: server.process().pid ?? Number.NaN, close: () => server.close() };
}

let script: Promise<string> | null = null;

/** The page's script with its measuring ends, bundled once. */
async function pageScript(): Promise<string> {
  const made = await build({
    entryPoints: [join(import.meta.dirname, 'standalone-page.ts')],
    ...{ bundle: true, minify: true, format: 'esm', target: 'es2022', write: false },
    define: { 'process.env.NODE_ENV': '"production"', __STREAMVIZ_VERSION__: '"0.0.0"' },
    loader: { '.svg': 'dataurl', '.woff2': 'dataurl' },
  });
  return made.outputFiles[0]!.text;
}

/** A page that will serve its own script instead of the viewer's. */
export async function timedPage(browser: Browser): Promise<Page> {
  script ??= pageScript();
  const body = await script;
  const page = await browser.newPage({ viewport: VIEWPORT });
  page.on('pageerror', (error) => console.error(`  page: ${error.message}`));
  await page.route('**/viewer.mjs', (route) => route.fulfill({ contentType: 'text/javascript', body }));
  return page;
}

/** Opens the viewer. `query` without a question mark. */
export async function showViewer(page: Page, { port, token }: ServerAddress, query = ''): Promise<void> {
  await page.goto(`http://127.0.0.1:${port}/?token=${encodeURIComponent(token)}&${query}`);
  await page.waitForFunction(() => typeof viewerBench !== 'undefined');
}

/** CPU time of a process and all below it, s; NaN where the system has no /proc. */
export function cpuSeconds(pid: number): number {
  const parents = new Map<number, { readonly parent: number; readonly seconds: number }>();
  try {
    for (const name of readdirSync('/proc')) {
      if (/^\d+$/.test(name)) {
        const found = statOf(Number(name));
        if (found !== null) parents.set(Number(name), found);
      }
    }
  } catch {
    // Not Linux: then this figure is left out.
    return Number.NaN;
  }
  const isBelow = (child: number): boolean => {
    for (let at = child; at > 1; at = parents.get(at)?.parent ?? 0) if (at === pid) return true;
    return false;
  };
  let sum = 0;
  for (const [child, { seconds }] of parents) if (isBelow(child)) sum += seconds;
  return sum;
}

function statOf(pid: number): { readonly parent: number; readonly seconds: number } | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return { parent: Number(fields[1]), seconds: (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND };
  } catch {
    // It ended meanwhile.
    return null;
  }
}
