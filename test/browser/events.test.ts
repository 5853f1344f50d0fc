/** The events widget in a browser: what it shows, what a reader does with it, what arriving data leave in place. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { EventsWish, PaneWish } from './events-page.ts';
import { launch, pageScript } from './stage.ts';

let browser: Browser;
let page: Page;
const errors: string[] = [];
let id = '';
let mounts = 0;

beforeAll(async () => {
  browser = await launch();
  const context = await browser.newContext({ viewport: { width: 1000, height: 800 } });
  page = await context.newPage();
  page.on('pageerror', (error) => errors.push(error.stack ?? error.message));
  await page.setContent('<!doctype html><meta charset="utf-8"><body></body>');
  await page.addScriptTag({ content: await pageScript('events-page.ts') });
});
afterAll(() => browser.close());
beforeEach(() => {
  mounts += 1;
  id = `w${mounts}`;
  return async () => {
    await page.evaluate((it) => window.eventsLab.unmount(it), id);
    expect(errors).toEqual([]);
  };
});

const mount = (wish: Omit<EventsWish, 'id'>): Promise<void> =>
  page.evaluate((it) => window.eventsLab.mount(it), { id, ...wish });
const change = (wish: Partial<EventsWish>): Promise<void> =>
  page.evaluate(([it, to]) => window.eventsLab.change(it, to), [id, wish] as const);
const card = () => page.locator(`#${id}`);
const rows = (): Promise<string[]> =>
  card()
    .locator('.sv-events-table .sv-table-row')
    .evaluateAll((all) =>
      all
        .map((row) => ({
          at: Number(row.getAttribute('aria-rowindex')),
          text: [...row.querySelectorAll('.sv-table-td')].map((cell) => cell.textContent).join('|'),
        }))
        .sort((a, b) => a.at - b.at)
        .map(({ text }) => text),
    );
const total = (): Promise<string[]> => card().locator('.sv-events-total .sv-table-td').allTextContents();
const shows = (wanted: readonly string[]) => expect.poll(rows, { timeout: 4000 }).toEqual(wanted);

const pane = (ago: number, key: string, count: number, actors: readonly string[] = [], flagged = 0): PaneWish => ({
  ago,
  key,
  count,
  actors,
  flags: [flagged],
});
const PANES = [
  pane(0, 'Drill', 2, ['alice'], 1),
  pane(3, 'Drill', 2, ['bob', 'alice']),
  pane(20, 'Drill', 100, ['carol']),
  pane(1, 'Vector', 9, ['dave'], 9),
];

describe('an events widget', () => {
  test('counts a window per key with its actors and the share of its flags, and totals below', async () => {
    await mount({ panes: PANES });
    await shows(['Vector|9|1|9 · 100 %|14:14:05', 'Drill|4|2|1 · 25 %|14:15:05']);
    expect(await total()).toEqual(['2 active', '13', '3', '10 · 77 %', '14:15:05']);
    expect(await card().locator('.sv-events-since').textContent()).toBe('since 14:01');
  });

  test('a window is chosen by pointer and by keys, and the longer one counts what it reaches', async () => {
    await mount({ panes: PANES });
    await card().getByRole('radio', { name: 'last hour' }).click();
    await shows(['Drill|104|3|1 · 1 %|14:15:05', 'Vector|9|1|9 · 100 %|14:14:05']);
    await page.keyboard.press('Home');
    await shows(['Drill|2|1|1 · 50 %|14:15:05', 'Vector|0|0|0|14:14:05']);
    expect(await card().getByRole('radio', { checked: true }).getAttribute('aria-label')).toBe('last minute');
    await page.keyboard.press('ArrowRight');
    await shows(['Vector|9|1|9 · 100 %|14:14:05', 'Drill|4|2|1 · 25 %|14:15:05']);
  });

  test('arriving events change numbers in place and move nothing', async () => {
    await mount({ panes: PANES });
    await shows(['Vector|9|1|9 · 100 %|14:14:05', 'Drill|4|2|1 · 25 %|14:15:05']);
    const element = await card().locator('.sv-table-row[data-key="Drill"]').elementHandle();
    const place = await element!.boundingBox();
    await change({ panes: [...PANES, pane(2, 'Drill', 50, ['erin']), pane(0, 'Aaa', 70, ['zed'])] });
    await shows(['Vector|9|1|9 · 100 %|14:14:05', 'Drill|54|3|1 · 2 %|14:15:05', 'Aaa|70|1|0|14:15:05']);
    expect(await element!.boundingBox()).toEqual(place);
  });

  test('a sort that a reader chose is renewed as data arrive', async () => {
    await mount({ panes: PANES });
    await shows(['Vector|9|1|9 · 100 %|14:14:05', 'Drill|4|2|1 · 25 %|14:15:05']);
    const header = card().getByRole('columnheader', { name: 'events' });
    await header.locator('button').click();
    await expect.poll(() => header.getAttribute('aria-sort')).toBe('ascending');
    await shows(['Drill|4|2|1 · 25 %|14:15:05', 'Vector|9|1|9 · 100 %|14:14:05']);
    await change({ panes: [...PANES, pane(2, 'Drill', 50, ['erin'])] });
    await shows(['Vector|9|1|9 · 100 %|14:14:05', 'Drill|54|3|1 · 2 %|14:15:05']);
  });

  test('the window moves on with the clock where nothing arrives', async () => {
    await mount({ panes: PANES, options: { window: '5m' } });
    await shows(['Vector|9|1|9 · 100 %|14:14:05', 'Drill|4|2|1 · 25 %|14:15:05']);
    await page.evaluate((it) => window.eventsLab.clock(it, 240), id);
    await shows(['Vector|0|0|0|14:14:05', 'Drill|2|1|1 · 50 %|14:15:05']);
    await page.evaluate((it) => window.eventsLab.clock(it, 400), id);
    await expect.poll(() => card().locator('.sv-chip').allTextContents()).toEqual(['No data for 6 m']);
    await page.evaluate((it) => window.eventsLab.clock(it, 7 * 3600), id);
    await expect.poll(() => card().locator('.sv-card').getAttribute('data-state')).toBe('waiting');
  });

  test('Enter opens the details of a key with names and newest events, Escape gives the focus back', async () => {
    await mount({
      panes: PANES,
      recent: [
        [90, 'Vector', 'dave', 1],
        [60, 'Drill', 'bob', 0],
        [30, 'Drill', 'alice', 1],
      ],
    });
    await shows(['Vector|9|1|9 · 100 %|14:14:05', 'Drill|4|2|1 · 25 %|14:15:05']);
    await card().locator('.sv-table-row[data-key="Vector"]').focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    const detail = card().getByRole('dialog', { name: 'Details of Drill' });
    await detail.waitFor();
    expect(await detail.locator('.sv-event-names li').allTextContents()).toEqual(['alice', 'bob']);
    expect(await detail.locator('.sv-event-newest li').allTextContents()).toEqual([
      '14:14:30 alice overage',
      '14:14:00 bob',
    ]);
    await page.keyboard.press('Escape');
    expect(await detail.count()).toBe(0);
    expect(await page.evaluate(() => (document.activeElement as HTMLElement).dataset.key)).toBe('Drill');
  });

  test('at least as many actors, panes that never came and events that were not counted are said', async () => {
    const panes = [{ ...pane(0, 'Drill', 500, ['alice', 'bob']), complete: false }];
    await mount({ panes, total: 50, counters: { late: 3, overKeys: 2 } });
    await shows(['Drill|500|≥ 2|0|14:15:05']);
    expect(await card().locator('.sv-chip').allTextContents()).toEqual(['Incomplete']);
    expect(await card().locator('.sv-status').textContent()).toBe('3 late · 2 of further keys · 49 panes missing');
  });

  test('waiting names the call, gone keeps the numbers', async () => {
    await mount({});
    await expect.poll(() => card().locator('.sv-note').textContent()).toContain('Waiting for data');
    expect(await card().locator('.sv-note code').textContent()).toBe(
      'borrows.send(tool="...", user="...", overage=True)',
    );
    await change({ panes: PANES, gone: true });
    await shows(['Vector|9|1|9 · 100 %|14:14:05', 'Drill|4|2|1 · 25 %|14:15:05']);
    expect(await card().locator('.sv-chip').allTextContents()).toEqual(['Disconnected 14:14:00']);
  });

  test('a narrow card shows key, count, actors and one flag without scrolling sideways', async () => {
    await mount({ width: 320, panes: PANES });
    await shows(['Vector|9|1|9', 'Drill|4|2|1']);
    const box = await card()
      .locator('.sv-table')
      .evaluate((el) => [el.scrollWidth, el.clientWidth]);
    expect(box[0]).toBe(box[1]);
  });

  test('three thousand keys: few rows are in the page', async () => {
    const panes = Array.from({ length: 3000 }, (_, i) => pane(0, `key ${i}`, 1 + (i % 50)));
    await mount({ panes });
    await expect
      .poll(() => card().locator('.sv-events-total .sv-table-td').first().textContent(), { timeout: 15_000 })
      .toBe('3,000 active');
    expect(await card().locator('.sv-table-row').count()).toBeLessThan(20);
  });
});
