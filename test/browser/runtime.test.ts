/** The runtime that a page loads, as the JupyterLab extension uses it: taps, facts, outputs, pauses. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { SessionReport } from '../../scripts/lab/lab-page.ts';
import type { Wish } from './runtime-page.ts';
import { launch, pageScript } from './stage.ts';

let browser: Browser;
let page: Page;
let errors: string[];
let warnings: string[];

beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser.close());

beforeEach(async () => {
  page = await browser.newPage({ viewport: { width: 900, height: 800 } });
  errors = [];
  warnings = [];
  page.on('pageerror', (error) => errors.push(error.stack ?? error.message));
  page.on('console', (message) => {
    if (message.type() === 'warning') warnings.push(message.text());
  });
  await page.setContent('<!doctype html><meta charset="utf-8"><body data-jp-theme-light="true"></body>');
  await page.evaluate(() => Object.assign(window, { __STREAMVIZ_VERSION__: '0.1.0' }));
  await page.addScriptTag({ content: await pageScript('runtime-page.ts') });
  await page.evaluate(() => window.bench.open('tap'));
});
afterEach(async () => {
  expect(errors).toEqual([]);
  await page.close();
});

const send = (wish: Wish, path = 'tap') =>
  page.evaluate(([by, what]) => window.bench.send(by, what), [path, wish] as const);
const facts = () => page.evaluate(() => window.bench.runtime.facts('s'));
const inspect = () => page.evaluate(() => window.bench.runtime.inspect('s')) as Promise<SessionReport | null>;
const value = (id: string, widget: string) => page.locator(`#${id} [data-widget="${widget}"] .sv-value`).innerText();
const words = (id: string) => page.locator(`#${id} .sv-cell-words`).innerText();

test('an output that was there before any message draws what a tap brings, and two ways count once', async () => {
  await page.evaluate(() => window.bench.mount('out'));
  expect(await facts()).toBeNull();
  await page.evaluate(() => window.bench.open('hub'));
  for (let seq = 1; seq <= 20; seq++) {
    for (const path of ['hub', 'tap']) await send({ seq, ...(seq === 1 ? { version: '0.1.0' } : {}) }, path);
  }
  await expect.poll(() => value('out', 'metric:cpu')).toMatch(/^20/);
  expect(await inspect()).toMatchObject({
    messages: { received: 40, applied: 20, doubled: 20, lost: 0 },
    series: [{ count: 20, sum: 210, exact: true }],
  });
  expect(await facts()).toMatchObject({ complete: true, seq: 20, version: '0.1.0', views: [{ id: 'v1', cell: 'c' }] });
});

test('a kernel that is gone is said on its output, what came just before counts, and it holds only what it has', async () => {
  await page.evaluate(() => window.bench.mount('out'));
  await page.evaluate(() => {
    window.bench.send('tap', { seq: 1, version: '0.1.0' });
    window.bench.send('tap', { seq: 2 });
    window.bench.runtime.markGone('s');
  });
  await expect.poll(() => page.locator('#out').innerText()).toContain('Disconnected');
  expect(await facts()).toMatchObject({ status: 'gone', seq: 2 });
  const holds = (epoch: string) =>
    page.evaluate((id) => window.bench.runtime.holds({ session: 's', epoch: id, view: 'v1', version: '0.1.0' }), epoch);
  expect([await holds('a'), await holds('b')]).toEqual([true, false]);
  await send({ seq: 1, epoch: 'b', startedUs: 2, version: '0.1.0' });
  await expect.poll(() => facts()).toMatchObject({ status: 'live', epoch: 'b' });
  expect([await holds('a'), await holds('b')]).toEqual([true, true]);
});

test('data of a newer package are drawn under words that say what to do, and the console is told once', async () => {
  await page.evaluate(() => window.bench.mount('out', { version: '0.3.0' }));
  for (const seq of [1, 2, 3]) await send({ seq, version: '0.3.0' });
  await expect.poll(() => value('out', 'metric:cpu')).toMatch(/^3/);
  expect(await words('out')).toContain('This notebook uses StreamViz 0.3, this JupyterLab has 0.1.');
  expect((await facts())?.problem?.code).toBe('VERSION_NEWER');
  expect(warnings.filter((text) => text.includes('VERSION_NEWER')).length).toBe(1);
});

test('another protocol is words where nothing can be drawn, and one line on the console', async () => {
  await page.evaluate(() => {
    window.bench.mount('out');
    for (const seq of [1, 2]) {
      window.bench.taps.get('tap')!.receive({ v: [2, 0], kind: 'batch', session: 's', epoch: { id: 'a' }, seq }, []);
    }
  });
  await expect.poll(() => words('out')).toContain('protocol 2');
  expect((await facts())?.problem?.code).toBe('PROTOCOL_VERSION');
  expect(warnings.filter((text) => text.includes('PROTOCOL_VERSION')).length).toBe(1);
});

test('paused, every widget of the session stands still, those that come later too; then all go on with what came', async () => {
  await page.evaluate(() => window.bench.mount('one'));
  await send({ seq: 1, version: '0.1.0' });
  for (const seq of [2, 3]) await send({ seq });
  for (const widget of ['gauge:cpu', 'metric:cpu']) await expect.poll(() => value('one', widget)).toMatch(/^3/);
  await page.evaluate(() => {
    window.bench.runtime.setPaused('s', true);
    window.bench.mount('two');
  });
  for (const widget of ['gauge:cpu', 'metric:cpu']) await expect.poll(() => value('two', widget)).toMatch(/^3/);
  for (const seq of [4, 5]) await send({ seq });
  await expect.poll(async () => (await inspect())?.seq).toBe(5);
  await page.waitForTimeout(600);
  for (const id of ['one', 'two']) {
    expect(await value(id, 'gauge:cpu')).toMatch(/^3/);
    expect(await value(id, 'metric:cpu')).toMatch(/^3/);
  }
  await expect.poll(() => page.locator('#one [data-widget="metric:cpu"]').innerText()).toContain('2 new');
  await page.evaluate(() => window.bench.runtime.setPaused('s', false));
  for (const id of ['one', 'two']) {
    await expect.poll(() => value(id, 'gauge:cpu')).toMatch(/^5/);
    await expect.poll(() => value(id, 'metric:cpu')).toMatch(/^5/);
  }
});

test('opening and closing outputs and taps leaves nothing of the session', async () => {
  await page.evaluate(() => window.bench.mount('out'));
  await send({ seq: 1, version: '0.1.0' });
  await expect.poll(() => value('out', 'metric:cpu')).toMatch(/^1/);
  await page.evaluate(() => {
    window.bench.taps.get('tap')!.dispose();
  });
  await page.waitForTimeout(5500);
  expect((await inspect())?.seq).toBe(1); // the output is still there
  await page.evaluate(() => window.bench.unmount('out'));
  expect(await page.locator('#out *').count()).toBe(0);
  await expect.poll(() => inspect(), { timeout: 8000 }).toBeNull();
});
