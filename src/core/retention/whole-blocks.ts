import type { LineBuffer } from '../line-buffer.ts';
import { BLOCK_SHIFT, BLOCK_STRIDE, LEVEL_SHIFT } from '../min-max-pyramid.ts';
import { columnOf } from './column-of.ts';
import type { RunCursor, SampleRun } from './sample-run.ts';

const FAN_OUT = 1 << LEVEL_SHIFT;

/** Dense columns, and how wide a block may be to go whole into one of them. */
export interface WholeBlockColumns {
  columnUs: number;
  firstColumn: number;
  /** Entry that holds the newest sample of the run: no block goes further. */
  lastEntry: number;
  /** Longest time from a block's first sample to the one that follows the block. */
  widestUs: number;
}

/** Whether a block begins at `slot`, lies in the run, and goes whole into a column. */
function isNarrow(run: SampleRun, level: number, slot: number, widestUs: number): boolean {
  const shift = BLOCK_SHIFT + level * LEVEL_SHIFT;
  const size = 1 << shift;
  const end = slot + size;
  if ((slot & (size - 1)) !== 0 || end > run.to) return false;
  return followedAtUs(run, level, end) - run.starts[level]![slot >>> shift]! <= widestUs;
}

/** Time of the sample in slot `end`, where a block of the level begins; Infinity while there is none. */
function followedAtUs({ time, starts, heldTo, nextUs }: SampleRun, level: number, end: number): number {
  const shift = BLOCK_SHIFT + level * LEVEL_SHIFT;
  if (end + (1 << shift) <= heldTo) return starts[level]![end >>> shift]!;
  return end < heldTo ? time[end]! : nextUs;
}

/** Level of the largest narrow block that begins at `slot`, sought from `level` on; -1 when there is none. */
export function narrowLevel(run: SampleRun, slot: number, level: number, widestUs: number): number {
  let k = level;
  if (isNarrow(run, k, slot, widestUs)) {
    while (k + 1 < run.levels.length && isNarrow(run, k + 1, slot, widestUs)) k += 1;
    return k;
  }
  do k -= 1;
  while (k >= 0 && !isNarrow(run, k, slot, widestUs));
  return k;
}

/**
 * Adds the narrow block of `level` that begins at the cursor, and those after it as long as they are the largest narrow
 * ones; moves the cursor behind them. A block goes into the column that holds the middle of its time.
 *
 * Reads one row and one time a block, in order: nothing of the samples but where one is missing.
 */
export function addWholeBlocks(
  run: SampleRun,
  level: number,
  { columnUs, firstColumn, lastEntry, widestUs }: WholeBlockColumns,
  cursor: RunCursor,
  out: LineBuffer,
): void {
  const shift = BLOCK_SHIFT + level * LEVEL_SHIFT;
  const size = 1 << shift;
  const rows = run.levels[level]!;
  const starts = run.starts[level]!;
  const { min: outMin, max: outMax, value: outSum, weight: outCount } = out;
  // Blocks before it lie in the run, and so do the larger ones that begin with them; a complete block follows either.
  const limit = (Math.min(run.to >>> shift, (run.heldTo >>> shift) - 1) - FAN_OUT + 1) | 0;
  const noLarger = level + 1 === run.levels.length ? 1 : 0;
  const last = lastEntry | 0;
  // All numbers of blocks, rows and entries are below 2^31: `| 0` spares the check for more.
  let block = cursor.slot >>> shift;
  let entry = cursor.entry | 0;
  let startUs = starts[block]!;
  let endUs = followedAtUs(run, level, cursor.slot + size);
  let twiceEdgeUs = Number.NEGATIVE_INFINITY;
  let before = 0;
  for (let isNext = true; isNext; ) {
    const slot = block << shift;
    let row = (block * BLOCK_STRIDE) | 0;
    let full = rows[(row + 3) | 0]!;
    const following = (entry + 1) | 0;
    const followingUs = 2 * ((firstColumn + following + 1) * columnUs);
    if (twiceEdgeUs !== Number.NEGATIVE_INFINITY && startUs + endUs < followingUs && following < last) {
      entry = following;
      twiceEdgeUs = followingUs;
      if (before + full !== 2 * size) breakBefore(run, slot, entry, out);
    } else {
      const column = columnOf((startUs + endUs) / 2, columnUs);
      const found = Math.min(last, column - firstColumn) | 0;
      if (found !== entry) breakBefore(run, slot, found, out);
      entry = found;
      twiceEdgeUs = entry === last ? Number.POSITIVE_INFINITY : 2 * ((column + 1) * columnUs);
    }
    // Which blocks have the extremes is kept without branches: they would be taken at random.
    let least = row;
    let most = (row + 1) | 0;
    let sum = outSum[entry]! + rows[(row + 2) | 0]!;
    let count = outCount[entry]! + full;
    for (;;) {
      block = (block + 1) | 0;
      startUs = endUs;
      if (block >= limit) {
        isNext = false;
        break;
      }
      endUs = starts[(block + 1) | 0]!;
      // Where a larger block begins it is looked at first, unless it is known to be too wide.
      if (
        endUs - startUs > widestUs ||
        (((block & (FAN_OUT - 1)) | noLarger) === 0 && starts[(block + FAN_OUT) | 0]! - startUs <= widestUs)
      ) {
        isNext = false;
        break;
      }
      if (startUs + endUs >= twiceEdgeUs) break;
      row = (row + BLOCK_STRIDE) | 0;
      const high = (row + 1) | 0;
      least ^= (least ^ row) & -(rows[row]! < rows[least]!);
      most ^= (most ^ high) & -(rows[high]! > rows[most]!);
      full = rows[(row + 3) | 0]!;
      sum += rows[(row + 2) | 0]!;
      count += full;
    }
    before = full;
    const min = rows[least]!;
    const max = rows[most]!;
    if (min < outMin[entry]!) outMin[entry] = min;
    if (max > outMax[entry]!) outMax[entry] = max;
    outSum[entry] = sum;
    outCount[entry] = count;
  }
  cursor.slot = block << shift;
  cursor.entry = entry;
}

/** Marks a column that begins at `slot` where that sample or the one before it is missing. */
function breakBefore({ value, from, followsMissing }: SampleRun, slot: number, entry: number, out: LineBuffer): void {
  if (out.weight[entry] !== 0) return;
  const isAfterMissing = slot > from ? Number.isNaN(value[slot - 1]!) : followsMissing;
  if (isAfterMissing || Number.isNaN(value[slot]!)) out.breakBefore[entry] = 1;
}
