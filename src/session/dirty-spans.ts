import { tableNamed } from '../core/state-input.ts';
import type { StateTable } from '../core/state-table.ts';
import type { TimeSpan } from './session-view.ts';
import { spanColumns, spansIn } from './span-columns.ts';

/** Beyond so many spans they become one that covers all. */
const MOST_SPANS = 512;

/** The stretches of event time in which samples were found that had been missing. Times in us. */
export class DirtySpans {
  #spans: TimeSpan[] = [];
  #isMerged = true;

  get isEmpty(): boolean {
    return this.#spans.length === 0;
  }

  /** Start of the earliest span, +Infinity without any. */
  get firstUs(): number {
    return this.#merged()[0]?.startUs ?? Number.POSITIVE_INFINITY;
  }

  add(startUs: number, endUs: number): void {
    this.#spans.push({ startUs, endUs });
    this.#isMerged = false;
    if (this.#spans.length > 2 * MOST_SPANS) this.#merged();
  }

  clear(): void {
    this.#spans = [];
    this.#isMerged = true;
  }

  /** Whether any span overlaps `[startUs, endUs)`. O(log n) once merged. */
  overlaps(startUs: number, endUs: number): boolean {
    const spans = this.#merged();
    let low = 0;
    let high = spans.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (spans[middle]!.endUs <= startUs) low = middle + 1;
      else high = middle;
    }
    return low < spans.length && spans[low]!.startUs < endUs;
  }

  save(): readonly StateTable[] {
    return [{ name: 'spans', meta: {}, columns: spanColumns(this.#spans) }];
  }

  /** Takes the place of what is held. @throws StreamVizError `STATE_INVALID` */
  restore(tables: readonly StateTable[]): void {
    this.#spans = spansIn(tableNamed(tables, 'spans'));
    this.#isMerged = false;
  }

  #merged(): readonly TimeSpan[] {
    if (this.#isMerged) return this.#spans;
    const merged: TimeSpan[] = [];
    for (const span of this.#spans.sort((a, b) => a.startUs - b.startUs)) {
      const last = merged.at(-1);
      if (last === undefined || last.endUs < span.startUs) merged.push(span);
      else if (span.endUs > last.endUs) merged[merged.length - 1] = { startUs: last.startUs, endUs: span.endUs };
    }
    if (merged.length > MOST_SPANS) {
      merged.splice(0, merged.length, { startUs: merged[0]!.startUs, endUs: merged.at(-1)!.endUs });
    }
    this.#spans = merged;
    this.#isMerged = true;
    return merged;
  }
}
