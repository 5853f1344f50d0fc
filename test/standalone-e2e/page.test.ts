// A real Chromium that shows the page of a running script.
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { SessionInspection } from '../../src/session/inspection.ts';
import { assertFold, foldOf } from './harness/exactness.ts';
import { endProcess, isRunning, type Lifetime, Place, type ServerEntry } from './harness/place.ts';
import { type RecordedEpoch, RecordingScript, SERIES } from './harness/recording-script.ts';
import { TcpProxy } from './harness/tcp-proxy.ts';
import { until } from './harness/until.ts';
import { openBrowser, ViewerTab } from './harness/viewer-tab.ts';
import { WireViewer } from './harness/wire-viewer.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser?.close());

/** A script with its server, and the session it has there. */
interface Running {
  readonly place: Place;
  readonly script: RecordingScript;
  readonly server: ServerEntry;
  readonly epoch: string;
  readonly session: string;
}

async function run(lifetime?: Lifetime): Promise<Running> {
  const place = new Place({}, lifetime);
  const script = new RecordingScript(place, 'app', { rate: 100 });
  const server = await place.server();
  const epoch = await script.epoch();
  const watcher = new WireViewer({ ...server, width: 500, rangeUs: null }, lifetime);
  const session = await until('the session', () => watcher.live.list.all.find((info) => info.epoch === epoch)?.session);
  watcher.close();
  return { place, script, server, epoch, session };
}

/** What a page holds is all that the script had sent up to the page's own last message. */
function assertPageExact(held: SessionInspection, record: RecordedEpoch): void {
  for (const name of SERIES) {
    const line = held.series.find((series) => series.name === name)!;
    assertFold(line, foldOf(record.upTo(held.seq, name)), `page ${name}`);
    expect([name, line.exact, line.pending]).toEqual([name, true, []]);
  }
}

const query = (tab: ViewerTab): URLSearchParams => new URL(tab.page.url()).searchParams;
const values = (tab: ViewerTab): Promise<string[]> => tab.page.locator('.sv-value-number').allInnerTexts();
const states = (tab: ViewerTab): Promise<(string | undefined)[]> =>
  tab.page.locator('.sv-card').evaluateAll((cards) => cards.map((card) => (card as HTMLElement).dataset.state));
/** Colours of the first chart's pixels that are not its background: how much is drawn. */
const drawnPixels = (tab: ViewerTab): Promise<number> =>
  tab.page
    .locator('canvas.sv-metric-lines')
    .first()
    .evaluate((canvas) => {
      const { width, height } = canvas as HTMLCanvasElement;
      const { data } = (canvas as HTMLCanvasElement).getContext('2d')!.getImageData(0, 0, width, height);
      let drawn = 0;
      for (let i = 3; i < data.length; i += 4) if (data[i]! > 0) drawn += 1;
      return drawn;
    });

