import type { Aggregation } from '../../../../src/core/windows/aggregation.ts';

/** What an answer needs of the samples of a range. */
export interface ReadingNeed {
  readonly startUs: number;
  readonly endUs: number;
  /** Length of a row; null: the whole range is one; 0: samples as they were sent. */
  readonly stepUs: number | null;
  readonly needsSpread: boolean;
  /** The last sample before the range counts: of a step from one sample to the next. */
  readonly needsAnchor: boolean;
  /** Cells whose edges fit serve as well as samples. */
  readonly takesCells: boolean;
  /** So do any that are no longer than a row: for a picture. Default false. */
  readonly takesShorter?: boolean;
  /** More samples of one series than this are not read one by one. */
  readonly mostRows: number;
}

/** Count, sum, extremes and ends of cells are all that these are made of. */
const OF_CELLS: ReadonlySet<Aggregation['kind']> = new Set([
  ...(['avg', 'sum', 'min', 'max', 'count', 'first', 'last', 'delta', 'range'] as const),
]);
const OF_ANCHOR: ReadonlySet<Aggregation['kind']> = new Set(['delta', 'increase', 'rate']);
const OF_SPREAD: ReadonlySet<Aggregation['kind']> = new Set(['stddev', 'variance', 'quantile']);

/** What an aggregation needs; null: samples as they were sent. */
export function needOf(
  aggregation: Aggregation | null,
  range: { readonly startUs: number; readonly endUs: number; readonly stepUs: number | null },
  mostRows: number,
): ReadingNeed {
  if (aggregation === null)
    return { ...range, stepUs: 0, needsSpread: false, needsAnchor: false, takesCells: false, mostRows };
  const { stepUs } = range;
  const startUs = stepUs === null ? range.startUs : Math.floor(range.startUs / stepUs) * stepUs;
  const endUs = stepUs === null ? range.endUs : Math.ceil(range.endUs / stepUs) * stepUs;
  const { kind } = aggregation;
  const needs = { needsSpread: OF_SPREAD.has(kind), needsAnchor: OF_ANCHOR.has(kind) };
  return { startUs, endUs, stepUs, ...needs, takesCells: OF_CELLS.has(kind), mostRows };
}
