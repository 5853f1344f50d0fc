// Windows that the server computes, in a real Chromium.
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { inspectStore, type SessionInspection } from '../../src/session/inspection.ts';
import { ToldSeries } from '../../src/session/told-series.ts';
import { Place } from './harness/place.ts';
import { until } from './harness/until.ts';
import { openBrowser, ViewerTab } from './harness/viewer-tab.ts';
import { WindowedScript } from './harness/windowed-script.ts';
import { WireViewer } from './harness/wire-viewer.ts';

const RATE = 20_000;

let browser: Browser;
beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser?.close());

/** Newest results of all windows, by series, aggregation and definition. */
function newest({ series }: SessionInspection): Record<string, unknown> {
  return Object.fromEntries(
    series.flatMap(({ key, windows }) =>
      windows.map(({ window, aggregation, newest, open }) => [`${key} ${aggregation} ${window}`, { newest, open }]),
    ),
  );
}

test('a metric and a gauge with windows show what every sample gives, for bytes of pixels; so does a tab opened later', async () => {
  const place = new Place();
  const script = new WindowedScript(place, RATE);
  const server = await place.server();
  const epoch = await script.epoch();
  const raw = await WireViewer.fresh({ ...server, width: 500, rangeUs: 1e5 });
  const { session } = await until('the session', () => raw.live.list.all.find((info) => info.epoch === epoch));
  const tab = await ViewerTab.open(browser, server, { view: 'range=5m' });
  let bytes = 0;
  tab.page.on('websocket', (socket) => {
    socket.on('framereceived', ({ payload }) => {
      bytes += payload.length;
    });
  });
  await tab.page.reload();
  await tab.chipSays(/^Live/);
  const held = () => tab.inspect(session);
  await until('three final windows', async () => {
    const load = (await held())?.series.find(({ name }) => name === 'load');
    return (load?.windows[0]?.results ?? 0) >= 3;
  });
  const [before, fromMs] = [bytes, performance.now()];
  await until('three more', async () => {
    const load = (await held())?.series.find(({ name }) => name === 'load');
    return (load?.windows[0]?.results ?? 0) >= 6;
  });
  const perSecond = ((bytes - before) * 1000) / (performance.now() - fromMs);
  // 40,000 samples a second of 18 bytes would be 720 kB; 30 messages a second take most of what there is.
  expect(perSecond).toBeLessThan(150_000);
  const [seq] = await script.stop();
  await raw.reaches(session, epoch, seq);
  await tab.reaches(session, epoch, seq);
  const late = await ViewerTab.open(browser, server, { view: 'range=15m' });
  await late.chipSays(/^Live/);
  await late.reaches(session, epoch, seq);
  // Idle windows become final with the clock: then nothing is open in any of them.
  const isOver = (inspection: SessionInspection | null) =>
    inspection?.series.every(({ windows }) => windows.every(({ open }) => open === null)) ?? false;
  await until('final windows everywhere', async () => {
    return isOver(await held()) && isOver(await late.inspect(session)) && isOver(inspectStore(raw.store(session)));
  });
  const wanted = newest(inspectStore(raw.store(session)));
  expect(Object.keys(wanted).length).toBe(4);
  expect(newest((await held())!)).toEqual(wanted);
  expect(newest((await late.inspect(session))!)).toEqual(wanted);
  const results = (inspection: SessionInspection) =>
    inspection.series.map(({ windows }) => windows.map(({ results, counters }) => [results, counters]));
  expect(results((await late.inspect(session))!)).toEqual(results((await held())!));
  for (const { windows } of raw.store(session).data.series.values()) {
    for (const store of windows.stores.values()) expect(store).not.toBeInstanceOf(ToldSeries);
  }
  const shown = await tab.page.locator('.sv-card').allInnerTexts();
  expect(shown.join('\n')).toMatch(/Load[\s\S]*Heat/);
  expect(await late.page.locator('.sv-card').count()).toBe(shown.length);
  expect([...tab.errors, ...late.errors]).toEqual([]);
});
