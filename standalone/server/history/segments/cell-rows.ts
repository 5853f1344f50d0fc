import { createPaneFields, type PaneFields } from '../../../../src/core/pane.ts';

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

export const CELL_COLUMNS = [
  'start',
  'count',
  'sum',
  'min',
  'max',
  'first',
  'firstTime',
  'last',
  'lastTime',
  'm2',
  'increase',
] as const;

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

/** The cells of several lists that were picked as `[list, row]`, in that order. */
function pickCells(lists: readonly CellRows[], picked: readonly (readonly [list: number, row: number])[]): CellRows {
  const out = createCellRows(picked.length);
  for (const [i, [list, row]] of picked.entries()) {
    const from = lists[list]!;
    for (const name of CELL_COLUMNS) out[name][i] = from[name][row]!;
    out.sketch[i] = from.sketch[row] ?? null;
  }
  return out;
}

/** Cells of all lists whose row passes `keeps`, in the order of their starts; of equal starts the later list's is after. */
export function gatherCells(lists: readonly CellRows[], keeps: (startUs: number, list: number) => boolean): CellRows {
  const picked: (readonly [number, number])[] = [];
  for (const [k, list] of lists.entries()) {
    for (let row = 0; row < list.length; row += 1) if (keeps(list.start[row]!, k)) picked.push([k, row]);
  }
  picked.sort((a, b) => lists[a[0]]!.start[a[1]]! - lists[b[0]]!.start[b[1]]!);
  return pickCells(lists, picked);
}
