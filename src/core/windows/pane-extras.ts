import { DistinctSet } from '../distinct-set.ts';
import { QuantileSketch } from '../sketch/quantile-sketch.ts';

/** What the panes of a store hold beside the fields of every pane. */
export interface PaneKeeping {
  readonly spread: boolean;
  /** The values are a counter's and its increase is asked for. */
  readonly counter: boolean;
  /** An aggregation looks at the last value before its window. */
  readonly anchored: boolean;
  readonly sketch: boolean;
  readonly distinct: boolean;
  readonly distinctLimit: number;
}

/** Emptied sketches and sets kept for the next panes. */
const POOL = 4;

/**
 * Sketches and sets of distinct values of panes, by the place of the pane's row; null where a pane has none.
 *
 * Those of panes that went are emptied and used again.
 */
export class PaneExtras {
  readonly #keep: PaneKeeping;
  readonly #sketches: (QuantileSketch | null)[] = [];
  readonly #distincts: (DistinctSet | null)[] = [];
  readonly #sketchPool: QuantileSketch[] = [];
  readonly #distinctPool: DistinctSet[] = [];

  constructor(keep: PaneKeeping) {
    this.#keep = keep;
  }

  sketch(place: number): QuantileSketch | null {
    return this.#sketches[place] ?? null;
  }

  distinct(place: number): DistinctSet | null {
    return this.#distincts[place] ?? null;
  }

  /** Adds the finite ones of the values `[from, to)`, of which there is at least one. */
  addRun(place: number, values: Float64Array, from: number, to: number): void {
    if (this.#keep.sketch) this.sketchFor(place).addMany(values, from, to);
    if (this.#keep.distinct) this.distinctFor(place).addMany(values, from, to);
  }

  /** The sketch, made where there is none. */
  sketchFor(place: number): QuantileSketch {
    const held = this.#sketches[place];
    if (held) return held;
    const made = this.#sketchPool.pop() ?? new QuantileSketch();
    this.#sketches[place] = made;
    return made;
  }

  /** The set of distinct values, made where there is none. */
  distinctFor(place: number): DistinctSet {
    const held = this.#distincts[place];
    if (held) return held;
    const made = this.#distinctPool.pop() ?? new DistinctSet(this.#keep.distinctLimit);
    this.#distincts[place] = made;
    return made;
  }

  /** A restored sketch. */
  putSketch(place: number, sketch: QuantileSketch): void {
    this.#sketches[place] = sketch;
  }

  /** A restored set. */
  putDistinct(place: number, distinct: DistinctSet): void {
    this.#distincts[place] = distinct;
  }

  clear(place: number): void {
    const sketch = this.#sketches[place];
    if (sketch) {
      this.#sketches[place] = null;
      if (this.#sketchPool.length < POOL) {
        sketch.clear();
        this.#sketchPool.push(sketch);
      }
    }
    const distinct = this.#distincts[place];
    if (!distinct) return;
    this.#distincts[place] = null;
    if (this.#distinctPool.length >= POOL) return;
    distinct.clear();
    this.#distinctPool.push(distinct);
  }
}
