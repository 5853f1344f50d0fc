import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { FedWidget } from '../gallery-panel/feed.ts';
import { launch, pageScript } from './stage.ts';

const WIDGETS: readonly FedWidget[] = [
  { kind: 'metric', name: 'cpu', cell: 'c1', options: { title: 'CPU', unit: '%', thresholds: { warning: 80 } } },
  { kind: 'metric', name: 'memory', cell: 'c1', options: { title: 'Memory' } },
  { kind: 'gauge', name: 'air', cell: 'c2', options: { title: 'Air' } },
  { kind: 'metric', name: 'cores', cell: 'c2', options: { title: 'Cores' }, lines: [[['core', '0']], [['core', '1']]] },
];
const VALUES = [86.4, 3, 42, 10, 20];

let browser: Browser;
let page: Page;
const errors: string[] = [];

beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser.close());

beforeEach(async () => {
  page = await browser.newPage({ viewport: { width: 900, height: 700 } });
  page.on('pageerror', (error) => errors.push(error.stack ?? error.message));
  await page.setContent('<!doctype html><meta charset="utf-8"><body data-jp-theme-light="true"></body>');
  await page.addScriptTag({ content: await pageScript('panel-page.ts') });
});
afterEach(async () => {
  await page.close();
  expect(errors.splice(0)).toEqual([]);
});

async function mount(widgets = WIDGETS, values = VALUES): Promise<void> {
  await page.evaluate(
    ([specs, numbers]) => {
      window.panelLab.feed('s1', specs);
      for (let ago = 20; ago >= 0; ago--) window.panelLab.sample('s1', numbers, ago);
      window.panelLab.mount();
    },
    [widgets, values] as const,
  );
  if (values.length > 0)
    await expect.poll(() => values.length > 0 && row('CPU').getAttribute('aria-label')).not.toBeNull();
}

const row = (name: string): Locator => page.locator(`.sv-panel-row[data-name="${name}"]`);
const value = (name: string) => row(name).locator('.sv-panel-value').textContent();
const headings = () => page.locator('.sv-panel-heading').allTextContents();
const names = () => page.locator('.sv-panel-name').allTextContents();
const calls = () => page.evaluate(() => window.panelLab.calls.splice(0));
const set = (change: object) => page.evaluate((it) => window.panelLab.set(it), change);
const notes = () => page.locator('.sv-panel-note-text').allTextContents();
const focused = () =>
  page.evaluate(() => {
    const { dataset, textContent } = document.activeElement as HTMLElement;
    return dataset.name ?? textContent;
  });
/** What the style sheet draws before a name. */
const sign = (name: string) =>
  row(name)
    .locator('.sv-panel-sign')
    .evaluate((it) => getComputedStyle(it).backgroundImage);
const frames = () =>
  page.evaluate(() => new Promise<void>((done) => setTimeout(() => requestAnimationFrame(() => done()), 350)));

