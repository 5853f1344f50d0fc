import { node } from '../card.ts';
import { type IconName, paintIcon } from '../icons.ts';
import type { Theme, TokenName } from '../theme.ts';

const SIZE_PX = 12;

/**
 * The sign before a row's name.
 *
 * It is pixels, not an element that comes and goes: that would make the browser sort all layers of the page anew, 70 ms beside
 * a notebook of a hundred charts. A row that never had a sign has no canvas.
 */
export class RowSign {
  readonly element = node('span', 'sv-panel-sign');
  #canvas: HTMLCanvasElement | null = null;
  #shown = '';

  /** The same again paints nothing. */
  show(
    name: IconName | null,
    look: { readonly theme: Theme; readonly token: TokenName; readonly pixelRatio: number },
  ): void {
    const { theme, token, pixelRatio } = look;
    const key = name === null ? '' : `${name}/${token}/${theme.version}/${pixelRatio}`;
    if (key === this.#shown) return;
    this.#shown = key;
    this.#canvas ??= this.#newCanvas();
    const size = Math.round(SIZE_PX * pixelRatio);
    if (this.#canvas.width !== size) this.#canvas.width = this.#canvas.height = size;
    const context = this.#canvas.getContext('2d');
    if (context === null) return;
    context.setTransform(pixelRatio, 0, 0, pixelRatio, 0, 0);
    context.clearRect(0, 0, SIZE_PX, SIZE_PX);
    const { tokens } = theme;
    if (name !== null) paintIcon(context, name, { sizePx: SIZE_PX, color: tokens[token], surface: tokens.surface });
  }

  #newCanvas(): HTMLCanvasElement {
    const canvas = node('canvas', 'sv-panel-sign-picture');
    this.element.append(canvas);
    return canvas;
  }
}
