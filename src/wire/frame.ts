import { StreamVizError } from '../core/errors.ts';

/*
 * One binary WebSocket message: `u32 LE header bytes | header, UTF-8 JSON | zeros to 8 | buffer 0 | zeros to 8 | buffer 1 ...`
 *
 * 1. The header's `lengths` are the bytes of each buffer; its own end is padded too, the end of the last buffer is not.
 * 2. Every buffer begins at a multiple of 8 from the frame's start.
 * 3. decodeFrame(encodeFrame(header, buffers)) equals both, whatever the offset at which the bytes lie.
 */

const ALIGNMENT = 8;
const PREFIX_BYTES = 4;

/** A frame taken apart. */
export interface Frame {
  readonly header: Record<string, unknown>;
  /** Views on the frame's bytes, or on a copy of them; each begins at a multiple of 8 of its `ArrayBuffer`. */
  readonly buffers: Uint8Array[];
}

const padded = (bytes: number): number => Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;

function invalid(problem: string, details: Readonly<Record<string, unknown>> = {}, cause?: unknown): StreamVizError {
  return new StreamVizError('FRAME_INVALID', `A frame cannot be read: ${problem}.`, { details, cause });
}

/**
 * Encodes a header and its buffers as one frame; `lengths` is added to the header, in place of one it may have.
 *
 * @returns Fresh bytes of exactly the frame's length. O(bytes).
 */
export function encodeFrame(
  header: Readonly<Record<string, unknown>>,
  buffers: readonly Uint8Array[] = [],
): Uint8Array {
  const lengths = buffers.map(({ byteLength }) => byteLength);
  const json = new TextEncoder().encode(JSON.stringify({ ...header, lengths }));
  let total = padded(PREFIX_BYTES + json.byteLength);
  for (const length of lengths) total = padded(total) + length;
  const frame = new Uint8Array(total);
  new DataView(frame.buffer).setUint32(0, json.byteLength, true);
  frame.set(json, PREFIX_BYTES);
  let at = padded(PREFIX_BYTES + json.byteLength);
  for (const buffer of buffers) {
    at = padded(at);
    frame.set(buffer, at);
    at += buffer.byteLength;
  }
  return frame;
}

/** `bytes` themselves where they begin at a multiple of 8 of their `ArrayBuffer`, else a copy that does. */
function aligned(bytes: Uint8Array): Uint8Array {
  return bytes.byteOffset % ALIGNMENT === 0 ? bytes : new Uint8Array(bytes);
}

function parseJson(bytes: Uint8Array): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw invalid('its header is not UTF-8 JSON', {}, cause);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalid('its header is no object');
  return value as Record<string, unknown>;
}

function parseLengths(value: unknown): readonly number[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) throw invalid('`lengths` is no list');
  value.forEach((length: unknown, i) => {
    if (!Number.isSafeInteger(length) || (length as number) < 0) {
      throw invalid(`lengths[${i}] is ${String(length)}, expected a whole number >= 0`, { index: i });
    }
  });
  return value as number[];
}

/**
 * Takes a frame apart. Its header is JSON that nobody has checked; `lengths` fits the buffers.
 *
 * Copies all bytes once where they do not begin at a multiple of 8 (Node hands out payloads at odd offsets), else nothing.
 *
 * @throws StreamVizError `FRAME_INVALID`: truncated, bytes left over, a header that is no JSON object, lengths that are no
 *   whole numbers
 */
export function decodeFrame(bytes: Uint8Array): Frame {
  const { byteLength } = bytes;
  if (byteLength < PREFIX_BYTES) throw invalid(`it has ${byteLength} bytes, expected at least ${PREFIX_BYTES}`);
  const headerBytes = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  if (PREFIX_BYTES + headerBytes > byteLength) {
    throw invalid(`its header should have ${headerBytes} bytes, ${byteLength - PREFIX_BYTES} are there`);
  }
  const header = parseJson(bytes.subarray(PREFIX_BYTES, PREFIX_BYTES + headerBytes));
  const lengths = parseLengths(header.lengths);
  let end = padded(PREFIX_BYTES + headerBytes);
  for (const [i, length] of lengths.entries()) {
    end = padded(end) + length;
    if (end > byteLength) {
      throw invalid(`buffer ${i} should end at byte ${end}, the frame ends at ${byteLength}`, { index: i });
    }
  }
  if (end !== byteLength) throw invalid(`it has ${byteLength} bytes, expected ${end}`);
  const body = aligned(bytes);
  const buffers: Uint8Array[] = [];
  let at = padded(PREFIX_BYTES + headerBytes);
  for (const length of lengths) {
    at = padded(at);
    buffers.push(body.subarray(at, at + length));
    at += length;
  }
  return { header, buffers };
}
