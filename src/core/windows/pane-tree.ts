import { COUNT, MARKS, mergeRow, ROW, ROW_SHIFT } from './pane-row.ts';
import type { WindowPanes } from './window-panes.ts';

/** At least MAX_PANES_PER_WINDOW, a power of two. */
const MOST_WIDTH = 1024;

/** One level: nodes over `width` panes each, node `b` over `[b * width, (b + 1) * width)`. */
interface Level {
  readonly width: number;
  readonly rows: Float64Array;
  /** Which node each row holds; NaN: none. */
  readonly nodes: Float64Array;
}

/**
 * Merges of 2, 4, 8 ... neighbouring panes, made when first asked for and kept until a pane under them changes.
 *
 * Windows of many panes that slide by one share all but a few of them: a window of n panes merges at most 2 log2 n nodes,
 * and no step costs more. Nothing is ever subtracted. Memory: about 2 rows per pane of a window, made at the first use.
 */
export class PaneTree {
  readonly #panes: WindowPanes;
  readonly #panesPerWindow: number;
  readonly #levels: Level[] = [];

  constructor(panes: WindowPanes, panesPerWindow: number) {
    this.#panes = panes;
    this.#panesPerWindow = panesPerWindow;
  }

  #makeLevels(): void {
    for (let width = 2; width <= this.#panesPerWindow; width *= 2) {
      const room = 2 ** Math.ceil(Math.log2(this.#panesPerWindow / width + 2));
      this.#levels.push({
        width,
        rows: new Float64Array(room * ROW),
        nodes: new Float64Array(room).fill(Number.NaN),
      });
    }
  }

  /** Merges the panes `[from, end)` in order into row 0 of `target`, which is overwritten. O(log(end - from)). */
  mergeInto(target: Float64Array, from: number, end: number): void {
    if (this.#levels.length === 0) this.#makeLevels();
    target[COUNT] = 0;
    target[MARKS] = 0;
    const base = Math.floor(from / MOST_WIDTH) * MOST_WIDTH;
    for (let at = from; at < end; ) {
      // `%` of numbers beyond 2^31 is slow; no node is wider than MOST_WIDTH.
      const low = at - base;
      let level = -1;
      while (level + 1 < this.#levels.length) {
        const { width } = this.#levels[level + 1]!;
        if ((low & (width - 1)) !== 0 || at + width > end) break;
        level += 1;
      }
      if (level < 0) {
        this.#mergePane(target, 0, at);
        at += 1;
      } else {
        const { rows, width } = this.#levels[level]!;
        mergeRow(target, 0, rows, this.#row(level, at / width));
        at += width;
      }
    }
  }

  /** Forgets every merge. */
  clear(): void {
    for (const { nodes } of this.#levels) nodes.fill(Number.NaN);
  }

  /** Pane `pane` changes: what was merged of it is merged again when asked for. */
  touch(pane: number): void {
    for (const { width, nodes } of this.#levels) {
      const node = Math.floor(pane / width);
      const place = placeOf(node, nodes.length);
      if (nodes[place] === node) nodes[place] = Number.NaN;
    }
  }

  /** Where the row of a node begins, merged if it is not held. */
  #row(level: number, node: number): number {
    const { rows, nodes } = this.#levels[level]!;
    const place = placeOf(node, nodes.length);
    const row = place << ROW_SHIFT;
    if (nodes[place] === node) return row;
    nodes[place] = node;
    rows[row + COUNT] = 0;
    rows[row + MARKS] = 0;
    if (level === 0) {
      this.#mergePane(rows, row, node * 2);
      this.#mergePane(rows, row, node * 2 + 1);
    } else {
      const below = this.#levels[level - 1]!.rows;
      mergeRow(rows, row, below, this.#row(level - 1, node * 2));
      mergeRow(rows, row, below, this.#row(level - 1, node * 2 + 1));
    }
    return row;
  }

  #mergePane(target: Float64Array, row: number, pane: number): void {
    const panes = this.#panes;
    const slot = panes.seek(pane);
    if (slot < panes.tail && panes.rows[panes.at(slot)] === pane) {
      mergeRow(target, row, panes.rows, panes.at(slot));
    }
  }
}

function placeOf(node: number, room: number): number {
  return node - Math.floor(node / room) * room;
}
