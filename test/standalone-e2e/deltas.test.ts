// A real Chromium that pans: what its page asks the server for, on the wire.
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Place } from './harness/place.ts';
import { RecordingScript } from './harness/recording-script.ts';
import { until } from './harness/until.ts';
import { openBrowser, ViewerTab } from './harness/viewer-tab.ts';

interface Query {
  readonly startUs: number;
  readonly endUs: number;
  readonly columns: number;
  readonly since?: number;
}

let browser: Browser;
beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser?.close());

test('a view that pans asks for what it lacks alone, one that stands at the live edge for what changed', async () => {
  const place = new Place({});
  const script = new RecordingScript(place, 'app', { rate: 100 });
  await script.epoch();
  const tab = await ViewerTab.open(browser, await place.server(), { view: 'range=1m' });
  await until('drawn values', async () => {
    const values = await tab.page.locator('.sv-value-number').allInnerTexts();
    return values.length > 0 && values.every((text) => /\d/.test(text));
  });
  const asked: Query[] = [];
  tab.page.on('websocket', (socket) => {
    socket.on('framesent', ({ payload }) => {
      const said = typeof payload === 'string' ? JSON.parse(payload) : {};
      if (said.kind === 'query') asked.push(said);
    });
  });
  const now = Date.now();
  const view = new URL(tab.page.url());
  view.searchParams.set('from', new Date(now - 20_000).toISOString());
  view.searchParams.set('to', new Date(now + 40_000).toISOString());
  await tab.page.goto(view.href);
  const [first] = await until('the first query', () => (asked.length > 0 ? asked : null));
  expect(first!.since).toBeUndefined();
  // Samples go on coming into the view.
  const changed = await until('a query for what changed', () => asked.find(({ since }) => since !== undefined));
  expect([changed.startUs, changed.endUs, changed.columns]).toEqual([first!.startUs, first!.endUs, first!.columns]);
  const box = (await tab.page.locator('canvas.sv-metric-lines').first().boundingBox())!;
  await tab.page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  for (let i = 0; i < 4; i += 1) {
    await tab.page.mouse.wheel(-box.width / 8, 0);
    await tab.page.waitForTimeout(300);
  }
  const edges = await until('queries for the edges', () => {
    const whole = asked.filter(({ since }) => since === undefined);
    return whole.length > 1 ? whole : null;
  });
  const rising = [...edges].sort((a, b) => a.startUs - b.startUs);
  for (let i = 1; i < rising.length; i += 1) expect(rising[i]!.startUs).toBe(rising[i - 1]!.endUs);
  const columnUs = ({ startUs, endUs, columns }: Query) => (endUs - startUs) / columns;
  expect(new Set(edges.map(columnUs)).size).toBe(1);
  expect(tab.errors).toEqual([]);
});
