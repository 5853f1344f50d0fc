import { inflateSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { deflate } from '../../../src/view/still/png/deflate.ts';
import { codeLengths, codesOf } from '../../../src/view/still/png/huffman.ts';

const inflate = (bytes: Uint8Array): Uint8Array => new Uint8Array(inflateSync(bytes));

describe('deflate', () => {
  test('inflate(deflate(data)) equals data, whatever the data and the stride', () => {
    const runs = fc.array(fc.tuple(fc.integer({ min: 0, max: 255 }), fc.integer({ min: 1, max: 700 }), fc.boolean()), {
      maxLength: 60,
    });
    fc.assert(
      fc.property(runs, fc.integer({ min: 1, max: 900 }), (list, stride) => {
        const data = Uint8Array.from(
          list.flatMap(([value, length, isPlain]) =>
            Array.from({ length }, (_, i) => (isPlain ? value : (value * 31 + i * i * 7) & 255)),
          ),
        );
        expect(inflate(deflate(data, stride))).toEqual(data);
      }),
      { numRuns: 300 },
    );
  });

  test('no bytes, one byte and 3 MB of noise and of nothing come back', () => {
    const noise = new Uint8Array(3_000_000);
    for (let i = 0, x = 1; i < noise.length; i++) {
      x = (Math.imul(x, 1664525) + 1013904223) >>> 0;
      noise[i] = x >>> 24;
    }
    for (const data of [new Uint8Array(0), Uint8Array.of(7), noise, new Uint8Array(3_000_000)]) {
      expect(Buffer.compare(inflate(deflate(data, 1281)), data)).toBe(0);
    }
  });

  test('a plain area costs next to nothing', () => {
    expect(deflate(new Uint8Array(1_000_000), 1000).length).toBeLessThan(3000);
  });
});

describe('a code of limited length', () => {
  test('is complete, keeps the limit, and gives what is rarer no shorter code', () => {
    const counts = fc.array(
      fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 9 }), fc.integer({ min: 0, max: 1e6 })),
      {
        minLength: 2,
        maxLength: 120,
      },
    );
    fc.assert(
      fc.property(counts, (list) => {
        const lengths = codeLengths(list, 7);
        const used = [...lengths].filter((length) => length > 0);
        expect(used.reduce((sum, length) => sum + 2 ** -length, 0)).toBe(1);
        expect(Math.max(...used)).toBeLessThanOrEqual(7);
        for (const [a, length] of lengths.entries()) {
          for (const [b, other] of lengths.entries()) {
            if (list[a]! > 0 && list[a]! < list[b]!) expect(length).toBeGreaterThanOrEqual(other);
          }
        }
      }),
    );
  });

  test('no code begins another', () => {
    const lengths = codeLengths([5, 1, 0, 1, 2, 40, 3], 15);
    const codes = codesOf(lengths);
    const texts = [...lengths.entries()]
      .filter(([, length]) => length > 0)
      .map(([symbol, length]) => [...codes[symbol]!.toString(2).padStart(length, '0')].reverse().join(''));
    for (const one of texts) for (const other of texts) if (one !== other) expect(other.startsWith(one)).toBe(false);
    expect(new Set(texts).size).toBe(texts.length);
  });
});
