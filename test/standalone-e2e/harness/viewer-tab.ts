/** A tab of a real Chromium that shows a server's page, and what it holds. */
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { onTestFinished } from 'vitest';
import { chromiumFlags, findChromium } from '../../../scripts/lab/chromium.ts';
import type { Registry } from '../../../src/registry.ts';
import type { SessionInspection } from '../../../src/session/inspection.ts';
import type { ServerEntry } from './place.ts';
import { until } from './until.ts';

/** Starts a browser for one file of tests; close it when they are done. */
export function openBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: findChromium(), args: chromiumFlags });
}

export class ViewerTab {
  readonly page: Page;
  readonly context: BrowserContext;
  /** Errors of the page's scripts. */
  readonly errors: string[] = [];

  private constructor(page: Page, context: BrowserContext) {
    this.page = page;
    this.context = context;
    page.on('pageerror', (error) => this.errors.push(String(error)));
  }

  /**
   * Opens the page in a profile of its own; it ends with the test.
   *
   * @param options.view Query of the view, such as `range=5m`.
   */
  static async open(
    browser: Browser,
    { url, token }: Pick<ServerEntry, 'url' | 'token'>,
    options: BrowserContextOptions & { readonly view?: string } = {},
  ): Promise<ViewerTab> {
    const { view, ...rest } = options;
    const context = await browser.newContext(rest);
    onTestFinished(() => context.close());
    const page = await context.newPage();
    const tab = new ViewerTab(page, context);
    await page.goto(`${url}/?token=${token}${view === undefined ? '' : `&${view}`}`);
    return tab;
  }

  /** What the page holds of a session; null before its first message. */
  inspect(session: string): Promise<SessionInspection | null> {
    return this.page.evaluate(async (name) => {
      const registry = (globalThis as unknown as Record<symbol, Registry | undefined>)[Symbol.for('streamviz/1')];
      const runtime = await registry?.get(registry.versions()[0] ?? '');
      return (runtime?.inspect(name) as SessionInspection | null) ?? null;
    }, session);
  }

  /** Finite samples of all series of a session; 0 before its first message. */
  async count(session: string): Promise<number> {
    return (await this.inspect(session))?.series.reduce((sum, { count }) => sum + count, 0) ?? 0;
  }

  /** Waits until message `seq` of an epoch is applied; returns what the page holds then. */
  reaches(session: string, epoch: string, seq: number, mostMs = 20_000): Promise<SessionInspection> {
    return until(
      `message ${seq} of ${session} in a page`,
      async () => {
        const held = await this.inspect(session);
        return held !== null && held.epoch === epoch && held.seq >= seq ? held : null;
      },
      { mostMs, shown: async () => [await this.chip(), epoch, await this.inspect(session)] },
    );
  }

  /** The words of the connection chip. */
  async chip(): Promise<string> {
    return (await this.page.locator('.sv-bar-chip .sv-wide').textContent({ timeout: 5000 })) ?? '';
  }

  /** Waits until the connection chip's words match. */
  chipSays(words: RegExp, mostMs = 20_000): Promise<string> {
    return until(`the chip ${words}`, async () => ((await this.chip()).match(words) ? this.chip() : null), {
      mostMs,
      shown: () => this.chip(),
    });
  }

  /** As a browser tells a page that the network is back: it tries at once. */
  async wake(): Promise<void> {
    await this.page.evaluate(() => window.dispatchEvent(new Event('online')));
  }
}
