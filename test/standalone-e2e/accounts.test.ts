// People who log in with a real Chromium: at a script's server, behind a proxy with TLS and a path, and from pages elsewhere.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { python } from '../../scripts/setup.mjs';
import { ACCOUNTS, PASSWORD, SEND_KEY, startAccounts } from './harness/account-server.ts';
import { Place } from './harness/place.ts';
import { TlsProxy } from './harness/tls-proxy.ts';
import { until } from './harness/until.ts';
import { openBrowser } from './harness/viewer-tab.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser?.close());

async function profile(): Promise<BrowserContext> {
  const context = await browser.newContext({ ignoreHTTPSErrors: true, viewport: { width: 1000, height: 640 } });
  onTestFinished(() => context.close());
  return context;
}

/** Logs in by the keyboard alone, as the page is when it has come. */
async function logIn(page: Page, name: string, password: string): Promise<void> {
  await page.waitForSelector('#password');
  await page.keyboard.type(name);
  await page.keyboard.press('Tab');
  await page.keyboard.type(password);
  await page.keyboard.press('Enter');
}

const isLive = (page: Page): Promise<void> => page.locator('.sv-bar-chip[data-kind="ok"]').waitFor();
const isAtLogIn = (page: Page): Promise<void> => page.locator('#password').waitFor();

const SCRIPT = `
import time
import stream_viz as sv
sv.configure(auth={"type": "basic", "users": ["Ann", "bob"], "keys": {"ci": "send"}})
load = sv.metric("load")
while True:
    load.send(time.time() % 10)
    time.sleep(0.05)
`;

test('a script with two users: what it prints, logging in, who it is, logging out in all tabs, and back is not back', async () => {
  const place = new Place({ STREAM_VIZ_PASSWORD_ANN: PASSWORD });
  const script = place.run(python, [place.write('app.py', SCRIPT)]);
  const printed = await until('the lines', () => (/key of ci/.test(script.stderr) ? script.stderr.split('\n') : null));
  const link = /^StreamViz: (http:\/\/127\.0\.0\.1:\d+\/)$/.exec(printed[0]!)![1]!;
  expect(printed[1]).toMatch(/^ {2}password of bob, told once: ([a-z2-9]{4}-){3}[a-z2-9]{4}$/);
  expect(script.stderr).not.toContain(PASSWORD);
  const context = await profile();
  const page = await context.newPage();
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(String(error)));
  await page.goto(`${link}?range=5m`);
  expect(page.url()).toBe(`${link}login?range=5m`);
  await logIn(page, 'ann', 'wrong words');
  expect(await page.locator('[role=alert]').innerText()).toBe('Wrong name or password');
  expect(await page.evaluate(() => [document.activeElement?.id, document.querySelector('input')?.value])).toEqual([
    ...['password', 'ann'],
  ]);
  await page.keyboard.type(PASSWORD);
  await page.keyboard.press('Enter');
  await isLive(page);
  expect(page.url()).toBe(`${link}?range=5m`);
  expect(await page.locator('.sv-account').getAttribute('aria-label')).toBe('Logged in as: Ann');
  const second = await context.newPage();
  await second.goto(link);
  await isLive(second);
  const left = await context.newPage();
  await left.goto(link);
  await isLive(left);
  await left.goto('about:blank');
  await page.locator('.sv-account').click();
  await page.getByRole('menuitem', { name: 'Log out' }).click();
  await Promise.all([isAtLogIn(page), isAtLogIn(second)]);
  await left.goBack();
  await isAtLogIn(left);
  expect([await left.locator('.sv-card').count(), errors]).toEqual([0, []]);
  const bob = printed[1]!.split(': ')[1]!;
  await page.goto(link);
  await logIn(page, 'BOB', bob);
  await isLive(page);
  expect(await page.locator('.sv-account').innerText()).toBe('bob');
});

test('a log-in of a server that ended: the next one asks again, and keeps the view', async () => {
  const place = new Place();
  const first = await startAccounts(place);
  const page = await (await profile()).newPage();
  await page.goto(`${first.url}/?range=15m&theme=dark`);
  await logIn(page, 'Ann', PASSWORD);
  await isLive(page);
  await first.program.kill();
  await startAccounts(place, { port: first.port });
  await isAtLogIn(page);
  expect(new URL(page.url()).search).toContain('range=15m');
  await logIn(page, 'Ann', PASSWORD);
  await isLive(page);
  expect(page.url()).toContain('theme=dark');
});

