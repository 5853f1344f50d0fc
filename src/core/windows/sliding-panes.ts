import { QuantileSketch } from '../sketch/quantile-sketch.ts';
import { DistinctCounts } from './distinct-counts.ts';
import type { PaneKeeping } from './pane-extras.ts';
import { INDEX } from './pane-row.ts';
import type { WindowPanes } from './window-panes.ts';

/** So few values are held one by one; a sketch that panes were taken from would still hold them as buckets. */
const EXACT_VALUES = 32;

/**
 * Sketch and distinct values of a window that moves forward over panes: the newest come, the oldest go, which is exact.
 *
 * Always what merging the window's panes afresh gives, whether quantiles are exact included. Moving on by one slide costs
 * the panes that come and go, however long the window is.
 */
export class SlidingPanes {
  readonly #panes: WindowPanes;
  readonly #sketch: QuantileSketch | null;
  readonly #distinct: DistinctCounts | null;
  #fresh: QuantileSketch | null = null;
  /** Panes `[#from, #to)` are merged. */
  #from = 0;
  #to = 0;

  constructor(panes: WindowPanes, keep: PaneKeeping) {
    this.#panes = panes;
    this.#sketch = keep.sketch ? new QuantileSketch() : null;
    this.#distinct = keep.distinct ? new DistinctCounts(keep.distinctLimit) : null;
  }

  /** Moves to the slots `[low, high)`, at least one. */
  moveTo(low: number, high: number): void {
    const panes = this.#panes;
    const from = panes.rows[panes.at(low) + INDEX]!;
    const end = panes.rows[panes.at(high - 1) + INDEX]! + 1;
    if (from !== this.#from || this.#to > end || this.#to < from) {
      this.leave(from);
      if (this.#to > end || this.#from > from || this.#to < from) this.reset(from);
    }
    for (let slot = panes.seek(this.#to); slot < high; slot += 1) {
      const sketch = panes.sketchAt(slot);
      if (sketch) this.#sketch?.merge(sketch);
      const distinct = panes.distinctAt(slot);
      if (distinct) this.#distinct?.merge(distinct);
    }
    this.#from = from;
    this.#to = end;
  }

  /** The sketch of the slots `[low, high)` that it stands on, valid until it moves; null where no pane has one. */
  sketchOf(low: number, high: number): QuantileSketch | null {
    const sketch = this.#sketch;
    if (sketch === null || sketch.count === 0) return null;
    if (sketch.count > EXACT_VALUES || sketch.exact) return sketch;
    this.#fresh ??= new QuantileSketch();
    this.#fresh.clear();
    for (let slot = low; slot < high; slot += 1) {
      const held = this.#panes.sketchAt(slot);
      if (held) this.#fresh.merge(held);
    }
    return this.#fresh;
  }

  /** Distinct values where it stands; null where they are not kept. */
  get distinct(): DistinctCounts | null {
    return this.#distinct;
  }

  /** Takes the panes before `index` out, while they are still stored. */
  leave(index: number): void {
    const end = Math.min(index, this.#to);
    if (end <= this.#from) return;
    const panes = this.#panes;
    for (let slot = panes.seek(this.#from); slot < panes.tail; slot += 1) {
      if (panes.rows[panes.at(slot) + INDEX]! >= end) break;
      const sketch = panes.sketchAt(slot);
      if (sketch) this.#sketch?.subtract(sketch);
      const distinct = panes.distinctAt(slot);
      if (distinct) this.#distinct?.subtract(distinct);
    }
    this.#from = end;
  }

  /** Pane `index` is about to change or has changed: where it is merged, the next move merges afresh. */
  touch(index: number): void {
    if (index < this.#to) this.reset(0);
  }

  /** Stands before pane `index`, on nothing. */
  reset(index: number): void {
    if (this.#to > this.#from) {
      this.#sketch?.clear();
      this.#distinct?.clear();
    }
    this.#from = index;
    this.#to = index;
  }
}
