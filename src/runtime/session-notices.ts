import type { SessionStore } from '../session/session-view.ts';
import type { Notice } from './version-notice.ts';

/** Problems that mean "not made for each other": also said on the console, for whoever looks there. */
const MISMATCHES: ReadonlySet<string> = new Set(['VERSION_NEWER', 'PROTOCOL_VERSION']);

interface Seen {
  document: unknown;
  problem: unknown;
  hasWarned: boolean;
}

/** Says a mismatch once per session on the console. A check costs two comparisons where nothing changed. */
export class SessionNotices {
  readonly #noticeOf: (session: string) => Notice | null;
  readonly #warn: (message: string) => void;
  readonly #seen = new Map<string, Seen>();

  /** @param warn Default: `console.warn`. */
  constructor(noticeOf: (session: string) => Notice | null, warn = (message: string): void => console.warn(message)) {
    this.#noticeOf = noticeOf;
    this.#warn = warn;
  }

  /** Looks at a session after a message. */
  check(session: string, store: SessionStore | null): void {
    if (store === null) return;
    let seen = this.#seen.get(session);
    if (seen === undefined) {
      seen = { document: null, problem: null, hasWarned: false };
      this.#seen.set(session, seen);
    }
    if (seen.hasWarned || (seen.document === store.document && seen.problem === store.problem)) return;
    seen.document = store.document;
    seen.problem = store.problem;
    const notice = this.#noticeOf(session);
    if (notice === null || !MISMATCHES.has(notice.code)) return;
    seen.hasWarned = true;
    this.#warn(`StreamViz, ${session}: ${notice.message} [${notice.code}]`);
  }

  forget(session: string): void {
    this.#seen.delete(session);
  }
}
