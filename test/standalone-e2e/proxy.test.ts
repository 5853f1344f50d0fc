// A server seen through a real jupyter-server-proxy: the way from a JupyterHub to a dashboard beside a notebook.
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { PASSWORD, startAccounts, VIEW_KEY } from './harness/account-server.ts';
import { type JupyterProxy, pythonWithProxy, startJupyterProxy } from './harness/jupyter-proxy.ts';
import { Place } from './harness/place.ts';
import { openBrowser } from './harness/viewer-tab.ts';

const python = pythonWithProxy();
const ends: (() => void)[] = [];

describe.skipIf(python === null)('behind jupyter-server-proxy', () => {
  let browser: Browser;
  let jupyter: JupyterProxy;
  beforeAll(async () => {
    browser = await openBrowser();
    jupyter = await startJupyterProxy(new Place({}, (end) => ends.push(end)), python!);
  });
  afterAll(async () => {
    for (const end of ends) end();
    await browser?.close();
  });

  /** A page of somebody who is logged in to Jupyter. */
  async function visit(): Promise<Page> {
    const context = await browser.newContext();
    onTestFinished(() => context.close());
    const page = await context.newPage();
    await page.goto(`${jupyter.url}/login?token=${jupyter.token}`);
    return page;
  }

  const isLive = (page: Page): Promise<void> => page.locator('.sv-bar-chip[data-kind="ok"]').waitFor();

  async function cookiePath(page: Page, port: number): Promise<string | undefined> {
    const cookies = await page.context().cookies();
    return cookies.find(({ name }) => name === `streamviz-${port}`)?.path;
  }

  test.each([
    ['takes its path off', 'proxy', {}],
    ['hands its path on', 'proxy/absolute', { base: true }],
  ])(
    'that %s: log-in, live data and log-out; the cookie is for this server alone',
    async (_how, under, { base }: { base?: boolean }) => {
      const port = 20_000 + Math.floor(Math.random() * 10_000);
      const path = `/${under}/${port}`;
      const server = await startAccounts(new Place(), { port, ...(base ? { base_path: path } : {}) });
      const page = await visit();
      const seen = `${jupyter.url}${path}`;
      await page.goto(`${seen}/?range=5m`);
      expect(page.url()).toBe(`${seen}/login?range=5m`);
      await page.locator('#name').fill('ann');
      await page.locator('#password').fill(PASSWORD);
      await page.keyboard.press('Enter');
      await isLive(page);
      await page.locator('.sv-card').first().waitFor();
      expect([page.url(), await cookiePath(page, port)]).toEqual([`${seen}/?range=5m`, path]);
      await page.locator('.sv-account').click();
      await page.getByRole('menuitem', { name: 'Log out' }).click();
      await page.locator('#password').waitFor();
      expect(await cookiePath(page, port)).toBeUndefined();
      expect(server.program.stderr).not.toMatch(/fault|REFUSED/);
    },
  );

  test('a link with a token or a key becomes a cookie and the same link without it', async () => {
    const server = await startAccounts(new Place());
    const page = await visit();
    const seen = `${jupyter.url}/proxy/${server.port}`;
    await page.goto(`${seen}/?token=${VIEW_KEY}&range=5m`);
    await isLive(page);
    expect([page.url(), await cookiePath(page, server.port)]).toEqual([`${seen}/?range=5m`, `/proxy/${server.port}`]);
  });
});
