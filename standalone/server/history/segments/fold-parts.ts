import type { FoldCells } from './block-summary.ts';
import type { CellParts } from './cell-parts.ts';
import { type CellRows, gatherCells } from './cell-rows.ts';
import { mergedCells } from './merged-cells.ts';
import type { SeriesRecord } from './series-records.ts';

const NOTHING = gatherCells([], () => false);

/** What came folded into cells, because its producer could not keep up: it counts beside the samples, at its own duration. */
export class FoldParts {
  readonly #cells: CellParts;

  constructor(cells: CellParts) {
    this.#cells = cells;
  }

  /** Adds folds of one duration, in arrival order. */
  add({ id }: SeriesRecord, durationUs: number, lists: readonly CellRows[]): void {
    const folds = mergedCells(lists);
    const [fromUs, toUs] = spanOf(folds, durationUs);
    const held = this.#cells.read(id, -durationUs, fromUs, toUs);
    this.#cells.replace(id, -durationUs, fromUs, toUs, mergedCells([held, folds]));
  }

  /** The folds that start in `[fromUs, toUs)`, of the durations of a producer. */
  read({ id }: Pick<SeriesRecord, 'id'>, durations: readonly number[], fromUs: number, toUs: number): FoldCells {
    const found = new Map<number, CellRows>();
    for (const durationUs of durations) {
      const cells = this.#cells.read(id, -durationUs, fromUs, toUs);
      if (cells.length > 0) found.set(durationUs, cells);
    }
    return found;
  }

  remove({ id }: SeriesRecord, durations: readonly number[], fromUs: number, toUs: number): void {
    for (const durationUs of durations) this.#cells.replace(id, -durationUs, fromUs, toUs, NOTHING);
  }
}

/** From the first cell's start to the last one's end. */
export function spanOf(cells: CellRows, durationUs: number): readonly [fromUs: number, toUs: number] {
  return [cells.start[0]!, cells.start[cells.length - 1]! + durationUs];
}