test.each([
  ['takes its path off', { path: '/dash', strips: true }, {}],
  ['hands its path on, to a server that knows it', { path: '/dash/one', strips: false }, { base_path: '/dash/one' }],
  [
    'has no path and speaks to the server by its own name',
    { ownHost: true },
    { trust_proxy: ['127.0.0.1'], allow_host: 'localhost' },
  ],
])('behind TLS by a proxy that %s: log-in, live data, stream and log-out', async (_how, proxying, options) => {
  const server = await startAccounts(new Place(), options);
  const proxy = await TlsProxy.open({ port: server.port, ...proxying });
  const context = await profile();
  const page = await context.newPage();
  const failed: string[] = [];
  page.on('requestfailed', (asked) => {
    // A log-out and a stream end as the page goes.
    if (!['fetch', 'eventsource'].includes(asked.resourceType())) failed.push(asked.url());
  });
  await page.goto(`${proxy.url}/?range=5m`);
  expect(page.url()).toBe(`${proxy.url}/login?range=5m`);
  await logIn(page, 'Ann', PASSWORD);
  await isLive(page);
  await page.locator('.sv-card').first().waitFor();
  expect(page.url()).toBe(`${proxy.url}/?range=5m`);
  const [cookie, ...others] = await context.cookies();
  expect(others).toEqual([]);
  expect(cookie).toMatchObject({
    ...{ name: `streamviz-${server.port}`, httpOnly: true, secure: true, sameSite: 'Strict' },
    path: new URL(`${proxy.url}/`).pathname.replace(/(.)\/$/, '$1'),
  });
  expect(proxy.passed.some((line) => line.endsWith('/ws'))).toBe(true);
  const streamed = page.evaluate(
    () =>
      new Promise<string>((resolve) => {
        const source = new EventSource('api/stream');
        source.addEventListener('snapshot', () => resolve('snapshot'));
        source.onerror = () => resolve('error');
      }),
  );
  expect(await streamed).toBe('snapshot');
  await page.locator('.sv-account').click();
  await page.getByRole('menuitem', { name: 'Log out' }).click();
  await isAtLogIn(page);
  expect(await context.cookies()).toEqual([]);
  expect(failed).toEqual([]);
  expect(server.program.stderr).not.toMatch(/fault|ORIGIN_REFUSED|HOST_REFUSED/);
});

test('guesses through a believed proxy are counted by client; those of one client do not shut out the others', async () => {
  const server = await startAccounts(new Place(), { trust_proxy: ['127.0.0.1'] });
  const guess = async (client: string, password: string) => {
    const answer = await fetch(`${server.url}/api/metrics`, {
      headers: {
        authorization: `Basic ${Buffer.from(`ann:${password}`).toString('base64')}`,
        'x-forwarded-for': `1.2.3.4, ${client}`,
      },
    });
    return answer.status;
  };
  const statuses: number[] = [];
  for (let i = 0; i < 12; i += 1) statuses.push(await guess('203.0.113.9', `guess ${i}`));
  expect(statuses.slice(9)).toEqual([401, 429, 429]);
  expect(await guess('203.0.113.10', PASSWORD)).toBe(200);
  expect(server.program.stderr).toContain('address=203.0.113.9');
});

test('a page of another origin on this machine reads with the log-in where it was named, else not at all', async () => {
  const pages = createServer((_request, answer) => {
    answer.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>other</title>');
  });
  await new Promise<void>((resolve) => pages.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void pages.close());
  const origin = `http://127.0.0.1:${(pages.address() as AddressInfo).port}`;
  const read = async (cors: readonly string[]) => {
    const server = await startAccounts(new Place(), { cors });
    const page = await (await profile()).newPage();
    await page.goto(server.url);
    await logIn(page, 'Ann', PASSWORD);
    await isLive(page);
    await page.goto(origin);
    return page.evaluate(
      async ([url, key]) => {
        const tried = (asked: RequestInit, path = '/api/metrics') =>
          fetch(url + path, asked).then(
            ({ status }) => status,
            () => 'kept from the page',
          );
        const socket = new WebSocket(`${url!.replace('http', 'ws')}/ws`);
        const closed = new Promise<number>((resolve) => {
          socket.onclose = ({ code }) => resolve(code);
        });
        return {
          withCookie: await tried({ credentials: 'include' }),
          withoutAny: await tried({}),
          withKey: await tried(
            { method: 'POST', headers: { authorization: `Bearer ${key}` }, body: '' },
            '/api/ingest',
          ),
          logOut: await tried({ method: 'POST', credentials: 'include', mode: 'no-cors' }, '/logout'),
          socket: await closed,
        };
      },
      [server.url, SEND_KEY],
    );
  };
  const kept = 'kept from the page';
  expect(await read([])).toEqual({ withCookie: kept, withoutAny: kept, withKey: kept, logOut: kept, socket: 4403 });
  // Named, it may log out: so its socket ends with the log-in.
  expect(await read([origin])).toMatchObject({ withCookie: 200, withoutAny: 401, withKey: 415, socket: 4401 });
  expect(await read(['*'])).toMatchObject({ withCookie: kept, withoutAny: 401, withKey: 415, socket: 4403 });
});

