import type { HeldBefore } from '../hub/known-parts.ts';
import type { LiveClass } from '../hub/live-class.ts';
import type { LiveSession } from '../hub/live-session.ts';
import type { ViewerRange } from './control-text.ts';

/** What a viewer shows now, and what it knows of the protocol: results of windows, snapshots that lack what it has. */
export interface ViewerSight {
  readonly range: ViewerRange;
  readonly liveClass: LiveClass;
  readonly knowsResults: boolean;
  readonly knowsDeltas: boolean;
}

/**
 * Where a viewer stands in one session: it has everything of this epoch up to and including `seq`.
 *
 * Of windows it is told all results before it is told changes: when it first has a class with panes, gets another class, shows
 * a longer range, or comes back. From then on it is told them in every class.
 */
export class ViewerCursor {
  epoch: string;
  seq: number;
  /** Messages were left out: a snapshot is due. */
  isBehind = false;
  /** It has been told all results as of `seq`, so that changes follow. */
  #hasAll = false;
  /** It may hold results that it was told, now or over another connection. */
  #holdsResults: boolean;
  /** Revision of the document it has; null where what it has is not known for certain. */
  #document: number | null;

  /** @param options.document Revision of the document it holds, with everything up to `seq`; null: who knows. */
  constructor(options: {
    readonly epoch: string;
    readonly seq: number;
    readonly holdsResults: boolean;
    readonly document: number | null;
  }) {
    this.epoch = options.epoch;
    this.seq = options.seq;
    this.#holdsResults = options.holdsResults;
    this.#document = options.document;
  }

  /** Where it stands in the life of the session that follows, before its first message. */
  next(epoch: string): ViewerCursor {
    return new ViewerCursor({ epoch, seq: 0, holdsResults: this.#holdsResults, document: 0 });
  }

  /** It has another class, or shows more of the past than it was told results of. */
  wantsAll(): void {
    this.#hasAll = false;
  }

  /** Whether messages are those of a viewer that is told results. */
  isTold({ knowsResults, liveClass }: ViewerSight): boolean {
    return knowsResults && (liveClass !== null || this.#holdsResults);
  }

  /** The newest message for this viewer; it has it then. */
  frame(session: LiveSession, sight: ViewerSight): Uint8Array {
    this.#reaches(session);
    const isTold = this.isTold(sight);
    if (!isTold || this.#hasAll) return session.frame(session.seq, sight.liveClass, isTold);
    this.#tellAll();
    return session.newestWhole(sight.liveClass, sight.range);
  }

  /** Everything as of the newest message; it has it then. */
  snapshot(session: LiveSession, sight: ViewerSight): Uint8Array {
    const held = sight.knowsDeltas && session.epochId === this.epoch ? this.#held : null;
    this.epoch = session.epochId;
    this.isBehind = false;
    // Whatever it held before, it has everything now.
    this.#document = 0;
    this.#reaches(session);
    const isTold = this.isTold(sight);
    if (isTold) this.#tellAll();
    return session.snapshot(sight.range, isTold, held);
  }

  get #held(): HeldBefore | null {
    return this.#document === null ? null : { seq: this.seq, document: this.#document };
  }

  #reaches({ seq, store }: LiveSession): void {
    this.seq = seq;
    if (this.#document !== null) this.#document = store.document?.revision ?? 0;
  }

  #tellAll(): void {
    this.#hasAll = true;
    this.#holdsResults = true;
  }
}
