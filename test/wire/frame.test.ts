import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isStreamVizError } from '../../src/core/errors.ts';
import { decodeFrame, encodeFrame } from '../../src/wire/frame.ts';

const FIXTURES = new URL('../fixtures/wire/v1/', import.meta.url);

const buffersOf = fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 5 });
const headerOf = fc.dictionary(fc.string(), fc.jsonValue()).map((value) => JSON.parse(JSON.stringify(value)));

function problemOf(bytes: Uint8Array): string {
  try {
    decodeFrame(bytes);
  } catch (error) {
    if (isStreamVizError(error, 'FRAME_INVALID')) return error.message;
    throw error;
  }
  return 'none';
}

/** The frame of a header text and what follows it. */
function raw(header: string, body = new Uint8Array(0), headerBytes = header.length): Uint8Array {
  const at = Math.ceil((4 + header.length) / 8) * 8;
  const frame = new Uint8Array(at + body.length);
  new DataView(frame.buffer).setUint32(0, headerBytes, true);
  frame.set(new TextEncoder().encode(header), 4);
  frame.set(body, at);
  return frame;
}

describe('frames', () => {
  test('decodeFrame(encodeFrame(header, buffers)) equals both, at every offset', () => {
    fc.assert(
      fc.property(headerOf, buffersOf, fc.nat(16), (header, buffers, offset) => {
        const frame = encodeFrame(header, buffers);
        const moved = new Uint8Array(offset + frame.length);
        moved.set(frame, offset);
        const decoded = decodeFrame(moved.subarray(offset));
        expect(decoded.header).toEqual({ ...header, lengths: buffers.map(({ length }) => length) });
        expect(decoded.buffers.map((buffer) => [...buffer])).toEqual(buffers.map((buffer) => [...buffer]));
        for (const { byteOffset } of decoded.buffers) expect(byteOffset % 8).toBe(0);
      }),
    );
  });

  test('a frame at a multiple of 8 is not copied', () => {
    const frame = encodeFrame({ a: 1 }, [Uint8Array.of(1, 2, 3)]);
    expect(decodeFrame(frame).buffers[0]!.buffer).toBe(frame.buffer);
  });

  test('every proper beginning of a frame is refused, and every frame with bytes behind it', () => {
    const frame = encodeFrame({ kind: 'batch' }, [Uint8Array.of(1, 2, 3), Uint8Array.of(4)]);
    for (let length = 0; length < frame.length; length += 1) {
      expect(problemOf(frame.subarray(0, length)), `cut to ${length}`).not.toBe('none');
    }
    for (let more = 1; more < 9; more += 1) {
      const longer = new Uint8Array(frame.length + more);
      longer.set(frame);
      expect(problemOf(longer)).toMatch(/expected/);
    }
  });

  test.each([
    ['a header that is no JSON', raw('{"a":'), /not UTF-8 JSON/],
    ['a header that is no UTF-8', raw('"\u0080"').map((byte) => (byte === 0xc2 ? 0xff : byte)), /not UTF-8 JSON/],
    ['a header that is a list', raw('[1]'), /no object/],
    ['a header that is null', raw('null'), /no object/],
    ['a header longer than the frame', raw('{}', new Uint8Array(0), 4_000_000_000), /4000000000 bytes/],
    ['lengths that are no list', raw('{"lengths":3}'), /no list/],
    ['a negative length', raw('{"lengths":[-8]}'), /lengths\[0\] is -8/],
    ['a length that is not whole', raw('{"lengths":[1.5]}', new Uint8Array(2)), /lengths\[0\] is 1.5/],
    ['a length that is text', raw('{"lengths":["1"]}', new Uint8Array(1)), /lengths\[0\] is 1/],
    ['a length beyond the frame', raw('{"lengths":[9007199254740991]}', new Uint8Array(8)), /buffer 0 should end/],
    ['lengths that overlap', raw('{"lengths":[8,8]}', new Uint8Array(8)), /buffer 1 should end/],
    ['bytes that no length tells of', raw('{"lengths":[]}', new Uint8Array(8)), /expected/],
  ])('%s is refused, saying so', (_what, frame, problem) => {
    expect(problemOf(frame)).toMatch(problem);
  });

  test('whatever comes is decoded or refused with FRAME_INVALID', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(60), (bytes, headerBytes) => {
        if (bytes.length >= 4) new DataView(bytes.buffer).setUint32(0, headerBytes, true);
        problemOf(bytes);
      }),
    );
  });

  test('the fixtures are what encodeFrame gives and decodeFrame reads', () => {
    const cases = JSON.parse(readFileSync(new URL('frames.json', FIXTURES), 'utf8')) as readonly {
      readonly name: string;
      readonly header: Record<string, unknown>;
      readonly buffers: readonly string[];
      readonly frame: string;
    }[];
    expect(cases.length).toBeGreaterThan(3);
    for (const { name, header, buffers, frame } of cases) {
      const bytes = new Uint8Array(Buffer.from(frame, 'hex'));
      const own = buffers.map((hex) => new Uint8Array(Buffer.from(hex, 'hex')));
      expect(Buffer.from(encodeFrame(header, own)).toString('hex'), name).toBe(frame);
      const decoded = decodeFrame(bytes);
      expect(decoded.header, name).toEqual({ ...header, lengths: own.map(({ length }) => length) });
      expect(
        decoded.buffers.map((buffer) => Buffer.from(buffer).toString('hex')),
        name,
      ).toEqual(buffers);
    }
  });
});
