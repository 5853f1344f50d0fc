import type { SampleRing } from '../../../src/core/sample-ring.ts';
import { QuantileSketch } from '../../../src/core/sketch/quantile-sketch.ts';
import { type PaneNeeds, paneNeeds } from '../../../src/core/windows/aggregation.ts';
import { counterStep } from '../../../src/core/windows/pane-row.ts';
import type { PaneFeatures } from '../../../src/core/windows/window-operator.ts';
import type { SeriesState } from '../../../src/session/series-state.ts';
import type { FeatureColumns, PaneColumns } from '../../../src/wire/message-types.ts';

/** Most bytes of sketches of one series; the newest cells' go first. */
const MOST_SKETCH_BYTES = 65_536;

interface Entry {
  readonly row: number;
  readonly mean: number;
  readonly m2: number;
  readonly increase: number;
  readonly sketch: Uint8Array | null;
}

function needsOf(series: SeriesState): PaneNeeds {
  const needs = [...series.windows.stores.values()].map(({ options }) =>
    paneNeeds(options.aggregations, { counter: options.counter ?? false }),
  );
  return {
    spread: needs.some(({ spread }) => spread),
    increase: needs.some(({ increase }) => increase),
    sketch: needs.some(({ sketch }) => sketch),
    distinct: false,
  };
}

/** The features of the finite samples `[from, to)` of a ring. */
function featuresOf(ring: SampleRing, from: number, to: number, needs: PaneNeeds): PaneFeatures {
  let count = 0;
  let mean = 0;
  let m2 = 0;
  let increase = 0;
  let before = Number.NaN;
  const sketch = needs.sketch ? new QuantileSketch() : null;
  for (let i = from; i < to; i += 1) {
    const value = ring.valueAt(i);
    if (value - value !== 0) continue;
    count += 1;
    const delta = value - mean;
    mean += delta / count;
    m2 += delta * (value - mean);
    if (count > 1) increase += counterStep(before, value);
    before = value;
    sketch?.add(value);
  }
  return { mean, m2, increase, sketch };
}

/**
 * What windows need of the panes of a snapshot beyond their columns: of windowed series spread, increase and sketch, from raw
 * rows where all of a pane's are at hand, else what the producer said of that very cell.
 *
 * O(raw rows under the panes of series whose windows need it).
 */
export class SnapshotFeatures {
  readonly #entries: Entry[] = [];

  /** Adds the features of panes `[from, to)`, which are those of one series in time order. */
  add(series: SeriesState, panes: PaneColumns, from: number, to: number): void {
    const needs = needsOf(series);
    if (!needs.spread && !needs.increase && !needs.sketch) return;
    const found: Entry[] = [];
    let bytes = 0;
    for (let row = to - 1; row >= from; row -= 1) {
      const features = this.#read(series, panes, row, needs);
      if (features === null) continue;
      const encoded = bytes < MOST_SKETCH_BYTES ? (features.sketch?.encode() ?? null) : null;
      bytes += encoded?.byteLength ?? 0;
      const { mean, m2, increase } = features;
      found.push({ row, mean, m2, increase, sketch: encoded });
    }
    this.#entries.push(...found.reverse());
  }

  /** The columns, rows rising; null where there are none. */
  columns(): FeatureColumns | null {
    const entries = this.#entries;
    if (entries.length === 0) return null;
    return {
      length: entries.length,
      row: Int32Array.from(entries, ({ row }) => row),
      mean: Float64Array.from(entries, ({ mean }) => mean),
      m2: Float64Array.from(entries, ({ m2 }) => m2),
      increase: Float64Array.from(entries, ({ increase }) => increase),
      sketch: entries.map(({ sketch }) => sketch),
    };
  }

  #read({ ring, windows }: SeriesState, panes: PaneColumns, row: number, needs: PaneNeeds): PaneFeatures | null {
    const [startUs, durationUs, count] = [panes.start[row]!, panes.duration[row]!, panes.count[row]!];
    const first = ring.lowerBound(startUs);
    const end = ring.lowerBoundFrom(first, startUs + durationUs, ring.length);
    if (first < end && ring.finiteCount(first, end) === count) return featuresOf(ring, first, end, needs);
    return windows.features.of(durationUs, startUs, count);
  }
}
