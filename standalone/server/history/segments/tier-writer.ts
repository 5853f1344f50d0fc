import { blockSummary } from './block-summary.ts';
import type { CellParts } from './cell-parts.ts';
import { type CellRows, gatherCells } from './cell-rows.ts';
import type { PartTable } from './part-table.ts';
import { blockUsOf, type SegmentParts } from './repairs.ts';
import type { SeriesRecord } from './series-records.ts';

/** A block is summed up once its series is so much of a block further: most late samples have come by then. */
const GRACE = 0.1;
/** Blocks, and about as many rows, that are summed up at once. */
const MOST_BLOCKS = 64;
const BATCH_ROWS = 200_000;

/**
 * Writes the tiers of the blocks that are complete.
 *
 * Tiers of a series are written of all that lies before `tieredUs`; what comes late into that is summed up anew, block by
 * block. What is later is read from samples, so tiers never decide what an answer is, only how fast it comes.
 */
export class TierWriter {
  readonly #table: PartTable;
  readonly #cells: CellParts;
  readonly #parts: SegmentParts;
  /** Blocks of before `tieredUs` in which something changed. */
  readonly #changed = new Map<SeriesRecord, Set<number>>();
  readonly #due = new Map<SeriesRecord, number>();

  constructor(table: PartTable, cells: CellParts, parts: SegmentParts) {
    this.#table = table;
    this.#cells = cells;
    this.#parts = parts;
  }

  /** Something changed in `[fromUs, toUs)`, of which the newest row is at `newestUs`. */
  note(record: SeriesRecord, fromUs: number, toUs: number): void {
    const blockUs = blockUsOf(record);
    if (fromUs < record.tieredUs) {
      const changed = this.#changed.get(record) ?? new Set();
      for (let at = Math.floor(fromUs / blockUs) * blockUs; at < Math.min(toUs, record.tieredUs); at += blockUs) {
        changed.add(at);
      }
      this.#changed.set(record, changed);
    }
    this.#due.set(record, Math.max(toUs, this.#due.get(record) ?? Number.NEGATIVE_INFINITY));
  }

  /** Sums up complete blocks until about `mostRows` rows were read. Returns whether more are left. */
  write(mostRows: number, onAdvanced: (record: SeriesRecord) => void): boolean {
    let rows = 0;
    for (const [record, blocks] of this.#changed) {
      for (const block of blocks) {
        if (rows >= mostRows) return true;
        rows += this.#sumUp(record, block, block + blockUsOf(record));
        blocks.delete(block);
      }
      this.#changed.delete(record);
    }
    for (const [record, untilUs] of this.#due) {
      const blockUs = blockUsOf(record);
      const beginUs = record.tieredUs;
      for (;;) {
        const block = this.#nextBlock(record, blockUs);
        if (!(block + (1 + GRACE) * blockUs <= untilUs)) break;
        if (rows >= mostRows) {
          if (record.tieredUs !== beginUs) onAdvanced(record);
          return true;
        }
        const endUs = this.#batchEnd(record, block, untilUs);
        rows += this.#sumUp(record, block, endUs);
        record.tieredUs = endUs;
      }
      if (record.tieredUs !== beginUs) onAdvanced(record);
      this.#due.delete(record);
    }
    return false;
  }

  /** Forgets what was noted of a series that begins anew. */
  forget(record: SeriesRecord): void {
    this.#changed.delete(record);
    this.#due.delete(record);
  }

  /** Start of the first block from `tieredUs` on that holds something; Infinity where there is none. */
  #nextBlock(record: SeriesRecord, blockUs: number): number {
    const fromUs = Number.isNaN(record.tieredUs) ? Number.NEGATIVE_INFINITY : record.tieredUs;
    let first = Number.POSITIVE_INFINITY;
    for (const tier of [0, ...record.tiers.map((durationUs) => -durationUs)]) {
      const over = this.#table.at(record.id, tier, fromUs);
      if (over !== null && over.t1 >= fromUs) return fromUs;
      first = Math.min(first, this.#table.nextStart(record.id, tier, fromUs));
    }
    return Math.floor(first / blockUs) * blockUs;
  }

  /** End of the blocks from one on that are summed up at once: a part of cells is written anew with each. */
  #batchEnd(record: SeriesRecord, block: number, untilUs: number): number {
    const blockUs = blockUsOf(record);
    let endUs = block + blockUs;
    for (let k = 1; k < MOST_BLOCKS && endUs + (1 + GRACE) * blockUs <= untilUs; k += 1) {
      if (this.#table.rowsIn(record.id, 0, block, endUs + blockUs) > BATCH_ROWS) break;
      endUs += blockUs;
    }
    return endUs;
  }

  /** Writes the tiers of the blocks of `[fromUs, toUs)` anew. Returns the rows they were made from. */
  #sumUp(record: SeriesRecord, fromUs: number, toUs: number): number {
    const blockUs = blockUsOf(record);
    const lists = new Map<number, CellRows[]>(record.tiers.map((durationUs) => [durationUs, []]));
    let length = 0;
    for (let block = fromUs; block < toUs; block += blockUs) {
      const rows = this.#parts.samples.read(record.id, block, block + blockUs);
      const folds = this.#parts.folds.read(record, record.tiers, block, block + blockUs);
      length += rows.time.length;
      for (const { durationUs, cells } of blockSummary(record.tiers, rows, folds)) {
        if (cells !== null) lists.get(durationUs)?.push(cells);
      }
    }
    for (const [durationUs, cells] of lists) {
      this.#cells.replace(
        record.id,
        durationUs,
        fromUs,
        toUs,
        gatherCells(cells, () => true),
      );
    }
    return length;
  }
}
