import type { ViewerDetail } from '../../src/transport/socket.ts';
import type { PageRange } from '../../src/view/dashboard/view-controls.ts';

/** Widths that servers tell apart, device px. */
const WIDTHS_PX: readonly number[] = [512, 1024, 2048];
/** What is asked for before any document says how much its charts show. */
const UNKNOWN_RANGE_US = 900e6;

/** The width to state for charts of `devicePx`: the smallest that servers tell apart and that is enough, else the widest. */
export function statedWidth(devicePx: number): number {
  return WIDTHS_PX.find((width) => width >= devicePx) ?? WIDTHS_PX[WIDTHS_PX.length - 1]!;
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
  return { width: statedWidth(devicePx), rangeUs };
}
