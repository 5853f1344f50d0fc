import type { ColumnSpec } from '../../../dashboard/widget-specs.ts';
import type { TableView } from '../../../session/session-view.ts';

export type CellType = 'datetime' | 'number' | 'text' | 'bool';

/** A column as it is drawn. */
export interface TableColumn {
  readonly name: string;
  readonly title: string;
  readonly type: CellType;
  /** Declared width, px; null to share what is left. */
  readonly width: number | null;
  /** The user's number format; null for the default. */
  readonly format: string | null;
  /** Place of its value in a row's cells; -1 while no row has it. */
  readonly cell: number;
}

/**
 * The columns to draw: those of the rows in their order, with what was declared for each name; before the first row
 * the declared ones (their type `text` where left open).
 */
export function tableColumns(declared: readonly ColumnSpec[], held: TableView['columns']): readonly TableColumn[] {
  if (held.length === 0) {
    return declared.map((column) => ({ ...column, type: column.type ?? 'text', cell: -1 }));
  }
  const byName = new Map(declared.map((column) => [column.name, column]));
  return held.map(({ name, type }, cell) => {
    const spec = byName.get(name);
    return {
      name,
      title: spec?.title ?? name,
      type: spec?.type ?? type,
      width: spec?.width ?? null,
      format: spec?.format ?? null,
      cell,
    };
  });
}
