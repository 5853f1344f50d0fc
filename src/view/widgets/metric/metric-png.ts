import type { Theme } from '../../theme.ts';

/** A PNG of a metric as a data URL: title, value and chart on the card's surface; null where a canvas is not to be had. */
export function metricPng(parts: {
  readonly theme: Theme;
  readonly title: string;
  readonly value: string;
  readonly canvases: readonly HTMLCanvasElement[];
  readonly pixelRatio: number;
}): string | null {
  const { theme, title, value, canvases, pixelRatio } = parts;
  const [first] = canvases;
  if (first === undefined || first.width === 0) return null;
  const headPx = value === '' ? 36 : 72;
  const picture = document.createElement('canvas');
  picture.width = first.width;
  picture.height = first.height + Math.round(headPx * pixelRatio);
  const context = picture.getContext('2d');
  if (context === null) return null;
  context.fillStyle = theme.tokens.surface;
  context.fillRect(0, 0, picture.width, picture.height);
  for (const canvas of canvases) context.drawImage(canvas, 0, headPx * pixelRatio);
  context.setTransform(pixelRatio, 0, 0, pixelRatio, 0, 0);
  context.fillStyle = theme.tokens['text-2'];
  context.font = `600 13px ${theme.font}`;
  context.fillText(title, 12, 25);
  context.fillStyle = theme.tokens.text;
  context.font = `600 28px ${theme.font}`;
  context.fillText(value, 12, 60);
  return picture.toDataURL('image/png');
}
