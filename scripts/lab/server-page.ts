/** Drives the page of a dashboard server in a real browser. Waits on conditions only. */
import type { Browser, BrowserContext, Page } from 'playwright-core';
import type { SessionReport } from './lab-page.ts';

export interface OpenPageOptions {
  readonly width: number;
  readonly height: number;
  readonly pixelRatio?: number;
  /** What the system prefers. Default light. */
  readonly scheme?: 'light' | 'dark';
}

interface PageRuntime {
  inspect(session: string): unknown;
}

/** One tab. `close` ends it with its browser context. */
export class ServerPage {
  readonly page: Page;
  readonly #context: BrowserContext;

  private constructor(context: BrowserContext, page: Page) {
    this.#context = context;
    this.page = page;
  }

  /** Opens a link as the script printed it, with what is added to its query. */
  static async open(browser: Browser, link: string, options: OpenPageOptions, query = ''): Promise<ServerPage> {
    const { width, height, pixelRatio = 1, scheme = 'light' } = options;
    const context = await browser.newContext({
      viewport: { width, height },
      deviceScaleFactor: pixelRatio,
      colorScheme: scheme,
    });
    const page = await context.newPage();
    await page.goto(query === '' ? link : `${link}&${query}`);
    return new ServerPage(context, page);
  }

  /** Name of the server's first session. Throws where it has none. */
  async session(): Promise<string> {
    const names = await this.page.evaluate(async () => {
      const answer = await fetch('api/dashboard/0');
      return answer.ok ? ((await answer.json()) as { readonly session: string }).session : null;
    });
    if (names === null) throw new Error('the server has no session yet');
    return names;
  }

  /** What the page holds of the server's first session, or null before its first message. */
  async inspect(): Promise<SessionReport | null> {
    return this.page.evaluate(async () => {
      const answer = await fetch('api/dashboard/0');
      if (!answer.ok) return null;
      const { session } = (await answer.json()) as { readonly session: string };
      const registry = (
        globalThis as unknown as Record<
          symbol,
          { get(least: string, session: string): Promise<PageRuntime> | undefined } | undefined
        >
      )[Symbol.for('streamviz/1')];
      const runtime = await registry?.get('0.0.0', session);
      return (runtime?.inspect(session) ?? null) as never;
    });
  }

  /** Polls `inspect` until `condition` holds. Throws with the last report after `timeoutMs`. */
  async until(condition: (report: SessionReport) => boolean, timeoutMs = 30_000): Promise<SessionReport> {
    const end = performance.now() + timeoutMs;
    for (;;) {
      const report = await this.inspect();
      if (report && condition(report)) return report;
      if (performance.now() > end)
        throw new Error(`not reached in ${timeoutMs} ms; the page holds ${JSON.stringify(report).slice(0, 3000)}`);
      await this.page.waitForTimeout(100);
    }
  }

  async close(): Promise<void> {
    await this.#context.close();
  }
}
