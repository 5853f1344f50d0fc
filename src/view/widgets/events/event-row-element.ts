import type { TableRow } from '../../../session/session-view.ts';
import { node } from '../../card.ts';
import type { CellFormats } from '../table/cell-text.ts';
import type { TableColumn } from '../table/columns.ts';
import { RowElement } from '../table/row-element.ts';
import { cellOf, countOf } from './event-columns.ts';
import type { ShownRow } from './event-rows.ts';
import { actorList, actorText, flagText, group } from './event-words.ts';

const SVG = 'http://www.w3.org/2000/svg';
export const SPARK_WIDTH_PX = 60;
const SPARK_HEIGHT_PX = 16;
/** Characters the sparkline takes in the layout of columns. */
const SPARK_CHARS = 9;
const LEAST_BAR_PX = 1;

/** A row of the events table: the count with its sparkline, actors by number (names in the tooltip), flags with their share. */
export class EventRowElement extends RowElement {
  #narrow = false;

  override place(index: number, topPx: number, columns: readonly TableColumn[], widths: readonly number[]): void {
    this.#narrow = columns.every((column) => cellOf(column) !== 'last');
    super.place(index, topPx, columns, widths);
  }

  protected override write(cell: HTMLElement, row: TableRow, column: TableColumn, formats: CellFormats): number {
    const { event, scale } = row as ShownRow;
    this.element.dataset.key = row.key;
    this.element.toggleAttribute('data-idle', event.count === 0);
    switch (cellOf(column)) {
      case 'count':
        return writeCount(
          cell,
          event.count,
          this.#narrow || event.columns.length < 2 ? null : barsPath(event.columns, scale),
        );
      case 'actor': {
        setTitle(cell, actorList(event.actors));
        return setText(cell, actorText(event.actors));
      }
      case 'flag': {
        const count = Number(row.cells[column.cell]);
        const text = flagText(count, countOf(row.cells));
        cell.toggleAttribute('data-set', count > 0);
        setTitle(cell, this.#narrow ? text : '');
        return setText(cell, this.#narrow ? group(count) : text);
      }
      case 'key':
        if (row.key !== '') return super.write(cell, row, column, formats);
        return setText(cell, '(empty)');
      default:
        return super.write(cell, row, column, formats);
    }
  }
}

function setText(cell: HTMLElement, text: string): number {
  if (cell.textContent !== text) cell.textContent = text;
  return text.length;
}

function setTitle(cell: HTMLElement, title: string): void {
  if (cell.title !== title) cell.title = title;
}

/** Writes the number with the bars at its left; null for none. Returns the characters both take. */
function writeCount(cell: HTMLElement, count: number, bars: string | null): number {
  const text = group(count);
  let number = cell.querySelector<HTMLElement>('.sv-event-count');
  if (number === null) {
    number = node('span', 'sv-event-count');
    cell.replaceChildren(sparkline(), number);
    cell.dataset.spark = '';
  }
  setText(number, text);
  const path = cell.querySelector('path');
  if (path && path.getAttribute('d') !== (bars ?? '')) path.setAttribute('d', bars ?? '');
  return text.length + (bars === null ? 0 : SPARK_CHARS);
}

function sparkline(): SVGSVGElement {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('class', 'sv-event-spark');
  svg.setAttribute('width', String(SPARK_WIDTH_PX));
  svg.setAttribute('height', String(SPARK_HEIGHT_PX));
  svg.setAttribute('viewBox', `0 0 ${SPARK_WIDTH_PX} ${SPARK_HEIGHT_PX}`);
  svg.setAttribute('aria-hidden', 'true');
  svg.append(document.createElementNS(SVG, 'path'));
  return svg;
}

/** Bars from the bottom, one per column, full at `scale`; a column with any event has at least 1 px. */
export function barsPath(columns: Float64Array, scale: number): string {
  const step = SPARK_WIDTH_PX / columns.length;
  const width = step > 3 ? step - 1 : step;
  const bars: string[] = [];
  for (const [i, count] of columns.entries()) {
    if (count === 0) continue;
    const height = Math.max(LEAST_BAR_PX, Math.min(1, count / scale) * SPARK_HEIGHT_PX);
    bars.push(`M${round(i * step)} ${SPARK_HEIGHT_PX}v${round(-height)}h${round(width)}v${round(height)}z`);
  }
  return bars.join('');
}

function round(px: number): number {
  return Math.round(px * 100) / 100;
}
