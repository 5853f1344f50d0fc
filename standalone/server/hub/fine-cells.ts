import type { SampleRing } from '../../../src/core/sample-ring.ts';
import type { PaneBuilder } from './pane-builder.ts';

let times = new Float64Array(256);
let values = new Float64Array(256);

/** Cells of one series cut finer than it holds them, from the raw rows that still tell them whole. */
export class FineCells {
  readonly #builder: PaneBuilder;
  readonly #index: number;
  readonly #ring: SampleRing;
  readonly #durationUs: number;

  constructor(builder: PaneBuilder, index: number, ring: SampleRing, durationUs: number) {
    this.#builder = builder;
    this.#index = index;
    this.#ring = ring;
    this.#durationUs = durationUs;
  }

  /**
   * Adds the rows of the cell `[startUs, startUs + durationUs)`, which has `count` samples, in finer cells.
   *
   * @returns whether it did: not where the ring lacks a sample of them. O(rows).
   */
  add(startUs: number, durationUs: number, count: number): boolean {
    const ring = this.#ring;
    const from = ring.lowerBound(startUs);
    const to = ring.lowerBound(startUs + durationUs);
    if (ring.finiteCount(from, to) !== count) return false;
    let i = from;
    while (i < to) {
      const start = Math.floor(ring.timeAt(i) / this.#durationUs) * this.#durationUs;
      const next = ring.lowerBoundFrom(i, start + this.#durationUs, to);
      this.#addRun(start, i, next);
      i = next;
    }
    return true;
  }

  #addRun(startUs: number, from: number, to: number): void {
    const length = to - from;
    if (length > times.length) {
      times = new Float64Array(2 * length);
      values = new Float64Array(2 * length);
    }
    for (let i = 0; i < length; i += 1) {
      times[i] = this.#ring.timeAt(from + i);
      values[i] = this.#ring.valueAt(from + i);
    }
    const row = this.#builder.begin(this.#index, startUs, this.#durationUs);
    this.#builder.mergeRun(row, times, values, 0, length);
  }
}
