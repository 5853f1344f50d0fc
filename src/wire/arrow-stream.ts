import { StreamVizError } from '../core/errors.ts';
import { CONTINUATION, MESSAGE, METADATA_V4, METADATA_V5 } from './arrow-layout.ts';
import { FlatReader } from './flat-reader.ts';

/** Called for one encapsulated message; its metadata and its body lie inside the bytes. */
export type VisitArrowMessage = (
  flat: FlatReader,
  type: number,
  header: number,
  body: { readonly start: number; readonly bytes: number },
) => void;

/** A part that ends before what it announces. */
export function truncated(what: string, need: number, have: number): StreamVizError {
  return new StreamVizError(
    'ARROW_TRUNCATED',
    `Arrow part ends early: ${what} needs ${need} bytes, ${Math.max(0, have)} are left.`,
    { details: { what, need, have } },
  );
}

/**
 * Visits the encapsulated messages of one Arrow IPC stream, up to its end marker, which must be there:
 *
 * `u32 0xffffffff | i32 metadata bytes | metadata (FlatBuffers Message) | body`, end marker `u32 0xffffffff | i32 0`.
 *
 * @throws StreamVizError `ARROW_TRUNCATED`, `ARROW_FORMAT`
 */
export function eachArrowMessage(bytes: Uint8Array, visit: VisitArrowMessage): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  for (;;) {
    if (at + 8 > bytes.byteLength) throw truncated('a message start', 8, bytes.byteLength - at);
    if (view.getUint32(at, true) !== CONTINUATION) {
      throw new StreamVizError('ARROW_FORMAT', `Arrow part has no message start at byte ${at}.`, { details: { at } });
    }
    const metadataBytes = view.getInt32(at + 4, true);
    at += 8;
    if (metadataBytes === 0) return;
    if (metadataBytes < 4 || at + metadataBytes > bytes.byteLength) {
      throw truncated('metadata', metadataBytes, bytes.byteLength - at);
    }
    const flat = new FlatReader(view, at, at + metadataBytes);
    const message = flat.root();
    const versionAt = flat.field(message, MESSAGE.version);
    const version = versionAt === 0 ? 0 : flat.i16(versionAt);
    if (version !== METADATA_V4 && version !== METADATA_V5) {
      throw new StreamVizError('ARROW_FORMAT', `Arrow metadata version ${version + 1} is not read, expected 4 or 5.`);
    }
    const bodyAt = flat.field(message, MESSAGE.bodyLength);
    const bodyBytes = bodyAt === 0 ? 0 : flat.i64(bodyAt);
    const start = at + metadataBytes;
    if (bodyBytes < 0 || start + bodyBytes > bytes.byteLength) {
      throw truncated('a body', bodyBytes, bytes.byteLength - start);
    }
    const typeAt = flat.field(message, MESSAGE.headerType);
    const header = flat.table(message, MESSAGE.header);
    if (header === 0) throw new StreamVizError('ARROW_FORMAT', 'Arrow message has no header.');
    visit(flat, typeAt === 0 ? 0 : flat.u8(typeAt), header, { start, bytes: bodyBytes });
    at = start + bodyBytes;
  }
}
