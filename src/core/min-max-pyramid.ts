/*
 * Blocks of 128 samples, and thirteen times blocks of 2 blocks: min, max, sum and count of the finite values of each, and the
 * time of its first sample.
 *
 * 1. A block is written when its last slot is, from what stands there then; a slot changed later makes its blocks wrong
 *    until they are completed again. The owner of the values asks only for ranges written in order.
 * 2. `add` is exact: blocks inside the range, single values at its edges. NaN and infinities are skipped.
 * 3. Cost: 0.63 bytes a sample; `add` reads at most 254 values and 26 blocks beyond n / 1,048,576, on average half of them.
 *
 * One level is one array of rows `min, max, sum, count`, so that a block is half a cache line. Levels lie close (a factor
 * of 2), so that for any column there is one of which it holds 2 to 4 blocks.
 */

/** Values in a block of the lowest level, and blocks in a block of the next: `1 << BLOCK_SHIFT` and `1 << LEVEL_SHIFT`. */
export const BLOCK_SHIFT = 7;
export const LEVEL_SHIFT = 1;
export const BLOCK = 1 << BLOCK_SHIFT;
/** Numbers of one block in {@link MinMaxPyramid.levels}: min, max, sum, count. */
export const BLOCK_STRIDE = 4;

const FAN_OUT = 1 << LEVEL_SHIFT;
const LEVELS = 14;
/** A level without blocks, and all levels of a short pyramid: there are thousands. */
const NO_BLOCKS = new Float64Array(0);
const NO_LEVELS: readonly Float64Array[] = Array<Float64Array>(LEVELS).fill(NO_BLOCKS);
const BLOCK_SCRATCH = new Float64Array(BLOCK_STRIDE);

/** Widens `out` (min, max, sum, count) by the finite values in `[from, to)`. */
export function addValues(values: Float64Array, from: number, to: number, out: Float64Array): void {
  let min = out[0]!;
  let max = out[1]!;
  let sum = out[2]!;
  let count = out[3]!;
  for (let i = from; i < to; i++) {
    const value = values[i]!;
    if (value - value !== 0) continue;
    if (value < min) min = value;
    if (value > max) max = value;
    sum += value;
    count++;
  }
  out[0] = min;
  out[1] = max;
  out[2] = sum;
  out[3] = count;
}

/** Widens `out` by the blocks `[from, to)` of one level; a block of nothing changes nothing. */
function addBlocks(level: Float64Array, from: number, to: number, out: Float64Array): void {
  let min = out[0]!;
  let max = out[1]!;
  let sum = out[2]!;
  let count = out[3]!;
  const end = to * BLOCK_STRIDE;
  for (let at = from * BLOCK_STRIDE; at < end; at += BLOCK_STRIDE) {
    if (level[at]! < min) min = level[at]!;
    if (level[at + 1]! > max) max = level[at + 1]!;
    sum += level[at + 2]!;
    count += level[at + 3]!;
  }
  out[0] = min;
  out[1] = max;
  out[2] = sum;
  out[3] = count;
}

/**
 * Writes the lowest blocks `[from, to)`; a block without gaps takes no branch but for its extremes.
 *
 * Slots are below 2^31: `| 0` spares the check for more, a tenth of the time.
 */
function completeBlocks(level: Float64Array, values: Float64Array, from: number, to: number): void {
  for (let block = from; block < to; block++) {
    const first = (block * BLOCK) | 0;
    const end = (first + BLOCK) | 0;
    let low = values[first]!;
    let high = low;
    let even = 0;
    let odd = 0;
    for (let i = first; i < end; i = (i + 4) | 0) {
      const a = values[i]!;
      const b = values[(i + 1) | 0]!;
      const c = values[(i + 2) | 0]!;
      const d = values[(i + 3) | 0]!;
      if (a < low) low = a;
      else if (a > high) high = a;
      if (b < low) low = b;
      else if (b > high) high = b;
      if (c < low) low = c;
      else if (c > high) high = c;
      if (d < low) low = d;
      else if (d > high) high = d;
      even += a;
      odd += b;
      even += c;
      odd += d;
    }
    const total = even + odd;
    const at = block * BLOCK_STRIDE;
    if (total - total === 0) {
      level[at] = low;
      level[at + 1] = high;
      level[at + 2] = total;
      level[at + 3] = BLOCK;
      continue;
    }
    clearSummary(BLOCK_SCRATCH);
    addValues(values, first, end, BLOCK_SCRATCH);
    level.set(BLOCK_SCRATCH, at);
  }
}

