import {
  defaultRangeExtractor,
  elementScroll,
  observeElementOffset,
  observeElementRect,
  Virtualizer,
} from '@tanstack/virtual-core';

export const ROW_PX = 28;
export const HEADER_PX = 28;
const HAIRLINE_PX = 1;
const OVERSCAN_ROWS = 4;

/** The slice of the rows that is drawn. */
export interface DrawnRow {
  readonly index: number;
  readonly topPx: number;
}

/** Which rows of a long list are on screen, by TanStack Virtual: rows of 28 px below a sticky header of 28 px. */
export class RowWindow {
  readonly #scroller: HTMLElement;
  readonly #virtualizer: Virtualizer<HTMLElement, HTMLElement>;
  readonly #unmount: () => void;
  #count = 0;
  /** Index of a row that is drawn wherever it is (it holds the focus); -1 for none. */
  pinned = -1;

  /** `onChange` runs when scrolling or a new size changed what is on screen. */
  constructor(scroller: HTMLElement, onChange: () => void) {
    this.#scroller = scroller;
    this.#virtualizer = new Virtualizer<HTMLElement, HTMLElement>({
      ...this.#options(),
      onChange,
    });
    this.#unmount = this.#virtualizer._didMount();
    this.#virtualizer._willUpdate();
    this.#onChange = onChange;
  }

  readonly #onChange: () => void;

  /** Height of all rows; the last one has no hairline below it. */
  get totalPx(): number {
    return Math.max(0, this.#count * ROW_PX - HAIRLINE_PX);
  }

  /** Whole rows that fit below the header. */
  get visibleRows(): number {
    return Math.max(0, Math.floor((this.#scroller.clientHeight - HEADER_PX + HAIRLINE_PX) / ROW_PX));
  }

  setCount(count: number): void {
    if (count === this.#count) return;
    this.#count = count;
    this.#virtualizer.setOptions({ ...this.#options(), onChange: this.#onChange });
    this.#virtualizer._willUpdate();
  }

  /** The rows to draw now, ascending. */
  rows(): readonly DrawnRow[] {
    // The scroll event comes a frame after `scrollTop` was set; the drawn rows must not.
    this.#virtualizer.scrollOffset = this.#scroller.scrollTop;
    return this.#virtualizer.getVirtualItems().map((item) => ({ index: item.index, topPx: item.start - HEADER_PX }));
  }

  /** Scrolls as little as needed to show a row. */
  reveal(index: number): void {
    this.#virtualizer.scrollToIndex(index, { align: 'auto' });
  }

  dispose(): void {
    this.#unmount();
  }

  #options() {
    return {
      count: this.#count,
      getScrollElement: () => this.#scroller,
      estimateSize: () => ROW_PX,
      scrollToFn: elementScroll,
      observeElementRect,
      observeElementOffset,
      overscan: OVERSCAN_ROWS,
      scrollMargin: HEADER_PX,
      scrollPaddingStart: HEADER_PX,
      rangeExtractor: (range: { startIndex: number; endIndex: number; overscan: number; count: number }) => {
        const indexes = defaultRangeExtractor(range);
        const { pinned } = this;
        if (pinned < 0 || pinned >= range.count || indexes.length === 0) return indexes;
        if (pinned < indexes[0]!) indexes.unshift(pinned);
        else if (pinned > indexes.at(-1)!) indexes.push(pinned);
        return indexes;
      },
    };
  }
}
