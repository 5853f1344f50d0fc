import type { CardStill } from './card-still.ts';
import type { Box } from './paper.ts';

/** How much of everything a picture shows: whole cards, low cards, a line each, or a line each for the first ones only. */
export type StillDetail = 'cards' | 'low' | 'rows' | 'few';

const GAP_PX = 12;
const FOOT_PX = 24;
const ROW_PX = 28;
const PAD_PX = 12;
/** Between two columns of lines. */
const LINES_GAP_PX = 32;
const ONE_PX: Readonly<Record<CardStill['kind'], number>> = { chart: 720, gauge: 340, table: 720, note: 480 };
const SEVERAL_PX = 720;
const HEIGHTS: Readonly<Record<'cards' | 'low', Readonly<Record<CardStill['kind'], number>>>> = {
  cards: { chart: 200, gauge: 200, table: 292, note: 72 },
  low: { chart: 116, gauge: 140, table: 152, note: 56 },
};
/** Lines of a picture that shows the first widgets only. */
const FEW_ROWS = 24;

/** Where everything of a view's picture stands, CSS px. */
export interface StillLayout {
  readonly widthPx: number;
  readonly heightPx: number;
  /** One box for each of the first cards; the others are left out. */
  readonly boxes: readonly Box[];
  readonly isRows: boolean;
  /** Baseline of the line at the foot. */
  readonly footY: number;
}

/** Cards in two columns (one alone in its own width), or lines in two columns under a frame. */
export function stillLayout(cards: readonly CardStill[], detail: StillDetail): StillLayout {
  const widthPx = cards.length === 1 ? ONE_PX[cards[0]!.kind] : SEVERAL_PX;
  const place =
    detail === 'rows' || detail === 'few' ? rowBoxes(cards, widthPx, detail) : cardBoxes(cards, widthPx, detail);
  return { ...place, widthPx, heightPx: place.bottom + FOOT_PX, footY: place.bottom + FOOT_PX - 7 };
}

interface Placed {
  readonly boxes: readonly Box[];
  readonly isRows: boolean;
  readonly bottom: number;
}

function cardBoxes(cards: readonly CardStill[], widthPx: number, detail: 'cards' | 'low'): Placed {
  const columns = Math.min(2, cards.length);
  const width = (widthPx - GAP_PX * (columns - 1)) / columns;
  const boxes: Box[] = [];
  let top = 0;
  for (let i = 0; i < cards.length; i += columns) {
    const heights = cards.slice(i, i + columns).map(({ kind }) => HEIGHTS[detail][kind]);
    for (const [column, height] of heights.entries())
      boxes.push({ x: column * (width + GAP_PX), y: top, width, height });
    top += Math.max(...heights) + GAP_PX;
  }
  return { boxes, isRows: false, bottom: top - GAP_PX };
}

function rowBoxes(cards: readonly CardStill[], widthPx: number, detail: 'rows' | 'few'): Placed {
  const shown = detail === 'few' ? Math.min(cards.length, FEW_ROWS) : cards.length;
  const columns = shown > 1 ? 2 : 1;
  const lines = Math.ceil(shown / columns);
  const width = (widthPx - 2 * PAD_PX - LINES_GAP_PX * (columns - 1)) / columns;
  const boxes = Array.from({ length: shown }, (_, i) => ({
    x: PAD_PX + (i % columns) * (width + LINES_GAP_PX),
    y: PAD_PX + Math.floor(i / columns) * ROW_PX,
    ...{ width, height: ROW_PX },
  }));
  return { boxes, isRows: true, bottom: lines * ROW_PX + 2 * PAD_PX };
}
