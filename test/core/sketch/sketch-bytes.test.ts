import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isStreamVizError, StreamVizError } from '../../../src/core/errors.ts';
import { QuantileSketch } from '../../../src/core/sketch/quantile-sketch.ts';
import { naiveBytes } from './naive-sketch.ts';

/** Two views of every float: the whole range of one sign is 512 kB, of both twice that, and as float64 twice again. */
const MOST_BYTES = 2 * 131_072 * 8;
const values = fc.array(fc.oneof(fc.double({ noNaN: true }), fc.integer({ min: -9, max: 9 })), {
  maxLength: 90,
  size: 'max',
});

/** The sketch, or null where the bytes are refused with the one code; anything else is a bug. */
function decoded(bytes: Uint8Array): QuantileSketch | null {
  try {
    return QuantileSketch.decode(bytes);
  } catch (error) {
    if (isStreamVizError(error, 'SKETCH_INVALID')) return null;
    throw error;
  }
}

function refused(...bytes: readonly number[]): string {
  try {
    QuantileSketch.decode(Uint8Array.from(bytes));
  } catch (error) {
    if (error instanceof StreamVizError && error.code === 'SKETCH_INVALID') return error.message;
  }
  throw new Error('the bytes were taken');
}

const floats = (...held: readonly number[]): number[] => [...new Uint8Array(Float64Array.from(held).buffer)];
const varint = (value: number): number[] =>
  value < 128 ? [value] : [(value % 128) + 128, ...varint(Math.floor(value / 128))];

test('decode(encode(x)) equals x, and both count and go on alike', () => {
  fc.assert(
    fc.property(values, values, (a, b) => {
      const bytes = naiveBytes(a);
      const sketch = QuantileSketch.decode(bytes);
      expect(sketch.encode()).toEqual(bytes);
      sketch.addMany(Float64Array.from(b), 0, b.length);
      expect(sketch.encode()).toEqual(naiveBytes([...a, ...b]));
    }),
    { numRuns: 60 },
  );
});

test('bytes are read wherever they stand in their buffer, and are not kept', () => {
  for (const length of [20, 90]) {
    const held = Array.from({ length }, (_, i) => (i - 7) * 0.3);
    const bytes = naiveBytes(held);
    const room = new Uint8Array(bytes.length + 9).fill(255);
    room.set(bytes, 3);
    const sketch = QuantileSketch.decode(room.subarray(3, 3 + bytes.length));
    room.fill(0);
    expect(sketch.encode()).toEqual(bytes);
  }
});

describe('bytes that are no sketch', () => {
  test('are refused whatever they are; what is taken encodes to the same bytes', () => {
    const body = fc.uint8Array({ maxLength: 200 });
    const anyBytes = fc.oneof(
      body,
      body.map((rest) => Uint8Array.from([1, 0, ...rest])),
      body.map((rest) => Uint8Array.from([1, 1, ...rest])),
      body.map((rest) => Uint8Array.from([1, 1, 0, 0, ...rest])),
    );
    fc.assert(
      fc.property(anyBytes, (bytes) => {
        const sketch = decoded(bytes);
        if (sketch === null) return;
        expect(sketch.encode()).toEqual(bytes);
        expect(sketch.bytes).toBeLessThanOrEqual(MOST_BYTES);
        expect(sketch.quantile(0.5) - sketch.quantile(0.5)).toBe(sketch.count === 0 ? Number.NaN : 0);
      }),
      { numRuns: 3000 },
    );
  });

  test('a sketch with one byte changed, one cut off or one more is refused or another sketch', () => {
    fc.assert(
      fc.property(values, fc.nat(), fc.integer({ min: 1, max: 255 }), (held, at, flip) => {
        const bytes = naiveBytes(held);
        const changed = bytes.slice();
        changed[at % bytes.length]! ^= flip;
        const other = decoded(changed);
        if (other !== null) expect(other.encode()).toEqual(changed);
        expect(decoded(bytes.subarray(0, at % bytes.length))).toBeNull();
        expect(decoded(Uint8Array.from([...bytes, flip]))).toBeNull();
      }),
      { numRuns: 200 },
    );
  });

  test('each wrong field is named', () => {
    expect(refused()).toContain('end before the version');
    expect(refused(2, 0, 0)).toContain('version 2');
    expect(refused(1)).toContain('end before the mode');
    expect(refused(1, 2, 0)).toContain('mode 2');
    expect(refused(1, 0, 33, ...floats(...new Array<number>(33).fill(1)))).toContain('33 single values');
    expect(refused(1, 0, 1, 0, 0)).toContain('end before the last of 1');
    expect(refused(1, 0, 2, ...floats(2, 1))).toContain('below the one before');
    expect(refused(1, 0, 1, ...floats(-0))).toContain('-0');
    expect(refused(1, 0, 1, ...floats(Number.NaN))).toContain('NaN');
    expect(refused(1, 0, 1, ...floats(Number.POSITIVE_INFINITY))).toContain('Infinity');
    expect(refused(1, 0, 0x80, 0)).toContain('needless byte');
    expect(refused(1, 0, 0, 0)).toContain('1 bytes too many');
    expect(refused(1, 1, 0, 0, 0)).toContain('0 values in all');
    expect(refused(1, 1, 1, 0)).toContain('end before the number of buckets');
    expect(refused(1, 1, 0, ...varint(2 ** 40), 0)).toContain('buckets in 1 bytes');
    expect(refused(1, 1, 0, 0, 1, 63, 1)).toContain('the key 63');
    expect(refused(1, 1, 0, 0, 1, ...varint(131_008), 1)).toContain('the key 131008');
    expect(refused(1, 1, 0, 0, 2, 64, 1, 0, 1)).toContain('bucket 1 has the key 64');
    expect(refused(1, 1, 0, 0, 1, 64, 0)).toContain('bucket 0 is empty');
    expect(refused(1, 1, 0, 0, 1, 64, ...varint(2 ** 53))).toContain('above 2^53 - 1');
    expect(refused(1, 1, 1, 0, 1, 64, ...varint(2 ** 53 - 1))).toContain('values in all');
    expect(refused(1, 1, ...new Array<number>(9).fill(0xff), 0)).toContain('above 2^53 - 1');
  });

  test('two buckets at the two ends of all floats take the room of the keys between, no more', () => {
    const ends = [2, 64, 1, ...varint(131_007 - 64), 1];
    const sketch = QuantileSketch.decode(Uint8Array.from([1, 1, 0, ...ends, ...ends]));
    expect(sketch.count).toBe(4);
    expect(sketch.bytes).toBeLessThanOrEqual(MOST_BYTES / 2);
    expect(sketch.quantile(1)).toBeGreaterThan(1.7e308);
    expect(sketch.quantile(0.75)).toBeCloseTo(2 ** -1022, 300);
  });
});
