import { PROTOCOL_VERSION } from './header.ts';

/** Which message of which stream it is, as its header claims. */
export interface MessageNumber {
  readonly session: string;
  readonly epoch: string;
  readonly seq: number;
  readonly sentUs: number;
}

/**
 * What a header of a numbered message (`batch`, `snapshot`) of this protocol claims; null for any other and for what is no
 * such header. Checks nothing else and never throws: enough to know a double without decoding it.
 */
export function numberOf(header: unknown): MessageNumber | null {
  if (typeof header !== 'object' || header === null) return null;
  const { v, kind, session, epoch, seq, sentUs } = header as Readonly<Record<string, unknown>>;
  if (kind !== 'batch' && kind !== 'snapshot') return null;
  if (!Array.isArray(v) || v[0] !== PROTOCOL_VERSION[0]) return null;
  const id = (epoch as { readonly id?: unknown } | null | undefined)?.id;
  if (typeof session !== 'string' || typeof id !== 'string') return null;
  if (!Number.isSafeInteger(seq) || !Number.isSafeInteger(sentUs)) return null;
  return { session, epoch: id, seq: seq as number, sentUs: sentUs as number };
}
