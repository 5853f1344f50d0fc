import { CellTiers } from '../cell-tiers.ts';
import type { LineBuffer } from '../line-buffer.ts';
import { createPaneFields } from '../pane.ts';
import { SampleRing } from '../sample-ring.ts';
import { slotsWithin } from '../slot-circle.ts';
import { metaNumber, numberIn, tableNamed } from '../state-input.ts';
import type { StateTable } from '../state-table.ts';
import { restoreCells, saveCells } from './cells-state.ts';
import { LineColumns } from './line-columns.ts';
import { LineMemory } from './line-memory.ts';
import { type QueryPart, queryParts, rawFromUs } from './query-parts.ts';

/** What one series keeps. A limit that is left out does not limit. */
export interface RetentionOptions {
  /** Durations of the tiers in us, ascending, each dividing the next. Default 1 s, 10 s, 1 min, 10 min. */
  readonly durations?: readonly number[];
  /** Most raw samples. Default 1,048,576. */
  readonly rawCapacity?: number;
  /** Most cells of one tier. Default 3,600. */
  readonly cellLimit?: number;
  /** Samples further behind the newest one leave: raw ones at once, cells by whole cells of the coarsest tier. Default: none do. */
  readonly retentionUs?: number;
  /**
   * Most bytes held between calls; growing takes more for a moment. The ring may take half of them and the cells the rest,
   * but never less than the newest parent of each tier. Default: no limit.
   */
  readonly maxBytes?: number;
}

/** How the samples of a range are drawn, and from what. */
export interface LineAnswer {
  readonly mode: 'points' | 'columns';
  readonly parts: readonly QueryPart[];
}

export const DEFAULT_DURATIONS_US: readonly number[] = [1e6, 1e7, 6e7, 6e8];
const DEFAULT_RAW_CAPACITY = 1 << 20;
const DEFAULT_CELL_LIMIT = 3600;
/** Most bytes of one raw sample with its pyramid (SampleRing, guarantee 5). */
const RAW_BYTES = 17.5;

const CELL = createPaneFields(1);

/**
 * The samples of one series, raw and in tiers of cells, within bounds of count, time and bytes.
 *
 * 1. A range is answered from the finest tier that still holds it; parts neither overlap nor leave a hole.
 * 2. Whatever leaves is counted: `lostRaw` samples of the ring, `gone` samples of the coarsest tier.
 * 3. `append` in any order gives the same cells and the same raw samples as in order, as far as they are retained.
 */
export class RetainedSeries {
  readonly ring: SampleRing;
  readonly cells: CellTiers;
  readonly retentionUs: number;
  readonly maxBytes: number;
  readonly #columns = new LineColumns();
  /** Columns kept from picture to picture, while samples come in order. */
  readonly #memory = new LineMemory();

  constructor(options: RetentionOptions = {}, restored?: { readonly ring: SampleRing; readonly cells: CellTiers }) {
    this.retentionUs = options.retentionUs ?? Number.POSITIVE_INFINITY;
    this.maxBytes = options.maxBytes ?? Number.POSITIVE_INFINITY;
    const affordable = slotsWithin(this.maxBytes / 2 / RAW_BYTES);
    this.ring = restored?.ring ?? new SampleRing(Math.min(options.rawCapacity ?? DEFAULT_RAW_CAPACITY, affordable));
    this.cells =
      restored?.cells ??
      new CellTiers({
        durations: options.durations ?? DEFAULT_DURATIONS_US,
        limit: options.cellLimit ?? DEFAULT_CELL_LIMIT,
      });
  }

  /** Bytes held by raw samples, pyramid and cells. */
  get bytes(): number {
    return this.ring.bytes + this.cells.bytes;
  }

  /** Raw samples that left the ring, missing ones included; their cells may remain. */
  get lostRaw(): number {
    return this.ring.lost;
  }

  /** Finite samples that left every tier of cells. */
  get gone(): number {
    return this.cells.gone;
  }