describe('a script that runs', () => {
  const ends: (() => void)[] = [];
  let app: Running;
  const open = (options: Parameters<typeof ViewerTab.open>[2] = {}) => ViewerTab.open(browser, app.server, options);
  beforeAll(async () => {
    app = await run((end) => ends.push(end));
  });
  afterAll(() => {
    for (const end of ends.reverse()) end();
  });

  test('the page is live, its values move, its charts are drawn, and it asks nobody but its server', async () => {
    const tab = await open();
    const asked: string[] = [];
    tab.page.on('request', (request) => asked.push(new URL(request.url()).origin));
    await tab.page.reload();
    await tab.chipSays(/^Live/);
    const first = await until('two values', async () => {
      const shown = await values(tab);
      return shown.length === 2 && shown.every((text) => /\d/.test(text)) ? shown : null;
    });
    await until('other values', async () => (await values(tab)).every((text, i) => text !== first[i]));
    expect(await drawnPixels(tab)).toBeGreaterThan(500);
    expect(query(tab).has('token')).toBe(false);
    expect(new Set(asked.filter((origin) => origin !== 'null'))).toEqual(new Set([app.server.url]));
    assertPageExact((await tab.inspect(app.session))!, app.script.record(app.epoch));
    expect(tab.errors).toEqual([]);
  });

  test('paused, the picture stands while data go on being collected; the link keeps it; Space goes back to live', async () => {
    const tab = await open({ view: 'range=1m' });
    await until('some samples', async () => (await tab.count(app.session)) > 50);
    // What was never drawn has no picture that could stand.
    await until('drawn values', async () => (await values(tab)).every((text) => /\d/.test(text)));
    await tab.page.keyboard.press('Space');
    await tab.chipSays(/^Paused/);
    const shown = await values(tab);
    const before = await tab.count(app.session);
    await until('a hundred more samples', async () => (await tab.count(app.session)) > before + 100);
    expect(await values(tab)).toEqual(shown);
    await tab.chipSays(/^Paused .* · [\d,]+ new$/);
    await until('the pause in the link', () => query(tab).has('paused'));
    const linked = await open({ view: query(tab).toString() });
    await linked.chipSays(/^Paused/);
    expect([query(linked).get('range'), query(linked).get('paused')]).toEqual(['1m', query(tab).get('paused')]);
    await tab.page.keyboard.press('Space');
    await tab.chipSays(/^Live/);
    await until('a link without the pause', () => !query(tab).has('paused'));
    await until('moving values', async () => (await values(tab)).every((text, i) => text !== shown[i]));
  });

  test('range and theme that are chosen stand in the link, and a link brings them back', async () => {
    const tab = await open();
    await tab.chipSays(/^Live/);
    await tab.page.locator('button[aria-label^="Visible range"]').click();
    await tab.page.getByRole('menuitemradio', { name: 'Last hour' }).first().click();
    await tab.page.keyboard.press('t');
    await until('range and theme in the link', () => query(tab).has('theme') && query(tab).get('range') === '1h');
    const view = query(tab).toString();
    const other = await open({ view, colorScheme: query(tab).get('theme') === 'dark' ? 'light' : 'dark' });
    await other.chipSays(/^Live/);
    const theme = () => other.page.evaluate(() => document.documentElement.dataset.theme);
    expect([query(other).toString(), await theme()]).toEqual([view, query(tab).get('theme')]);
    expect(await other.page.locator('button[aria-label^="Visible range"]').innerText()).toMatch(/hour/);
  });

  test('?kiosk shows the charts alone', async () => {
    const tab = await open({ view: 'kiosk', viewport: { width: 1920, height: 1080 } });
    await until('live cards', async () => (await states(tab)).join() === 'live,live');
    expect(await tab.page.locator('.sv-bar').isVisible()).toBe(false);
    const overflow = await tab.page.evaluate(() => document.documentElement.scrollHeight - window.innerHeight);
    expect(overflow).toBeLessThanOrEqual(0);
  });

  test.each([320, 375, 768, 3840])('%d px wide nothing runs over the side', async (width) => {
    const tab = await open({ viewport: { width, height: 640 } });
    await until('live cards', async () => (await states(tab)).join() === 'live,live');
    const over = await tab.page.evaluate(() => {
      const edge = document.documentElement.clientWidth;
      const outside = [...document.querySelectorAll('.sv-bar, .sv-bar button, .sv-card, .sv-bar-chip, .sv-value-row')]
        .filter((element) => {
          const box = element.getBoundingClientRect();
          return box.width > 0 && (box.right > edge + 0.5 || box.left < -0.5);
        })
        .map((element) => element.className);
      return { outside, scroll: document.documentElement.scrollWidth - edge };
    });
    expect(over).toEqual({ outside: [], scroll: 0 });
  });

  test('cut off from the network the page stays usable, and the whole of it comes back by itself', async () => {
    const net = await TcpProxy.open(() => app.server.port);
    const tab = await ViewerTab.open(browser, { url: `http://127.0.0.1:${net.port}`, token: app.server.token });
    await tab.chipSays(/^Live/);
    net.isClosed = true;
    net.cut();
    await tab.chipSays(/^Reconnecting/);
    await tab.context.setOffline(true);
    const before = await tab.count(app.session);
    await tab.page.keyboard.press('t');
    await until('another theme', () => query(tab).has('theme'));
    await tab.page.keyboard.press('?');
    await tab.page.getByText('These shortcuts').waitFor();
    await tab.page.keyboard.press('Escape');
    await until('cards that say so', async () => (await states(tab)).join() === 'gone,gone');
    expect([await tab.count(app.session), (await drawnPixels(tab)) > 500]).toEqual([before, true]);
    net.isClosed = false;
    await tab.context.setOffline(false);
    await tab.chipSays(/^(Live|Resumed)/);
    const { acknowledged } = app.script.record(app.epoch);
    const held = await tab.reaches(app.session, app.epoch, acknowledged);
    assertPageExact(held, app.script.record(app.epoch));
    expect(await states(tab)).toEqual(['live', 'live']);
    expect(tab.errors).toEqual([]);
  });

  test('on a network that holds everything up for seconds the page says by how many, until it is quick again', async () => {
    const net = await TcpProxy.open(() => app.server.port);
    const tab = await ViewerTab.open(browser, { url: `http://127.0.0.1:${net.port}`, token: app.server.token });
    await tab.chipSays(/^Live/);
    const { connections } = net;
    net.latencyMs = 3500;
    expect(await tab.chipSays(/behind/)).toMatch(/^[3-7] s behind$/);
    await tab.page.getByTitle('This connection is slower than the data.').first().waitFor();
    expect(await states(tab)).toEqual(['live', 'live']);
    net.latencyMs = 0;
    await tab.chipSays(/^Live/);
    const held = await tab.reaches(app.session, app.epoch, app.script.record(app.epoch).acknowledged);
    assertPageExact(held, app.script.record(app.epoch));
    expect([net.connections, tab.errors]).toEqual([connections, []]);
  });

  test('a page that is opened late has the same counts as one that was there all along', async () => {
    const early = await open();
    await early.chipSays(/^Live/);
    const seq = await app.script.stop();
    const first = await early.reaches(app.session, app.epoch, seq);
    const late = await open();
    const second = await late.reaches(app.session, app.epoch, seq);
    assertPageExact(first, app.script.record(app.epoch));
    assertPageExact(second, app.script.record(app.epoch));
    expect(second.series.map(({ name, n, count }) => [name, n, count])).toEqual(
      first.series.map(({ name, n, count }) => [name, n, count]),
    );
  });
});

