// One widget that fills the screen of a real Chromium.
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Place } from './harness/place.ts';
import { RecordingScript } from './harness/recording-script.ts';
import { until } from './harness/until.ts';
import { openBrowser, ViewerTab } from './harness/viewer-tab.ts';

const VIEWPORT = { width: 1280, height: 720 };

let browser: Browser;
beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser?.close());

/** Which widget is full screen, and how much of the window it covers; null where none is. */
const full = ({ page }: ViewerTab): Promise<{ readonly widget: string; readonly share: number } | null> =>
  page.evaluate(() => {
    const card = document.fullscreenElement;
    if (!(card instanceof HTMLElement)) return null;
    const { width, height } = card.getBoundingClientRect();
    return { widget: card.dataset.widget ?? '', share: (width * height) / (innerWidth * innerHeight) };
  });

const isFull = async (tab: ViewerTab, widget: string): Promise<boolean> => {
  const now = await full(tab);
  return now?.widget === widget && now.share > 0.99;
};

test('F makes the widget that is pointed at or focused full screen, and goes on drawing; F again, the button and the browser leave', async () => {
  const place = new Place();
  const script = new RecordingScript(place, 'app', { rate: 50 });
  const server = await place.server();
  const tab = await ViewerTab.open(browser, server, { viewport: VIEWPORT });
  const { page } = tab;
  await tab.chipSays(/^Live/);
  const card = (widget: string) => page.locator(`.sv-card[data-widget="${widget}"]`);
  const value = () => card('metric:heat').locator('.sv-value-number').innerText();
  await until('a value', async () => /\d/.test(await value()));

  // Nothing is pointed at: nothing happens.
  await page.keyboard.press('f');
  expect(await full(tab)).toBeNull();

  await card('metric:heat').locator('.sv-title').hover();
  await page.keyboard.press('f');
  await until('the second widget full screen', () => isFull(tab, 'metric:heat'), { shown: () => full(tab) });
  const before = await value();
  await until('a value that moves', async () => (await value()) !== before);
  // The menu of a widget opens inside it: what is outside cannot be seen.
  await page.keyboard.press('e');
  await until('the export menu in the card', () => card('metric:heat').locator('.sv-menu-item').first().isVisible());
  await page.keyboard.press('Escape');
  await until('no menu', async () => (await page.locator('.sv-menu').count()) === 0);
  await page.keyboard.press('f');
  await until('no full screen', async () => (await full(tab)) === null);

  await card('metric:load').locator('.sv-metric-stage').focus();
  await page.keyboard.press('Shift+F');
  await until('the first widget full screen', () => isFull(tab, 'metric:load'), { shown: () => full(tab) });
  await card('metric:load').getByRole('button', { name: 'Leave full screen' }).click();
  await until('no full screen', async () => (await full(tab)) === null);
  await card('metric:load').getByRole('button', { name: 'Full screen', exact: true }).waitFor();

  await page.keyboard.press('f');
  await until('the first widget full screen', () => isFull(tab, 'metric:load'), { shown: () => full(tab) });
  // What a browser does by itself on Escape; keys of a driver do not get that far.
  await page.evaluate(() => document.exitFullscreen());
  await card('metric:load').getByRole('button', { name: 'Full screen', exact: true }).waitFor();

  // In a field for text F is a letter.
  await page.getByRole('searchbox').fill('f');
  await page.keyboard.press('f');
  expect([await full(tab), await page.getByRole('searchbox').inputValue()]).toEqual([null, 'ff']);
  expect([tab.errors, script.program.isOver]).toEqual([[], false]);
});
