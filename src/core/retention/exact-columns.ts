import type { LineBuffer } from '../line-buffer.ts';
import { BLOCK, BLOCK_SHIFT, BLOCK_STRIDE, LEVEL_SHIFT } from '../min-max-pyramid.ts';
import { columnOf } from './column-of.ts';
import type { RunCursor, SampleRun } from './sample-run.ts';

const FAN_OUT_MASK = (1 << LEVEL_SHIFT) - 1;

/** First slot of `[low, high)` at or after `timeUs`, sought outwards from `guess` (`low <= guess`); `high` when there is none. */
function boundNear(time: Float64Array, low: number, high: number, guess: number, timeUs: number): number {
  const start = guess < high ? guess : high - 1;
  let from = low;
  let to = high;
  let step = 1;
  if (time[start]! < timeUs) {
    from = start + 1;
    to = from;
    while (to < high && time[to]! < timeUs) {
      from = to + 1;
      to = from + step;
      step *= 2;
    }
    if (to > high) to = high;
  } else {
    to = start;
    let before = start - 1;
    while (before >= low && time[before]! >= timeUs) {
      to = before;
      before -= step;
      step *= 2;
    }
    if (before >= low) from = before + 1;
  }
  while (from < to) {
    const middle = (from + to) >>> 1;
    if (time[middle]! < timeUs) from = middle + 1;
    else to = middle;
  }
  return from;
}

/** Columns filled together: each pass over them reads memory without waiting for the one before. */
const CHUNK = 512;
/** Slots where columns begin, the end of the last one behind them; and which entries of the output they are. */
const edges = new Int32Array(CHUNK + 1);
const entries = new Int32Array(CHUNK);

/**
 * Widens the dense pixel columns of `out` by the samples of a run from the cursor to slot `to`, each in the column that
 * holds its time; moves the cursor. The break of the cursor's entry is settled.
 *
 * Allocates nothing. A column costs its edge blocks (2 x 64 values on average) and O(log of its samples) blocks; the values
 * at its edges are compared only where the block around them reaches beyond what the column already has.
 */
export function fillExactly(
  run: SampleRun,
  to: number,
  columnUs: number,
  firstColumn: number,
  cursor: RunCursor,
  out: LineBuffer,
): void {
  while (cursor.slot < to) {
    const count = findColumns(run.time, cursor.slot, to, columnUs, firstColumn);
    breakColumns(run, count, cursor.entry, out);
    addInside(run.levels, count, out);
    addAtEdges(run, count, out);
    cursor.slot = edges[count]!;
    cursor.entry = entries[count - 1]!;
  }
}

/** Writes the next columns that hold samples of `[from, to)` into `edges` and `entries`. Returns how many. */
function findColumns(time: Float64Array, from: number, to: number, columnUs: number, firstColumn: number): number {
  let column = columnOf(time[from]!, columnUs);
  let at = from;
  let width = 1;
  let count = 0;
  for (;;) {
    edges[count] = at;
    entries[count] = column - firstColumn;
    const endUs = (column + 1) * columnUs;
    const next = boundNear(time, at + 1, to, at + width, endUs);
    width = next - at;
    at = next;
    count += 1;
    if (at === to || count === CHUNK) break;
    column += 1;
    if (time[at]! >= (column + 1) * columnUs) column = columnOf(time[at]!, columnUs);
  }
  edges[count] = at;
  return count;
}

/** Marks the columns whose first sample is missing or follows a missing one, but for one that was begun before. */
function breakColumns({ value, from, followsMissing }: SampleRun, count: number, begun: number, out: LineBuffer): void {
  for (let c = entries[0] === begun ? 1 : 0; c < count; c += 1) {
    const slot = edges[c]!;
    const before = slot > from ? value[slot - 1]! : followsMissing ? Number.NaN : 0;
    const both = value[slot]! + before;
    if (!Number.isNaN(both)) continue;
    const isBroken = Number.isNaN(value[slot]!) || Number.isNaN(before);
    if (isBroken && out.weight[entries[c]!] === 0) out.breakBefore[entries[c]!] = 1;
  }
}

