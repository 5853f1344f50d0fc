const NO_NUMBERS = new Float64Array(0);
const NO_BYTES = new Uint8Array(0);

/**
 * One line as a view draws it: columns of equal length, reused from frame to frame.
 *
 * 1. Only the first `length` entries mean anything.
 * 2. `ensure` never shrinks, so a steady picture allocates nothing.
 */
export class LineBuffer {
  length = 0;
  /** Event times in us, ascending. */
  time: Float64Array = NO_NUMBERS;
  /** The sample, or the mean of a column; NaN is a missing value and breaks the line. */
  value: Float64Array = NO_NUMBERS;
  min: Float64Array = NO_NUMBERS;
  max: Float64Array = NO_NUMBERS;
  /** Weight of `value` while columns are being filled; of no use to a view. */
  weight: Float64Array = NO_NUMBERS;
  /** 1 where no line may lead from the entry before to this one. */
  breakBefore: Uint8Array = NO_BYTES;

  /** Makes room for `capacity` entries. The contents are undefined after growth; `length` is left alone. */
  ensure(capacity: number): void {
    if (capacity <= this.time.length) return;
    const size = Math.max(256, 2 ** Math.ceil(Math.log2(capacity)));
    this.time = new Float64Array(size);
    this.value = new Float64Array(size);
    this.min = new Float64Array(size);
    this.max = new Float64Array(size);
    this.weight = new Float64Array(size);
    this.breakBefore = new Uint8Array(size);
  }
}
