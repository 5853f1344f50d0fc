type Listener<T> = (value: T) => void;

/** Px around the viewport in which a widget already counts as visible, so that scrolling shows no empty chart. */
const MARGIN_PX = 64;

let intersections: IntersectionObserver | null = null;
let resizes: ResizeObserver | null = null;
const onVisible = new WeakMap<Element, Listener<boolean>>();
const onSize = new WeakMap<Element, (widthPx: number, heightPx: number) => void>();

/**
 * Tells whether an element is on the screen (or within 64 px of it), at once and on every change, until the returned
 * function is called. One observer serves the page; an element has at most one listener, the newest.
 */
export function watchVisibility(element: Element, listener: Listener<boolean>): () => void {
  intersections ??= new IntersectionObserver(
    (entries) => {
      for (const entry of entries) onVisible.get(entry.target)?.(entry.isIntersecting);
    },
    { rootMargin: `${MARGIN_PX}px` },
  );
  onVisible.set(element, listener);
  intersections.observe(element);
  return () => {
    onVisible.delete(element);
    intersections?.unobserve(element);
  };
}

/** Tells an element's content size in CSS px, at once and on every change, until the returned function is called. */
export function watchSize(element: Element, listener: (widthPx: number, heightPx: number) => void): () => void {
  resizes ??= new ResizeObserver((entries) => {
    for (const entry of entries) onSize.get(entry.target)?.(entry.contentRect.width, entry.contentRect.height);
  });
  onSize.set(element, listener);
  resizes.observe(element);
  return () => {
    onSize.delete(element);
    resizes?.unobserve(element);
  };
}
