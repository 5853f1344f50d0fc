/** What a pointer or a key over the plot asks for. Positions are stage px. */
export interface PlotGestures {
  /** The cursor is over `x`, `y`. */
  hover(x: number, y: number): void;
  /** Nothing is pointed at any more. */
  leave(): void;
  /** The cursor moves by `steps` samples, or to the `first` or `last` visible one. */
  step(to: number | 'first' | 'last'): void;
  zoom(factor: number, x: number): void;
  /** Drags the picture by `px` to the right. */
  pan(px: number): void;
  /**
   * A span is drawn between two places; `done` at its end, null where it was given up. Absent: dragging pans. Present:
   * dragging selects, with Shift it pans, and a sideways wheel pans without the focus.
   */
  select?(span: { readonly fromX: number; readonly toX: number } | null, done: boolean): void;
  reset(): void;
  togglePause(): void;
}

const DRAG_FROM_PX = 4;
const WHEEL_LINE_PX = 16;
const KEY_ZOOM = 0.5;

/**
 * Pointer, wheel and keys of one plot as gestures.
 *
 * The wheel zooms with Ctrl or Cmd, and without them once the plot has the focus (a click, Tab), so that a notebook can
 * be scrolled over its charts. A tap pins the cursor; Escape and a tap outside let it go.
 */
export class PlotPointer {
  readonly #element: HTMLElement;
  readonly #gestures: PlotGestures;
  readonly #abort = new AbortController();
  #dragX = Number.NaN;
  #dragging = false;
  /** Where a selection began; NaN while none is drawn. */
  #selectX = Number.NaN;
  #pinned = false;

  constructor(element: HTMLElement, gestures: PlotGestures) {
    this.#element = element;
    this.#gestures = gestures;
    const signal = this.#abort.signal;
    element.addEventListener('pointermove', (event) => this.#move(event), { signal });
    element.addEventListener('pointerdown', (event) => this.#down(event), { signal });
    element.addEventListener('pointerup', (event) => this.#up(event), { signal });
    element.addEventListener('pointercancel', () => this.#endDrag(), { signal });
    element.addEventListener('pointerleave', () => this.#leave(), { signal });
    element.addEventListener('dblclick', () => gestures.reset(), { signal });
    element.addEventListener('wheel', (event) => this.#wheel(event), { signal, passive: false });
    element.addEventListener('keydown', (event) => this.#key(event), { signal });
    element.addEventListener('blur', () => this.#release(), { signal });
  }

  dispose(): void {
    this.#abort.abort();
  }

  #x(event: MouseEvent): number {
    return event.clientX - this.#element.getBoundingClientRect().left;
  }

  #y(event: MouseEvent): number {
    return event.clientY - this.#element.getBoundingClientRect().top;
  }

  #move(event: PointerEvent): void {
    if (!Number.isNaN(this.#dragX) && (event.buttons & 1) === 1) {
      const moved = event.clientX - this.#dragX;
      if (!this.#dragging && Math.abs(moved) < DRAG_FROM_PX) return;
      if (!this.#dragging) {
        this.#dragging = true;
        if (this.#gestures.select !== undefined && !event.shiftKey) this.#selectX = this.#x(event) - moved;
        else this.#element.toggleAttribute('data-dragging', true);
        this.#element.setPointerCapture(event.pointerId);
        this.#gestures.leave();
      }
      if (!Number.isNaN(this.#selectX)) {
        this.#gestures.select?.({ fromX: this.#selectX, toX: this.#x(event) }, false);
        return;
      }
      this.#dragX = event.clientX;
      this.#gestures.pan(moved);
    } else if (event.pointerType !== 'touch') {
      this.#gestures.hover(this.#x(event), this.#y(event));
    }
  }

  #down(event: PointerEvent): void {
    if (event.button === 0) this.#dragX = event.clientX;
  }

  #up(event: PointerEvent): void {
    if (!this.#dragging && event.pointerType === 'touch') {
      this.#pinned = true;
      this.#gestures.hover(this.#x(event), this.#y(event));
    }
    if (!Number.isNaN(this.#selectX)) {
      this.#gestures.select?.({ fromX: this.#selectX, toX: this.#x(event) }, true);
      this.#selectX = Number.NaN;
    }
    this.#endDrag();
  }

  /** A selection that did not come to its end is given up. */
  #endDrag(): void {
    if (!Number.isNaN(this.#selectX)) this.#gestures.select?.(null, true);
    this.#selectX = Number.NaN;
    this.#dragX = Number.NaN;
    this.#dragging = false;
    this.#element.removeAttribute('data-dragging');
  }

  #leave(): void {
    if (!this.#pinned && !this.#dragging) this.#gestures.leave();
  }

  #release(): void {
    this.#pinned = false;
    this.#gestures.leave();
  }

  #wheel(event: WheelEvent): void {
    const root = this.#element.getRootNode() as Document | ShadowRoot;
    const isSideways = Math.abs(event.deltaX) > Math.abs(event.deltaY);
    const isFree = isSideways && this.#gestures.select !== undefined;
    if (!event.ctrlKey && !event.metaKey && !isFree && root.activeElement !== this.#element) return;
    event.preventDefault();
    const px = event.deltaMode === 1 ? WHEEL_LINE_PX : 1;
    if (isSideways) this.#gestures.pan(-event.deltaX * px);
    else this.#gestures.zoom(Math.exp(Math.max(-1, Math.min(1, event.deltaY * px * 0.002))), this.#x(event));
  }

  #key(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const { left, width } = this.#element.getBoundingClientRect();
    switch (event.key) {
      case 'ArrowLeft':
        this.#gestures.step(event.shiftKey ? -10 : -1);
        break;
      case 'ArrowRight':
        this.#gestures.step(event.shiftKey ? 10 : 1);
        break;
      case 'Home':
        this.#gestures.step('first');
        break;
      case 'End':
        this.#gestures.step('last');
        break;
      case '+':
      case '=':
        this.#gestures.zoom(KEY_ZOOM, left + width);
        break;
      case '-':
        this.#gestures.zoom(1 / KEY_ZOOM, left + width);
        break;
      case '0':
        this.#gestures.reset();
        break;
      case ' ':
        this.#gestures.togglePause();
        break;
      case 'Escape':
        if (!this.#dragging) {
          this.#release();
          // Where the page shares its zoom, Escape ends that too.
          if (this.#gestures.select !== undefined) return;
          break;
        }
        this.#endDrag();
        break;
      default:
        return;
    }
    // Notebooks bind most of these keys to their own commands.
    event.preventDefault();
    event.stopPropagation();
  }
}