  /** Adds the samples `[from, to)` in arrival order, then lets go of what is over a bound. Times must be finite. */
  append(times: Float64Array, values: Float64Array, from: number, to: number): void {
    const { ring, cells } = this;
    const isRising = cells.addSamples(times, values, from, to);
    const isInOrder = ring.append(times, values, from, to, isRising);
    if (!isInOrder) this.#memory.forget();
    cells.evict();
    if (this.retentionUs < Number.POSITIVE_INFINITY && ring.length > 0) {
      const edge = ring.lastTimeUs - this.retentionUs;
      ring.evictBefore(edge);
      cells.expire(edge);
    }
    if (this.bytes > this.maxBytes) cells.evictBytes(this.maxBytes - ring.bytes);
  }

  /** Which tier answers what of `[startUs, endUs)`: see {@link queryParts}. */
  parts(startUs: number, endUs: number): readonly QueryPart[] {
    return queryParts(this, startUs, endUs);
  }

  /**
   * Fills `out` with the line in `[startUs, endUs)` at `pixels` columns, and says from what.
   *
   * `'points'`: the raw samples themselves where they are at most `pixels` and nothing else answers. `'columns'`: one entry
   * per column that holds samples, with mean, min and max; a cell stands in every column between its first and last sample.
   * Columns are absolute multiples of their width and whole: first and last cover up to one more than asked for, and so do
   * the parts. No spike is hidden: over all columns min and max equal those of all samples of the parts.
   *
   * A picture that moves on with its samples at the same zoom costs the new columns only; a new zoom about 0.1 us a column.
   */
  readLine(startUs: number, endUs: number, pixels: number, out: LineBuffer): LineAnswer {
    const { ring, cells } = this;
    const columns = this.#columns;
    out.length = 0;
    if (!(endUs - startUs > 0 && endUs - startUs < Number.POSITIVE_INFINITY)) return { mode: 'points', parts: [] };
    const first = ring.lowerBound(startUs);
    const end = ring.lowerBound(endUs);
    if (end - first <= pixels && rawFromUs(this) <= startUs) {
      copyPoints(ring, first, end, out);
      return { mode: 'points', parts: queryParts(this, startUs, endUs) };
    }
    columns.start(startUs, endUs, (endUs - startUs) / Math.max(1, pixels), out);
    if (rawFromUs(this) <= columns.startUs) {
      columns.addRing(ring, this.#memory);
      columns.finish();
      return { mode: 'columns', parts: queryParts(this, columns.startUs, columns.endUs) };
    }
    const parts = queryParts(this, columns.startUs, columns.endUs, (tierIndex, row) => {
      cells.tiers[tierIndex]!.copyTo(row, CELL);
      columns.addEnvelope(CELL.firstTime[0]!, CELL.lastTime[0]!, CELL, 0);
    });
    const last = parts.at(-1);
    if (last?.tier === 'raw') {
      columns.addRows(ring, ring.lowerBound(last.startUs), ring.lowerBound(columns.endUs));
    }
    columns.finish();
    return { mode: 'columns', parts };
  }

  /** A copy of everything: `restore` goes on from it. O(samples + cells). */
  save(): readonly StateTable[] {
    const meta = { retention: metaNumber(this.retentionUs), maxBytes: metaNumber(this.maxBytes) };
    return [{ name: 'retained', meta, columns: {} }, ...this.ring.save(), ...saveCells(this.cells)];
  }

  /** The series whose `save` gave these tables. @throws StreamVizError `STATE_INVALID` */
  static restore(tables: readonly StateTable[]): RetainedSeries {
    const table = tableNamed(tables, 'retained');
    return new RetainedSeries(
      { retentionUs: numberIn(table, 'retention'), maxBytes: numberIn(table, 'maxBytes') },
      { ring: SampleRing.restore(tables), cells: restoreCells(tables) },
    );
  }
}

/** Writes samples `[from, to)` as they are; a missing value breaks the line after it. */
function copyPoints(ring: SampleRing, from: number, to: number, out: LineBuffer): void {
  out.ensure(to - from);
  for (let i = from; i < to; i += 1) {
    const value = ring.valueAt(i);
    const shown = value - value === 0 ? value : Number.NaN;
    const at = i - from;
    out.time[at] = ring.timeAt(i);
    out.value[at] = shown;
    out.min[at] = shown;
    out.max[at] = shown;
    out.breakBefore[at] = 0;
  }
  out.length = to - from;
}
