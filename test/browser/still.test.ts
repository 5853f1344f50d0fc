import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TOKENS } from '../../src/view/theme-tokens.ts';
import { launch, pageScript } from './stage.ts';

let browser: Browser;
let tab: Page;
let scenes: readonly string[];
const errors: string[] = [];

beforeAll(async () => {
  browser = await launch();
  tab = await browser.newPage();
  tab.on('pageerror', (error) => errors.push(error.stack ?? error.message));
  await tab.setContent('<!doctype html><meta charset="utf-8"><body></body>');
  await tab.addScriptTag({ content: await pageScript('./still-page.ts') });
  scenes = await tab.evaluate(() => window.stillLab.scenes);
});
afterAll(() => browser.close());

const still = (scene: string, maxBytes = 60_000) =>
  tab.evaluate(([name, most]) => window.stillLab.still(name, most), [scene, maxBytes] as const);
const see = async (scene: string) => {
  const made = await still(scene);
  return tab.evaluate((png) => window.stillLab.see(png), made!.png);
};
const { light } = TOKENS;

describe('the picture of a view', () => {
  it('is a PNG that a browser reads, white, of whole device pixels of its size, whatever is in it', async () => {
    for (const scene of scenes) {
      const made = (await still(scene))!;
      const seen = await tab.evaluate((png) => window.stillLab.see(png), made.png);
      const ratio = seen.width / made.widthPx;
      expect([scene, [1, 1.5, 2].includes(ratio)]).toEqual([scene, true]);
      expect([scene, seen.height]).toEqual([scene, made.heightPx * ratio]);
      expect(seen.colors['#ffffff']).toBeGreaterThan(0.5 * seen.width * seen.height);
    }
    expect(errors).toEqual([]);
  });

  it('takes at most the bytes it may, with fewer pixels the fewer those are, and is none where they are too few', async () => {
    for (const scene of ['metric', 'noisy', 'manyLines', 'gauge', 'table', 'events', 'eight', 'thirty']) {
      let pixels = Number.POSITIVE_INFINITY;
      for (const most of [60_000, 30_000, 15_000, 8000, 3000]) {
        const made = await still(scene, most);
        if (made === null) break;
        expect(made.bytes).toBe(made.png.length);
        expect([scene, most, made.bytes <= most]).toEqual([scene, most, true]);
        const seen = await tab.evaluate((png) => window.stillLab.see(png), made.png);
        expect(seen.width * seen.height).toBeLessThanOrEqual(pixels);
        pixels = seen.width * seen.height;
      }
      expect([scene, pixels < Number.POSITIVE_INFINITY, await still(scene, 200)]).toEqual([scene, true, null]);
    }
  });

  it('shows lines, thresholds, zones and marks in the colours of the light theme', async () => {
    const has = async (scene: string, ...colors: readonly string[]): Promise<void> => {
      const seen = await see(scene);
      for (const color of colors) expect([scene, color, (seen.colors[color] ?? 0) > 20]).toEqual([scene, color, true]);
    };
    await has('metric', light['1'], light.border, light.grid, light['crit-g'], light['warn-g']);
    await has('lines', light['1'], light['2'], light['3'], light['4'], light['5']);
    await has('gauge', light['ok-g'], light['warn-g'], light['crit-g'], light.border);
    await has('gaugeOver', light['crit-g']);
    await has('gap', light.inset);
    await has('table', light.border, light.inset);
  });

  it('says names, newest values and the time of the newest data', async () => {
    const text = async (scene: string) => (await still(scene))!.text;
    const last = 'Last data Tue 3 Mar 2026, 14:15:00 UTC (StreamViz)';
    expect(await text('warning')).toBe('CPU usage 91.2%\nLast data Tue 3 Mar 2026, 14:14:59 UTC (StreamViz)');
    expect(await text('windowed')).toMatch(/^Latency [\d.]+\sms \(p99 of 10\ss\)\n/);
    expect(await text('lines')).toMatch(/^Requests: web-1\.example\.org [\d.]+\sreq\/s, web-2/);
    expect(await text('manyLines')).toMatch(/, core 7 [^,]+ and 12 more\n/);
    expect(await text('empty')).toMatch(/\nMemory: no data yet\n/);
    expect(await text('table')).toMatch(/^Events: 60 rows, first: Time 14:14:59\.086, Level Error,/);
    expect(await text('events')).toMatch(/^Borrowed tools: \d+ events, last 15 minutes since [\d:]+; ansys \d+, catia/);
    expect((await text('three')).split('\n')).toHaveLength(4);
    expect((await text('metric')).endsWith(last)).toBe(true);
    // Steps have no time: what counts is when it was looked at.
    expect((await text('steps')).endsWith(last)).toBe(true);
  });

  it('is drawn again where the view’s own data or state changed, and nowhere else', async () => {
    const said = await tab.evaluate(() => window.stillLab.cached());
    expect(Object.entries(said).filter(([, holds]) => !holds)).toEqual([]);
  });

  it('of 20 views costs no more than four times what a canvas takes to encode as many sharp ones', async () => {
    const { stills, canvas } = await tab.evaluate(() => window.stillLab.race('metric', 6));
    console.log(`20 stills ${stills.toFixed(1)} ms, 20 encodings by the canvas ${canvas.toFixed(1)} ms`);
    expect(stills).toBeLessThan(4 * canvas);
  });
});
