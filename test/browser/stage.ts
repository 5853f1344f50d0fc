import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { chromiumFlags, findChromium } from '../../scripts/lab/chromium.ts';
import type { MetricWish } from './page.ts';

const bundles = new Map<string, Promise<string>>();

/** The script of a page, `path` from this folder; built once per test file. */
export function pageScript(path: string): Promise<string> {
  const bundle = bundles.get(path) ?? bundleOf(path);
  bundles.set(path, bundle);
  return bundle;
}

function bundleOf(path: string): Promise<string> {
  return build({
    entryPoints: [fileURLToPath(new URL(path, import.meta.url))],
    bundle: true,
    format: 'iife',
    write: false,
    define: { 'process.env.NODE_ENV': '"production"' },
  }).then((result) => result.outputFiles[0]!.text);
}

/** A Chromium for one test file; close it in `afterAll`. */
export function launch(): Promise<Browser> {
  return chromium.launch({ executablePath: findChromium(), args: [...chromiumFlags, '--js-flags=--expose-gc'] });
}

/** A page with the widgets' code, and the errors it had. */
export interface Stage {
  readonly page: Page;
  readonly errors: string[];
  mount(wish: MetricWish): Promise<void>;
  /** Waits until the picture is drawn and its axes stand. */
  settled(): Promise<void>;
}

export async function openStage(browser: Browser, options: BrowserContextOptions = {}): Promise<Stage> {
  const context = await browser.newContext({ viewport: { width: 1000, height: 800 }, ...options });
  const page = await context.newPage();
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.stack ?? error.message));
  await page.setContent('<!doctype html><meta charset="utf-8"><body data-jp-theme-light="true"></body>');
  await page.addScriptTag({ content: await pageScript('page.ts') });
  const settled = () => page.evaluate(() => window.lab.frames(24));
  return {
    page,
    errors,
    settled,
    mount: async (wish) => {
      await page.evaluate((it) => window.lab.mount(it), wish);
      await page.waitForFunction((id) => document.querySelector(`#${id} .sv-metric-lines`) !== null, wish.id);
      await settled();
    },
  };
}

/** A wave of one sample a second over the last `seconds`, [seconds before now, value]. */
export function wave(seconds: number, base = 50, swing = 20): [number, number][] {
  return Array.from({ length: seconds + 1 }, (_, i) => {
    const ago = seconds - i;
    return [ago, Math.round((base + swing * Math.sin(ago / 7)) * 1000) / 1000];
  });
}