test('the server is killed: the page says that it reconnects, and is live again by itself with the same counts', async () => {
  const app = await run();
  const tab = await ViewerTab.open(browser, app.server);
  await tab.chipSays(/^Live/);
  const said: string[] = [];
  endProcess(app.server.pid);
  await until('the end of the server', () => !isRunning(app.server.pid));
  said.push(await tab.chipSays(/^Reconnecting/));
  const again = await app.place.server(app.server.pid);
  expect([again.url, again.token]).toEqual([app.server.url, app.server.token]);
  await tab.chipSays(/^(Live|Resumed)/);
  const seq = await app.script.stop();
  assertPageExact(await tab.reaches(app.session, app.epoch, seq), app.script.record(app.epoch));
  expect(await states(tab)).toEqual(['live', 'live']);
  expect([said[0]!.length > 0, tab.errors]).toEqual([true, []]);
});

test('the script is killed: the cards say that it has ended and keep what was sent; its next run goes on in the same place', async () => {
  const app = await run();
  const tab = await ViewerTab.open(browser, app.server);
  await tab.chipSays(/^Live/);
  await until('some samples', async () => (await tab.count(app.session)) > 50);
  await app.script.program.kill();
  await until('cards that say so', async () => (await states(tab)).join() === 'gone,gone', {
    shown: async () => [
      await states(tab),
      await tab.chip(),
      (await tab.inspect(app.session))?.status,
      await values(tab),
    ],
  });
  const held = (await tab.inspect(app.session))!;
  const record = app.script.record(app.epoch);
  expect(held.seq).toBeGreaterThanOrEqual(record.acknowledged);
  assertPageExact(held, record);
  expect(await tab.page.locator('.sv-card').first().innerText()).toMatch(/Disconnected|Ended/);
  expect(await tab.chip()).toMatch(/^Live/);
  app.script.again();
  const epoch = await app.script.epoch();
  await until('live cards', async () => (await states(tab)).join() === 'live,live');
  const seq = await app.script.stop();
  assertPageExact(await tab.reaches(app.session, epoch, seq), app.script.record(epoch));
  expect(await tab.page.locator('.sv-card').count()).toBe(2);
});
