import type { Evaluation } from './evaluate.ts';
import type { PaneKeeping } from './pane-extras.ts';
import { COUNT, INDEX, MARKS, mergeRow, ROW } from './pane-row.ts';
import type { PaneTree } from './pane-tree.ts';
import type { SlidingPanes } from './sliding-panes.ts';
import type { WindowGrid } from './window-grid.ts';
import type { WindowPanes } from './window-panes.ts';
import { APPROXIMATE, type WindowResults } from './window-results.ts';

/** Windows of more panes are merged through a {@link PaneTree}. */
export const TREE_PANES = 16;

/** How a window's result is appended. */
export interface Appending {
  readonly final: boolean;
  readonly revision: number;
  /** Moves with the windows; null where neither sketch nor distinct values are kept or a window is one pane. */
  readonly sliding: SlidingPanes | null;
  /** Merges of neighbouring panes; needed where a window has more than {@link TREE_PANES}. */
  readonly tree: PaneTree | null;
}

/** Merges the panes of one window and appends its result. Sums are merged forward only, never subtracted. */
export class MergedWindow {
  readonly #grid: WindowGrid;
  readonly #panes: WindowPanes;
  readonly #evaluation: Evaluation;
  readonly #keep: PaneKeeping;
  readonly #merged = new Float64Array(ROW);
  readonly #window: { before: number; length: number };

  constructor(grid: WindowGrid, panes: WindowPanes, evaluation: Evaluation, keep: PaneKeeping) {
    this.#grid = grid;
    this.#panes = panes;
    this.#evaluation = evaluation;
    this.#keep = keep;
    this.#window = { before: Number.NaN, length: grid.size };
  }

  /** Appends the result of `window`, whose panes are the slots `[low, high)`, and returns its row. O(log panes). */
  append(out: WindowResults, window: number, low: number, high: number, options: Appending): number {
    const panes = this.#panes;
    const at = out.push();
    const end = this.#grid.windowEnd(window);
    out.start[at] = end - this.#grid.size;
    out.end[at] = end;
    out.revision[at] = options.revision;
    out.final[at] = options.final ? 1 : 0;
    panes.settle(low, high);
    this.#window.before = this.#keep.anchored ? panes.lastBefore(low) : Number.NaN;
    if (high - low === 1) {
      this.#evaluation.evaluate(
        panes.rows,
        panes.at(low),
        this.#window,
        panes.sketchAt(low),
        panes.distinctAt(low),
        out,
        at,
      );
    } else {
      this.#merge(low, high, options.tree);
      const { sliding } = options;
      sliding?.moveTo(low, high);
      this.#evaluation.evaluate(
        this.#merged,
        0,
        this.#window,
        sliding?.sketchOf(low, high) ?? null,
        sliding?.distinct ?? null,
        out,
        at,
      );
    }
    this.#markSpanned(out, at, window);
    return at;
  }

  #markSpanned(out: WindowResults, at: number, window: number): void {
    const panes = this.#panes;
    if (panes.spans.length === 0) return;
    const grid = this.#grid;
    if (!panes.isSpanned(grid.firstPane(window), grid.endPane(window), this.#keep.counter)) return;
    out.flags[at] = out.flags[at]! | APPROXIMATE;
  }

  #merge(low: number, high: number, tree: PaneTree | null): void {
    const panes = this.#panes;
    const merged = this.#merged;
    const { rows } = panes;
    if (high - low > TREE_PANES && tree !== null) {
      tree.mergeInto(merged, rows[panes.at(low) + INDEX]!, rows[panes.at(high - 1) + INDEX]! + 1);
      return;
    }
    merged[COUNT] = 0;
    merged[MARKS] = 0;
    for (let slot = low; slot < high; slot += 1) mergeRow(merged, 0, rows, panes.at(slot));
  }
}
