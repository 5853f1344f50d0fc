import type { Box, Paper, TextLook } from './paper.ts';

export const ROW_PX = 28;
/** Between two columns; in the width of each, the last one too. */
const GAP_PX = 16;

/** One cell of a painted table. */
export interface CellWords {
  readonly text: string;
  /** Nothing is known here: a dash in grey. */
  readonly isEmpty?: boolean;
  /** Worth seeing: a flag that was set. */
  readonly isMarked?: boolean;
}

export interface RowsPicture {
  readonly columns: readonly { readonly title: string; readonly type: 'datetime' | 'number' | 'text' | 'bool' }[];
  /** Whole px, as `layoutColumns` gives them. */
  readonly widths: readonly number[];
  readonly rows: readonly (readonly CellWords[])[];
  /** The line of sums at the foot; null for none. */
  readonly total: readonly CellWords[] | null;
}

/** How many rows have room below the header. */
export function roomForRows(heightPx: number, hasTotal: boolean): number {
  return Math.max(0, Math.floor(heightPx / ROW_PX) - (hasTotal ? 2 : 1));
}

/** Paints header, rows and sums; what is wider than the box is cut at its right. */
export function paintRows(paper: Paper, box: Box, { columns, widths, rows, total }: RowsPicture): void {
  paper.clipped(box, () => {
    const head = columns.map(({ title }) => ({ text: title }));
    paintLine(paper, box, box.y, head, { columns, widths }, { size: 12, weight: 500, color: 'text-3' });
    paper.rule(box.x, box.y + ROW_PX - 1, box.width, paper.color('border'));
    for (const [i, cells] of rows.entries()) {
      const top = box.y + (i + 1) * ROW_PX;
      paintLine(paper, box, top, cells, { columns, widths }, { size: 13 });
      paper.rule(box.x, top + ROW_PX - 1, box.width, paper.color('inset'));
    }
    if (total === null) return;
    const top = box.y + box.height - ROW_PX;
    paper.context.fillStyle = paper.color('inset');
    paper.context.fillRect(box.x, top, box.width, ROW_PX);
    paper.rule(box.x, top, box.width, paper.color('border'));
    paintLine(paper, box, top, total, { columns, widths }, { size: 13, weight: 600 });
  });
}

function paintLine(
  paper: Paper,
  box: Box,
  top: number,
  cells: readonly CellWords[],
  { columns, widths }: Pick<RowsPicture, 'columns' | 'widths'>,
  look: TextLook,
): void {
  let x = box.x;
  for (const [i, { text, isEmpty, isMarked }] of cells.entries()) {
    const type = columns[i]?.type ?? 'text';
    const most = Math.max(0, (widths[i] ?? 0) - GAP_PX);
    const own: TextLook =
      look.size === 12
        ? look
        : {
            ...look,
            ...(type === 'datetime' ? ({ size: 12, color: 'text-2', mono: true } as const) : {}),
            ...(isEmpty === true ? ({ color: 'text-3' } as const) : {}),
            ...(isMarked === true ? ({ color: 'warn', weight: 600 } as const) : {}),
          };
    const isRight = type === 'number';
    paper.text(text, isRight ? x + most : x, top + 18, { ...own, most, ...(isRight ? { align: 'right' } : {}) });
    x += widths[i] ?? 0;
  }
}
