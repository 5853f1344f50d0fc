import { describe, expect, it } from 'vitest';
import { TOKENS, type TokenName } from '../../src/view/theme-tokens.ts';

function channels(hex: string): number[] {
  return [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16) / 255);
}

/** WCAG 2.2 relative luminance of sRGB channels in 0 to 1. */
function luminance(rgb: readonly number[]): number {
  const [r = 0, g = 0, b = 0] = rgb.map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: readonly number[], b: readonly number[]): number {
  const [low = 0, high = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
}

const mix = (color: readonly number[], ground: readonly number[], part: number): number[] =>
  color.map((c, i) => c * part + (ground[i] ?? 0) * (1 - part));

const TEXT: readonly TokenName[] = ['text', 'text-2', 'text-3', 'accent', 'ok', 'warn', 'crit'];
const GRAPHICS: readonly TokenName[] = ['control', 'ok-g', 'warn-g', 'crit-g', '1', '2', '3', '4', '5', '6', '7', '8'];
const GROUNDS = { light: ['surface', 'canvas'], dark: ['surface', 'raised'] } as const;

describe.each(['light', 'dark'] as const)('%s', (mode) => {
  const color = (name: TokenName): number[] => channels(TOKENS[mode][name]);

  it.each(TEXT.flatMap((name) => GROUNDS[mode].map((ground) => [name, ground] as const)))(
    'text %s on %s has a contrast of at least 4.5',
    (name, ground) => expect(contrast(color(name), color(ground))).toBeGreaterThanOrEqual(4.5),
  );

  it.each(GRAPHICS.map((name) => [name] as const))('%s on the surface has a contrast of at least 3', (name) =>
    expect(contrast(color(name), color('surface'))).toBeGreaterThanOrEqual(3),
  );

  it('control edges keep 3 on both grounds', () => {
    for (const ground of GROUNDS[mode]) {
      expect(contrast(color('control'), color(ground))).toBeGreaterThanOrEqual(3);
    }
  });

  it.each([['ok'], ['warn'], ['crit'], ['accent'], ['text-2']] as const)(
    'the chip of %s, its colour on itself at 10 %%, keeps 4.5',
    (name) => {
      const ground = mix(color(name), color('surface'), 0.1);
      expect(contrast(color(name), ground)).toBeGreaterThanOrEqual(4.5);
    },
  );

  if (mode === 'dark') {
    it.each(['#111111', '#212121'])('text keeps 4.5 and lines keep 3 on a host background of %s', (host) => {
      for (const name of TEXT) expect(contrast(color(name), channels(host)), name).toBeGreaterThanOrEqual(4.5);
      for (const name of GRAPHICS) expect(contrast(color(name), channels(host)), name).toBeGreaterThanOrEqual(3);
    });
  }
});

it('what is black on white has a contrast of 21', () => {
  expect(contrast([0, 0, 0], [1, 1, 1])).toBeCloseTo(21, 6);
});
