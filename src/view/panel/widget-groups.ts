import type { DashboardDocument } from '../../dashboard/document.ts';
import type { WidgetSpec } from '../../dashboard/widget-specs.ts';

/** The widgets of one notebook cell. */
export interface WidgetGroup {
  /** The cell's id; '' for widgets outside of any cell. */
  readonly key: string;
  readonly cell: string | null;
  readonly heading: string;
  readonly widgets: readonly WidgetSpec[];
}

/**
 * The widgets of a document by the notebook cell that shows them first, in the order of their declaration: groups by
 * their first widget, each widget in one group, none left out.
 *
 * @param cellHeading Null: the cell is unknown to the host, its group is `Cell 3` by its place.
 */
export function widgetGroups(
  document: DashboardDocument,
  cellHeading: (cell: string) => string | null,
): readonly WidgetGroup[] {
  const cellOf = new Map<string, string | null>();
  for (const { cell, widgets } of document.views) {
    for (const id of widgets) if ((cellOf.get(id) ?? null) === null) cellOf.set(id, cell);
  }
  const groups = new Map<string, { readonly cell: string | null; readonly widgets: WidgetSpec[] }>();
  for (const widget of document.widgets) {
    const cell = cellOf.get(widget.id) ?? null;
    const group = groups.get(cell ?? '');
    if (group === undefined) groups.set(cell ?? '', { cell, widgets: [widget] });
    else group.widgets.push(widget);
  }
  return [...groups].map(([key, { cell, widgets }], place) => {
    const known = cell === null ? (document.title ?? 'Widgets') : cellHeading(cell);
    return { key, cell, heading: known ?? `Cell ${place + 1}`, widgets };
  });
}
