import type { TimeSpan } from '../../../session/session-view.ts';
import { type PlotScale, xOf } from './line-painter.ts';

const TILE_PX = 6;
const LEAST_PX = 2;
const UNDERLINE_PX = 2;

/** Draws what is missing (inset with 45 degree hatch) and what was restored (an underline at the plot's foot). */
export class SpanPainter {
  #tile: HTMLCanvasElement | null = null;
  #tileKey = '';
  #pattern: CanvasPattern | null = null;

  /** Bands over spans whose samples are not known yet; the hatch moves with the line. */
  paintMissing(
    context: CanvasRenderingContext2D,
    spans: readonly TimeSpan[],
    scale: PlotScale,
    colors: { readonly inset: string; readonly border: string; readonly pixelRatio: number },
  ): void {
    for (let i = 0; i < spans.length; i++) {
      const span = spans[i]!;
      const from = Math.max(scale.left, xOf(scale, span.startUs));
      const to = Math.min(scale.right, Math.max(xOf(scale, span.endUs), xOf(scale, span.startUs) + LEAST_PX));
      if (to <= from) continue;
      context.save();
      context.translate(xOf(scale, span.startUs) % TILE_PX, scale.top);
      const x = from - (xOf(scale, span.startUs) % TILE_PX);
      context.fillStyle = colors.inset;
      context.fillRect(x, 0, to - from, scale.bottom - scale.top);
      context.fillStyle = this.#hatch(context, colors) ?? colors.inset;
      context.fillRect(x, 0, to - from, scale.bottom - scale.top);
      context.restore();
    }
  }

  paintRestored(context: CanvasRenderingContext2D, spans: readonly TimeSpan[], scale: PlotScale, color: string): void {
    context.fillStyle = color;
    for (let i = 0; i < spans.length; i++) {
      const from = Math.max(scale.left, xOf(scale, spans[i]!.startUs));
      const to = Math.min(scale.right, Math.max(xOf(scale, spans[i]!.endUs), from + LEAST_PX));
      if (to > from) context.fillRect(from, scale.bottom - UNDERLINE_PX / 2, to - from, UNDERLINE_PX);
    }
  }

  #hatch(
    context: CanvasRenderingContext2D,
    colors: { readonly border: string; readonly pixelRatio: number },
  ): CanvasPattern | null {
    const key = `${colors.border}/${colors.pixelRatio}`;
    if (this.#pattern !== null && this.#tileKey === key) return this.#pattern;
    this.#tileKey = key;
    this.#tile ??= document.createElement('canvas');
    const ratio = colors.pixelRatio;
    this.#tile.width = this.#tile.height = Math.round(TILE_PX * ratio);
    const tile = this.#tile.getContext('2d');
    if (tile === null) return null;
    const size = this.#tile.width;
    tile.strokeStyle = colors.border;
    tile.lineWidth = ratio;
    tile.beginPath();
    for (const shift of [-size, 0, size]) {
      tile.moveTo(shift - 1, size + 1);
      tile.lineTo(shift + size + 1, -1);
    }
    tile.stroke();
    this.#pattern = context.createPattern(this.#tile, 'repeat');
    this.#pattern?.setTransform(new DOMMatrix([TILE_PX / size, 0, 0, TILE_PX / size, 0, 0]));
    return this.#pattern;
  }
}
