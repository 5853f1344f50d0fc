import { constants, inflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { packedFrame } from '../../../standalone/server/ws/message-deflate.ts';
import { PackedSocket } from '../../../standalone/server/ws/packed-socket.ts';
import { FakeSocket } from './fake-socket.ts';

/** A message has no last block. */
const SYNCED = { finishFlush: constants.Z_SYNC_FLUSH };

/** The message of a frame as RFC 7692 says it is read. */
function unpacked(frame: Buffer): { readonly isText: boolean; readonly bytes: Buffer } {
  expect(frame[0]! & 0xf0).toBe(0xc0);
  const short = frame[1]!;
  const [head, length] =
    short < 126 ? [2, short] : short === 126 ? [4, frame.readUInt16BE(2)] : [10, Number(frame.readBigUInt64BE(2))];
  expect(frame.length).toBe(head + length);
  const tail = Buffer.from([0, 0, 255, 255]);
  return { isText: (frame[0]! & 15) === 1, bytes: inflateRawSync(Buffer.concat([frame.subarray(head), tail]), SYNCED) };
}

const bytesOf = (length: number, seed: number): Uint8Array =>
  Uint8Array.from({ length }, (_, i) => (seed * 31 + (i >> 3)) & 255);
const noise = (length: number): Uint8Array => {
  let state = 1;
  return Uint8Array.from({ length }, () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return state >>> 24;
  });
};

describe('a compressed message', () => {
  it.each([1400, 2000, 70_000, 33_000, 3_000_000])('of %i bytes is the message, in fewer', async (length) => {
    const bytes = bytesOf(length, 1);
    const frame = (await packedFrame(bytes))!;
    expect(frame.length).toBeLessThan(length / 2);
    expect(unpacked(frame)).toEqual({ isText: false, bytes: Buffer.from(bytes) });
    const text = 'größer '.repeat(length / 7);
    expect(unpacked((await packedFrame(text))!)).toEqual({ isText: true, bytes: Buffer.from(text) });
  });

  it('is made once for all that get the same bytes', async () => {
    const bytes = bytesOf(50_000, 2);
    const [first, second] = await Promise.all([packedFrame(bytes), packedFrame(bytes)]);
    expect(second).toBe(first);
    expect(packedFrame(bytes)).toBe(first);
  });

  it('is none where it is small or does not get smaller', async () => {
    expect(packedFrame(bytesOf(1399, 1))).toBeNull();
    expect(packedFrame('x'.repeat(1399))).toBeNull();
    expect([await packedFrame(noise(5000)), await packedFrame(noise(100_000))]).toEqual([null, null]);
  });
});

/** A connection that records what leaves, compressed or not. */
function setUp() {
  const plain = new FakeSocket();
  const left: (string | Uint8Array)[] = [];
  plain.send = (data) => void left.push(data);
  const socket = new PackedSocket({
    plain,
    write: (frame) => {
      const { isText, bytes } = unpacked(frame);
      left.push(isText ? bytes.toString() : new Uint8Array(bytes));
    },
  });
  return { plain, socket, left };
}

describe('a connection that compresses', () => {
  it('lets messages leave in the order they were sent, whatever their sizes, and says goodbye last', async () => {
    const size = fc.oneof(fc.nat(3000), fc.integer({ min: 30_000, max: 60_000 }));
    const message = fc.tuple(size, fc.boolean(), fc.boolean());
    await fc.assert(
      fc.asyncProperty(fc.array(message, { maxLength: 12 }), async (all) => {
        const { plain, socket, left } = setUp();
        const sent = all.map(([length, isText], i) => (isText ? `${i} `.repeat(length / 2) : bytesOf(length, i)));
        for (const [i, data] of sent.entries()) {
          socket.send(data);
          if (all[i]![2]) await new Promise((done) => setImmediate(done));
        }
        const waits = left.length < sent.length;
        plain.bufferedAmount = 7;
        expect(socket.bufferedAmount).toBe(7);
        socket.close(1001, 'bye');
        socket.send('too late');
        if (waits) expect(plain.closed).toBeNull();
        for (let i = 0; i < 500 && plain.closed === null; i += 1) await new Promise((done) => setTimeout(done, 1));
        expect(left).toEqual(sent);
        expect(plain.closed?.code).toBe(1001);
      }),
      { numRuns: 40 },
    );
  });

  it('ended at once, lets nothing leave any more', async () => {
    const { plain, socket, left } = setUp();
    socket.send(bytesOf(60_000, 1));
    socket.terminate();
    await new Promise((done) => setTimeout(done, 30));
    expect([plain.isTerminated, left.length]).toEqual([true, 0]);
  });
});
