/** Strokes of each icon in a 16 px box; filled parts are marked by a leading `#`. */
const PATHS = {
  warning: ['M8 2.4 14.4 13.4H1.6Z', 'M8 6.6v3M8 11.5v.01'],
  critical: ['#M5.4 1.6h5.2l3.8 3.8v5.2l-3.8 3.8H5.4l-3.8-3.8V5.4Z', '!M8 4.8v3.8M8 11.1v.01'],
  pause: ['M5.5 3.5v9M10.5 3.5v9'],
  play: ['#M5 3.2v9.6l7.6-4.8Z'],
  clock: ['M8 2.2a5.8 5.8 0 1 1 0 11.6A5.8 5.8 0 0 1 8 2.2Z', 'M8 5v3.2l2.2 1.4'],
  disconnected: ['M8 2.2a5.8 5.8 0 1 1 0 11.6A5.8 5.8 0 0 1 8 2.2Z', 'M4 12 12 4'],
  reset: ['M3.1 8.4A5 5 0 1 0 4.7 4.4L3.2 5.8', 'M3.1 2.6v3.3h3.3'],
  download: ['M8 2.5v7M5 6.8l3 3 3-3M3 13.2h10'],
  fullscreen: ['M9.6 3H13v3.4M6.4 13H3V9.6M13 3 9.2 6.8M3 13l3.8-3.8'],
  close: ['M4 4l8 8M12 4l-8 8'],
  check: ['m3.5 8.6 3 3 6-7'],
  info: ['M8 2.2a5.8 5.8 0 1 1 0 11.6A5.8 5.8 0 0 1 8 2.2Z', 'M8 7.4v3.4M8 5.1v.01'],
  'chevron-right': ['m6 3.8 4.2 4.2L6 12.2'],
  'chevron-down': ['m3.8 6 4.2 4.2L12.2 6'],
  'arrow-up': ['M8 13V3M3.6 7.4 8 3l4.4 4.4'],
  'arrow-down': ['M8 3v10M3.6 8.6 8 13l4.4-4.4'],
  moon: ['M13 9.6A5.5 5.5 0 0 1 6.4 3 5.5 5.5 0 1 0 13 9.6Z'],
  sun: [
    'M8 5a3 3 0 1 1 0 6 3 3 0 0 1 0-6Z',
    'M8 1.5v1M8 13.5v1M1.5 8h1M13.5 8h1M3.4 3.4l.7.7M11.9 11.9l.7.7M3.4 12.6l.7-.7M11.9 4.1l.7-.7',
  ],
  auto: ['M8 2.2a5.8 5.8 0 1 1 0 11.6A5.8 5.8 0 0 1 8 2.2Z', '#M8 2.2a5.8 5.8 0 0 1 0 11.6Z'],
  more: ['M3.5 8h.01M8 8h.01M12.5 8h.01'],
  rows: ['M3 4h10M3 8h10M3 12h10'],
  cards: ['M3 3h10v4H3zM3 9.5h10V13H3z'],
  pin: ['M6 2.6h4l-.5 4.2 2 2.2v1H4.5V9l2-2.2zM8 10v3.6'],
  search: ['M7 2.8a4.2 4.2 0 1 1 0 8.4 4.2 4.2 0 0 1 0-8.4Z', 'm10.2 10.2 3 3'],
} as const;

export type IconName = keyof typeof PATHS;

const SVG = 'http://www.w3.org/2000/svg';
const SMALL: ReadonlySet<IconName> = new Set([
  'warning',
  'critical',
  'clock',
  'disconnected',
  'chevron-right',
  'chevron-down',
  'arrow-up',
  'arrow-down',
]);
const CHIP_PX = 12;
const TOOL_PX = 16;

/**
 * A new icon in the colour of its surroundings, hidden from screen readers: the words beside it say the same.
 *
 * @param sizePx Default: 12 for signs that stand in text, 16 for those of buttons.
 */
export function icon(name: IconName, sizePx = SMALL.has(name) ? CHIP_PX : TOOL_PX): SVGSVGElement {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', '0 0 16 16');
  svg.setAttribute('width', String(sizePx));
  svg.setAttribute('height', String(sizePx));
  svg.setAttribute('aria-hidden', 'true');
  svg.setAttribute('focusable', 'false');
  svg.dataset.icon = name;
  svg.style.flex = 'none';
  const strokePx = (1.5 * TOOL_PX) / Math.max(sizePx, CHIP_PX);
  for (const path of PATHS[name])
    svg.append(strokeOf(path, name === 'pause' || name === 'more' ? 2 : Math.min(strokePx, 1.8)));
  return svg;
}

function strokeOf(path: string, width: number): SVGPathElement {
  const element = document.createElementNS(SVG, 'path');
  const filled = path.startsWith('#');
  const onFill = path.startsWith('!');
  element.setAttribute('d', filled || onFill ? path.slice(1) : path);
  element.setAttribute('fill', filled ? 'currentColor' : 'none');
  element.setAttribute('stroke', onFill ? 'var(--sv-surface)' : 'currentColor');
  element.setAttribute('stroke-width', String(filled ? 1 : width));
  element.setAttribute('stroke-linecap', 'round');
  element.setAttribute('stroke-linejoin', 'round');
  return element;
}