/** Adds the whole blocks inside each column. */
function addInside(levels: readonly Float64Array[], count: number, out: LineBuffer): void {
  const top = levels.length - 1;
  for (let c = 0; c < count; c += 1) {
    let low = (edges[c]! + BLOCK - 1) >>> BLOCK_SHIFT;
    let high = edges[c + 1]! >>> BLOCK_SHIFT;
    if (low >= high) continue;
    const at = entries[c]!;
    let min = out.min[at]!;
    let max = out.max[at]!;
    let sum = 0;
    let finite = 0;
    for (let k = 0; low < high; k += 1) {
      const level = levels[k]!;
      const lowUp = (low + FAN_OUT_MASK) >>> LEVEL_SHIFT;
      const highUp = high >>> LEVEL_SHIFT;
      const isLast = k === top || lowUp >= highUp;
      const leftTo = (isLast ? high : lowUp << LEVEL_SHIFT) * BLOCK_STRIDE;
      for (let b = low * BLOCK_STRIDE; b < leftTo; b += BLOCK_STRIDE) {
        if (level[b]! < min) min = level[b]!;
        if (level[b + 1]! > max) max = level[b + 1]!;
        sum += level[b + 2]!;
        finite += level[b + 3]!;
      }
      if (isLast) break;
      const rightTo = high * BLOCK_STRIDE;
      for (let b = (highUp << LEVEL_SHIFT) * BLOCK_STRIDE; b < rightTo; b += BLOCK_STRIDE) {
        if (level[b]! < min) min = level[b]!;
        if (level[b + 1]! > max) max = level[b + 1]!;
        sum += level[b + 2]!;
        finite += level[b + 3]!;
      }
      low = lowUp;
      high = highUp;
    }
    out.min[at] = min;
    out.max[at] = max;
    out.value[at]! += sum;
    out.weight[at]! += finite;
  }
}

/** Adds the samples of each column that stand in blocks it shares with its neighbours. */
function addAtEdges({ value, levels, heldTo }: SampleRun, count: number, out: LineBuffer): void {
  const base = levels[0]!;
  for (let c = 0; c < count; c += 1) {
    const from = edges[c]!;
    const to = edges[c + 1]!;
    const left = (from + BLOCK - 1) & -BLOCK;
    const right = to & -BLOCK;
    if (left >= right) addScan(value, from, to, entries[c]!, out);
    else {
      if (from < left) addPart(base, value, from, left, left - BLOCK, true, entries[c]!, out);
      if (right < to) addPart(base, value, right, to, right, right + BLOCK <= heldTo, entries[c]!, out);
    }
  }
}

/** Adds samples `[from, to)` of the block that begins at slot `block`; compares them only where it is not known to be in vain. */
function addPart(
  base: Float64Array,
  value: Float64Array,
  from: number,
  to: number,
  block: number,
  isComplete: boolean,
  at: number,
  out: LineBuffer,
): void {
  const b = (block >>> BLOCK_SHIFT) * BLOCK_STRIDE;
  const isInside = isComplete && base[b]! >= out.min[at]! && base[b + 1]! <= out.max[at]! && base[b + 3] === BLOCK;
  if (!isInside) {
    addScan(value, from, to, at, out);
    return;
  }
  let even = 0;
  let odd = 0;
  let i = from;
  for (; i + 1 < to; i += 2) {
    even += value[i]!;
    odd += value[i + 1]!;
  }
  if (i < to) even += value[i]!;
  out.value[at]! += even + odd;
  out.weight[at]! += to - from;
}

/** Adds the finite values of slots `[from, to)`. */
function addScan(value: Float64Array, from: number, to: number, at: number, out: LineBuffer): void {
  let min = out.min[at]!;
  let max = out.max[at]!;
  let sum = 0;
  let count = 0;
  for (let j = from; j < to; j += 1) {
    const v = value[j]!;
    if (v - v !== 0) continue;
    if (v < min) min = v;
    if (v > max) max = v;
    sum += v;
    count += 1;
  }
  out.min[at] = min;
  out.max[at] = max;
  out.value[at]! += sum;
  out.weight[at]! += count;
}
