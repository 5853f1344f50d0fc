import type { SampleRing } from '../sample-ring.ts';

/*
 * M4: of the samples of each pixel column the first, the last, a smallest and a largest (Jugel, Jerzak, Hackenbroich, Markl:
 * "M4: A Visualization-Oriented Time Series Data Aggregation", PVLDB 7(10), 2014). The line through them covers the same
 * pixels as the line through all samples, when drawn in as many columns.
 *
 * Values that are not finite are no samples. Where one lies between the last sample of a column and the first of the next
 * that has any, it is chosen too, so that the line breaks there; a break inside a column is not seen and not kept.
 */

/** Most indices that one column adds: a break, first, min, max, last. */
export const M4_PER_COLUMN = 5;

/** Columns of samples that M4 is choosing from, reused from call to call. */
class M4Columns {
  first = new Int32Array(0);
  last = new Int32Array(0);
  least = new Int32Array(0);
  most = new Int32Array(0);
  /** Missing value before the column's first sample, or -1. */
  gap = new Int32Array(0);
  min = new Float64Array(0);
  max = new Float64Array(0);
  /** Missing value after the newest sample, or -1. */
  openGap = -1;

  start(columns: number): void {
    if (columns > this.first.length) {
      this.first = new Int32Array(columns);
      this.last = new Int32Array(columns);
      this.least = new Int32Array(columns);
      this.most = new Int32Array(columns);
      this.gap = new Int32Array(columns);
      this.min = new Float64Array(columns);
      this.max = new Float64Array(columns);
    }
    this.first.fill(-1, 0, columns);
    this.openGap = -1;
  }

  /** Adds the samples `[from, to)`; `offset` + its place is what an index will be called. */
  add(
    times: Float64Array,
    values: Float64Array,
    run: { readonly from: number; readonly to: number; readonly offset: number },
    grid: { readonly startUs: number; readonly endUs: number; readonly columns: number },
  ): void {
    const { startUs, endUs, columns } = grid;
    const perUs = columns / (endUs - startUs);
    let openGap = this.openGap;
    for (let i = run.from; i < run.to; i += 1) {
      const time = times[i]!;
      if (!(time >= startUs && time < endUs)) continue;
      const value = values[i]!;
      if (value - value !== 0) {
        if (openGap < 0) openGap = i + run.offset;
        continue;
      }
      const column = Math.min(columns - 1, Math.floor((time - startUs) * perUs));
      const index = i + run.offset;
      if (this.first[column]! < 0) {
        this.first[column] = index;
        this.least[column] = index;
        this.most[column] = index;
        this.min[column] = value;
        this.max[column] = value;
        this.gap[column] = openGap;
      } else if (value < this.min[column]!) {
        this.min[column] = value;
        this.least[column] = index;
      } else if (value > this.max[column]!) {
        this.max[column] = value;
        this.most[column] = index;
      }
      this.last[column] = index;
      openGap = -1;
    }
    this.openGap = openGap;
  }

  /** Writes the chosen indices, ascending and each once. Returns how many. */
  finish(columns: number, out: Int32Array): number {
    let length = 0;
    for (let c = 0; c < columns; c += 1) {
      const first = this.first[c]!;
      if (first < 0) continue;
      const last = this.last[c]!;
      const low = Math.min(this.least[c]!, this.most[c]!);
      const high = Math.max(this.least[c]!, this.most[c]!);
      // A line has no break before its beginning.
      if (this.gap[c]! >= 0 && length > 0) out[length++] = this.gap[c]!;
      out[length++] = first;
      if (low > first && low < last) out[length++] = low;
      if (high > low && high > first && high < last) out[length++] = high;
      if (last > first) out[length++] = last;
    }
    return length;
  }
}

const state = new M4Columns();

/**
 * Chooses the samples of `[startUs, endUs)` that a line in `columns` pixel columns needs: see above.
 *
 * @param times Ascending. Rows `[from, to)` are looked at; those outside of the range are left out.
 * @param out Takes the chosen rows' indices, ascending; at least {@link M4_PER_COLUMN} x `columns` long.
 * @returns how many were chosen; 0 for an empty range. O(rows); allocates only for more columns than ever before.
 */
export function m4(
  times: Float64Array,
  values: Float64Array,
  from: number,
  to: number,
  startUs: number,
  endUs: number,
  columns: number,
  out: Int32Array,
): number {
  if (!(startUs < endUs) || columns < 1) return 0;
  state.start(columns);
  state.add(times, values, { from, to, offset: 0 }, { startUs, endUs, columns });
  return state.finish(columns, out);
}

/** {@link m4} of the samples a ring holds; the indices are the ring's. */
export function m4Ring(ring: SampleRing, startUs: number, endUs: number, columns: number, out: Int32Array): number {
  if (!(startUs < endUs) || columns < 1) return 0;
  state.start(columns);
  ring.eachRun(ring.lowerBound(startUs), ring.lowerBound(endUs), (times, values, from, to, offset) => {
    state.add(times, values, { from, to, offset }, { startUs, endUs, columns });
  });
  return state.finish(columns, out);
}