describe('the panel', () => {
  it('shows everything in order of declaration under its cells, lines of one widget below it', async () => {
    await mount();
    expect(await headings()).toEqual(['Heading c1', 'Heading c2']);
    expect(await names()).toEqual(['CPU', 'Memory', 'Air', 'Cores', 'core 0', 'core 1']);
    expect([await value('CPU'), await value('Cores'), await value('core 1')]).toEqual(['86.40%', '2lines', '20']);
  });

  it('a row says its sign, its tone and the same in words', async () => {
    await mount();
    expect(await row('CPU').getAttribute('data-tone')).toBe('warning');
    expect(await row('CPU').getAttribute('data-sign')).toBe('warning');
    expect(await sign('CPU')).toMatch(/gradient/);
    expect(await row('CPU').getAttribute('aria-label')).toBe('CPU 86.40%, steady over 1 minute, warning');
    expect([await row('Memory').getAttribute('data-sign'), await sign('Memory')]).toEqual([null, 'none']);
  });

  it('new values reach the rows, and nothing of the other rows moves', async () => {
    await mount();
    const before = await row('Memory').locator('canvas').boundingBox();
    await page.evaluate(() => {
      window.panelLab.clockUs += 1e6;
      window.panelLab.sample('s1', [50, 4, 43, 11, 21]);
    });
    await expect.poll(() => value('CPU')).toBe('50.0%');
    expect(await row('CPU').getAttribute('data-tone')).toBe('normal');
    expect(await row('Memory').locator('canvas').boundingBox()).toEqual(before);
  });

  it('full mode shows the cards themselves, and back the rows', async () => {
    await mount();
    await page.getByRole('radio', { name: 'Full' }).click();
    expect(await page.locator('.sv-card').count()).toBe(4);
    expect(await page.locator('[role="tree"], .sv-panel-row').count()).toBe(0);
    await page.getByRole('radio', { name: 'Compact' }).click();
    expect(await names()).toEqual(['CPU', 'Memory', 'Air', 'Cores', 'core 0', 'core 1']);
    expect(await page.locator('.sv-card').count()).toBe(0);
  });

  it('paused everything stands and what comes is counted; resumed the newest is there', async () => {
    await mount();
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.evaluate(() => {
      window.panelLab.clockUs += 1e6;
      window.panelLab.sample('s1', [10, 11, 12, 13, 14]);
    });
    await expect.poll(async () => (await notes()).join()).toMatch(/^Paused \d\d:\d\d:\d\d · 5 new$/);
    expect(await value('CPU')).toBe('86.40%');
    await page.getByRole('button', { name: 'Resume' }).click();
    await expect.poll(() => value('CPU')).toBe('10.0%');
    expect(await notes()).toEqual([]);
  });

  it('stands still with its session, too', async () => {
    await mount();
    await page.evaluate(() => window.panelLab.pauseSession(true));
    expect(await page.getByRole('button', { name: 'Resume' }).count()).toBe(1);
    await page.evaluate(() => window.panelLab.pauseSession(false));
    expect(await page.getByRole('button', { name: 'Pause' }).count()).toBe(1);
  });

  it('a hidden widget goes by its menu and comes back by the entry at the end', async () => {
    await mount();
    await row('Memory').click({ button: 'right' });
    await page.getByRole('menuitem', { name: 'Hide here' }).click();
    expect(await names()).not.toContain('Memory');
    await page.getByRole('button', { name: '1 hidden' }).click();
    await page.getByRole('menuitem', { name: 'Memory' }).click();
    expect(await names()).toContain('Memory');
    expect((await calls()).map(([name]) => name)).toEqual(['hidden', 'hidden']);
  });

  it('a collapsed group has no rows, a group whose widgets are all hidden is not there', async () => {
    await mount();
    await page.locator('.sv-panel-group').first().click();
    expect(await names()).toEqual(['Air', 'Cores', 'core 0', 'core 1']);
    await set({ hidden: ['gauge:air', 'metric:cores'] });
    expect([await headings(), await names()]).toEqual([['Heading c1'], []]);
  });

  it('a restart leaves the last data, greyed and said, until the new kernel declares something', async () => {
    await mount();
    await page.evaluate(() => {
      window.panelLab.feeds.get('s1')?.store.markGone();
      window.panelLab.feed('s1', []);
      window.panelLab.set({ source: window.panelLab.kernel('s1', { restartedAt: window.panelLab.clockUs / 1000 }) });
    });
    expect(await notes()).toEqual(['Kernel restarted 14:12:11']);
    await expect.poll(() => row('CPU').getAttribute('data-state')).toBe('gone');
    expect(await value('CPU')).toBe('86.40%');
    await page.evaluate(() => {
      window.panelLab.feed('s1', [{ kind: 'metric', name: 'new', cell: 'c9', options: { title: 'New' } }]);
      window.panelLab.set({ source: window.panelLab.kernel('s1') });
    });
    expect([await names(), await notes()]).toEqual([['New'], []]);
  });

  it('another notebook takes its place at once, also an empty one', async () => {
    await mount();
    await page.evaluate(() => window.panelLab.set({ source: window.panelLab.kernel('s2', { name: 'b.ipynb' }) }));
    expect([await names(), await page.locator('.sv-panel-empty code').textContent()]).toEqual([
      [],
      'cpu = sv.metric("cpu")',
    ]);
    expect(await page.locator('.sv-panel-file').textContent()).toBe('b.ipynb');
    await set({ source: { kind: 'none' } });
    expect(await page.locator('.sv-panel-empty').textContent()).toMatch(/No notebook/);
    expect(await page.locator('.sv-panel-follows').isVisible()).toBe(false);
  });

  it('widgets declared later come at their place, closed ones go', async () => {
    await mount(WIDGETS.slice(0, 2), VALUES.slice(0, 2));
    await page.evaluate((specs) => window.panelLab.feed('s1', specs), [WIDGETS[2]!, WIDGETS[0]!]);
    expect(await names()).toEqual(['Air', 'CPU']);
  });
});

