export const ROW_PX = 28;
export const HEADER_PX = 28;
const HAIRLINE_PX = 1;
const OVERSCAN_ROWS = 4;

/** The slice of the rows that is drawn. */
export interface DrawnRow {
  readonly index: number;
  readonly topPx: number;
}

/** Which rows of a long list are on screen: all rows are 28 px high, below a sticky header of 28 px. O(rows on screen). */
export class RowWindow {
  readonly #scroller: HTMLElement;
  readonly #size: ResizeObserver;
  readonly #changed: () => void;
  #count = 0;
  /** First and one past the last row of the last answer. */
  #first = 0;
  #end = 0;
  /** Index of a row that is drawn wherever it is (it holds the focus); -1 for none. */
  pinned = -1;

  /** `onChange` runs when scrolling or a new size changed what is on screen. */
  constructor(scroller: HTMLElement, onChange: () => void) {
    this.#scroller = scroller;
    this.#changed = () => {
      const [first, end] = this.#range();
      if (first !== this.#first || end !== this.#end) onChange();
    };
    scroller.addEventListener('scroll', this.#changed, { passive: true });
    this.#size = new ResizeObserver(this.#changed);
    this.#size.observe(scroller);
  }

  /** Height of all rows; the last one has no hairline below it. */
  get totalPx(): number {
    return Math.max(0, this.#count * ROW_PX - HAIRLINE_PX);
  }

  /** Whole rows that fit below the header. */
  get visibleRows(): number {
    return Math.max(0, Math.floor((this.#scroller.clientHeight - HEADER_PX + HAIRLINE_PX) / ROW_PX));
  }

  setCount(count: number): void {
    this.#count = count;
  }

  /** The rows to draw now, ascending; none while the list has no height. */
  rows(): readonly DrawnRow[] {
    const [first, end] = this.#range();
    // A height that is back before the observer's next look would not be told: it looks anew.
    if (this.#scroller.clientHeight === 0) {
      this.#size.unobserve(this.#scroller);
      this.#size.observe(this.#scroller);
    }
    this.#first = first;
    this.#end = end;
    const rows: DrawnRow[] = [];
    const { pinned } = this;
    const isPinned = end > first && pinned >= 0 && pinned < this.#count;
    if (isPinned && pinned < first) rows.push(at(pinned));
    for (let i = first; i < end; i++) rows.push(at(i));
    if (isPinned && pinned >= end) rows.push(at(pinned));
    return rows;
  }

  /** Scrolls as little as needed to show a row. */
  reveal(index: number): void {
    const { scrollTop, clientHeight } = this.#scroller;
    const topPx = index * ROW_PX;
    const lowestPx = topPx + ROW_PX + HEADER_PX - clientHeight;
    if (topPx < scrollTop) this.#scroller.scrollTop = topPx;
    else if (lowestPx > scrollTop) this.#scroller.scrollTop = lowestPx;
  }

  dispose(): void {
    this.#scroller.removeEventListener('scroll', this.#changed);
    this.#size.disconnect();
  }

  #range(): readonly [first: number, end: number] {
    const { scrollTop, clientHeight } = this.#scroller;
    if (clientHeight === 0) return [0, 0];
    const first = Math.floor(scrollTop / ROW_PX) - OVERSCAN_ROWS;
    const end = Math.ceil((scrollTop + clientHeight) / ROW_PX) + OVERSCAN_ROWS;
    return [Math.min(this.#count, Math.max(0, first)), Math.min(this.#count, Math.max(0, end))];
  }
}

const at = (index: number): DrawnRow => ({ index, topPx: index * ROW_PX });
