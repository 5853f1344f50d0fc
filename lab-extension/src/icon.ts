/** Path of the extension's icon on a 16 x 16 grid: a line that lives, and the dot at its end. */
const LINE = 'M1.5 11.5 4.5 7l3 3.5 4-6';
const SVG = 'http://www.w3.org/2000/svg';

/** Draws the icon in the colour of the host's own side-bar icons, so that it follows every theme. */
export function drawPanelIcon(host: HTMLElement): void {
  const { ownerDocument } = host;
  const svg = ownerDocument.createElementNS(SVG, 'svg');
  const attributes = { viewBox: '0 0 16 16', width: '20', height: '20', 'aria-hidden': 'true', class: 'sv-lab-icon' };
  for (const [name, value] of Object.entries(attributes)) svg.setAttribute(name, value);
  const line = ownerDocument.createElementNS(SVG, 'path');
  line.setAttribute('d', LINE);
  const dot = ownerDocument.createElementNS(SVG, 'circle');
  for (const [name, value] of Object.entries({ cx: '12.5', cy: '4', r: '1.75' })) dot.setAttribute(name, value);
  svg.append(line, dot);
  host.replaceChildren(svg);
}
