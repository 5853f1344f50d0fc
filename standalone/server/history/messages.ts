import type { SavedSession } from '../hub/saved-session.ts';

/** What happened since the last batch, in order: messages, and sessions as they are now. */
export type HistoryEntry = MessageEntry | SessionEntry | CountsEntry | RemovedEntry;

/** One applied message; its bytes are `[at, at + bytes)` of the batch. */
export interface MessageEntry {
  readonly kind: 'message';
  readonly session: string;
  readonly epoch: string;
  readonly message: number;
  /** Local clock, us. */
  readonly cameUs: number;
  /** Samples that it brought, folded ones too. */
  readonly rows: number;
  readonly at: number;
  readonly bytes: number;
}

/** A session as it is now. */
export interface SessionEntry {
  readonly kind: 'session';
  readonly session: string;
  /** What people call it. */
  readonly shown: string;
  readonly epoch: string;
  readonly startedUs: number;
  readonly parent: number | null;
  readonly script: string | null;
  readonly byHttp: boolean;
  /** null: its producer is connected. */
  readonly goneUs: number | null;
  readonly ended: boolean;
  /** No sample of the epochs before this one is later, us; -Infinity: there is none. */
  readonly earlierUs: number;
}

/** How many messages of a session came twice or came to nothing: what no message tells. */
export interface CountsEntry {
  readonly kind: 'counts';
  readonly session: string;
  readonly counts: Readonly<Record<string, number>>;
}

/** A session left memory; its past on disk stays until it is too old. */
export interface RemovedEntry {
  readonly kind: 'removed';
  readonly session: string;
  /** No sample of it is later, us; -Infinity: there is none. */
  readonly endUs: number;
}

/** Up to where the past of a session reaches that no server holds. */
export type PastEnd = Pick<RemovedEntry, 'session' | 'endUs'>;

/** What the server's thread says to the worker that writes. */
export type WriteRequest =
  | { readonly kind: 'batch'; readonly entries: readonly HistoryEntry[]; readonly bytes: Uint8Array }
  | { readonly kind: 'close' };

/** A session of an earlier life, as it was last on disk. */
export interface StoredSession extends Omit<SessionEntry, 'kind'> {
  /** When the newest message of its checkpoint came, us; null where there is none. */
  readonly savedUs: number | null;
  /** null: none was made yet. */
  readonly saved: SavedSession | null;
  /** Messages after it, in order. */
  readonly log: readonly StoredMessage[];
  readonly counts: Readonly<Record<string, number>> | null;
}

export interface StoredMessage {
  /** Number of its row. */
  readonly row: number;
  readonly bytes: Uint8Array;
  readonly cameUs: number;
}

/** What the worker that writes says. */
export type WriteAnswer =
  /** One for each session, the one used last first; then `opened`. */
  | { readonly kind: 'stored'; readonly session: StoredSession }
  | { readonly kind: 'opened'; readonly fileBytes: number; readonly ends: readonly PastEnd[] }
  /** The file cannot be used, and stays as it is. */
  | { readonly kind: 'refused'; readonly code: string; readonly message: string }
  /** Something in it could not be read, and was passed over; before `opened`. */
  | { readonly kind: 'unread'; readonly message: string }
  /** So many batches, the oldest, are on disk. */
  | { readonly kind: 'kept'; readonly batches: number; readonly fileBytes: number }
  /** Nothing can be written; the worker tries again by itself, unless `isOver`. */
  | { readonly kind: 'failed'; readonly code: string; readonly message: string; readonly isOver: boolean }
  | { readonly kind: 'closed' };

/** What the worker that takes care says. */
export type CareAnswer =
  | { readonly kind: 'cared'; readonly work: string; readonly ms: number; readonly fileBytes: number }
  | { readonly kind: 'failed'; readonly work: string; readonly code: string; readonly message: string };
