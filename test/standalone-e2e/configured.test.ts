// What a script says of its page with `sv.configure` is what a real Chromium shows.
import type { Browser, Locator } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Place } from './harness/place.ts';
import { RecordingScript } from './harness/recording-script.ts';
import { until } from './harness/until.ts';
import { openBrowser, ViewerTab } from './harness/viewer-tab.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser?.close());

const picture = (fill: string, side: number): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="${side}" height="${side}"><rect width="${side}" height="${side}" fill="${fill}"/></svg>`;

/** Runs before the script's first widget; the title is read anew by each run. */
const FIRST = `
here = os.environ["HOME"]
sv.configure(
    title=open(os.path.join(here, "title")).read(), theme="dark", auto_refresh="5s", default_time_range="1h",
    logo=os.path.join(here, "logo.svg"), favicon=os.path.join(here, "favicon.svg"),
)
`;

const titles = async ({ page }: ViewerTab): Promise<readonly (string | null)[]> => [
  await page.title(),
  await page.locator('.sv-bar-title').textContent(),
];

/** Waits until a menu of the bar shows its choice; closes it again. */
async function chosen(
  { page }: ViewerTab,
  button: Locator,
): Promise<{ readonly label: string; readonly item: string }> {
  const label = (await button.getAttribute('aria-label')) ?? '';
  await button.click();
  const item = await page.locator('.sv-menu [role="menuitemradio"][aria-checked="true"]').allInnerTexts();
  await page.keyboard.press('Escape');
  return { label, item: item.join() };
}

test('title, theme, refresh, range, logo and favicon of a script are those of the page; its next run may say another title', async () => {
  const place = new Place();
  place.write('title', 'Plant');
  place.write('logo.svg', picture('#c33', 48));
  place.write('favicon.svg', picture('#3c3', 16));
  const script = new RecordingScript(place, 'app', { rate: 50, env: { RECORDING_FIRST: FIRST } });
  const server = await place.server();
  const tab = await ViewerTab.open(browser, server, { colorScheme: 'light', viewport: { width: 1280, height: 720 } });
  const { page } = tab;
  await tab.chipSays(/^Live/);
  await until('the title', async () => (await titles(tab)).join() === 'Plant,Plant', { shown: () => titles(tab) });

  const theme = await page.evaluate(() => {
    const text = getComputedStyle(document.querySelector('.sv-bar-title')!).color;
    return [document.documentElement.dataset.theme, (text.match(/\d+/g) ?? []).slice(0, 3).map(Number)] as const;
  });
  expect(theme[0]).toBe('dark');
  // On a dark page words are light.
  expect(Math.min(...theme[1])).toBeGreaterThan(150);

  expect(await chosen(tab, page.locator('button[aria-label^="Refresh"]'))).toEqual({
    label: 'Refresh: Every 5 s',
    item: 'Every 5 s',
  });
  expect(await chosen(tab, page.locator('button[aria-label^="Visible range"]'))).toEqual({
    label: 'Visible range: Last hour',
    item: 'Last hour',
  });
  // They are the server's word, not a choice of this tab.
  expect(new URL(page.url()).search).toBe('');

  const logo = page.locator('.sv-bar-logo');
  await until('a logo that is loaded', () =>
    logo.evaluate((image) => (image as HTMLImageElement).complete && (image as HTMLImageElement).naturalWidth > 0),
  );
  expect(await logo.isVisible()).toBe(true);
  expect(await logo.evaluate((image) => new URL((image as HTMLImageElement).currentSrc).origin)).toBe(server.url);
  const icon = await page.evaluate(async () => {
    const { href } = document.querySelector<HTMLLinkElement>('link[rel="icon"]')!;
    const answer = await fetch(href);
    return { href, status: answer.status, type: answer.headers.get('content-type'), text: await answer.text() };
  });
  expect(icon).toMatchObject({ status: 200, type: expect.stringMatching(/^image\//), text: picture('#3c3', 16) });
  expect(new URL(icon.href).origin).toBe(server.url);

  place.write('title', 'Furnace');
  await script.program.kill();
  script.again();
  await until('the title of the next run', async () => (await titles(tab)).join() === 'Furnace,Furnace', {
    shown: async () => [await titles(tab), script.program.stderr],
  });
  expect((await place.server()).pid).toBe(server.pid);
  // All else is the same, so nothing is said to have no effect.
  expect(script.program.stderr).not.toContain('stays as it is');
  const late = await ViewerTab.open(browser, server);
  await late.chipSays(/^Live/);
  await until('the same title in a new tab', async () => (await titles(late)).join() === 'Furnace,Furnace');
  expect(await page.locator('.sv-bar-logo').isVisible()).toBe(true);
  expect([tab.errors, late.errors]).toEqual([[], []]);
});