/** Writes the blocks `[from, to)` of one level from those of the level below. */
function completeLevel(level: Float64Array, below: Float64Array, from: number, to: number): void {
  for (let block = from; block < to; block++) {
    let low = Number.POSITIVE_INFINITY;
    let high = Number.NEGATIVE_INFINITY;
    let sum = 0;
    let count = 0;
    const end = (block + 1) * FAN_OUT * BLOCK_STRIDE;
    for (let at = block * FAN_OUT * BLOCK_STRIDE; at < end; at += BLOCK_STRIDE) {
      if (below[at]! < low) low = below[at]!;
      if (below[at + 1]! > high) high = below[at + 1]!;
      sum += below[at + 2]!;
      count += below[at + 3]!;
    }
    const at = block * BLOCK_STRIDE;
    level[at] = low;
    level[at + 1] = high;
    level[at + 2] = sum;
    level[at + 3] = count;
  }
}

/** Makes `out` the summary of nothing: `[Infinity, -Infinity, 0, 0]`. */
export function clearSummary(out: Float64Array): void {
  out[0] = Number.POSITIVE_INFINITY;
  out[1] = Number.NEGATIVE_INFINITY;
  out[2] = 0;
  out[3] = 0;
}

/**
 * Widens `out` by the lowest blocks `[from, to)`, of which those that fill a block of a higher level count by that one.
 * O(log n).
 */
export function addRun(levels: readonly Float64Array[], from: number, to: number, out: Float64Array): void {
  let low = from;
  let high = to;
  for (let k = 0; low < high; k++) {
    const level = levels[k]!;
    const lowUp = (low + FAN_OUT - 1) >>> LEVEL_SHIFT;
    const highUp = high >>> LEVEL_SHIFT;
    if (k + 1 === LEVELS || lowUp >= highUp) {
      addBlocks(level, low, high, out);
      return;
    }
    addBlocks(level, low, lowUp * FAN_OUT, out);
    addBlocks(level, highUp * FAN_OUT, high, out);
    low = lowUp;
    high = highUp;
  }
}

/** Min, max, sum and count of finite values over any range of an array, in about log time. See the guarantees above. */
export class MinMaxPyramid {
  /** Lowest level first: {@link BLOCK_STRIDE} numbers a block. Read, never write; replaced by `grow`. */
  levels = NO_LEVELS;
  /** Time of the first sample of each block, lowest level first. Read, never write; replaced by `grow`. */
  starts = NO_LEVELS;

  /** Bytes held. */
  get bytes(): number {
    let total = 0;
    for (const level of this.levels) total += level.byteLength;
    for (const starts of this.starts) total += starts.byteLength;
    return total;
  }

  /** Makes room for `slots` values; what is completed stays. */
  grow(slots: number): void {
    const blocks = slots >>> BLOCK_SHIFT;
    if (blocks === 0) return;
    this.levels = this.levels.map((level, k) => grown(level, (blocks >>> (k * LEVEL_SHIFT)) * BLOCK_STRIDE));
    this.starts = this.starts.map((starts, k) => grown(starts, blocks >>> (k * LEVEL_SHIFT)));
  }

  /** Completes every block whose last slot lies in `[from, to)`. */
  complete(times: Float64Array, values: Float64Array, from: number, to: number): void {
    let first = from >>> BLOCK_SHIFT;
    let end = to >>> BLOCK_SHIFT;
    if (first === end) return;
    completeBlocks(this.levels[0]!, values, first, end);
    const lowest = this.starts[0]!;
    for (let block = first; block < end; block++) lowest[block] = times[block * BLOCK]!;
    for (let k = 1; k < LEVELS; k++) {
      first >>>= LEVEL_SHIFT;
      end >>>= LEVEL_SHIFT;
      if (first === end) return;
      completeLevel(this.levels[k]!, this.levels[k - 1]!, first, end);
      const [starts, below] = [this.starts[k]!, this.starts[k - 1]!];
      for (let block = first; block < end; block++) starts[block] = below[block * FAN_OUT]!;
    }
  }

  /** Widens `out` (min, max, sum, count) by the finite values in slots `[from, to)`. */
  add(values: Float64Array, from: number, to: number, out: Float64Array): void {
    const low = (from + BLOCK - 1) >>> BLOCK_SHIFT;
    const high = to >>> BLOCK_SHIFT;
    if (low >= high) {
      addValues(values, from, to, out);
      return;
    }
    addValues(values, from, low * BLOCK, out);
    addRun(this.levels, low, high, out);
    addValues(values, high * BLOCK, to, out);
  }
}

/** The same numbers with room for `length`. */
function grown(held: Float64Array, length: number): Float64Array {
  if (length <= held.length) return held;
  const larger = new Float64Array(length);
  larger.set(held);
  return larger;
}
