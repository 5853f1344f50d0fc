import type { Frame } from './widget-view.ts';

/** What the scheduler draws. */
export interface Drawable {
  draw(frame: Frame): void;
  readonly animating: boolean;
}

/** The page's clock and frames; tests give their own. */
export interface FrameHost {
  requestFrame(callback: (nowMs: number) => void): number;
  cancelFrame(id: number): void;
  pixelRatio(): number;
  /** A clock that moves on while a frame is drawn, ms. */
  nowMs(): number;
  /** Told of a `draw` that threw; the other widgets are drawn all the same. */
  onError(error: unknown): void;
}

/** One scheduled widget. Every method is harmless after `remove`. */
export interface ScheduledWidget {
  /** Asks for a draw in the next frame in which the widget is visible. */
  invalidate(): void;
  /** Hidden widgets are not drawn; what was asked meanwhile is drawn once when it shows again. */
  setVisible(visible: boolean): void;
  /** Content size, CSS px; a change invalidates. */
  resize(widthPx: number, heightPx: number): void;
  remove(): void;
}

interface Entry {
  readonly drawable: Drawable;
  readonly clockUs: () => number;
  dirty: boolean;
  visible: boolean;
  widthPx: number;
  heightPx: number;
}

/** Drawing time of one frame, ms: the rest of its 16.7 is the browser's, which lays out and paints what was drawn. */
const DRAW_MS = 12;

const BROWSER: FrameHost = {
  requestFrame: (callback) => requestAnimationFrame(callback),
  cancelFrame: (id) => cancelAnimationFrame(id),
  pixelRatio: () => globalThis.devicePixelRatio || 1,
  nowMs: () => performance.now(),
  onError: (error) => reportError(error),
};

/**
 * The one animation loop of a page.
 *
 * 1. A widget is drawn at most once per frame, and only while it is visible and was invalidated or is `animating`.
 * 2. A frame that has drawn for 12 ms leaves the rest to the next one, which begins with them: many charts that open together
 *    hold nothing up, and where there is more to draw than time each gets its turn. One is drawn in any case.
 * 3. While nothing is due no frame is asked for.
 * 4. A `draw` that throws is reported and does not stop the others.
 * 5. A frame allocates nothing.
 */
export class FrameScheduler {
  readonly #host: FrameHost;
  readonly #entries: Entry[] = [];
  readonly #frame = { nowMs: 0, clockUs: 0, width: 0, height: 0, pixelRatio: 1 };
  #frameId: number | null = null;
  /** Where the next frame begins. */
  #first = 0;
  #drawing = false;

  constructor(host: FrameHost = BROWSER) {
    this.#host = host;
  }

  /** Widgets in the schedule. */
  get size(): number {
    return this.#entries.length;
  }

  /**
   * Takes a widget in; it is invisible and due at first.
   *
   * @param clockUs The producer's clock, us: `store.nowUs`.
   */
  add(drawable: Drawable, clockUs: () => number): ScheduledWidget {
    const entry: Entry = { drawable, clockUs, dirty: true, visible: false, widthPx: 0, heightPx: 0 };
    this.#entries.push(entry);
    return {
      invalidate: () => {
        if (entry.dirty) return;
        entry.dirty = true;
        this.#ask();
      },
      setVisible: (visible) => {
        if (entry.visible === visible) return;
        entry.visible = visible;
        entry.dirty = true;
        this.#ask();
      },
      resize: (widthPx, heightPx) => {
        if (entry.widthPx === widthPx && entry.heightPx === heightPx) return;
        entry.widthPx = widthPx;
        entry.heightPx = heightPx;
        entry.dirty = true;
        this.#ask();
      },
      remove: () => {
        const index = this.#entries.indexOf(entry);
        if (index >= 0) this.#entries.splice(index, 1);
        if (index >= 0 && index < this.#first) this.#first--;
        entry.visible = false;
      },
    };
  }

  /** Stops the loop and forgets every widget. */
  dispose(): void {
    if (this.#frameId !== null) this.#host.cancelFrame(this.#frameId);
    this.#frameId = null;
    this.#entries.length = 0;
  }

  #isDue(entry: Entry): boolean {
    return entry.visible && (entry.dirty || entry.drawable.animating);
  }

  #ask(): void {
    if (this.#frameId !== null || this.#drawing || !this.#anyDue()) return;
    this.#frameId = this.#host.requestFrame(this.#onFrame);
  }

  #anyDue(): boolean {
    for (let i = 0; i < this.#entries.length; i++) if (this.#isDue(this.#entries[i]!)) return true;
    return false;
  }

  readonly #onFrame = (nowMs: number): void => {
    this.#frameId = null;
    this.#drawing = true;
    const frame = this.#frame;
    frame.nowMs = nowMs;
    frame.pixelRatio = this.#host.pixelRatio();
    const endMs = this.#host.nowMs() + DRAW_MS;
    const first = this.#first;
    let isFirst = true;
    // A draw may remove entries: the places are looked up anew each time.
    for (let i = 0; i < this.#entries.length; i++) {
      const place = (first + i) % this.#entries.length;
      const entry = this.#entries[place]!;
      if (!this.#isDue(entry)) continue;
      if (!isFirst && this.#host.nowMs() >= endMs) {
        this.#first = place;
        break;
      }
      isFirst = false;
      entry.dirty = false;
      frame.clockUs = entry.clockUs();
      frame.width = entry.widthPx;
      frame.height = entry.heightPx;
      try {
        entry.drawable.draw(frame);
      } catch (error) {
        this.#host.onError(error);
      }
    }
    this.#drawing = false;
    this.#ask();
  };
}
