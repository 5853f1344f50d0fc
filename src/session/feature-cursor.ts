import type { FeatureColumns } from '../wire/message-types.ts';

/** Finds the features of pane rows that are asked for in rising order. O(1) amortised. */
export class FeatureCursor {
  readonly columns: FeatureColumns | null;
  #at = 0;

  constructor(columns: FeatureColumns | null) {
    this.columns = columns;
  }

  /** Index of the features of pane row `row`, -1 where there are none. */
  find(row: number): number {
    const { columns } = this;
    if (columns === null) return -1;
    while (this.#at < columns.length && columns.row[this.#at]! < row) this.#at += 1;
    return this.#at < columns.length && columns.row[this.#at] === row ? this.#at : -1;
  }
}
