import { inflateSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { indexedPng } from '../../../src/view/still/png/indexed-png.ts';

/** Reads a palette PNG without filters back to RGB, by the letter of the specification. */
function decode(png: Uint8Array): { readonly width: number; readonly height: number; readonly rgb: number[] } {
  const view = new DataView(png.buffer, png.byteOffset, png.length);
  const chunks = new Map<string, Uint8Array>();
  for (let at = 8; at < png.length; ) {
    const length = view.getUint32(at);
    chunks.set(String.fromCharCode(...png.subarray(at + 4, at + 8)), png.subarray(at + 8, at + 8 + length));
    at += length + 12;
  }
  const width = view.getUint32(16);
  const height = view.getUint32(20);
  const rows = inflateSync(chunks.get('IDAT')!);
  const palette = chunks.get('PLTE')!;
  const rgb: number[] = [];
  for (let y = 0; y < height; y++) {
    expect(rows[y * (width + 1)]).toBe(0);
    for (let x = 0; x < width; x++) {
      const place = rows[y * (width + 1) + 1 + x]!;
      rgb.push(palette[place * 3]!, palette[place * 3 + 1]!, palette[place * 3 + 2]!);
    }
  }
  return { width, height, rgb };
}

const rgbaOf = (colors: readonly number[]): Uint8ClampedArray =>
  Uint8ClampedArray.from(colors.flatMap((c) => [c & 255, (c >> 8) & 255, (c >> 16) & 255, 255]));

describe('a palette PNG', () => {
  test('of at most 256 colours holds exactly the pixels', () => {
    const picture = fc
      .tuple(
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 20 }),
        fc.array(fc.nat(0xffffff), { minLength: 1, maxLength: 256 }),
        fc.infiniteStream(fc.nat(255)),
      )
      .map(([width, height, colors, stream]) => ({
        width,
        height,
        pixels: [...stream.take(width * height)].map((pick) => colors[pick % colors.length]!),
      }));
    fc.assert(
      fc.property(picture, ({ width, height, pixels }) => {
        const read = decode(indexedPng(rgbaOf(pixels), width, height));
        expect([read.width, read.height]).toEqual([width, height]);
        expect(read.rgb).toEqual(pixels.flatMap((c) => [c & 255, (c >> 8) & 255, (c >> 16) & 255]));
      }),
    );
  });

  test('of more colours is at most half a step off in each channel, black and white exact', () => {
    const pixels = Array.from({ length: 4096 }, (_, i) => (i * 2654435761) & 0xffffff);
    pixels[0] = 0;
    pixels[1] = 0xffffff;
    const { rgb } = decode(indexedPng(rgbaOf(pixels), 64, 64));
    expect(rgb.slice(0, 6)).toEqual([0, 0, 0, 255, 255, 255]);
    const whole = pixels.flatMap((c) => [c & 255, (c >> 8) & 255, (c >> 16) & 255]);
    const worst = Math.max(...whole.map((level, i) => Math.abs(level - rgb[i]!)));
    expect(worst).toBeLessThanOrEqual(43); // two bits a channel: steps of 85
    expect(new Set(whole).size).toBeGreaterThan(200);
  });

  test('carries right check sums', () => {
    const png = indexedPng(rgbaOf([0x112233, 0x445566]), 2, 1);
    // CRC of an empty IEND, known from every PNG.
    expect([...png.subarray(-12)]).toEqual([0, 0, 0, 0, 0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82]);
  });
});
