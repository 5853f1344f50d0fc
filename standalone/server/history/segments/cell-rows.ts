import { createPaneFields, PANE_FIELDS, type PaneFields } from '../../../../src/core/pane.ts';

/** Cells of one duration in time order: their panes, and what is known of them beyond. */
export interface CellRows extends PaneFields {
  readonly length: number;
  readonly start: Float64Array;
  /** Sum of squared distances from the mean; NaN is not known. */
  readonly m2: Float64Array;
  /** Resets counted; NaN is not known. */
  readonly increase: Float64Array;
  /** Bytes of a quantile sketch; null is none. */
  readonly sketch: readonly (Uint8Array | null)[];
}

export const CELL_COLUMNS = ['start', ...PANE_FIELDS, 'm2', 'increase'] as const;

/** Room for `length` cells; every one is no pane. */
export function createCellRows(length: number): CellRows & { readonly sketch: (Uint8Array | null)[] } {
  return {
    ...createPaneFields(length),
    length,
    start: new Float64Array(length),
    m2: new Float64Array(length).fill(Number.NaN),
    increase: new Float64Array(length).fill(Number.NaN),
    sketch: new Array<Uint8Array | null>(length).fill(null),
  };
}

/** Cells of all lists whose row passes `keeps`, in the order of their starts; of equal starts the later list's is after. */
export function gatherCells(lists: readonly CellRows[], keeps: (startUs: number, list: number) => boolean): CellRows {
  const runs: Run[] = [];
  let length = 0;
  let isRising = true;
  let lastUs = Number.NEGATIVE_INFINITY;
  for (const [k, list] of lists.entries()) {
    for (let row = 0; row < list.length; ) {
      const from = row;
      for (; row < list.length && keeps(list.start[row]!, k); row += 1) {
        if (list.start[row]! < lastUs) isRising = false;
        lastUs = list.start[row]!;
      }
      if (row > from) runs.push({ list, from, to: row });
      length += row - from;
      row += 1;
    }
  }
  return isRising ? joinedRuns(runs, length) : sortedRows(runs, length);
}

/** Rows `[from, to)` of a list. */
interface Run {
  readonly list: CellRows;
  readonly from: number;
  readonly to: number;
}

/** Runs that follow one another in time: the rule, so whole columns are copied. */
function joinedRuns(runs: readonly Run[], length: number): CellRows {
  const out = createCellRows(length);
  let at = 0;
  for (const { list, from, to } of runs) {
    for (const name of CELL_COLUMNS) out[name].set(list[name].subarray(from, to), at);
    for (let row = from; row < to; row += 1) out.sketch[at + row - from] = list.sketch[row] ?? null;
    at += to - from;
  }
  return out;
}

function sortedRows(runs: readonly Run[], length: number): CellRows {
  const rows = runs.flatMap(({ list, from, to }) =>
    Array.from({ length: to - from }, (_, i) => ({ list, row: from + i, startUs: list.start[from + i]! })),
  );
  rows.sort((a, b) => a.startUs - b.startUs);
  const out = createCellRows(length);
  for (const [i, { list, row }] of rows.entries()) {
    for (const name of CELL_COLUMNS) out[name][i] = list[name][row]!;
    out.sketch[i] = list.sketch[row] ?? null;
  }
  return out;
}
