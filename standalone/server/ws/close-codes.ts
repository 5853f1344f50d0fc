import type { StreamVizError } from '../../../src/core/errors.ts';
import { PROTOCOL_VERSION } from '../../../src/wire/header.ts';
import type { ClientSocket } from './client-socket.ts';

/** Why the server closed a connection. */
export const CLOSE = {
  normal: 1000,
  goingAway: 1001,
  /** The server itself failed. */
  fault: 1011,
  /** What came was no message of this protocol. */
  invalid: 4400,
  token: 4401,
  origin: 4403,
  /** Nothing came in time, or nothing was taken. */
  timeout: 4408,
  /** The same producer came over another connection. */
  replaced: 4409,
  tooLarge: 4413,
  limit: 4429,
} as const;

/** The close code that a refusal with this code means. */
export function closeCodeOf(error: StreamVizError): number {
  return error.code.startsWith('LIMIT_') ? CLOSE.limit : CLOSE.invalid;
}

/** A text message: JSON with version and kind. */
export function textMessage(kind: string, fields: Readonly<Record<string, unknown>>): string {
  return JSON.stringify({ v: PROTOCOL_VERSION, kind, ...fields });
}

/** An error as a text message; `id` is the request it answers. */
export function errorText({ code, message, details }: StreamVizError, id?: string): string {
  return textMessage('error', { ...(id === undefined ? {} : { id }), code, message, details });
}

/** Says what is wrong, then closes. */
export function refuse(socket: ClientSocket, closeCode: number, error: StreamVizError): void {
  socket.send(errorText(error));
  socket.close(closeCode, error.code);
}
