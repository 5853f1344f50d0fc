import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launch, pageScript } from './stage.ts';

const STYLE =
  'body{margin:16px;display:flex;flex-wrap:wrap;gap:16px;align-items:flex-start;font:12px system-ui}figure{margin:0}';

let browser: Browser;
let tab: Page;
const errors: string[] = [];

beforeAll(async () => {
  browser = await launch();
  const context = await browser.newContext({ viewport: { width: 1400, height: 900 } });
  await context.addInitScript(() => {
    const clipboard = { writeText: (text: string) => Promise.resolve(Object.assign(window, { copied: text })) };
    Object.defineProperty(navigator, 'clipboard', { value: clipboard });
  });
  tab = await context.newPage();
  tab.on('pageerror', (error) => errors.push(error.stack ?? error.message));
  await tab.setContent(`<!doctype html><meta charset="utf-8"><style>${STYLE}</style><body></body>`);
  await tab.addScriptTag({ content: await pageScript('../gallery-cards/page.ts') });
  await tab.locator('#table-live').scrollIntoViewIfNeeded();
  await frame();
});
afterAll(() => browser.close());

const card = () => tab.locator('#table-live');
const same = (actual: unknown, wanted: unknown): void => expect(actual).toEqual(wanted);
const matches = (actual: string | null, wanted: RegExp): void => expect(actual).toMatch(wanted);
/** Cards update at most a few times a second: this waits for a frame after the next one. */
const frame = (): Promise<void> =>
  tab.evaluate(() => new Promise<void>((done) => setTimeout(() => requestAnimationFrame(() => done()), 320)));

function send(count: number, from: number, picture = 'table live'): Promise<void> {
  return tab.evaluate(
    (wish) => {
      const { stores, eventRow, columns } = window.gallery;
      const rows = [];
      for (let i = wish.from; i < wish.count; i++) {
        const cells = eventRow(i, wish.count);
        rows.push({ id: i + 1, firstId: i + 1, key: String(i + 1), cells, changedAtSeq: 1 });
      }
      stores.get(wish.picture)!.setRows('table:events', { columns }, rows);
    },
    { count, from, picture },
  );
}

const texts = (selector: string): Promise<string[]> => card().locator(selector).allTextContents();
const scrollTo = (top: number): Promise<void> =>
  card()
    .locator('.sv-table')
    .evaluate((el, to) => {
      el.scrollTop = to;
    }, top);

/** Screen y and row index of the first row below the header. */
const topRow = (): Promise<[number, number]> =>
  card().evaluate((figure) => {
    const head = figure.querySelector('.sv-table-head')!.getBoundingClientRect().bottom;
    const rows = [...figure.querySelectorAll('.sv-table-row')].map((row): [number, number] => [
      row.getBoundingClientRect().top,
      Number(row.getAttribute('aria-rowindex')),
    ]);
    return rows.filter(([top]) => top >= head - 1).sort((a, b) => a[0] - b[0])[0]!;
  });

