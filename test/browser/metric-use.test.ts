import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launch, openStage, type Stage, wave } from './stage.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser.close());

async function withStage(use: (stage: Stage, page: Page) => Promise<void>): Promise<void> {
  const stage = await openStage(browser);
  await use(stage, stage.page);
  expect(stage.errors).toEqual([]);
  await stage.page.context().close();
}

/** Points at the sample `agoS` seconds before the right edge of a 60 s axis, in the middle of the plot's height. */
async function pointAt(page: Page, id: string, agoS: number): Promise<void> {
  const box = (await page.locator(`#${id} .sv-metric-stage`).boundingBox())!;
  const many = (await page.locator(`#${id} .sv-metric-end:visible`).count()) > 0;
  const left = box.x + 11 + (many ? 28 : 0);
  const right = box.x + box.width - (many ? 100 : 40);
  await page.mouse.move(right - ((right - left) * agoS) / 60, box.y + 60);
}

const tooltip = (page: Page) => page.locator('.sv-tooltip:visible');
const rangeOf = (page: Page) => page.locator('.sv-metric-range[aria-pressed="true"]:visible').allTextContents();
const chips = (page: Page) => page.locator('.sv-chip').allTextContents();

describe('reading a metric', () => {
  it('the tooltip follows the nearest sample and shows its exact value and time', () =>
    withStage(async ({ mount }, page) => {
      await mount({ id: 'one', options: { unit: 'ms' }, lines: { '': wave(60) } });
      await pointAt(page, 'one', 20.3);
      await tooltip(page).waitFor();
      const exact = (ago: number) => Math.round((50 + 20 * Math.sin(ago / 7)) * 1000) / 1000;
      expect(await tooltip(page).locator('b').allTextContents()).toEqual(['14:14:40.000', `${exact(20)}\u202fms`]);
      await pointAt(page, 'one', 40.7);
      await page.waitForFunction(() => document.querySelector('.sv-tooltip b')?.textContent === '14:14:19.000');
      expect(await tooltip(page).locator('b').last().textContent()).toBe(`${exact(41)}\u202fms`);
      await page.mouse.move(990, 790);
      await tooltip(page).waitFor({ state: 'hidden' });
    }));

  it('several lines stand in the tooltip sorted by value', () =>
    withStage(async ({ mount }, page) => {
      await mount({ id: 'many', lines: { low: wave(60, 10, 2), high: wave(60, 90, 2), middle: wave(60, 50, 2) } });
      await pointAt(page, 'many', 30);
      await tooltip(page).waitFor();
      expect(await tooltip(page).locator('.sv-tooltip-row span').allTextContents()).toEqual(['high', 'middle', 'low']);
    }));

  it('a gap says what is missing, a healed one what was restored', () =>
    withStage(async ({ mount }, page) => {
      await mount({ id: 'gap', lines: { '': wave(60).filter(([ago]) => ago > 40 || ago < 20) } });
      const mark = (kind: 'pending' | 'restored') =>
        page.evaluate((what) => {
          const [line] = window.lab.of('gap').lines;
          const span = { startUs: window.lab.NOW_US - 40e6, endUs: window.lab.NOW_US - 20e6 };
          for (const other of ['pending', 'restored']) {
            Object.defineProperty(line, other, { value: other === what ? [span] : [], configurable: true });
          }
          line!.version++;
          window.lab.of('gap').widget.invalidate();
        }, kind);
      await mark('pending');
      await pointAt(page, 'gap', 30);
      await tooltip(page).waitFor();
      expect(await tooltip(page).textContent()).toContain('missing 14:14:20 to 14:14:40');
      await page.evaluate(() => window.lab.append('gap', [[30, 50]]));
      await mark('restored');
      await pointAt(page, 'gap', 30.1);
      await page.waitForFunction(() =>
        document.querySelector('.sv-tooltip')?.textContent?.includes('restored 14:14:20'),
      );
    }));

  it('arrows move by sample, Home and End to the ends, Escape closes; the values are spoken', () =>
    withStage(async ({ mount }, page) => {
      await mount({ id: 'keys', lines: { '': wave(60) } });
      await page.locator('#keys .sv-metric-stage').focus();
      const time = async (key: string) => {
        await page.keyboard.press(key);
        await page.evaluate(() => window.lab.frames(3));
        return tooltip(page).locator('b').first().textContent();
      };
      expect([
        await time('ArrowLeft'),
        await time('ArrowLeft'),
        await time('ArrowLeft'),
        await time('ArrowRight'),
      ]).toEqual(['14:15:00.000', '14:14:59.000', '14:14:58.000', '14:14:59.000']);
      expect([await time('Home'), await time('End')]).toEqual(['14:14:00.000', '14:15:00.000']);
      expect(await page.locator('[aria-live=polite]').textContent()).toContain('14:15:00.000');
      await page.keyboard.press('Escape');
      await tooltip(page).waitFor({ state: 'hidden' });
    }));
});

