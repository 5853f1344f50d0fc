// Not by name: an import of what this Node does not have would fail as a whole.
import zlib from 'node:zlib';
import { isStreamVizError, StreamVizError } from '../../../../src/core/errors.ts';
import { segmentInvalid } from './segment-invalid.ts';

/** How a body is packed: the column `enc`. */
export const ENC_PLAIN = 0;
export const ENC_ZSTD = 1;
export const ENC_DEFLATE = 2;

/** Bytes of one unpacked segment; a damaged one that claims more is refused before it takes memory. */
const MOST_SEGMENT_BYTES = 256 * 2 ** 20;
const LEAST_PACKED = 64;
const CHECKSUM_BYTES = 4;

/** Node has zstd from 22.15 on. */
const hasZstd = typeof zlib.zstdCompressSync === 'function';

/** The bytes of a segment as they are stored. */
export interface SegmentBody {
  readonly enc: number;
  /** CRC-32 of what follows, u32 little-endian; then the payload, packed as `enc` says. */
  readonly body: Uint8Array;
}

/** Packs a payload: zstd level 1, deflate where Node has none, plain where that is no longer. The result shares nothing. */
export function packBody(payload: Uint8Array): SegmentBody {
  const packed = payload.length < LEAST_PACKED ? null : compressed(payload);
  const isPacked = packed !== null && packed.length < payload.length;
  const content = isPacked ? packed : payload;
  const body = new Uint8Array(CHECKSUM_BYTES + content.length);
  new DataView(body.buffer).setUint32(0, zlib.crc32(content), true);
  body.set(content, CHECKSUM_BYTES);
  return { enc: isPacked ? (hasZstd ? ENC_ZSTD : ENC_DEFLATE) : ENC_PLAIN, body };
}

function compressed(payload: Uint8Array): Uint8Array {
  if (!hasZstd) return zlib.deflateRawSync(payload, { level: 1 });
  return zlib.zstdCompressSync(payload, { params: { [zlib.constants.ZSTD_c_compressionLevel]: 1 } });
}

/**
 * The payload of a stored body; a view of it where it is plain.
 *
 * @throws StreamVizError `SEGMENT_INVALID` where one bit differs from what was written; `SEGMENT_ENCODING` where this Node
 *   cannot unpack it.
 */
export function unpackBody(enc: number, body: Uint8Array): Uint8Array {
  // In a file that somebody else wrote a column may hold anything.
  if (!(body instanceof Uint8Array)) throw segmentInvalid('body', 'bytes', typeof body);
  if (body.length < CHECKSUM_BYTES) throw segmentInvalid('bytes', `at least ${CHECKSUM_BYTES}`, body.length);
  const content = body.subarray(CHECKSUM_BYTES);
  const wanted = new DataView(body.buffer, body.byteOffset).getUint32(0, true);
  const actual = zlib.crc32(content);
  if (wanted !== actual) throw segmentInvalid('checksum', wanted.toString(16), actual.toString(16));
  return unpackContent(enc, content);
}

/** Without the ways of a `Buffer`, whose `slice` is no copy. */
const plain = ({ buffer, byteOffset, length }: Uint8Array): Uint8Array => new Uint8Array(buffer, byteOffset, length);

/** {@link unpackBody} behind its checksum. */
export function unpackContent(enc: number, content: Uint8Array): Uint8Array {
  if (enc === ENC_PLAIN) return content;
  try {
    if (enc === ENC_DEFLATE) return plain(zlib.inflateRawSync(content, { maxOutputLength: MOST_SEGMENT_BYTES }));
    if (enc === ENC_ZSTD) {
      if (!hasZstd) {
        throw new StreamVizError(
          'SEGMENT_ENCODING',
          'this history was packed with zstd, which Node has from 22.15 on.',
        );
      }
      return plain(zlib.zstdDecompressSync(content, { maxOutputLength: MOST_SEGMENT_BYTES }));
    }
  } catch (error) {
    if (isStreamVizError(error)) throw error;
    throw segmentInvalid('packing', 'bytes that unpack', error instanceof Error ? error.message : error);
  }
  throw new StreamVizError(
    'SEGMENT_ENCODING',
    `this history is packed in a way (${enc}) that this version cannot read.`,
  );
}
