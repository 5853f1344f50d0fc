import type { SeriesState } from '../../../src/session/series-state.ts';
import type { SessionData } from '../../../src/session/session-data.ts';

/** What an object of a row and its place in a table take, bytes; measured on Node 24. */
const ROW_BYTES = 160;
const CELL_BYTES = 32;
/** What a series takes beside its columns, bytes: mostly objects that say where they lie; measured on Node 24. */
const SERIES_BYTES = 4700;

/** Bytes of one series' raw samples, cells and folds; what its windows hold is not counted. */
export function seriesBytes({ ring, cells, folds }: SeriesState): number {
  return ring.bytes + cells.bytes + folds.bytes + SERIES_BYTES;
}

/** Bytes a session's data take: columns exactly, rows of tables by estimate. O(series + tables). */
export function storeBytes(data: SessionData): number {
  let total = 0;
  for (const series of data.series.values()) total += seriesBytes(series);
  for (const table of data.tables.values()) {
    total += table.rowCount * (ROW_BYTES + CELL_BYTES * table.columns.length);
  }
  return total;
}
