import type { SeriesState } from '../../../src/session/series-state.ts';
import type { SessionData } from '../../../src/session/session-data.ts';

/** What a viewer holds of a session before it gets a snapshot: everything as of message `seq`, none of it in doubt. */
export interface HeldBefore {
  readonly seq: number;
  /** Revision of its document; 0 without one. */
  readonly document: number;
}

/**
 * What of a snapshot a viewer has already, told by the messages that changed things last.
 *
 * 1. Of a document, a series or a table it has all or nothing: the same since its message, or it gets the whole.
 * 2. What the server itself holds only in part is not known: it is sent.
 */
export class KnownParts {
  readonly hasDocument: boolean;
  /** Viewers of equal keys lack the same. */
  readonly key: string;
  readonly #seq: number;
  readonly #tableSeqs: ReadonlyMap<string, number>;

  /**
   * @param tableSeqs By table the message that changed it last; others may have changed at any time.
   *
   * O(series + tables).
   */
  constructor(held: HeldBefore | null, data: SessionData, tableSeqs: ReadonlyMap<string, number>) {
    this.#seq = held?.seq ?? Number.NEGATIVE_INFINITY;
    this.#tableSeqs = tableSeqs;
    this.hasDocument = held !== null && data.document !== null && held.document === data.document.revision;
    let newest = Number.NEGATIVE_INFINITY;
    for (const series of data.series.values())
      if (this.hasSeries(series)) newest = Math.max(newest, series.verifiedSeq);
    let table = Number.NEGATIVE_INFINITY;
    for (const [id, seq] of tableSeqs) if (this.hasTable(id)) table = Math.max(table, seq);
    this.key = `${this.hasDocument} ${newest} ${table}`;
  }

  /** No message told of the series since, and nothing of it is missing here. */
  hasSeries({ verifiedSeq, cells }: SeriesState): boolean {
    return verifiedSeq <= this.#seq && cells.hole === null;
  }

  hasTable(id: string): boolean {
    return (this.#tableSeqs.get(id) ?? Number.POSITIVE_INFINITY) <= this.#seq;
  }
}
