/** A cell longer than the step: nothing inside it can be told apart. */
export interface CoarseSpan {
  readonly startUs: number;
  readonly durationUs: number;
}

/**
 * The stretches of time that no step can divide, because a series holds nothing finer there.
 *
 * Spans are disjoint and in time order; of two that overlap the longer stays, for cells of tiers lie in each other.
 */
export class CoarseSpans {
  readonly spans: readonly CoarseSpan[];
  readonly #byStart: ReadonlyMap<number, number>;

  constructor(cells: readonly CoarseSpan[]) {
    const sorted = [...cells].sort((a, b) => a.startUs - b.startUs || b.durationUs - a.durationUs);
    const spans: CoarseSpan[] = [];
    let endUs = Number.NEGATIVE_INFINITY;
    for (const span of sorted) {
      if (span.startUs < endUs) continue;
      spans.push(span);
      endUs = span.startUs + span.durationUs;
    }
    this.spans = spans;
    this.#byStart = new Map(spans.map(({ startUs, durationUs }) => [startUs, durationUs]));
  }

  /** Whether this is one of the spans. */
  has(startUs: number, durationUs: number): boolean {
    return this.#byStart.get(startUs) === durationUs;
  }

  /** The span that a time lies in, null where it lies in none. O(log n). */
  at(timeUs: number): CoarseSpan | null {
    const span = this.spans[this.#lastFrom(timeUs)];
    return span !== undefined && timeUs < span.startUs + span.durationUs ? span : null;
  }

  /** How much of `[startUs, endUs)` spans cover. */
  cover(startUs: number, endUs: number): 'none' | 'part' | 'whole' {
    const before = this.spans[this.#lastFrom(endUs - 1)];
    if (before === undefined || before.startUs + before.durationUs <= startUs) return 'none';
    return before.startUs <= startUs && endUs <= before.startUs + before.durationUs ? 'whole' : 'part';
  }

  /** Time at which the next span begins, at or after `timeUs`; +Infinity where there is none. */
  nextStart(timeUs: number): number {
    return this.spans[this.#lastFrom(timeUs - 1) + 1]?.startUs ?? Number.POSITIVE_INFINITY;
  }

  /** Index of the last span that begins at or before `timeUs`, -1 where there is none. */
  #lastFrom(timeUs: number): number {
    let low = 0;
    let high = this.spans.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.spans[middle]!.startUs <= timeUs) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }
}
