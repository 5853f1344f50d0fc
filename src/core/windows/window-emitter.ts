import { type Appending, MergedWindow, TREE_PANES } from './merged-window.ts';
import { INDEX } from './pane-row.ts';
import { PaneTree } from './pane-tree.ts';
import { Revisions } from './revisions.ts';
import { SlidingPanes } from './sliding-panes.ts';
import type { WindowGrid } from './window-grid.ts';
import type { WindowPanes } from './window-panes.ts';
import type { WindowPlan } from './window-plan.ts';
import { WindowResults } from './window-results.ts';

/**
 * Appends the results of one stream's windows: first results as the watermark passes them, and revisions. Knows which
 * windows have fired and how often each was revised.
 */
export class WindowEmitter {
  readonly results: WindowResults;
  /** The last window that was passed by firing. */
  fired = Number.NEGATIVE_INFINITY;
  readonly revisions = new Revisions();
  readonly #grid: WindowGrid;
  readonly #panes: WindowPanes;
  readonly #merged: MergedWindow;
  readonly #firing: Appending;
  /** For windows that have fired already. */
  readonly #again: Appending;
  /** For windows that have not; made at the first use. */
  #open: Appending | null = null;
  #followers: WindowResults | null = null;

  /** @param results Where results are appended. */
  constructor({ grid, keep, evaluation }: WindowPlan, panes: WindowPanes, results: WindowResults) {
    this.#grid = grid;
    this.#panes = panes;
    this.#merged = new MergedWindow(grid, panes, evaluation, keep);
    this.results = results;
    const slides = (keep.sketch || keep.distinct) && grid.panesPerWindow > 1;
    const makeSliding = () => (slides ? new SlidingPanes(panes, keep) : null);
    const tree = this.#makeTree();
    this.#firing = { final: true, revision: 0, sliding: makeSliding(), tree };
    this.#again = { final: true, revision: 0, sliding: makeSliding(), tree };
  }

  /** Emits the windows after the last fired one up to `target`. */
  fire(target: number): void {
    if (!(target > this.fired)) return;
    this.#append(this.results, this.fired + 1, target, this.#firing);
    this.fired = target;
  }

  /**
   * Appends the windows from `window` on, up to the first that ends after `until`, as provisional results. Allocates
   * nothing after the first time.
   */
  readOpen(out: WindowResults, window: number, until: number): void {
    const { sliding } = this.#again;
    this.#open ??= { final: false, revision: 0, sliding, tree: this.#makeTree() };
    // Panes of open windows change without a word.
    sliding?.reset(0);
    this.#open.tree?.clear();
    this.#append(out, window, Number.POSITIVE_INFINITY, this.#open, until);
    sliding?.reset(0);
  }

  /** A pane changes that fired windows may hold. */
  touch(pane: number): void {
    this.#firing.sliding?.touch(pane);
    this.#again.sliding?.reset(0);
    this.#firing.tree?.touch(pane);
  }

  /** Appends a final window once more after `added` samples came to it. */
  revise(window: number, added: number): void {
    const at = this.#appendOne(window);
    // A window without samples was never emitted: its first result is revision 0.
    if (this.results.count[at]! > added) this.results.revision[at] = this.revisions.next(window);
  }

  /** Final results, as they are now, of the windows whose value before them may be one of `pane`; null: none. */
  readFollowers(pane: number): WindowResults | null {
    const grid = this.#grid;
    const nextPane = this.#nextPane(pane);
    const first = Math.max(grid.lastWindow(pane) + 1, grid.firstWindow(nextPane));
    const last = Math.min(this.fired, grid.lastWindow(nextPane));
    if (last < first) return null;
    this.#again.sliding?.reset(0);
    this.#followers ??= new WindowResults(this.results.width);
    this.#followers.clear();
    this.#append(this.#followers, first, last, this.#again);
    return this.#followers.length > 0 ? this.#followers : null;
  }

  /** Appends those of {@link readFollowers} that differ by now. */
  reviseFollowers(before: WindowResults): void {
    const { results } = this;
    for (let row = 0; row < before.length; row += 1) {
      const window = this.#grid.lastEndedBy(before.end[row]!);
      const at = this.#appendOne(window);
      if (sameValues(before, row, results, at)) results.length = at;
      else results.revision[at] = this.revisions.next(window);
    }
  }

  /** The first pane stored after `pane`; +Infinity: none. */
  #nextPane(pane: number): number {
    const panes = this.#panes;
    const next = panes.seek(pane + 1);
    return next < panes.tail ? panes.rows[panes.at(next) + INDEX]! : Number.POSITIVE_INFINITY;
  }

  #makeTree(): PaneTree | null {
    const { panesPerWindow } = this.#grid;
    return panesPerWindow > TREE_PANES ? new PaneTree(this.#panes, panesPerWindow) : null;
  }

  /** Appends a window, also one without samples, and returns its row. */
  #appendOne(window: number): number {
    const panes = this.#panes;
    const low = panes.seek(this.#grid.firstPane(window));
    const high = panes.seek(this.#grid.endPane(window));
    return this.#merged.append(this.results, window, low, high, this.#again);
  }

  /** Appends the results of the windows `[first, last]` that hold samples, up to the first of them that ends after `until`. */
  #append(out: WindowResults, first: number, last: number, options: Appending, until = Number.POSITIVE_INFINITY): void {
    const panes = this.#panes;
    const grid = this.#grid;
    let window = Math.max(first, grid.firstWindow(panes.first));
    if (!(window <= last && panes.head < panes.tail)) return;
    let low = panes.seek(grid.firstPane(window));
    const { rows, tail } = panes;
    let high = panes.seek(grid.endPane(window));
    while (window <= last) {
      const from = grid.firstPane(window);
      while (low < tail && rows[panes.at(low)]! < from) low += 1;
      if (low === tail) return;
      const end = grid.endPane(window);
      const index = rows[panes.at(low)]!;
      if (index >= end) {
        window = grid.firstWindow(index);
        continue;
      }
      if (high < low) high = low;
      while (high < tail && rows[panes.at(high)]! < end) high += 1;
      this.#merged.append(out, window, low, high, options);
      if (grid.windowEnd(window) > until) return;
      // Beyond 2^53 numbers have no successor.
      if (window + 1 === window) return;
      window += 1;
      options.sliding?.leave(grid.firstPane(window));
    }
  }
}

function sameValues(a: WindowResults, row: number, b: WindowResults, at: number): boolean {
  for (let i = 0; i < a.width; i += 1) if (!Object.is(a.value(row, i), b.value(at, i))) return false;
  return true;
}
