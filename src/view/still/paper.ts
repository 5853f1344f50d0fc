import type { Theme } from '../theme.ts';
import { TOKENS, type TokenName } from '../theme-tokens.ts';

/** Where something is drawn, CSS px. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** The look of saved pictures: light, whatever the page looks like, because they are read on white pages. */
export const PAPER_THEME: Theme = {
  mode: 'light',
  version: 0,
  tokens: TOKENS.light,
  font: 'system-ui, "Segoe UI", Roboto, "Noto Sans", sans-serif',
  reducedMotion: true,
  highContrast: false,
  subscribe: () => () => {},
};

export interface TextLook {
  readonly size: number;
  readonly weight?: 400 | 500 | 600;
  readonly color?: TokenName;
  /** A colour that is no token; wins over `color`. */
  readonly fill?: string;
  readonly align?: 'left' | 'right' | 'center';
  /** A longer text ends in an ellipsis, px. */
  readonly most?: number;
  readonly mono?: boolean;
}

const MONO = 'ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace';

/** One canvas serves all pictures, one after the other: a new one costs as much as drawing on it. */
let spare: HTMLCanvasElement | null = null;
/** A larger canvas is given back after its picture. */
const SPARE_PIXELS = 400_000;

/** A sheet of a given size that is drawn on in CSS px: white, opaque, read back at once. */
export class Paper {
  readonly context: CanvasRenderingContext2D;
  readonly pixelRatio: number;
  readonly #width: number;
  readonly #height: number;

  private constructor(context: CanvasRenderingContext2D, width: number, height: number, pixelRatio: number) {
    this.context = context;
    this.#width = width;
    this.#height = height;
    this.pixelRatio = pixelRatio;
  }

  /** A white sheet. Null where the browser has no canvas to give. */
  static open(widthPx: number, heightPx: number, pixelRatio: number): Paper | null {
    const width = Math.round(widthPx * pixelRatio);
    const height = Math.round(heightPx * pixelRatio);
    const canvas = spare ?? document.createElement('canvas');
    spare = null;
    if (canvas.width < width) canvas.width = width;
    if (canvas.height < height) canvas.height = height;
    // What is read back must not first come from a graphics card.
    const context = canvas.getContext('2d', { alpha: false, willReadFrequently: true });
    if (context === null) return null;
    context.setTransform(pixelRatio, 0, 0, pixelRatio, 0, 0);
    context.fillStyle = PAPER_THEME.tokens.surface;
    context.fillRect(0, 0, widthPx, heightPx);
    return new Paper(context, width, height, pixelRatio);
  }

  color(name: TokenName): string {
    return PAPER_THEME.tokens[name];
  }

  /** Writes one line with its baseline at `y`; returns its width, px. */
  text(text: string, x: number, y: number, look: TextLook): number {
    const { context } = this;
    context.font = fontOf(look);
    context.textAlign = look.align ?? 'left';
    context.textBaseline = 'alphabetic';
    context.fillStyle = look.fill ?? this.color(look.color ?? 'text');
    const fitted = look.most === undefined ? text : fitText(context, text, look.most);
    context.fillText(fitted, x, y);
    return context.measureText(fitted).width;
  }

  /** The width of a text on one line, px. */
  width(text: string, look: TextLook): number {
    this.context.font = fontOf(look);
    return this.context.measureText(text).width;
  }

  /** What `draw` returns, without anything seen of it. */
  measure<T>(draw: () => T): T {
    const { context } = this;
    context.save();
    context.beginPath();
    context.rect(0, 0, 0, 0);
    context.clip();
    const result = draw();
    context.restore();
    return result;
  }

  /** A horizontal line 1 px high. */
  rule(x: number, y: number, width: number, color: string): void {
    this.context.fillStyle = color;
    this.context.fillRect(x, Math.round(y), width, 1);
  }

  /** The border of a card. */
  frame(box: Box): void {
    const { context } = this;
    context.strokeStyle = this.color('border');
    context.lineWidth = 1;
    context.beginPath();
    context.roundRect(box.x + 0.5, box.y + 0.5, box.width - 1, box.height - 1, 8);
    context.stroke();
  }

  /** Runs `draw` with everything outside the box cut off. */
  clipped(box: Box, draw: () => void): void {
    const { context } = this;
    context.save();
    context.beginPath();
    context.rect(box.x, box.y, box.width, box.height);
    context.clip();
    draw();
    context.restore();
  }

  /** RGBA of all device pixels; the sheet must not be drawn on any more. */
  finish(): { readonly pixels: Uint8ClampedArray; readonly width: number; readonly height: number } {
    const [width, height] = [this.#width, this.#height];
    const { data } = this.context.getImageData(0, 0, width, height);
    const { canvas } = this.context;
    if (canvas.width * canvas.height <= SPARE_PIXELS) spare = canvas;
    return { pixels: data, width, height };
  }
}

const fontOf = ({ weight = 400, size, mono }: TextLook): string =>
  `${weight} ${size}px ${mono === true ? MONO : PAPER_THEME.font}`;

/** The text, or as much of its beginning as fits with an ellipsis. */
function fitText(context: CanvasRenderingContext2D, text: string, most: number): string {
  if (context.measureText(text).width <= most) return text;
  let low = 0;
  let high = text.length;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (context.measureText(`${text.slice(0, middle)}…`).width <= most) low = middle;
    else high = middle - 1;
  }
  return low === 0 ? '' : `${text.slice(0, low).trimEnd()}…`;
}
