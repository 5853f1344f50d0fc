import { node } from '../../card.ts';

/** A selection narrower than this is a click that shook. */
export const LEAST_BRUSH_PX = 8;

/** The band that is drawn over a plot while a span is selected. */
export class Brush {
  readonly #element = node('div', 'sv-metric-brush');

  constructor(stage: HTMLElement) {
    this.#element.hidden = true;
    stage.append(this.#element);
  }

  /** Shows the band between two places of the stage, px; null takes it away. The same again touches nothing. */
  show(span: { readonly fromX: number; readonly toX: number } | null): void {
    this.#element.hidden = span === null;
    if (span === null) return;
    this.#element.style.left = `${Math.round(Math.min(span.fromX, span.toX))}px`;
    this.#element.style.width = `${Math.round(Math.abs(span.toX - span.fromX))}px`;
  }
}