describe('cards in a browser', () => {
  it('a grid names its rows and columns', async () => {
    same(await card().locator('[role=grid]').getAttribute('aria-rowcount'), '1205');
    same(await card().locator('[role=columnheader]').count(), 5);
  });
  it('few rows are in the page, however many are held', async () => {
    expect((await card().locator('.sv-table-row').count()) < 20).toBe(true);
  });
  it('drawn in a frame in which it has no height for a moment, it has its rows in the next', async () => {
    const rows = () => card().locator('.sv-table-row').count();
    const before = await rows();
    await tab.evaluate(() => {
      const table = document.querySelector<HTMLElement>('#table-live .sv-table');
      const { stores, eventRow, columns } = window.gallery;
      return new Promise<void>((done) =>
        requestAnimationFrame(() => {
          // In the next frame: no height, then the draw that the rows ask for, then its height again, before it is observed.
          requestAnimationFrame(() => table?.style.setProperty('display', 'none'));
          const list = [...Array(1204)].map((_, i) => {
            return { id: i + 1, firstId: i + 1, key: String(i + 1), cells: eventRow(i, 1204), changedAtSeq: 1 };
          });
          stores.get('table live')?.setRows('table:events', { columns }, list);
          requestAnimationFrame(() => {
            table?.style.removeProperty('display');
            done();
          });
        }),
      );
    });
    await expect.poll(rows).toBe(before);
  });
  it('scrolled away, arriving rows move nothing and are counted in a chip', async () => {
    await scrollTo(1000);
    await frame();
    const before = await topRow();
    await send(1241, 0);
    await frame();
    const after = await topRow();
    expect(Math.abs(before[0] - after[0]) < 1).toBe(true);
    same(Number(after[1]) - Number(before[1]), 37);
    same(await texts('button.sv-chip'), ['37 new rows']);
  });
  it('the chip goes to the top and away', async () => {
    await card().locator('button.sv-chip').click();
    await frame();
    same(
      await card()
        .locator('.sv-table')
        .evaluate((el) => el.scrollTop),
      0,
    );
    same(await card().locator('button.sv-chip').count(), 0);
  });
  it('evicted rows at the far end move nothing', async () => {
    await scrollTo(500);
    await frame();
    const before = await topRow();
    await send(1250, 200);
    await frame();
    expect(Math.abs(before[0] - (await topRow())[0]) < 1).toBe(true);
    await scrollTo(0);
    await frame();
  });
  it('Enter and Space on a header sort up, down, off', async () => {
    const header = card().locator('[role=columnheader]').nth(4);
    const button = header.locator('button');
    const states: unknown[][] = [];
    await button.focus();
    for (const key of ['Enter', 'Space', 'Enter']) {
      await tab.keyboard.press(key);
      await frame();
      states.push([
        await header.getAttribute('aria-sort'),
        await card().locator('[aria-rowindex="2"] [role=gridcell]').last().textContent(),
      ]);
    }
    same(states.slice(0, 2), [
      ['ascending', '88'],
      ['descending', '1,204'],
    ]);
    same(states[2]?.[0], 'none');
  });
  it('arrows, pages, Home and End move one focused row', async () => {
    await card().locator('.sv-table-row[tabindex="0"]').focus();
    const at = () => tab.evaluate(() => document.activeElement!.getAttribute('aria-rowindex'));
    const path = [await at()];
    for (const key of ['ArrowDown', 'PageDown', 'End', 'ArrowUp', 'Home']) {
      await tab.keyboard.press(key);
      await frame();
      path.push(await at());
    }
    same(path, ['2', '3', '10', '1051', '1050', '2']);
    same(await card().locator('.sv-table-row[tabindex="0"]').count(), 1);
  });
  it('a focused row keeps focus and place while rows arrive', async () => {
    const cells = await tab.evaluate(() => document.activeElement!.textContent);
    const top = await tab.evaluate(() => document.activeElement!.getBoundingClientRect().top);
    await send(1255, 200);
    await frame();
    same(await tab.evaluate(() => document.activeElement!.textContent), cells);
    same(await tab.evaluate(() => document.activeElement!.getBoundingClientRect().top), top);
  });
  it('Ctrl+C copies the row with full digits', async () => {
    const workers = tab.locator('#table-keyed');
    await workers.locator('[aria-rowindex="4"]').focus();
    await tab.keyboard.press('Control+c');
    same(
      await tab.evaluate(() => (window as unknown as { copied: string }).copied),
      'worker-03\ttrue\t3.5\t182\t9007199254740993',
    );
    matches(await workers.locator('[aria-rowindex="4"]').textContent(), /9,007,199,254,740,993/);
  });
  it('100,000 rows: a message and a first sort do not hold up the page', async () => {
    await send(100_000, 0);
    await frame();
    const cost = await tab.evaluate(async () => {
      const { stores, columns, eventRow } = window.gallery;
      const store = stores.get('table live')!;
      const rows = store.table('table:events')!.rows().slice();
      const times: number[] = [];
      for (let i = 0; i < 20; i++) {
        const id = rows.length + 1;
        rows.push({ id, firstId: id, key: String(id), cells: eventRow(id, id), changedAtSeq: 2 });
        const next = rows.slice();
        await new Promise((done) => setTimeout(done, 60));
        store.setRows('table:events', { columns }, next);
        times.push(
          await new Promise<number>((done) =>
            requestAnimationFrame(() => {
              const start = performance.now();
              const channel = new MessageChannel();
              channel.port1.onmessage = () => done(performance.now() - start);
              channel.port2.postMessage(0);
            }),
          ),
        );
      }
      times.sort((a, b) => a - b);
      return { p50: times[10]!, max: times[19]! };
    });
    const sort = await card().evaluate((figure) => {
      const times = [...figure.querySelectorAll<HTMLButtonElement>('.sv-table-sort')].map((button) => {
        const start = performance.now();
        button.click();
        return Math.round(performance.now() - start);
      });
      return times;
    });
    expect(cost.p50).toBeLessThan(66);
    expect(Math.max(...sort)).toBeLessThan(1000);
  });
  it('gauge: the number is text, the chip says the state, a meter for screen readers', async () => {
    const gauge = tab.locator('#gauge-above');
    await gauge.scrollIntoViewIfNeeded();
    await frame();
    same(await gauge.locator('[role=meter]').getAttribute('aria-valuenow'), '118');
    same(await gauge.locator('.sv-chip').allTextContents(), ['Critical']);
    const png = await tab.evaluate(() =>
      [...window.gallery.views.get('gauge above')!.toPngs().values()][0]?.slice(0, 22),
    );
    same(png, 'data:image/png;base64,');
  });
  it('the status line opens its explanations and Escape closes them', async () => {
    const gauge = tab.locator('#gauge-folded');
    await gauge.locator('.sv-status').click();
    matches(await gauge.locator('.sv-popover').textContent(), /1,204folded/);
    await tab.keyboard.press('Escape');
    same(await gauge.locator('.sv-popover').count(), 0);
  });
  it('after 10 s of waiting the call that sends is shown', async () => {
    await tab.locator('#gauge-waiting code:visible').waitFor();
    same(await tab.locator('#gauge-waiting code:visible').textContent(), 'intake.send(1)');
    same(await tab.locator('#table-waiting code:visible').textContent(), 'events.send({"ms": 88})');
  });
  it('a narrow table scrolls sideways, by keys too, and its first column is readable', async () => {
    const narrow = tab.locator('#table-narrow');
    await narrow.scrollIntoViewIfNeeded();
    await frame();
    const box = narrow.locator('.sv-table');
    const width = await box.evaluate((el) => [el.scrollWidth, el.clientWidth]);
    expect(width[0]).toBeGreaterThan(width[1]!);
    const cut = await narrow.evaluate(
      (figure) =>
        [...figure.querySelectorAll('.sv-table-row > :first-child')].filter(
          (cell) => cell.scrollWidth > cell.clientWidth,
        ).length,
    );
    expect(cut).toBe(0);
    await narrow.locator('.sv-table-row[tabindex="0"]').focus();
    await tab.keyboard.press('ArrowRight');
    await tab.waitForFunction(() => document.querySelector('#table-narrow .sv-table')!.scrollLeft > 0);
  });

  it('10,000 rows and 20 messages a second: the page stays below half of a core', async () => {
    await card().scrollIntoViewIfNeeded();
    const busy = await tab.evaluate(async () => {
      const { stores, columns, eventRow } = window.gallery;
      const store = stores.get('table live')!;
      const rows = Array.from({ length: 10_000 }, (_, i) => {
        return { id: i + 1, firstId: i + 1, key: String(i + 1), cells: eventRow(i, 10_000), changedAtSeq: 1 };
      });
      store.setRows('table:events', { columns }, rows);
      const long: number[] = [];
      const observer = new PerformanceObserver((list) =>
        long.push(...list.getEntries().map(({ duration }) => duration)),
      );
      await new Promise((done) => setTimeout(done, 400));
      observer.observe({ entryTypes: ['longtask'] });
      for (let i = 0; i < 40; i++) {
        const id = rows.length + 1;
        rows.push({ id, firstId: id, key: String(id), cells: eventRow(id, id), changedAtSeq: 2 + i });
        store.setRows('table:events', { columns }, rows.slice(-10_000));
        await new Promise((done) => setTimeout(done, 50));
      }
      observer.disconnect();
      return long;
    });
    expect(busy.reduce((sum, ms) => sum + ms, 0)).toBeLessThan(1000);
    expect(Math.max(0, ...busy)).toBeLessThan(200);
  });

  it('dispose frees every node, listener and scheduled widget', async () => {
    const left = await tab.evaluate(() => {
      const { views, stores, scheduler } = window.gallery;
      for (const view of views.values()) {
        view.dispose();
        view.dispose();
      }
      let listeners = 0;
      for (const store of stores.values()) listeners += store.listeners;
      return { nodes: document.querySelectorAll('.sv-root').length, listeners, scheduled: scheduler.size };
    });
    same(left, { nodes: 0, listeners: 0, scheduled: 0 });
  });

  it('no page error came up', () => same(errors, []));
});
