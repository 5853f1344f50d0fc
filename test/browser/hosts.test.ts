/** Colab and VS Code by contract: what a real kernel published, given to the loader as those hosts' sources do. They are not run. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { python } from '../../scripts/setup.mjs';
import type { Published, play } from '../hosts/play-host.ts';
import { launch, pageScript } from './stage.ts';

let browser: Browser;
let published: readonly Published[];
beforeAll(async () => {
  const script = fileURLToPath(new URL('../hosts/record_kernel.py', import.meta.url));
  const done = spawnSync(python, [script], { encoding: 'utf8', maxBuffer: 1 << 28 });
  if (done.status !== 0) throw new Error(done.stderr);
  published = done.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Published);
  browser = await launch();
});
afterAll(() => browser?.close());

async function open(body: string): Promise<{ page: Page; errors: string[] }> {
  const page = await browser.newPage({ viewport: { width: 900, height: 900 } });
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.stack ?? error.message));
  await page.setContent(`<!doctype html><meta charset="utf-8"><body ${body}></body>`);
  await page.addScriptTag({ content: await pageScript('../hosts/play-host.ts') });
  return { page, errors };
}

const start = (page: Page, how: Parameters<typeof play>[1]): Promise<void> =>
  page.evaluate(
    async ([messages, options]) => {
      window.played = await window.play(messages, options);
    },
    [published, how] as const,
  );

interface Read {
  readonly texts: readonly string[];
  readonly report: { readonly series: readonly { readonly count: number; readonly last: number }[] } | null;
}
const read = (page: Page): Promise<readonly Read[]> =>
  page.evaluate(async () => (await window.played?.read()) ?? []) as Promise<readonly Read[]>;

test('Colab: an output in a frame of its own, with Uint8Array buffers at odd offsets and text state only, ends with every sample', async () => {
  const { page, errors } = await open('');
  await start(page, { bytes: 'uint8', apart: true, textStateOnly: true, perTurn: 4, pauseMs: 100 });
  await expect.poll(async () => (await read(page)).map(({ report }) => report?.series[0]?.count)).toEqual([121]);
  await expect.poll(async () => (await read(page))[0]?.texts.join()).toContain('77.5');
  expect((await read(page))[0]?.texts.join()).toContain('step 119');
  expect(errors).toEqual([]);
  await page.close();
});

test('VS Code: buffers as lists of numbers, delivered in slow bursts, in its dark and high-contrast themes', async () => {
  const { page, errors } = await open('class="vscode-dark" style="--vscode-editor-background:#1f1f1f"');
  await start(page, { bytes: 'numbers', apart: false, textStateOnly: false, perTurn: 8, pauseMs: 300 });
  await expect.poll(async () => (await read(page)).map(({ report }) => report?.series[0]?.count)).toEqual([121]);
  await expect.poll(async () => (await read(page))[0]?.texts.join()).toContain('77.5');
  const theme = () => page.locator('.sv-root').first().getAttribute('data-sv-theme');
  expect(await theme()).toBe('dark');
  await page.evaluate(() => {
    document.body.className = 'vscode-high-contrast-light';
  });
  await expect.poll(theme).toBe('light');
  expect(errors).toEqual([]);
  await page.close();
});