describe('moving a metric through time', () => {
  it('Ctrl and the wheel zoom, the wheel alone scrolls, dragging pans, a double click goes back to live', () =>
    withStage(async ({ mount, settled }, page) => {
      await mount({ id: 'zoom', lines: { '': wave(300) } });
      const box = (await page.locator('#zoom .sv-metric-stage').boundingBox())!;
      await page.mouse.move(box.x + 200, box.y + 60);
      await page.mouse.wheel(0, -300);
      await settled();
      expect(await chips(page)).toEqual([]);
      await page.keyboard.down('Control');
      await page.mouse.wheel(0, -300);
      await page.keyboard.up('Control');
      await page.locator('button.sv-chip', { hasText: 'Back to live' }).waitFor();
      expect(await rangeOf(page)).toEqual([]);
      const before = await page.evaluate(() => [...window.lab.pixels('zoom')].reduce((a, b) => a + b, 0));
      await page.mouse.down();
      await page.mouse.move(box.x + 320, box.y + 60, { steps: 4 });
      await page.mouse.up();
      await settled();
      expect(await page.evaluate(() => [...window.lab.pixels('zoom')].reduce((a, b) => a + b, 0))).not.toBe(before);
      await page.mouse.dblclick(box.x + 200, box.y + 60);
      await page.locator('button.sv-chip').waitFor({ state: 'hidden' });
      expect(await rangeOf(page)).toEqual(['1m']);
    }));

  it('the range buttons choose 1m, 5m, 15m and all', () =>
    withStage(async ({ mount, settled }, page) => {
      await mount({ id: 'range', lines: { '': wave(1200) } });
      await page.locator('#range').hover();
      for (const range of ['5m', '15m', 'all', '1m']) {
        await page.locator('.sv-metric-range:visible', { hasText: new RegExp(`^${range}$`) }).click();
        await settled();
        expect(await rangeOf(page)).toEqual([range]);
      }
    }));

  it('paused, the value stands, new samples are counted, and the way back goes to the newest', () =>
    withStage(async ({ mount }, page) => {
      await mount({ id: 'pause', lines: { '': wave(60, 40, 0) } });
      await page.locator('#pause').hover();
      await page.getByRole('button', { name: 'Pause' }).click();
      await page.locator('.sv-chip', { hasText: 'Paused 14:15:00 · 0 new' }).waitFor();
      await page.evaluate(() => {
        window.lab.append('pause', [
          [-1, 77],
          [-2, 78],
        ]);
        window.lab.clock(2);
      });
      await page.locator('.sv-chip', { hasText: 'Paused 14:15:00 · 2 new' }).waitFor();
      expect(await page.locator('.sv-value-number').textContent()).toBe('40');
      await page.locator('.sv-tool[aria-label="Back to live"]:visible').first().click();
      await page.waitForFunction(() => document.querySelector('.sv-value-number')?.textContent === '78');
      expect(await chips(page)).toEqual([]);
    }));
});

