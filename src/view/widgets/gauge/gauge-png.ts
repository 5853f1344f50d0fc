import type { Theme } from '../../theme.ts';
import type { GaugeLayout } from './arc.ts';

export interface GaugeStill {
  /** The drawn arc, in device pixels. */
  readonly canvas: HTMLCanvasElement;
  /** Width of the arc's area, CSS px. */
  readonly width: number;
  readonly title: string;
  readonly value: string;
  readonly min: string;
  readonly max: string;
  readonly layout: GaugeLayout;
  readonly theme: Theme;
}

const PADDING_PX = 12;
const TITLE_PX = 28;

/** A PNG data URL of a gauge: arc, title, value and the ends of its scale on the card's own ground. */
export function gaugePng(still: GaugeStill): string | null {
  const { canvas, layout, theme } = still;
  const ratio = canvas.width / Math.max(1, still.width);
  const width = still.width + PADDING_PX * 2;
  const height = canvas.height / ratio + TITLE_PX + PADDING_PX * 2;
  const page = document.createElement('canvas');
  page.width = Math.round(width * ratio);
  page.height = Math.round(height * ratio);
  const draw = page.getContext('2d');
  if (!draw) return null;
  draw.scale(ratio, ratio);
  draw.fillStyle = theme.tokens.surface;
  draw.fillRect(0, 0, width, height);
  draw.fillStyle = theme.tokens['text-2'];
  draw.font = `600 13px ${theme.font}`;
  draw.fillText(still.title, PADDING_PX, PADDING_PX + 14);
  draw.translate(PADDING_PX, PADDING_PX + TITLE_PX);
  draw.drawImage(canvas, 0, 0, still.width, canvas.height / ratio);
  draw.textAlign = 'center';
  draw.fillStyle = theme.tokens.text;
  draw.font = `600 ${layout.valueFont}px ${theme.font}`;
  draw.fillText(still.value, layout.centerX, layout.valueTop + layout.valueLine / 2 + 0.36 * layout.valueFont);
  draw.fillStyle = theme.tokens['text-3'];
  draw.font = `400 11px ${theme.font}`;
  draw.fillText(still.min, layout.minX, layout.labelTop + 12);
  draw.fillText(still.max, layout.maxX, layout.labelTop + 12);
  return page.toDataURL('image/png');
}
