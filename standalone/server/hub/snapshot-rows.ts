import type { SeriesState } from '../../../src/session/series-state.ts';
import type { SampleColumns } from '../../../src/wire/message-types.ts';
import { type ShownRange, showsRows, visibleFromUs } from './shown-range.ts';

interface Run {
  readonly index: number;
  readonly series: SeriesState;
  readonly from: number;
}

/** The raw rows that a snapshot shows: of each series those of the visible range, where its pixels can tell them apart. */
export class SnapshotRows {
  readonly #runs: Run[] = [];
  #count = 0;

  /** Adds the visible rows of a series, none where they are more than two a pixel. O(log n). */
  add(index: number, series: SeriesState, range: ShownRange, nowUs: number): void {
    const { ring } = series;
    const from = ring.lowerBound(visibleFromUs(series, range, nowUs));
    const count = ring.length - from;
    if (count === 0 || !showsRows(series, range, nowUs)) return;
    this.#runs.push({ index, series, from });
    this.#count += count;
  }

  /** Copies, sorted by series; null where there are none. */
  columns(): SampleColumns | null {
    const length = this.#count;
    if (length === 0) return null;
    const out = {
      length,
      series: new Uint16Array(length),
      time: new Float64Array(length),
      value: new Float64Array(length),
    };
    let at = 0;
    for (const { index, series, from } of this.#runs) {
      const { ring } = series;
      for (let i = from; i < ring.length; i += 1) {
        out.series[at] = index;
        out.time[at] = ring.timeAt(i);
        out.value[at] = ring.valueAt(i);
        at += 1;
      }
    }
    return out;
  }
}
