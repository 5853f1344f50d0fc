import type { TimeSpan } from './session-view.ts';

/** Beyond so many spans they become one that covers all. */
const MOST_SPANS = 64;

/**
 * Stretches of time `[startUs, endUs)` that something changed since they were looked at.
 *
 * What is said may cover more than was touched, never less. Samples that only come in order keep one span growing: O(1).
 */
export class TouchedSpans {
  #spans: TimeSpan[] = [];

  get isEmpty(): boolean {
    return this.#spans.length === 0;
  }

  add(startUs: number, endUs: number): void {
    if (!(startUs < endUs)) return;
    const last = this.#spans.at(-1);
    if (last !== undefined && startUs <= last.endUs && endUs >= last.startUs) {
      const [start, end] = [Math.min(startUs, last.startUs), Math.max(endUs, last.endUs)];
      if (start !== last.startUs || end !== last.endUs) {
        this.#spans[this.#spans.length - 1] = { startUs: start, endUs: end };
      }
      return;
    }
    this.#spans.push({ startUs, endUs });
    if (this.#spans.length <= MOST_SPANS) return;
    let [start, end] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (const span of this.#spans) {
      start = Math.min(start, span.startUs);
      end = Math.max(end, span.endUs);
    }
    this.#spans = [{ startUs: start, endUs: end }];
  }

  overlaps({ startUs, endUs }: TimeSpan): boolean {
    return this.#spans.some((span) => span.startUs < endUs && span.endUs > startUs);
  }

  /** Looks at a stretch: what was touched of it is forgotten, the rest stays. */
  forget({ startUs, endUs }: TimeSpan): void {
    const rest: TimeSpan[] = [];
    for (const span of this.#spans) {
      if (span.startUs < startUs) rest.push({ startUs: span.startUs, endUs: Math.min(span.endUs, startUs) });
      if (span.endUs > endUs) rest.push({ startUs: Math.max(span.startUs, endUs), endUs: span.endUs });
    }
    this.#spans = rest;
  }
}
