import type { TimeSpan } from '../../src/session/session-view.ts';
import type { DetailQuery } from '../../src/transport/socket.ts';

/** Series of one query: servers refuse far more, and a query is one short text. */
const MOST_SERIES = 256;
/** Characters of the keys of one query; servers take 64 kB. */
const MOST_KEYS = 32_000;

/** A span in whole columns of one width, aligned so that equal widths have equal columns everywhere. */
export interface DetailGrid extends TimeSpan {
  /** A power of two us: columns of wider grids are made of whole columns of this one. */
  readonly columnUs: number;
}

/** The grid on which a wish is asked for: columns of at most the wished width, more than half as wide. */
export function gridOf({ startUs, endUs, columns }: Pick<DetailQuery, 'startUs' | 'endUs' | 'columns'>): DetailGrid {
  const columnUs = 2 ** Math.max(0, Math.floor(Math.log2((endUs - startUs) / columns)));
  return alignedTo({ startUs, endUs }, columnUs);
}

/** The whole columns that a span reaches into. */
export function alignedTo({ startUs, endUs }: TimeSpan, columnUs: number): DetailGrid {
  return {
    startUs: Math.floor(startUs / columnUs) * columnUs,
    endUs: Math.ceil(endUs / columnUs) * columnUs,
    columnUs,
  };
}

/** What one series needs of one stretch: all of it, or what changed since a message. */
export interface DetailAsk extends DetailGrid {
  readonly since: number | null;
}

/** Collects what series need, so that those that need the same are asked for together. */
export class DetailAsks {
  readonly #asks = new Map<string, { readonly ask: DetailAsk; readonly keys: string[] }>();

  add(key: string, ask: DetailAsk): void {
    const id = `${ask.startUs} ${ask.endUs} ${ask.columnUs} ${ask.since}`;
    const held = this.#asks.get(id);
    if (held === undefined) this.#asks.set(id, { ask, keys: [key] });
    else held.keys.push(key);
  }

  /** The queries, each of bounded size. */
  queries(session: string): readonly DetailQuery[] {
    return [...this.#asks.values()].flatMap(({ ask, keys }) => {
      const { startUs, endUs, columnUs, since } = ask;
      const columns = Math.round((endUs - startUs) / columnUs);
      const sinceMessage = since === null ? {} : { since };
      return chunks(keys).map((series) => ({ session, series, startUs, endUs, columns, ...sinceMessage }));
    });
  }
}

function chunks(keys: readonly string[]): readonly (readonly string[])[] {
  const found: string[][] = [[]];
  let characters = 0;
  for (const key of keys) {
    const last = found.at(-1)!;
    if (last.length > 0 && (last.length >= MOST_SERIES || characters + key.length > MOST_KEYS)) {
      found.push([key]);
      characters = key.length;
    } else {
      last.push(key);
      characters += key.length;
    }
  }
  return found;
}