test('log-out stands in exactly one menu at every width, with the whole name; nothing of the bar overlaps', async () => {
  const name = 'Jörg.Mustermann@werk-west.example';
  const server = await startAccounts(new Place(), {
    auth: { type: 'basic', users: { [name]: PASSWORD }, keys: ACCOUNTS.keys },
  });
  const page = await (await profile()).newPage();
  await page.goto(server.url);
  await logIn(page, name, PASSWORD);
  await isLive(page);
  for (const [width, menu] of [
    [1000, 'Logged in as'],
    [720, 'Logged in as'],
    [640, 'Theme and keys'],
    [360, 'Range, refresh and search'],
  ] as const) {
    await page.setViewportSize({ width, height: 700 });
    const found: string[] = [];
    for (const button of await page.locator('.sv-bar button[aria-haspopup]:visible').all()) {
      await button.click();
      const item = page.getByRole('menuitem', { name: 'Log out' });
      if ((await item.count()) === 1) {
        found.push((await button.getAttribute('aria-label')) ?? '');
        expect(await page.locator('.sv-menu-title').last().innerText()).toContain(name.slice(0, 20));
      }
      await page.keyboard.press('Escape');
    }
    expect([width, found.length, found[0]?.startsWith(menu)]).toEqual([width, 1, true]);
    const overlaps = await page.evaluate(() => {
      const boxes = [...document.querySelectorAll('.sv-bar > *, .sv-bar-lead > *:not(.sv-bar-lead)')]
        .filter((each) => !each.matches('.sv-bar-lead') && getComputedStyle(each).opacity !== '0')
        .map((each) => each.getBoundingClientRect())
        .filter(({ width: wide }) => wide > 1)
        .sort((a, b) => a.left - b.left);
      return boxes.some((box, i) => i > 0 && box.left < boxes[i - 1]!.right - 1) || boxes.at(-1)!.right > innerWidth;
    });
    expect([width, overlaps]).toEqual([width, false]);
  }
});

test('the log-in page at 320 px and in both colours: nothing cut off, everything readable, reached by Tab in order', async () => {
  const server = await startAccounts(new Place(), { title: 'Plant 3, line monitoring of all presses in hall west' });
  for (const colorScheme of ['light', 'dark'] as const) {
    const context = await browser.newContext({ colorScheme, viewport: { width: 320, height: 480 } });
    onTestFinished(() => context.close());
    const page = await context.newPage();
    await page.goto(server.url);
    await logIn(page, 'ann', 'wrong words');
    await page.locator('[role=alert]').waitFor();
    const seen = await page.evaluate(() => {
      const width = document.documentElement.scrollWidth;
      const boxes = [...document.querySelectorAll('h1, label, input, button, [role=alert]')].map((each) => {
        const { left, right } = each.getBoundingClientRect();
        return left >= 0 && right <= innerWidth;
      });
      const numbers = (text: string) => (text.match(/[\d.]+/g) ?? []).slice(0, 3).map(Number);
      const light = (text: string) => {
        const [r = 0, g = 0, b = 0] = numbers(text).map((part) => {
          const share = part / 255;
          return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
        });
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
      };
      const contrast = (text: string, ground: string) => {
        const [a, b] = [light(text), light(ground)];
        return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
      };
      const card = getComputedStyle(document.querySelector('main')!).backgroundColor;
      const texts = [...document.querySelectorAll('h1, label, [role=alert]')].map((each) =>
        contrast(getComputedStyle(each).color, card),
      );
      const button = getComputedStyle(document.querySelector('button')!);
      return { width, boxes, least: Math.min(...texts, contrast(button.color, button.backgroundColor)) };
    });
    expect([seen.width, new Set(seen.boxes)]).toEqual([320, new Set([true])]);
    expect(seen.least).toBeGreaterThan(4.5);
    const order: (string | undefined)[] = [];
    for (let i = 0; i < 3; i += 1) {
      order.push(await page.evaluate(() => document.activeElement?.id || document.activeElement?.tagName));
      await page.keyboard.press(i === 0 ? 'Shift+Tab' : 'Tab');
      if (i === 1) await page.keyboard.press('Tab');
    }
    expect(order).toEqual(['password', 'name', 'BUTTON']);
  }
  expect(ACCOUNTS.users.Ann).toBe(PASSWORD);
});
