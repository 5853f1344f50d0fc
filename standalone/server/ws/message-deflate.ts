import { constants, deflateRaw, deflateRawSync } from 'node:zlib';
import { PACK_LEVEL, PACKED_FROM_BYTES } from '../far.ts';

/*
 * WebSocket frames with a compressed message (RFC 7692, permessage-deflate without context takeover), made once for all
 * connections that get the same bytes:
 *
 * | bytes | content |
 * |---|---|
 * | 1 | FIN, RSV1 and the opcode: 0xc1 text, 0xc2 binary |
 * | 1, 3 or 9 | length of the rest: below 126; 126 and u16; 127 and u64, big-endian |
 * | rest | raw deflate, ended by a sync flush whose last four bytes 00 00 ff ff are left out |
 */

const TEXT = 0xc1;
const BINARY = 0xc2;
/** Bytes that a sync flush ends with and a message leaves out. */
const TAIL_BYTES = 4;
/** Above, compressing happens in another thread: it would hold up everybody. */
const SYNC_BYTES = 32 * 1024;

const OPTIONS = { level: PACK_LEVEL, finishFlush: constants.Z_SYNC_FLUSH };

/** A frame to be written as it is; null where the message is better sent as it came. */
export type PackedFrame = Buffer | null;

const frames = new WeakMap<Uint8Array, PackedFrame | Promise<PackedFrame>>();

function framed(opcode: number, deflated: Buffer, plainBytes: number): PackedFrame {
  const length = deflated.length - TAIL_BYTES;
  if (length >= plainBytes) return null;
  const head = length < 126 ? 2 : length < 65_536 ? 4 : 10;
  const frame = Buffer.allocUnsafe(head + length);
  frame[0] = opcode;
  if (head === 2) frame[1] = length;
  else if (head === 4) {
    frame[1] = 126;
    frame.writeUInt16BE(length, 2);
  } else {
    frame[1] = 127;
    frame.writeBigUInt64BE(BigInt(length), 2);
  }
  deflated.copy(frame, head, 0, length);
  return frame;
}

function packed(opcode: number, bytes: Uint8Array): PackedFrame | Promise<PackedFrame> {
  if (bytes.byteLength <= SYNC_BYTES) return framed(opcode, deflateRawSync(bytes, OPTIONS), bytes.byteLength);
  return new Promise((resolve) => {
    deflateRaw(bytes, OPTIONS, (error, deflated) => {
      resolve(error === null ? framed(opcode, deflated, bytes.byteLength) : null);
    });
  });
}

/**
 * The frame of a message, compressed; null where that does not pay: it is small, or does not get smaller.
 *
 * Of bytes it is made once and kept as long as they are; they must not change. A promise above 32 kB. Never throws nor rejects.
 */
export function packedFrame(data: string | Uint8Array): PackedFrame | Promise<PackedFrame> {
  if (data.length < PACKED_FROM_BYTES) return null;
  if (typeof data === 'string') return packed(TEXT, Buffer.from(data));
  const held = frames.get(data);
  if (held !== undefined) return held;
  const made = packed(BINARY, data);
  frames.set(data, made);
  if (made instanceof Promise) void made.then((frame) => frames.set(data, frame));
  return made;
}
