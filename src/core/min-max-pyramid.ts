/*
 * Blocks of 32 samples, blocks of 32 blocks, and once more: min, max, sum and count of the finite values of each.
 *
 * 1. A block is written when its last slot is, from the values that stand there then; a slot changed later makes its
 *    blocks wrong until they are completed again. The owner of the values asks only for ranges written in order.
 * 2. `add` is exact: blocks inside the range, single values at its edges. NaN and infinities are skipped.
 * 3. Cost: 0.84 bytes a sample; completing about 1 ns a sample; `add` reads at most 190 entries beyond n / 32768.
 */

const FAN_OUT = 32;
const LEVELS = 3;
const BLOCK_SCRATCH = new Float64Array(4);

interface Level {
  min: Float64Array;
  max: Float64Array;
  sum: Float64Array;
  count: Uint16Array;
}

const emptyLevel = (blocks: number): Level => ({
  min: new Float64Array(blocks),
  max: new Float64Array(blocks),
  sum: new Float64Array(blocks),
  count: new Uint16Array(blocks),
});

function grown(level: Level, blocks: number): Level {
  const next = emptyLevel(blocks);
  next.min.set(level.min);
  next.max.set(level.max);
  next.sum.set(level.sum);
  next.count.set(level.count);
  return next;
}

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

function addBlocks(level: Level, from: number, to: number, out: Float64Array): void {
  let min = out[0]!;
  let max = out[1]!;
  let sum = out[2]!;
  let count = out[3]!;
  for (let i = from; i < to; i++) {
    if (level.count[i] === 0) continue;
    if (level.min[i]! < min) min = level.min[i]!;
    if (level.max[i]! > max) max = level.max[i]!;
    sum += level.sum[i]!;
    count += level.count[i]!;
  }
  out[0] = min;
  out[1] = max;
  out[2] = sum;
  out[3] = count;
}

function store(level: Level, block: number, from: Float64Array): void {
  level.min[block] = from[0]!;
  level.max[block] = from[1]!;
  level.sum[block] = from[2]!;
  level.count[block] = from[3]!;
}

/** Writes the lowest blocks `[from, to)`; a block without gaps takes no branch but for its extremes. */
function completeBlocks(level: Level, values: Float64Array, from: number, to: number): void {
  const { min, max, sum, count } = level;
  for (let block = from; block < to; block++) {
    const end = (block + 1) * FAN_OUT;
    let low = Number.POSITIVE_INFINITY;
    let high = Number.NEGATIVE_INFINITY;
    let even = 0;
    let odd = 0;
    for (let i = block * FAN_OUT; i < end; i += 2) {
      const a = values[i]!;
      const b = values[i + 1]!;
      if (a < low) low = a;
      if (a > high) high = a;
      if (b < low) low = b;
      if (b > high) high = b;
      even += a;
      odd += b;
    }
    const total = even + odd;
    if (total - total === 0) {
      min[block] = low;
      max[block] = high;
      sum[block] = total;
      count[block] = FAN_OUT;
      continue;
    }
    const out = BLOCK_SCRATCH;
    clearSummary(out);
    addValues(values, block * FAN_OUT, end, out);
    store(level, block, out);
  }
}

/** Makes `out` the summary of nothing: `[Infinity, -Infinity, 0, 0]`. */
export function clearSummary(out: Float64Array): void {
  out[0] = Number.POSITIVE_INFINITY;
  out[1] = Number.NEGATIVE_INFINITY;
  out[2] = 0;
  out[3] = 0;
}

/** Min, max, sum and count of finite values over any range of an array, in about log time. See the guarantees above. */
export class MinMaxPyramid {
  readonly #levels: Level[] = [];
  readonly #scratch = new Float64Array(4);

  constructor() {
    for (let k = 0; k < LEVELS; k++) this.#levels.push(emptyLevel(0));
  }

  /** Bytes held. */
  get bytes(): number {
    let total = 0;
    for (const level of this.#levels) {
      total += level.min.byteLength + level.max.byteLength + level.sum.byteLength + level.count.byteLength;
    }
    return total;
  }

  /** Makes room for `slots` values; what is completed stays. */
  grow(slots: number): void {
    let blocks = slots;
    for (let k = 0; k < LEVELS; k++) {
      blocks = Math.floor(blocks / FAN_OUT);
      if (blocks > this.#levels[k]!.count.length) this.#levels[k] = grown(this.#levels[k]!, blocks);
    }
  }

  /** Completes every block whose last slot lies in `[from, to)`. */
  complete(values: Float64Array, from: number, to: number): void {
    const out = this.#scratch;
    let first = Math.floor(from / FAN_OUT);
    let end = Math.floor(to / FAN_OUT);
    const base = this.#levels[0]!;
    completeBlocks(base, values, first, end);
    for (let k = 1; k < LEVELS; k++) {
      first = Math.floor(first / FAN_OUT);
      end = Math.floor(end / FAN_OUT);
      const level = this.#levels[k]!;
      for (let block = first; block < end; block++) {
        clearSummary(out);
        addBlocks(this.#levels[k - 1]!, block * FAN_OUT, (block + 1) * FAN_OUT, out);
        store(level, block, out);
      }
    }
  }

  /** Widens `out` (min, max, sum, count) by the finite values in slots `[from, to)`. */
  add(values: Float64Array, from: number, to: number, out: Float64Array): void {
    let low = Math.ceil(from / FAN_OUT);
    let high = Math.floor(to / FAN_OUT);
    if (low >= high) {
      addValues(values, from, to, out);
      return;
    }
    addValues(values, from, low * FAN_OUT, out);
    addValues(values, high * FAN_OUT, to, out);
    for (let k = 0; k < LEVELS; k++) {
      const level = this.#levels[k]!;
      const lowUp = Math.ceil(low / FAN_OUT);
      const highUp = Math.floor(high / FAN_OUT);
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
}
