import * as zlib from 'node:zlib';
import { StreamVizError } from '../../../src/core/errors.ts';

/** How bytes in the file are packed. */
const PLAIN = 0;
const ZSTD = 1;
const DEFLATE = 2;

/** Node has zstd since 22.15. */
const hasZstd = typeof zlib.zstdCompressSync === 'function';

/** Bytes as they go to the file: packed where that makes them smaller. About 200 MB/s. */
export function pack(bytes: Uint8Array): { readonly enc: number; readonly body: Uint8Array } {
  const body = hasZstd ? zlib.zstdCompressSync(bytes) : zlib.deflateRawSync(bytes, { level: 1 });
  return body.byteLength < bytes.byteLength ? { enc: hasZstd ? ZSTD : DEFLATE, body } : { enc: PLAIN, body: bytes };
}

/** What {@link pack} was given. @throws StreamVizError `HISTORY_DAMAGED`, also where it would be more than `most` bytes */
export function unpack(enc: number, body: Uint8Array, most: number): Uint8Array {
  if (enc === PLAIN) return body;
  if (enc === ZSTD && !hasZstd) throw new StreamVizError('HISTORY_NEWER', 'The history needs Node 22.15 or later.');
  try {
    if (enc === ZSTD) return zlib.zstdDecompressSync(body, { maxOutputLength: most, chunkSize: most });
    if (enc === DEFLATE) return zlib.inflateRawSync(body, { maxOutputLength: most, chunkSize: most });
  } catch (cause) {
    throw new StreamVizError('HISTORY_DAMAGED', 'Packed bytes of the history cannot be read.', { cause });
  }
  throw new StreamVizError('HISTORY_DAMAGED', `The history has bytes packed in an unknown way, ${enc}.`);
}
