import { LineBuffer } from '../../core/line-buffer.ts';
import type { SeriesView, TimeSpan } from '../../session/session-view.ts';
import type { ExportCell, ExportTable } from './export-table.ts';

const BUFFER = new LineBuffer();

/** One line and the name it goes by. */
export interface NamedLine {
  readonly name: string;
  readonly line: SeriesView;
}

/**
 * What a chart of these lines shows over `span`, as rows: the samples where all are at hand and a pixel holds at most
 * one on average, else mean, min and max of each pixel's column.
 *
 * Rows are ordered by line, then time. Samples lie in `[startUs, endUs)`, columns cover it; a missing value is null.
 *
 * @param options.columnUs Width of one pixel, us; in the unit of the axis on a step axis.
 */
export function lineRows(
  lines: readonly NamedLine[],
  options: { readonly span: TimeSpan; readonly columnUs: number; readonly axis: 'time' | 'step' },
): ExportTable {
  const { span, columnUs, axis } = options;
  const { startUs, endUs } = span;
  const maxPoints = Math.ceil((endUs - startUs) / columnUs);
  const rows: ExportCell[][] = [];
  const several = lines.length > 1;
  let exact = true;
  for (const { name, line } of lines) {
    const mode = line.readLine({ startUs, endUs, columnUs, maxPoints }, BUFFER);
    if (mode === 'columns') exact = false;
    for (let i = 0; i < BUFFER.length; i += 1) {
      const time = BUFFER.time[i]!;
      // The columns at the edges are whole: what lies in them belongs to the picture.
      if (mode === 'points' && (time < startUs || time >= endUs)) continue;
      const cells: ExportCell[] = [Math.round(time), BUFFER.value[i]!, BUFFER.min[i]!, BUFFER.max[i]!];
      rows.push(several ? [name, ...cells] : cells);
    }
  }
  const first = several ? [{ name: 'line', type: 'text' } as const] : [];
  const time =
    axis === 'time' ? ({ name: 'time', type: 'time' } as const) : ({ name: 'step', type: 'number' } as const);
  const values = (exact ? ['value'] : ['mean', 'min', 'max']).map((name) => ({ name, type: 'number' }) as const);
  const columns = [...first, time, ...values];
  return {
    columns,
    rows: exact ? rows.map((row) => row.slice(0, columns.length)) : rows,
    range: axis === 'time' ? span : null,
    rowMeans: exact ? 'sample' : 'column of mean, min and max',
  };
}