describe('the panel by keyboard', () => {
  it('one item is in the tab order; arrows, Home, End and letters move', async () => {
    await mount();
    expect(await page.locator('[role="treeitem"][tabindex="0"]').count()).toBe(1);
    await page.locator('[role="treeitem"][tabindex="0"]').focus();
    const seen = [await focused()];
    for (const key of ['ArrowDown', 'End', 'ArrowUp', 'Home', 'm', 'c', 'c']) {
      await page.keyboard.press(key);
      seen.push(await focused());
    }
    expect(seen).toEqual(['Heading c1', 'CPU', 'core 1', 'core 0', 'Heading c1', 'Memory', 'Cores', 'core 0']);
    expect(await page.locator('[role="treeitem"][tabindex="0"]').count()).toBe(1);
  });

  it('left closes and goes to the parent, right opens, Enter opens lines or reveals the cell', async () => {
    await mount();
    await row('core 1').focus();
    await page.keyboard.press('ArrowLeft');
    expect(await focused()).toBe('Cores');
    await page.keyboard.press('ArrowLeft');
    expect([await row('Cores').getAttribute('aria-expanded'), await row('core 0').count()]).toEqual(['false', 0]);
    await page.keyboard.press('Enter');
    expect(await row('core 0').count()).toBe(1);
    await row('CPU').focus();
    await page.keyboard.press('Enter');
    expect(await calls()).toEqual([['reveal', 'c1']]);
    await page.keyboard.press('ArrowLeft');
    expect(await focused()).toBe('Heading c1');
    await page.keyboard.press('ArrowLeft');
    expect(await calls()).toEqual([['collapsed', ['c1']]]);
    await page.keyboard.press('ArrowRight');
    expect(await calls()).toEqual([['collapsed', []]]);
  });

  it('the menu key opens the row’s menu; after hiding the focus stays in the panel', async () => {
    await mount();
    await row('Memory').focus();
    await page.keyboard.press('Shift+F10');
    await page.keyboard.press('End');
    await page.keyboard.press('Enter');
    expect(await names()).not.toContain('Memory');
    expect(await page.evaluate(() => document.activeElement?.getAttribute('role'))).toBe('treeitem');
  });

  it('keys that it uses do not reach the host', async () => {
    await mount();
    await page.evaluate(() => {
      document.addEventListener('keydown', ({ key }) => window.panelLab.calls.push(['host', key]));
    });
    await row('CPU').focus();
    for (const key of ['ArrowDown', 'x', 'Enter']) await page.keyboard.press(key);
    expect((await calls()).filter(([name]) => name === 'host')).toEqual([]);
    await page.keyboard.press('Escape');
    expect(await calls()).toEqual([['host', 'Escape']]);
  });
});

describe('the cost of a panel', () => {
  const hundred: readonly FedWidget[] = Array.from({ length: 100 }, (_, i) => ({
    kind: 'metric',
    name: `m${i}`,
    cell: `c${i % 4}`,
    options: { title: `Metric ${i}`, unit: '%' },
  }));

  it('rows that are off screen are not drawn, and a hidden panel draws nothing', async () => {
    await page.evaluate((specs) => {
      window.panelLab.feed('s1', specs);
      window.panelLab.sample(
        's1',
        Array.from({ length: 100 }, (_, i) => i),
      );
      window.panelLab.mount();
    }, hundred);
    await frames();
    const drawn = await page.locator('.sv-panel-row[data-tone]').count();
    expect(drawn).toBeGreaterThan(10);
    expect(drawn).toBeLessThan(30);
    await page.evaluate(() => {
      window.panelLab.host.style.display = 'none';
    });
    await frames();
    const before = await page.locator('.sv-panel-number').first().textContent();
    await page.evaluate(() => {
      window.panelLab.clockUs += 1e6;
      window.panelLab.sample(
        's1',
        Array.from({ length: 100 }, () => 77),
      );
    });
    await frames();
    expect(await page.locator('.sv-panel-number').first().textContent()).toBe(before);
    await page.evaluate(() => {
      window.panelLab.host.style.display = '';
    });
    await expect.poll(() => page.locator('.sv-panel-number').first().textContent()).toBe('77');
  });

  it('mounting and disposing 50 times leaves no node, listener or schedule entry; one that stays open does', async () => {
    const left = await page.evaluate((specs) => {
      const lab = window.panelLab;
      lab.feed('s1', specs.slice(0, 20));
      lab.sample(
        's1',
        Array.from({ length: 20 }, (_, i) => i),
      );
      const count = () => [lab.listeners, document.querySelectorAll('*').length];
      lab.mount();
      lab.unmount();
      const before = count();
      for (let i = 0; i < 50; i++) {
        lab.mount();
        lab.set({ mode: i % 2 === 0 ? 'full' : 'compact' });
        lab.unmount();
        lab.panel?.dispose();
      }
      const after = count();
      lab.mount();
      return { before, after, open: count() };
    }, hundred);
    expect(left.after).toEqual(left.before);
    expect(left.open[0]).toBeGreaterThan(left.before[0]!);
    expect(left.open[1]).toBeGreaterThan(left.before[1]!);
  });
});
