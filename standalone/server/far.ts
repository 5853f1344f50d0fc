import { constants } from 'node:zlib';

/*
 * Who is on another machine, and what compressing for them costs and brings (docs/protocol.md, section 13).
 */

/** Smaller answers and messages fit one packet whether they are compressed or not. */
export const PACKED_FROM_BYTES = 1400;

/** Level 1: 2 to 9 times fewer bytes; 6 makes them 4 % fewer still and takes 3 times as long. */
export const PACK_LEVEL = constants.Z_BEST_SPEED;

/** What a proxy leaves behind. Whoever makes one up gets compressed answers and nothing else. */
const PROXY_HEADERS = ['x-forwarded-for', 'x-real-ip', 'forwarded', 'via', 'x-forwarded-context', 'x-proxycontextpath'];

const LOOPBACK = /^(::ffff:)?127\.|^::1$/;

/** Where a request came from. */
export interface Origin {
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly remoteAddress: string;
}

/**
 * Whether the other end is on another machine, as far as can be told: it does not come over loopback, or a proxy handed it on.
 *
 * Over loopback bytes cost less than compressing them. A tunnel looks like loopback: there `ssh -C` compresses.
 */
export function isFar({ headers, remoteAddress }: Origin): boolean {
  return !LOOPBACK.test(remoteAddress) || PROXY_HEADERS.some((name) => headers[name] !== undefined);
}

/** Whether an `Accept-Encoding` takes gzip: named, or by `*`, with a weight above 0. */
export function acceptsGzip(accepted: string): boolean {
  const weights = new Map(
    accepted
      .toLowerCase()
      .split(',')
      .slice(0, 50)
      .map((entry) => {
        const [name = '', ...options] = entry.split(';').map((piece) => piece.trim());
        return [name, Number(options.find((option) => option.startsWith('q='))?.slice(2) ?? 1)] as const;
      }),
  );
  return (weights.get('gzip') ?? weights.get('*') ?? 0) > 0;
}

/** Whether an answer of so many bytes is worth compressing for who asked, and may be. */
export function packsFor(origin: Origin, bytes: number): boolean {
  return bytes >= PACKED_FROM_BYTES && isFar(origin) && acceptsGzip(String(origin.headers['accept-encoding'] ?? ''));
}
