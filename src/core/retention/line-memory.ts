import { LineBuffer } from '../line-buffer.ts';

/**
 * What reading one series for a picture learnt and the next picture may use, as long as samples only come in order.
 *
 * 1. Every shown cell that starts at or after `tightFromUs` has all its samples at hand: new samples enter cell and ring alike.
 * 2. The columns `[first, end)` of `columnUs` are as they were filled: no sample in order can still fall into them. Column
 *    `first` may lack samples at its left edge; it only marks where the others begin.
 * 3. `forget` after anything else happened to ring, folds or cells. Memory: 41 bytes a column of twice the widest picture.
 * 4. They are kept as a view draws them, time and mean, so that a picture only copies them.
 */
export class LineMemory {
  tightFromUs = Number.POSITIVE_INFINITY;
  columnUs = Number.NaN;
  first = 0;
  end = 0;
  /** `moves` of the ring when they were filled. */
  moves = 0;
  /** Columns of the widest picture since these began. */
  widest = 0;
  /** Dense columns from `first` on: `value` is the mean, `weight` the count; of an empty one `weight` is 0. */
  readonly columns = new LineBuffer();

  forget(): void {
    this.tightFromUs = Number.POSITIVE_INFINITY;
    this.columnUs = Number.NaN;
    this.first = 0;
    this.end = 0;
    this.widest = 0;
  }

  /** Begins anew, empty, at column `first`, for a ring that moved its samples so often. */
  restart(columnUs: number, first: number, moves: number): void {
    this.columnUs = columnUs;
    this.moves = moves;
    this.first = first;
    this.end = first;
    this.widest = 0;
  }

  /**
   * Makes room for the columns `[first, end)` of a picture, which begin inside or right after those held. Of more than
   * two pictures the newest is kept, so that moving columns costs next to nothing a column.
   */
  makeRoom(first: number, end: number): void {
    const { columns } = this;
    this.widest = Math.max(this.widest, end - first);
    if (2 * this.widest > columns.time.length) {
      const { widest } = this;
      this.restart(this.columnUs, first, this.moves);
      this.widest = widest;
      columns.ensure(2 * widest);
      return;
    }
    if (end - this.first <= 2 * this.widest) return;
    const kept = Math.min(this.end, end - this.widest);
    const skip = kept - this.first;
    const count = this.end - this.first;
    columns.time.copyWithin(0, skip, count);
    columns.value.copyWithin(0, skip, count);
    columns.weight.copyWithin(0, skip, count);
    columns.min.copyWithin(0, skip, count);
    columns.max.copyWithin(0, skip, count);
    columns.breakBefore.copyWithin(0, skip, count);
    this.first = kept;
  }
}
