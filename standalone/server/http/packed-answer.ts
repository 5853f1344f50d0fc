import { promisify } from 'node:util';
import { gzip, gzipSync } from 'node:zlib';
import { type Origin, PACK_LEVEL, packsFor } from '../far.ts';

const gzipLater = promisify(gzip);

/** Headers of an answer that is compressed for who takes that, as all its forms have them. */
const VARY = 'Accept-Encoding';

/** A whole body, compressed where that pays for who asked, and the headers that say so. For bodies of at most some 100 kB. */
export function packedBody(
  origin: Origin,
  headers: Readonly<Record<string, string>>,
  body: string,
): { readonly headers: Readonly<Record<string, string>>; readonly body: string | Uint8Array } {
  const varied = { ...headers, Vary: headers.Vary === undefined ? VARY : `${headers.Vary}, ${VARY}` };
  if (!packsFor(origin, Buffer.byteLength(body))) return { headers: varied, body };
  return {
    headers: { ...varied, 'Content-Encoding': 'gzip' },
    body: gzipSync(body, { level: PACK_LEVEL }),
  };
}

/**
 * The answer, compressed where that pays for who asked, in another thread. A stream of events, an answer without a body and
 * one that is compressed already are left as they are.
 */
export async function packedResponse(origin: Origin, answer: Response): Promise<Response> {
  const isWhole = !(answer.headers.get('Content-Type') ?? '').startsWith('text/event-stream');
  if (!isWhole || answer.body === null || answer.headers.has('Content-Encoding')) return answer;
  answer.headers.append('Vary', VARY);
  // Without a wish for gzip nothing is read.
  if (!packsFor(origin, Number.POSITIVE_INFINITY)) return answer;
  const bytes = new Uint8Array(await answer.arrayBuffer());
  if (!packsFor(origin, bytes.byteLength)) return new Response(bytes, answer);
  const packed = new Response(await gzipLater(bytes, { level: PACK_LEVEL }), answer);
  packed.headers.set('Content-Encoding', 'gzip');
  packed.headers.delete('Content-Length');
  return packed;
}
