// node test/gallery-cards/behave.mjs: what only a real browser shows: place kept, sort, keyboard, copy, 100k rows, clean-up.
import assert from 'node:assert/strict';
import { chromium } from 'playwright-core';
import { bundleGallery } from './bundle.mjs';

const file = await bundleGallery();
const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-dev-shm-usage'] });
const facts = [];
try {
  const context = await browser.newContext({ viewport: { width: 1400, height: 900 } });
  await context.addInitScript(() => {
    Object.defineProperty(navigator, 'clipboard', {
      value: {
        writeText: async (text) => {
          window.copied = text;
        },
      },
    });
  });
  const tab = await context.newPage();
  const errors = [];
  tab.on('pageerror', (error) => errors.push(error.stack));
  await tab.goto(`file://${file}`);
  const card = tab.locator('#table-live');
  await card.scrollIntoViewIfNeeded();
  const frame = () =>
    tab.evaluate(() => new Promise((done) => setTimeout(() => requestAnimationFrame(() => done()), 320)));
  const send = (count, from, picture = 'table live') =>
    tab.evaluate(
      ({ count, from, picture }) => {
        const { stores, eventRow, columns } = window.gallery;
        const rows = [];
        for (let i = from; i < count; i++)
          rows.push({ id: i + 1, firstId: i + 1, key: String(i + 1), cells: eventRow(i, count), changedAtSeq: 1 });
        stores.get(picture).setRows('table:events', { columns }, rows);
      },
      { count, from, picture },
    );
  const texts = (selector) => card.locator(selector).allTextContents();
  const topRow = () =>
    card.evaluate((figure) => {
      const head = figure.querySelector('.sv-table-head').getBoundingClientRect().bottom;
      const rows = [...figure.querySelectorAll('.sv-table-row')].map((row) => [
        row.getBoundingClientRect().top,
        row.getAttribute('aria-rowindex'),
      ]);
      return rows.filter(([top]) => top >= head - 1).sort((a, b) => a[0] - b[0])[0];
    });
  const fact = async (title, run) => {
    await run();
    facts.push(title);
    console.log('ok', title);
  };

  await frame();
  await fact('a grid names its rows and columns', async () => {
    assert.equal(await card.locator('[role=grid]').getAttribute('aria-rowcount'), '1205');
    assert.equal(await card.locator('[role=columnheader]').count(), 5);
  });
  await fact('few rows are in the page, however many are held', async () => {
    assert.ok((await card.locator('.sv-table-row').count()) < 20);
  });
  await fact('scrolled away, arriving rows move nothing and are counted in a chip', async () => {
    await card.locator('.sv-table').evaluate((el) => (el.scrollTop = 1000));
    await frame();
    const before = await topRow();
    await send(1241, 0);
    await frame();
    const after = await topRow();
    assert.ok(Math.abs(before[0] - after[0]) < 1, `${before} ${after}`);
    assert.equal(Number(after[1]) - Number(before[1]), 37);
    assert.deepEqual(await texts('button.sv-chip'), ['37 new rows']);
  });
  await fact('the chip goes to the top and away', async () => {
    await card.locator('button.sv-chip').click();
    await frame();
    assert.equal(await card.locator('.sv-table').evaluate((el) => el.scrollTop), 0);
    assert.equal(await card.locator('button.sv-chip').count(), 0);
  });
  await fact('evicted rows at the far end move nothing', async () => {
    await card.locator('.sv-table').evaluate((el) => (el.scrollTop = 500));
    await frame();
    const before = await topRow();
    await send(1250, 200);
    await frame();
    assert.ok(Math.abs(before[0] - (await topRow())[0]) < 1);
    await card.locator('.sv-table').evaluate((el) => (el.scrollTop = 0));
    await frame();
  });
  await fact('Enter and Space on a header sort up, down, off', async () => {
    const header = card.locator('[role=columnheader]').nth(4);
    const button = header.locator('button');
    const states = [];
    await button.focus();
    for (const key of ['Enter', 'Space', 'Enter']) {
      await tab.keyboard.press(key);
      await frame();
      states.push([
        await header.getAttribute('aria-sort'),
        await card.locator('[aria-rowindex="2"] [role=gridcell]').last().textContent(),
      ]);
    }
    assert.deepEqual(states.slice(0, 2), [
      ['ascending', '88'],
      ['descending', '1,204'],
    ]);
    assert.equal(states[2][0], 'none');
  });
  await fact('arrows, pages, Home and End move one focused row', async () => {
    await card.locator('.sv-table-row[tabindex="0"]').focus();
    const at = () => tab.evaluate(() => document.activeElement.getAttribute('aria-rowindex'));
    const path = [await at()];
    for (const key of ['ArrowDown', 'PageDown', 'End', 'ArrowUp', 'Home']) {
      await tab.keyboard.press(key);
      await frame();
      path.push(await at());
    }
    assert.deepEqual(path, ['2', '3', '10', '1051', '1050', '2']);
    assert.equal(await card.locator('.sv-table-row[tabindex="0"]').count(), 1);
  });
  await fact('a focused row keeps focus and place while rows arrive', async () => {
    const cells = await tab.evaluate(() => document.activeElement.textContent);
    const top = await tab.evaluate(() => document.activeElement.getBoundingClientRect().top);
    await send(1255, 200);
    await frame();
    assert.equal(await tab.evaluate(() => document.activeElement.textContent), cells);
    assert.equal(await tab.evaluate(() => document.activeElement.getBoundingClientRect().top), top);
  });
  await fact('Ctrl+C copies the row with full digits', async () => {
    const workers = tab.locator('#table-keyed');
    await workers.locator('[aria-rowindex="4"]').focus();
    await tab.keyboard.press('Control+c');
    assert.equal(await tab.evaluate(() => window.copied), 'worker-03\ttrue\t3.5\t182\t9007199254740993');
    assert.match(await workers.locator('[aria-rowindex="4"]').textContent(), /9,007,199,254,740,993/);
  });
  await fact('100,000 rows: a message costs less than two frames, a first sort less than half a second', async () => {
    await send(100_000, 0);
    await frame();
    const cost = await tab.evaluate(async () => {
      const { stores, columns, eventRow } = window.gallery;
      const store = stores.get('table live');
      const rows = store.table('table:events').rows().slice();
      const times = [];
      for (let i = 0; i < 20; i++) {
        const id = rows.length + 1;
        rows.push({ id, firstId: id, key: String(id), cells: eventRow(id, id), changedAtSeq: 2 });
        const next = rows.slice();
        await new Promise((done) => setTimeout(done, 60));
        store.setRows('table:events', { columns }, next);
        times.push(
          await new Promise((done) =>
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
      return { p50: times[10], max: times[19] };
    });
    const sort = await card.evaluate((figure) => {
      const times = [...figure.querySelectorAll('.sv-table-sort')].map((button) => {
        const start = performance.now();
        button.click();
        return Math.round(performance.now() - start);
      });
      return times;
    });
    console.log('   frame ms', cost, 'first sort per column ms', sort);
    assert.ok(cost.p50 < 33, JSON.stringify(cost));
    assert.ok(Math.max(...sort) < 500, JSON.stringify(sort));
  });
  await fact('gauge: the number is text, the chip says the state, a meter for screen readers', async () => {
    const gauge = tab.locator('#gauge-above');
    await gauge.scrollIntoViewIfNeeded();
    await frame();
    assert.equal(await gauge.locator('[role=meter]').getAttribute('aria-valuenow'), '118');
    assert.deepEqual(await gauge.locator('.sv-chip').allTextContents(), ['Critical']);
    const png = await tab.evaluate(() =>
      [...window.gallery.views.get('gauge above').toPngs().values()][0]?.slice(0, 22),
    );
    assert.equal(png, 'data:image/png;base64,');
  });
  await fact('the status line opens its explanations and Escape closes them', async () => {
    const gauge = tab.locator('#gauge-folded');
    await gauge.locator('.sv-status').click();
    assert.match(await gauge.locator('.sv-popover').textContent(), /1,204folded/);
    await tab.screenshot({ path: file.replace('.html', '-popover.png') });
    await tab.keyboard.press('Escape');
    assert.equal(await gauge.locator('.sv-popover').count(), 0);
  });
  await fact('after 10 s of waiting the call that sends is shown', async () => {
    await tab.waitForTimeout(6000);
    assert.equal(await tab.locator('#gauge-waiting code:visible').textContent(), 'intake.send(1)');
    assert.equal(await tab.locator('#table-waiting code:visible').textContent(), 'events.send({"ms": 88})');
  });
  await fact('dispose frees every node, listener and scheduled widget', async () => {
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
    assert.deepEqual(left, { nodes: 0, listeners: 0, scheduled: 0 });
  });
  assert.deepEqual(errors, []);
  console.log(`${facts.length} facts hold`);
} finally {
  await browser.close();
}
