import type { Axis } from '../../../dashboard/widget-specs.ts';
import type { SeriesView } from '../../../session/session-view.ts';
import type { ExportTable } from '../../export/export-table.ts';
import { lineRows } from '../../export/line-rows.ts';
import type { PlotScale } from './line-painter.ts';

/** The rows of a metric's picture; null before the first one. */
export function metricRows(
  lines: readonly SeriesView[],
  picture: { readonly names: readonly string[]; readonly scale: PlotScale; readonly axis: Axis },
): ExportTable | null {
  const { names, scale, axis } = picture;
  const { edgeUs, usPerPx, left, right } = scale;
  if (!(usPerPx > 0) || !Number.isFinite(edgeUs)) return null;
  const span = { startUs: edgeUs - (right - left) * usPerPx, endUs: edgeUs + usPerPx };
  const named = lines.map((line, i) => ({ line, name: names[i] ?? line.key }));
  return lineRows(named, { span, columnUs: usPerPx, axis });
}
