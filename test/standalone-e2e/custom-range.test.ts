// The dialog that takes a range by hand, in a real Chromium whose times are another zone's than the script's.
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { exportedJson } from './harness/exported.ts';
import { Place } from './harness/place.ts';
import { RecordingScript, SERIES } from './harness/recording-script.ts';
import { until } from './harness/until.ts';
import { openBrowser, ViewerTab } from './harness/viewer-tab.ts';

/** Nine hours ahead of UTC, all year. */
const ZONE = 'Asia/Tokyo';
const AHEAD_MS = 9 * 3_600_000;

let browser: Browser;
beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser?.close());

const isoOf = (ms: number): string => new Date(ms).toISOString().replace('.000Z', 'Z');
/** As a field for a time has it, in the script's zone. */
const localOf = (ms: number): string => new Date(ms + AHEAD_MS).toISOString().slice(0, 19);
const query = ({ page }: ViewerTab): string => new URL(page.url()).search;

/** Ends of a chart's range, and times of its first and last row. */
async function endsOf(tab: ViewerTab, widget: string): Promise<readonly number[]> {
  const { range, rows } = await exportedJson(tab, widget);
  return [range?.start, range?.end, rows[0]?.time, rows.at(-1)?.time].map((time) => Date.parse(String(time)));
}

async function openDialog({ page }: ViewerTab): Promise<void> {
  await page.locator('button[aria-label^="Visible range"]').click();
  await page.getByRole('menuitemradio', { name: 'Custom' }).click();
  await page.getByRole('dialog', { name: 'Custom range' }).waitFor();
}

test('two times that are typed are the range of link and charts; what is no range is said and changes nothing', async () => {
  const place = new Place();
  const script = new RecordingScript(place, 'app', {
    rate: 100,
    env: { RECORDING_FIRST: `sv.configure(timezone=${JSON.stringify(ZONE)})` },
  });
  const server = await place.server();
  const epoch = await script.epoch();
  const tab = await ViewerTab.open(browser, server, { timezoneId: 'UTC', acceptDownloads: true });
  const { page } = tab;
  await tab.chipSays(/^Live/);
  const firstMs = script.record(epoch).samples[0]!.timeUs / 1000;
  const fromMs = Math.ceil(firstMs / 1000) * 1000;
  const toMs = fromMs + 2000;
  await until('samples of the whole range', () => script.record(epoch).samples.at(-1)!.timeUs > toMs * 1000);

  const range = page.locator('button[aria-label^="Visible range"]');
  const dialog = page.getByRole('dialog', { name: 'Custom range' });
  const from = dialog.getByLabel('From');
  const to = dialog.getByLabel('To');
  const show = dialog.getByRole('button', { name: 'Show' });
  const before = [query(tab), await range.innerText()];
  await openDialog(tab);
  // It opens with what is visible, in the script's zone.
  expect(Math.abs(Date.parse(`${await to.inputValue()}Z`) - AHEAD_MS - Date.now())).toBeLessThan(10_000);

  await from.fill(localOf(toMs));
  await to.fill(localOf(fromMs));
  await show.click();
  expect(await dialog.getByRole('alert').innerText()).toBe('From must be before To.');
  await to.fill(localOf(toMs));
  await show.click();
  expect(await dialog.getByRole('alert').innerText()).toBe('From must be before To.');
  await from.fill(localOf(fromMs));
  await from.focus();
  // Half a time is none.
  await page.keyboard.press('Backspace');
  expect(await from.inputValue()).toBe('');
  await page.keyboard.press('Enter');
  expect(await dialog.getByRole('alert').innerText()).toBe('Both times are needed.');
  expect([await dialog.isVisible(), [query(tab), await range.innerText()]]).toEqual([true, before]);
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await dialog.waitFor({ state: 'hidden' });
  expect([query(tab), await range.innerText()]).toEqual(before);
  expect(await tab.chip()).toMatch(/^Live/);

  await openDialog(tab);
  expect(await dialog.getByRole('alert').innerText()).toBe('');
  await from.fill(localOf(fromMs));
  await to.fill(localOf(toMs));
  await show.click();
  await dialog.waitFor({ state: 'hidden' });
  const wanted = `?from=${isoOf(fromMs)}&to=${isoOf(toMs)}`;
  await until('the times in the link', () => query(tab) === wanted, { shown: () => query(tab) });
  expect(await range.innerText()).toContain(localOf(fromMs).slice(11));

  const sent = script.record(epoch).samples.filter(({ timeUs }) => timeUs >= fromMs * 1000 && timeUs <= toMs * 1000);
  const expectRange = async (shown: ViewerTab): Promise<void> => {
    for (const [series, name] of SERIES.entries()) {
      const times = sent.flatMap((sample) => (sample.series === series ? [sample.timeUs / 1000] : []));
      const look = () => endsOf(shown, `metric:${name}`);
      // Edges lie on whole pixels, so a sample just outside of the range may be shown.
      const least = [fromMs, toMs, fromMs, times.at(-1)!];
      const most = [fromMs, toMs, times[0]!, toMs];
      await until(
        `${name} between the two times, from its first sample there to its last one`,
        async () => (await look()).every((ms, i) => ms > least[i]! - 20 && ms < most[i]! + 20),
        { shown: async () => [least, most, await look()] },
      );
    }
  };
  await expectRange(tab);
  const linked = await ViewerTab.open(browser, server, { timezoneId: 'UTC', view: wanted.slice(1) });
  await linked.chipSays(/./);
  await expectRange(linked);

  // The dialog that is opened again has the times it was left with.
  await openDialog(tab);
  expect([await from.inputValue(), await to.inputValue()].map((text) => text.padEnd(19, ':00'))).toEqual([
    localOf(fromMs),
    localOf(toMs),
  ]);
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'hidden' });
  expect(query(tab)).toBe(wanted);
  await page.keyboard.press('Escape');
  await until('a link without times', () => query(tab) === before[0]);
  expect([tab.errors, linked.errors]).toEqual([[], []]);
});
