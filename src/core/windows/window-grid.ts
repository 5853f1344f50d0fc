import { commonDivisor, type WindowShape } from './window-shape.ts';

/**
 * Numbers panes and windows of a tumbling or sliding shape; both count from the origin and may be negative.
 *
 * Pane `k` is `[origin + k * paneSize, + paneSize)`; window `w` ends at `origin + w * slide`. Every method is O(1); with
 * whole times up to 2^53 in size every answer is exact, but within a window's length of that end. -Infinity and +Infinity
 * answer themselves.
 */
export class WindowGrid {
  readonly size: number;
  readonly slide: number;
  /** In `[0, slide)`: the same windows as the origin that was asked for. */
  readonly origin: number;
  /** gcd(size, slide). */
  readonly paneSize: number;
  readonly panesPerWindow: number;
  readonly panesPerSlide: number;

  constructor(shape: Exclude<WindowShape, { readonly kind: 'session' }>) {
    this.size = shape.size;
    this.slide = shape.kind === 'sliding' ? shape.slide : shape.size;
    this.origin = ((shape.origin % this.slide) + this.slide) % this.slide;
    this.paneSize = commonDivisor(this.size, this.slide);
    this.panesPerWindow = this.size / this.paneSize;
    this.panesPerSlide = this.slide / this.paneSize;
  }

  paneAt(time: number): number {
    return Math.floor((time - this.origin) / this.paneSize);
  }

  paneStart(pane: number): number {
    return this.origin + pane * this.paneSize;
  }

  /** The first window that holds this pane. */
  firstWindow(pane: number): number {
    return Math.floor(pane / this.panesPerSlide) + 1;
  }

  /** The last window that holds this pane. */
  lastWindow(pane: number): number {
    return Math.floor((pane + this.panesPerWindow) / this.panesPerSlide);
  }

  /** The first pane of a window. */
  firstPane(window: number): number {
    return window * this.panesPerSlide - this.panesPerWindow;
  }

  /** The pane after the last one of a window. */
  endPane(window: number): number {
    return window * this.panesPerSlide;
  }

  windowEnd(window: number): number {
    return this.origin + window * this.slide;
  }

  /** The last window that ends at `time` or before. */
  lastEndedBy(time: number): number {
    return Math.floor((time - this.origin) / this.slide);
  }
}
