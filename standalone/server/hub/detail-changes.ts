import type { TimeSpan } from '../../../src/session/session-view.ts';

/** Messages whose newest time is remembered; above, every second one is forgotten. */
const MOST_EDGES = 128;
/** Late stretches remembered; above, each two that came one after the other become one. */
const MOST_LATE = 256;

interface Late extends TimeSpan {
  readonly seq: number;
}

/**
 * Where samples of one series came, by the messages that brought them, from one message on.
 *
 * What it says changed since a message may be more than did, never less. Bounded: the older a change, the more roughly it is
 * remembered. A sample that comes in order costs nothing of its own.
 */
export class SeriesChanges {
  readonly #sinceSeq: number;
  /** Up to message `seq` every sample lay before `edgeUs`; rising. */
  #edges: { readonly seq: number; readonly edgeUs: number }[];
  #late: Late[] = [];

  /** @param edgeUs After the newest sample that came up to message `seq`; -Infinity without any. */
  constructor(seq: number, edgeUs: number) {
    this.#sinceSeq = seq;
    this.#edges = [{ seq, edgeUs }];
  }

  /** A message brought samples of `[startUs, endUs)`, or replaced them; it is the newest, or the one noted before. */
  note(seq: number, startUs: number, endUs: number): void {
    const edge = this.#edges.at(-1)!;
    if (startUs < edge.edgeUs) this.#noteLate({ seq, startUs, endUs: Math.min(endUs, edge.edgeUs) });
    if (endUs <= edge.edgeUs) return;
    const next = { seq, edgeUs: endUs };
    if (edge.seq === seq) this.#edges[this.#edges.length - 1] = next;
    else this.#edges.push(next);
    if (this.#edges.length <= MOST_EDGES) return;
    this.#edges = this.#edges.filter((_, i, { length }) => i % 2 === 0 || i === length - 1);
  }

  /** What of a span changed by messages after `seq`, rising and disjoint; all of it where that is not known any more. */
  since(seq: number, { startUs, endUs }: TimeSpan): readonly TimeSpan[] {
    if (seq < this.#sinceSeq) return [{ startUs, endUs }];
    const edge = this.#edges.findLast((known) => known.seq <= seq)!;
    const isOver = this.#edges.at(-1)!.edgeUs > edge.edgeUs;
    const spans: TimeSpan[] = this.#late.filter((late) => late.seq > seq);
    if (isOver) spans.push({ startUs: edge.edgeUs, endUs: Number.POSITIVE_INFINITY });
    return mergedSpans(spans, { startUs, endUs });
  }

  #noteLate(late: Late): void {
    const last = this.#late.at(-1);
    const isSame = last?.seq === late.seq && late.startUs <= last.endUs && late.endUs >= last.startUs;
    if (isSame) this.#late[this.#late.length - 1] = union(last, late);
    else this.#late.push(late);
    if (this.#late.length <= MOST_LATE) return;
    const halved: Late[] = [];
    for (let i = 0; i < this.#late.length; i += 2) {
      const second = this.#late[i + 1];
      halved.push(second === undefined ? this.#late[i]! : union(this.#late[i]!, second));
    }
    this.#late = halved;
  }
}

const union = (a: Late, b: Late): Late => ({
  seq: Math.max(a.seq, b.seq),
  startUs: Math.min(a.startUs, b.startUs),
  endUs: Math.max(a.endUs, b.endUs),
});

/** What of a range some spans cover, rising and disjoint. O(n log n). */
export function mergedSpans(spans: readonly TimeSpan[], { startUs, endUs }: TimeSpan): readonly TimeSpan[] {
  const merged: TimeSpan[] = [];
  for (const span of [...spans].sort((a, b) => a.startUs - b.startUs)) {
    const clipped = { startUs: Math.max(startUs, span.startUs), endUs: Math.min(endUs, span.endUs) };
    if (!(clipped.startUs < clipped.endUs)) continue;
    const last = merged.at(-1);
    if (last === undefined || last.endUs < clipped.startUs) merged.push(clipped);
    else if (clipped.endUs > last.endUs) merged[merged.length - 1] = { startUs: last.startUs, endUs: clipped.endUs };
  }
  return merged;
}