describe('sizes of a metric', () => {
  it.each([
    [480, true, true],
    [240, true, false],
    [110, false, false],
  ])('%d px wide: line %s, axes %s, and always the value', (width, line, axes) =>
    withStage(async ({ mount, settled }, page) => {
      await mount({ id: 'size', width, height: width === 110 ? 120 : 200, lines: { '': wave(60, 40, 0) } });
      await settled();
      expect(await page.locator('.sv-value-number').isVisible()).toBe(true);
      expect(await page.locator('.sv-value-number').textContent()).toBe('40');
      expect(await page.locator('.sv-metric-lines').isVisible()).toBe(line);
      expect((await page.locator('.sv-metric-axes canvas').count()) > 0).toBe(axes);
    }),
  );

  it('the names at the ends of lines have the room they need, and units stand in the caption', () =>
    withStage(async ({ mount }, page) => {
      const lines = { 'written to disk': wave(60, 1.17e6, 1e4), 'read from disk': wave(60, 0.4e6, 1e4) };
      await mount({ id: 'ends', options: { unit: 'B/s' }, lines });
      await page.evaluate(() => window.lab.frames(60));
      const cut = await page
        .locator('.sv-metric-end-name')
        .evaluateAll((names) => names.filter((name) => name.scrollWidth > name.clientWidth).length);
      expect(cut).toBe(0);
      expect(await page.locator('.sv-caption').textContent()).toBe('MB/s');
    }));
});

describe('the ends of lines', () => {
  it('show the newest values where two came shortly after one another and nothing after them', () =>
    withStage(async ({ mount }, page) => {
      const lines = { a: wave(60, 40, 0), b: wave(60, 60, 0) };
      await mount({ id: 'newest', lines });
      const values = () => page.locator('#newest .sv-metric-end-value:visible').allTextContents();
      await expect.poll(values).toEqual(['60', '40']);
      await page.evaluate(async () => {
        for (const [i, value] of [45, 48].entries()) {
          window.lab.append('newest', [[-1 - i, value]], 0);
          window.lab.append('newest', [[-1 - i, value + 20]], 1);
          window.lab.clock(1 + i);
          await window.lab.frames(6);
        }
      });
      await expect.poll(values).toEqual(['68', '48']);
    }));
});

describe('the end of a metric', () => {
  it('dispose frees canvases, nodes, schedule and memory over 50 mounts; a view kept on purpose is found', () =>
    withStage(async ({ mount, settled }, page) => {
      const session = await page.context().newCDPSession(page);
      const counts = async () => {
        await session.send('HeapProfiler.collectGarbage');
        await session.send('HeapProfiler.collectGarbage');
        const { nodes, jsEventListeners } = await session.send('Memory.getDOMCounters');
        return { nodes, jsEventListeners };
      };
      const round = async (id: string) => {
        await mount({ id, lines: { '': wave(60), b: wave(60) } });
        await page.locator(`#${id} .sv-metric-stage`).hover();
        await page.evaluate((it) => {
          const kept = window as unknown as { refs?: WeakRef<object>[] };
          kept.refs ??= [];
          kept.refs.push(new WeakRef(window.lab.of(it).widget), new WeakRef(window.lab.canvas(it)));
          window.lab.unmount(it);
        }, id);
      };
      const alive = () =>
        page.evaluate(
          () =>
            (window as unknown as { refs: WeakRef<object>[] }).refs.filter((ref) => ref.deref() !== undefined).length,
        );
      await round('warm');
      const before = await counts();
      for (let i = 0; i < 50; i++) await round(`m${i}`);
      await settled();
      const after = await counts();
      expect(after.nodes - before.nodes).toBeLessThan(50);
      expect(after.jsEventListeners - before.jsEventListeners).toBeLessThan(10);
      expect(await alive()).toBeLessThanOrEqual(2);
      expect(
        await page.evaluate(() => [window.lab.scheduler.size, document.querySelectorAll('canvas').length]),
      ).toEqual([0, 0]);
      // The control: what is not let go must be seen.
      await mount({ id: 'kept', lines: { '': wave(60) } });
      await page.evaluate(() => {
        const kept = window as unknown as { refs: WeakRef<object>[]; leak: object };
        kept.leak = window.lab.of('kept').widget;
        kept.refs.push(new WeakRef(kept.leak));
        window.lab.unmount('kept');
      });
      const aliveBefore = await alive();
      await counts();
      expect(aliveBefore).toBeGreaterThan(0);
      expect(
        await page.evaluate(
          () => (window as unknown as { refs: WeakRef<object>[] }).refs.at(-1)?.deref() !== undefined,
        ),
      ).toBe(true);
    }));
});
