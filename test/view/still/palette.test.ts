import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { palettePlaces } from '../../../src/view/still/png/palette.ts';

const distinct = (min: number, max: number) => fc.uniqueArray(fc.nat(0xffffff), { minLength: min, maxLength: max });
const levels = (color: number): readonly number[] => [color & 255, (color >> 8) & 255, (color >> 16) & 255];

describe('a palette', () => {
  test('of up to 256 colours is those colours', () => {
    fc.assert(
      fc.property(distinct(0, 256), (colors) => {
        const { palette, places } = palettePlaces(
          colors,
          colors.map(() => 1),
        );
        expect([...places].map((place) => palette[place])).toEqual(colors);
      }),
    );
  });

  test('of more has at most 256, none twice, each near its colour and the common ones exact', () => {
    const counted = distinct(257, 3000).chain((colors) =>
      fc.tuple(fc.constant(colors), fc.array(fc.nat(30), { minLength: colors.length, maxLength: colors.length })),
    );
    fc.assert(
      fc.property(counted, ([colors, counts]) => {
        const { palette, places } = palettePlaces(colors, counts);
        expect(palette.length).toBeLessThanOrEqual(256);
        expect(new Set(palette).size).toBe(palette.length);
        const isCommon = (i: number): boolean => counts[i]! >= 24;
        const commonCount = colors.filter((_, i) => isCommon(i)).length;
        for (const [i, color] of colors.entries()) {
          const shown = palette[places[i]!]!;
          if (isCommon(i) && commonCount <= 96) expect(shown).toBe(color);
          for (const [k, level] of levels(color).entries()) {
            expect(Math.abs(level - levels(shown)[k]!)).toBeLessThanOrEqual(43); // half a step of two bits
          }
        }
      }),
      { numRuns: 60 },
    );
  });

  test('black and white stay black and white', () => {
    const colors = [0, 0xffffff, ...Array.from({ length: 2000 }, (_, i) => i * 8191 + 1)];
    const { palette, places } = palettePlaces(
      colors,
      colors.map(() => 1),
    );
    expect([palette[places[0]!], palette[places[1]!]]).toEqual([0, 0xffffff]);
  });
});
