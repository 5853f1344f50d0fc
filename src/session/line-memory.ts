import { LineBuffer } from '../core/line-buffer.ts';

/**
 * What reading one series for a picture learnt and the next picture may use, as long as samples only come in order.
 *
 * 1. Every shown cell that starts at or after `tightFromUs` has all its samples at hand: new samples enter cell and ring alike.
 * 2. The columns `[first, end)` of `columnUs` are as they were filled: no sample in order can still fall into them.
 * 3. `forget` after anything else happened to ring, folds or cells. Memory: 41 bytes a column of the widest picture.
 */
export class LineMemory {
  tightFromUs = Number.POSITIVE_INFINITY;
  columnUs = Number.NaN;
  first = 0;
  end = 0;
  /** Dense columns from `first` on: `value` is the sum, `weight` the count. */
  readonly columns = new LineBuffer();

  forget(): void {
    this.tightFromUs = Number.POSITIVE_INFINITY;
    this.columnUs = Number.NaN;
    this.first = 0;
    this.end = 0;
  }
}
