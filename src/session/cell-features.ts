import type { CellTiers } from '../core/cell-tiers.ts';
import { isStreamVizError } from '../core/errors.ts';
import { QuantileSketch } from '../core/sketch/quantile-sketch.ts';
import { bytesIn, doublesIn, numberIn, tableNamed } from '../core/state-input.ts';
import type { StateTable } from '../core/state-table.ts';
import type { PaneFeatures } from '../core/windows/window-operator.ts';
import type { FeatureColumns } from '../wire/message-types.ts';

interface HeldFeatures {
  /** Samples of the pane that these belong to. */
  readonly count: number;
  readonly mean: number;
  readonly m2: number;
  readonly increase: number;
  /** A copy of the message's bytes; decoded where it is needed. */
  readonly sketch: Uint8Array | null;
}

/**
 * What keyframes and folds said of one series' cells beyond their panes: spread, increase, sketch.
 *
 * 1. Features stand for a cell only while it counts as many samples as the pane they came with.
 * 2. Features of cells that are gone go with `evict`. Memory: the sketch bytes and about 100 bytes a cell.
 * 3. Bytes that are no sketch are counted and count as none.
 */
export class CellFeatures {
  /** Sketches that could not be read. */
  invalid = 0;
  /** By duration, then by start. */
  readonly #cells = new Map<number, Map<number, HeldFeatures>>();
  #size = 0;
  #mostSize = 256;

  /** Keeps row `at` of a message's features for the cell whose pane had `count` samples. */
  take(durationUs: number, startUs: number, count: number, columns: FeatureColumns, at: number): void {
    let cells = this.#cells.get(durationUs);
    if (cells === undefined) {
      cells = new Map();
      this.#cells.set(durationUs, cells);
    }
    const sketch = columns.sketch[at] ?? null;
    if (!cells.has(startUs)) this.#size += 1;
    cells.set(startUs, {
      count,
      mean: columns.mean[at]!,
      m2: columns.m2[at]!,
      increase: columns.increase[at]!,
      sketch: sketch === null ? null : sketch.slice(),
    });
  }

  /** The features of a cell of `count` samples, or null where they are not known. Decodes the sketch. */
  of(durationUs: number, startUs: number, count: number): PaneFeatures | null {
    const held = this.#cells.get(durationUs)?.get(startUs);
    if (held === undefined || held.count !== count) return null;
    const { mean, m2, increase, sketch } = held;
    return { mean, m2, increase, sketch: this.#decoded(sketch) };
  }

  /** Row `at` of a message's features as they are. */
  read(columns: FeatureColumns, at: number): PaneFeatures {
    return {
      mean: columns.mean[at]!,
      m2: columns.m2[at]!,
      increase: columns.increase[at]!,
      sketch: this.#decoded(columns.sketch[at] ?? null),
    };
  }

  /** Forgets the features of cells that are no longer held. Amortised O(1) a cell. */
  evict(cells: CellTiers): void {
    if (this.#size <= this.#mostSize) return;
    this.#size = 0;
    for (const [duration, features] of this.#cells) {
      const tier = cells.tiers[cells.tierOf(duration)];
      for (const start of features.keys()) if (tier === undefined || tier.find(start) < 0) features.delete(start);
      this.#size += features.size;
    }
    this.#mostSize = 2 * this.#size + 256;
  }

  /** A copy of everything. O(cells). */
  save(): readonly StateTable[] {
    const held = [...this.#cells].flatMap(([duration, cells]) =>
      [...cells].map(([start, features]) => ({ duration, start, ...features })),
    );
    const column = (name: 'duration' | 'start' | 'count' | 'mean' | 'm2' | 'increase') =>
      Float64Array.from(held, (features) => features[name]);
    const numbers = { duration: column('duration'), start: column('start'), count: column('count') };
    const columns = {
      ...numbers,
      ...{ mean: column('mean'), m2: column('m2'), increase: column('increase') },
      sketch: held.map(({ sketch }) => sketch?.slice() ?? null),
    };
    return [{ name: 'features', meta: { invalid: this.invalid, size: this.#size, mostSize: this.#mostSize }, columns }];
  }

  /** Takes the place of what is held. @throws StreamVizError `STATE_INVALID` */
  restore(tables: readonly StateTable[]): void {
    const table = tableNamed(tables, 'features');
    const duration = doublesIn(table, 'duration');
    const { length } = duration;
    const [start, count] = [doublesIn(table, 'start', length), doublesIn(table, 'count', length)];
    const [mean, m2] = [doublesIn(table, 'mean', length), doublesIn(table, 'm2', length)];
    const increase = doublesIn(table, 'increase', length);
    const sketch = bytesIn(table, 'sketch', length);
    this.#cells.clear();
    const columns = { length, row: new Int32Array(length), mean, m2, increase, sketch: [...sketch] };
    for (let i = 0; i < length; i += 1) this.take(duration[i]!, start[i]!, count[i]!, columns, i);
    this.invalid = numberIn(table, 'invalid');
    this.#size = numberIn(table, 'size');
    this.#mostSize = numberIn(table, 'mostSize');
  }

  #decoded(bytes: Uint8Array | null): QuantileSketch | null {
    if (bytes === null || bytes.length === 0) return null;
    try {
      return QuantileSketch.decode(bytes);
    } catch (error) {
      if (!isStreamVizError(error)) throw error;
      this.invalid += 1;
      return null;
    }
  }
}
