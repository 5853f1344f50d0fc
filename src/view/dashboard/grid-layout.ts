import type { WidgetSpec } from '../../dashboard/widget-specs.ts';

/** A table with more columns than these wants two columns of the grid. */
const NARROW_COLUMNS = 4;

/** Whether a widget is hard to read in one column of a grid. `heldColumns`: of its rows, where none are declared. */
export function isWide(spec: WidgetSpec, heldColumns: number): boolean {
  if (spec.kind === 'events') return true;
  if (spec.kind !== 'table') return false;
  return Math.max(spec.options.columns.length, heldColumns) > NARROW_COLUMNS;
}

/** Units a row is divided into, whatever its columns: 1, 2, 3 and 4 divide it. */
export const ROW_UNITS = 12;

/**
 * How many of 12 units each widget takes, in order, in a grid of 1 to 4 columns that never reorders.
 *
 * 1. A widget takes one column, a wide one two, where there are so many.
 * 2. Where a wide widget does not fit into its row, those before it share that row equally.
 * 3. A wide last widget takes the rest of its row; of others the rest stays empty.
 */
export function gridSpans(wide: readonly boolean[], columns: number): readonly number[] {
  const unit = ROW_UNITS / columns;
  const spans: number[] = [];
  let rowStart = 0;
  let left = columns;
  for (const [i, isWideOne] of wide.entries()) {
    const wanted = isWideOne ? Math.min(2, columns) : 1;
    if (wanted > left) {
      const count = i - rowStart;
      const share = Math.floor(ROW_UNITS / count);
      spans.fill(share, rowStart, i);
      spans[i - 1] = ROW_UNITS - share * (count - 1);
      left = columns;
    }
    if (left === columns) rowStart = i;
    spans.push(wanted * unit);
    left -= wanted;
    if (left === 0) left = columns;
  }
  if (wide.at(-1) === true && left < columns) spans[spans.length - 1]! += left * unit;
  return spans;
}
