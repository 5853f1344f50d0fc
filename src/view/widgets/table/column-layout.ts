import type { TableColumn } from './columns.ts';

/** Px of one digit at 13 px, of a header's and a text's average letter, of one monospace letter at 12 px: wide system fonts. */
const CHAR_PX = 8.3;
const TITLE_CHAR_PX = 8.4;
const TEXT_CHAR_PX = 7;
const MONO_CHAR_PX = 7.4;
const GAP_PX = 16;
const SORT_ICON_PX = 16;
/** Wanted widths of text columns go in these steps, so that a slightly longer text moves nothing. */
const TEXT_STEPS_PX = [56, 72, 96, 136, 200, 280, 400] as const;
const NARROWEST_TEXT_PX = 96;

/** What decides the width of one column. */
export interface ColumnNeed {
  readonly type: TableColumn['type'];
  readonly width: number | null;
  readonly titleChars: number;
  /** Longest text seen in it; never falls, so columns only grow. */
  readonly cellChars: number;
}

/**
 * Column widths, whole px, without the card's own padding at both ends.
 *
 * Declared widths hold. Times, numbers and booleans get what their longest text needs. Text columns share the rest:
 * narrow ones get what they need, the others equal parts, at least 96 px each; the widest text takes what is left over.
 * Without text columns the last column takes it. The sum is `available` or, where that is too narrow, more (then the
 * table scrolls sideways).
 */
export function layoutColumns(needs: readonly ColumnNeed[], available: number): number[] {
  const widths = needs.map((need) => need.width ?? (need.type === 'text' ? 0 : fixedWidth(need)));
  const open: number[] = [];
  let left = available;
  for (let i = 0; i < needs.length; i++) {
    left -= widths[i]!;
    if (widths[i] === 0) open.push(i);
  }
  // Water filling: whoever needs less than an equal part of the rest gets its need first.
  const wanted = needs.map(textWidth);
  const order = [...open].sort((a, b) => wanted[a]! - wanted[b]!);
  for (const [done, index] of order.entries()) {
    const part = Math.floor(left / (order.length - done));
    const least = Math.min(NARROWEST_TEXT_PX, wanted[index]!);
    widths[index] = Math.max(least, Math.min(wanted[index]!, part));
    left -= widths[index]!;
  }
  const taker = order.at(-1) ?? needs.findLastIndex((need) => need.width === null);
  if (left > 0 && needs.length > 0) widths[taker < 0 ? needs.length - 1 : taker]! += left;
  return widths;
}

function fixedWidth(need: ColumnNeed): number {
  const title = need.titleChars * TITLE_CHAR_PX + SORT_ICON_PX;
  const cells = need.cellChars * (need.type === 'datetime' ? MONO_CHAR_PX : CHAR_PX);
  const least = need.type === 'datetime' ? 12 * MONO_CHAR_PX : need.type === 'bool' ? 32 : 40;
  return Math.ceil(Math.max(title, cells, least)) + GAP_PX;
}

function textWidth(need: ColumnNeed): number {
  const px = Math.max(need.titleChars * TITLE_CHAR_PX + SORT_ICON_PX, need.cellChars * TEXT_CHAR_PX) + GAP_PX;
  return TEXT_STEPS_PX.find((step) => step >= px) ?? TEXT_STEPS_PX[TEXT_STEPS_PX.length - 1]!;
}
