import type { ViewerDetail } from '../../src/transport/socket.ts';
import type { PageRange } from '../../src/view/dashboard/view-controls.ts';

/** Widths that servers tell apart, device px. */
const WIDTHS_PX: readonly number[] = [512, 1024, 2048];
/** What is asked for before any document says how much its charts show. */
const UNKNOWN_RANGE_US = 900e6;

/** Durations of the cells that history is kept in, us. */
const TIERS_US: readonly number[] = [1e6, 10e6, 60e6, 600e6];
/** A server gives at most so many cells for a pixel. */
const CELLS_PER_PX = 0.75;
/** Wider cells than these look like steps. */
const MOST_CELL_PX = 4;

/**
 * The width to state for charts of `devicePx`: the smallest that servers tell apart and that is enough. As tiers of
 * cells are ten times as long as the finer ones, the next width is taken where else a cell would be wider than 4 px.
 */
export function statedWidth(devicePx: number, rangeUs: number | null): number {
  const widest = WIDTHS_PX[WIDTHS_PX.length - 1]!;
  const enough = WIDTHS_PX.filter((width) => width >= devicePx);
  if (rangeUs === null) return enough[0] ?? widest;
  const isFine = (width: number): boolean => {
    const cellUs = TIERS_US.find((tierUs) => rangeUs / tierUs <= CELLS_PER_PX * width) ?? Number.POSITIVE_INFINITY;
    return cellUs <= (MOST_CELL_PX * rangeUs) / devicePx || cellUs === TIERS_US[0];
  };
  return enough.find(isFine) ?? widest;
}

/**
 * How fine a page wants its data: the widest chart's pixels, rounded up to what servers tell apart, and the visible time.
 *
 * @param ownUs The shortest range a chart was declared with; null where that is not known.
 */
export function wantedDetail(page: HTMLElement, range: PageRange, ownUs: number | null): ViewerDetail {
  let width = 0;
  for (const { offsetWidth } of page.querySelectorAll<HTMLElement>('.sv-card[data-kind="metric"]')) {
    width = Math.max(width, offsetWidth);
  }
  const devicePx = (width || innerWidth) * (globalThis.devicePixelRatio || 1);
  const rangeUs = range === 'own' ? (ownUs ?? UNKNOWN_RANGE_US) : range === 'all' ? null : range;
  return {
    width: statedWidth(devicePx, rangeUs),
    rangeUs,
  };
}
