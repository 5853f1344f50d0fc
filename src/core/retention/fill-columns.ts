import type { LineBuffer } from '../line-buffer.ts';
import { BLOCK } from '../min-max-pyramid.ts';
import { columnOf } from './column-of.ts';
import { fillExactly } from './exact-columns.ts';
import type { RunCursor, SampleRun } from './sample-run.ts';
import { addWholeBlocks, narrowLevel, type WholeBlockColumns } from './whole-blocks.ts';

export { columnOf } from './column-of.ts';

/*
 * Which samples make a pixel column.
 *
 * 1. A block is narrow when no more than 0.52 of a column lies between its first sample and the one that follows it. The
 *    largest narrow blocks go whole into the column that holds the middle of that time; every other sample goes into the
 *    column that holds its own. So each sample is in exactly one column, at most 0.26 of a column from its place, and
 *    samples keep their order across columns.
 * 2. Min, max, sum and count of a column are those of its samples: none is hidden, none counts twice.
 * 3. Blocks stand at fixed slots, so the columns of a range do not depend on what else is read with it, except at its edges:
 *    there the samples outside of it are left out and those inside stay inside. What is appended later moves no sample
 *    that is more than {@link UNSETTLED} of a column older than the newest one before.
 */

/**
 * Widest whole block, in columns: just enough that a million samples in a thousand columns take whole blocks of 512. Half as
 * wide costs half as much again, and moves samples by an eighth instead of a quarter of a column.
 */
const WHOLE = 0.52;
/** Samples further behind the newest one, in columns, are in the column they stay in while samples come in order. */
export const UNSETTLED = WHOLE;

/** What {@link addWholeBlocks} is told, reused from call to call. */
const columns: WholeBlockColumns = { columnUs: 1, firstColumn: 0, lastEntry: 0, widestUs: 0 };
const cursor: RunCursor = { slot: 0, entry: -1 };

/**
 * Widens the dense pixel columns of `out` by the samples of a run: min, max, sum (`value`) and count (`weight`) of the
 * finite ones in each column, as above. A missing value before a column's first sample sets its `breakBefore`.
 *
 * Entry 0 is column `firstColumn`; the run must lie inside the columns. Allocates nothing. A column of evenly spaced samples
 * costs 2 to 4 blocks of one level, however many samples it has, from 256 on; with fewer what {@link fillExactly} says.
 */
export function fillColumns(run: SampleRun, columnUs: number, firstColumn: number, out: LineBuffer): void {
  const { from, to, lastUs } = run;
  columns.columnUs = columnUs;
  columns.firstColumn = firstColumn;
  columns.lastEntry = columnOf(lastUs, columnUs) - firstColumn;
  columns.widestUs = columnUs * WHOLE;
  cursor.slot = from;
  cursor.entry = -1;
  let level = 0;
  let slot = (from + BLOCK - 1) & -BLOCK;
  while (slot + BLOCK <= to) {
    level = narrowLevel(run, slot, level, columns.widestUs);
    if (level < 0) {
      level = 0;
      slot += BLOCK;
      continue;
    }
    if (cursor.slot < slot) fillExactly(run, slot, columnUs, firstColumn, cursor, out);
    addWholeBlocks(run, level, columns, cursor, out);
    slot = cursor.slot;
  }
  if (cursor.slot < to) fillExactly(run, to, columnUs, firstColumn, cursor, out);
}
