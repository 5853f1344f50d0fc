import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launch, openStage, wave } from './stage.ts';

/** Edges are anti-aliased to some levels that depend on where a path starts; a stroke that is missing differs by 255. */
const EDGE_STEP = 90;

let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser.close());

describe('painting a live metric', () => {
  it.each([
    ['points', 1, [''], 1, {}],
    ['points of three lines', 2, ['a', 'b', 'c'], 1, {}],
    ['columns', 1, [''], 0.02, {}],
    ['columns of two lines', 2, ['a', 'b'], 0.02, {}],
    ['windows of 2 s as points', 1, [''], 0.02, { window: '2s' }],
    ['sliding windows with open ones as points', 2, [''], 0.02, { window: '2s', slide: '500ms', lateness: '3s' }],
    ['sliding windows as columns', 1, [''], 0.02, { window: '1s', slide: '50ms', aggregation: 'p95' }],
    ['windows of two lines as columns', 1, ['a', 'b'], 0.02, { window: '1s', slide: '50ms', lateness: '1s' }],
    ['windows with a revised result', 1, [''], 0.02, { window: '2s', slide: '1s', allowedLateness: '20s' }],
  ] as const)(
    'strips give the pixels that painting all gives: %s',
    async (_, deviceScaleFactor, names, stepS, look) => {
      const stage = await openStage(browser, { deviceScaleFactor });
      const dense = (n: number): [number, number][] =>
        Array.from({ length: Math.floor(40 / stepS) }, (__, i) => {
          const ago = 40 - i * stepS;
          return [ago, 50 + 10 * n + 8 * Math.sin(ago / 3) + 3 * Math.sin(ago * 17)];
        });
      await stage.mount({
        id: 'live',
        options: look,
        lines: Object.fromEntries(names.map((name, n) => [name, dense(n)])),
      });
      const result = await stage.page.evaluate(
        async ({ count, step, revises, EDGE_STEP }) => {
          const { lab } = window;
          if (revises) lab.append('live', [[8.01, 60]]);
          await lab.frames(2);
          const before = lab.counts();
          for (let tick = 1; tick <= 24; tick++) {
            const at = tick * 0.09;
            for (let line = 0; line < count; line++) {
              const rows: [number, number][] = [];
              for (let s = at - 0.09 + 1e-4; s <= at; s += Math.min(step, 0.09)) {
                rows.push([-s, 50 + 10 * line + 8 * Math.sin(s) + 3 * Math.sin(s * 17)]);
              }
              lab.append('live', rows, line);
            }
            lab.clock(at);
            await lab.frames(1);
          }
          await lab.frames(2);
          const { strips } = lab.counts();
          const strip = lab.pixels('live').slice();
          // The same picture in a metric that never saw another one.
          lab.theme.version++;
          lab.of('live').widget.invalidate();
          await lab.frames(2);
          const all = lab.pixels('live');
          let worst = 0;
          let differing = 0;
          for (let i = 0; i < all.length; i++) {
            // Premultiplied: the colour of a pixel that is hardly there is rounding.
            const alpha = i - (i % 4) + 3;
            const off =
              i === alpha
                ? Math.abs(all[i]! - strip[i]!)
                : Math.abs(all[i]! * all[alpha]! - strip[i]! * strip[alpha]!) / 255;
            if (off > EDGE_STEP) differing++;
            if (off > worst) worst = off;
          }
          return { strips: strips - before.strips, worst, differing, ink: all.some((value) => value > 0) };
        },
        { count: names.length, step: stepS, revises: 'allowedLateness' in look, EDGE_STEP },
      );
      expect(result).toMatchObject({ differing: 0, ink: true });
      expect(result.strips).toBeGreaterThan(8);
      expect(stage.errors).toEqual([]);
      await stage.page.context().close();
    },
  );

  it('while neither data nor the edge by a device pixel change, nothing is painted', async () => {
    const stage = await openStage(browser);
    await stage.mount({ id: 'still', lines: { '': wave(60) } });
    const painted = await stage.page.evaluate(async () => {
      const before = window.lab.counts();
      for (let i = 0; i < 20; i++) {
        window.lab.clock(0.001 * i);
        await window.lab.frames(1);
      }
      const after = window.lab.counts();
      return after.wholePaints + after.strips - before.wholePaints - before.strips;
    });
    expect(painted).toBeLessThanOrEqual(1);
    await stage.page.context().close();
  });

  it('a late sample in the past is drawn', async () => {
    const stage = await openStage(browser);
    await stage.mount({ id: 'late', options: { unit: '%' }, lines: { '': wave(50, 20, 5).slice(0, -5) } });
    const [before, after] = await stage.page.evaluate(async () => {
      const first = window.lab.topInk('late');
      window.lab.append('late', [[25.5, 38]]);
      await window.lab.frames(24);
      return [first, window.lab.topInk('late')] as const;
    });
    expect(after).toBeLessThan(before);
    await stage.page.context().close();
  });

  it('a single spike among a million samples is visible at every range', async () => {
    const stage = await openStage(browser);
    await stage.mount({ id: 'spike', options: { unit: '%' }, width: 720, lines: { '': [] } });
    await stage.page.evaluate(() => window.lab.million('spike', 20));
    for (const range of ['1m', '5m', '15m', 'all']) {
      await stage.page.locator('#spike').hover();
      await stage.page.locator('.sv-metric-range:visible', { hasText: new RegExp(`^${range}$`) }).click();
      await stage.page.mouse.move(990, 790);
      await stage.settled();
      expect(await stage.page.evaluate(() => window.lab.topInk('spike')), range).toBeLessThanOrEqual(12);
    }
    await stage.page.context().close();
  });

  it('a sleep leaves a hole in the line', async () => {
    const stage = await openStage(browser);
    await stage.mount({ id: 'sleep', lines: { '': wave(50).filter(([ago]) => ago > 35 || ago < 12) } });
    const holePx = await stage.page.evaluate(() => {
      const canvas = window.lab.canvas('sleep');
      const data = window.lab.pixels('sleep');
      let most = 0;
      let run = 0;
      for (let x = 0; x < canvas.width; x++) {
        let ink = false;
        for (let y = 0; y < canvas.height && !ink; y++) ink = data[(y * canvas.width + x) * 4 + 3]! > 0;
        run = ink ? 0 : run + 1;
        if (x > canvas.width * 0.3 && x < canvas.width * 0.85) most = Math.max(most, run);
      }
      return most;
    });
    expect(holePx).toBeGreaterThan(100);
    await stage.page.context().close();
  });

  it('a theme switch repaints the line in the new colour', async () => {
    const stage = await openStage(browser);
    await stage.mount({ id: 'theme', lines: { '': wave(60) } });
    const colors = await stage.page.evaluate(async () => {
      const strongest = (): string => {
        const data = window.lab.pixels('theme');
        for (let i = 0; i < data.length; i += 4) if (data[i + 3] === 255) return data.slice(i, i + 3).join();
        return '';
      };
      const light = strongest();
      document.body.dataset.jpThemeLight = 'false';
      await window.lab.frames(24);
      return [light, strongest(), getComputedStyle(document.querySelector('.sv-card')!).backgroundColor];
    });
    expect(colors).toEqual(['38,103,229', '97,132,241', 'rgb(22, 25, 31)']);
    await stage.page.context().close();
  });

  it('with reduced motion the picture steps once a second', async () => {
    const stage = await openStage(browser, { reducedMotion: 'reduce' });
    await stage.mount({ id: 'calm', lines: { '': wave(60) } });
    const paints = await stage.page.evaluate(async () => {
      const before = window.lab.counts();
      for (let i = 1; i <= 25; i++) {
        window.lab.clock(i * 0.1);
        await window.lab.frames(1);
      }
      const after = window.lab.counts();
      return after.wholePaints + after.strips - before.wholePaints - before.strips;
    });
    expect(paints).toBeGreaterThanOrEqual(2);
    expect(paints).toBeLessThanOrEqual(3);
    await stage.page.context().close();
  });

  it('a card that is scrolled away is not drawn, and is drawn once when it comes back', async () => {
    const stage = await openStage(browser);
    await stage.mount({ id: 'hidden', lines: { '': wave(60) } });
    await stage.page.evaluate(() => {
      document.querySelector<HTMLElement>('#root')!.style.paddingTop = '4000px';
    });
    await stage.settled();
    const feed = () =>
      stage.page.evaluate(async () => {
        const before = window.lab.counts();
        for (let i = 1; i <= 6; i++) {
          window.lab.append('hidden', [[-i * 0.1, 50]]);
          await window.lab.frames(1);
        }
        return window.lab.counts().wholePaints - before.wholePaints;
      });
    expect(await feed()).toBe(0);
    await stage.page.locator('#hidden').scrollIntoViewIfNeeded();
    await stage.page.waitForFunction(() => Number.isFinite(window.lab.topInk('hidden')));
    await stage.page.context().close();
  });

  it('a card that was never near the screen has its title and nothing in it, and is made when it comes', async () => {
    const stage = await openStage(browser);
    await stage.page.evaluate(
      (lines) => {
        document.querySelector<HTMLElement>('#root')!.style.paddingTop = '4000px';
        window.lab.mount({ id: 'far', lines });
      },
      { '': wave(60) },
    );
    await stage.settled();
    const inside = () => stage.page.locator('#far .sv-body').evaluate((body) => body.childElementCount);
    expect(await inside()).toBe(0);
    expect(await stage.page.locator('#far .sv-title').textContent()).toBe('far');
    await stage.page.locator('#far').scrollIntoViewIfNeeded();
    await stage.page.locator('#far .sv-metric-lines').waitFor();
    await stage.page.waitForFunction(() => Number.isFinite(window.lab.topInk('far')));
    expect(await inside()).toBeGreaterThan(0);
    await stage.page.context().close();
  });

  it('toPng is a PNG of title and picture', async () => {
    const stage = await openStage(browser);
    await stage.mount({ id: 'png', lines: { '': wave(60) } });
    const shown = await stage.page.evaluate(async () => {
      const url = window.lab.of('png').widget.toPng()!;
      const image = new Image();
      image.src = url;
      await image.decode();
      const canvas = document.createElement('canvas');
      canvas.width = image.width;
      canvas.height = image.height;
      const context = canvas.getContext('2d')!;
      context.drawImage(image, 0, 0);
      const data = context.getImageData(0, 0, canvas.width, canvas.height).data;
      let blue = 0;
      for (let i = 0; i < data.length; i += 4) if (data[i] === 38 && data[i + 1] === 103 && data[i + 2] === 229) blue++;
      return { head: url.slice(0, 22), width: image.width, corner: [...data.slice(0, 3)], blue };
    });
    expect(shown).toMatchObject({ head: 'data:image/png;base64,', corner: [255, 255, 255] });
    expect(shown.width).toBeGreaterThan(400);
    expect(shown.blue).toBeGreaterThan(200);
    await stage.page.context().close();
  });
});
