/** What a table's caption is made of. */
export interface TableCount {
  /** Rows held. */
  readonly rows: number;
  /** Rows at the producer. */
  readonly total: number;
  /** Rows that fit on screen. */
  readonly visible: number;
  /** Whether every row of the producer is held. */
  readonly complete: boolean;
}

/**
 * The caption of a table: `8 rows` when all are on screen, `8 of 1,204` when not, `newest 512 of 1,204 rows` when only a
 * part is held.
 */
export function tableCaption({ rows, total, visible, complete }: TableCount): string {
  if (!complete && rows < total) return `newest ${group(rows)} of ${group(total)} rows`;
  if (rows <= visible) return rows === 1 ? '1 row' : `${group(rows)} rows`;
  return `${group(visible)} of ${group(rows)}`;
}

/** `37 new rows`, `1 new row`. */
export function newRowsText(count: number): string {
  return count === 1 ? '1 new row' : `${group(count)} new rows`;
}

/**
 * The call that sends the first row, from the declared columns: `events.send({"ms": 88})`. One column is enough for the
 * reader; a number where there is one.
 */
export function tableCall(
  name: string,
  columns: readonly { readonly name: string; readonly type: string | null }[],
): string {
  const column = columns.find(({ type }) => type === 'number') ?? columns[0];
  const variable = /^[A-Za-z_]\w*$/.test(name) ? name : 'table';
  if (!column) return `${variable}.send({"ms": 88})`;
  const value = column.type === 'number' ? '88' : column.type === 'bool' ? 'True' : '"..."';
  return `${variable}.send({${JSON.stringify(column.name)}: ${value}})`;
}

function group(count: number): string {
  return count.toLocaleString();
}
