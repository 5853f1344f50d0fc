import { node } from '../../card.ts';

/** One line's end: where it is and what is said of it. */
export interface LineEnd {
  readonly name: string;
  readonly value: string;
  /** y of the line's end, stage px. */
  readonly y: number;
}

const SPACING_PX = 16;
const HALF_PX = SPACING_PX / 2;

/**
 * Moves label centres apart: each as near to its wish as order and a distance of `spacing` allow, all in `[low, high]`.
 *
 * `wishes` must ascend. Where they do not fit, the result starts at `low` and runs over `high`: show fewer.
 * Works like pools of adjacent labels that share their mean displacement.
 */
export function spreadLabels(wishes: readonly number[], low: number, high: number, spacing = SPACING_PX): number[] {
  const pools: { sum: number; count: number }[] = [];
  for (const [index, wish] of wishes.entries()) {
    let pool = { sum: wish - index * spacing, count: 1 };
    for (
      let last = pools.at(-1);
      last !== undefined && last.sum / last.count > pool.sum / pool.count;
      last = pools.at(-1)
    ) {
      pool = { sum: last.sum + pool.sum, count: last.count + pool.count };
      pools.pop();
    }
    pools.push(pool);
  }
  const highest = high - (wishes.length - 1) * spacing;
  const placed: number[] = [];
  for (const pool of pools) {
    const base = Math.max(low, Math.min(highest, pool.sum / pool.count));
    for (let i = 0; i < pool.count; i++) placed.push(base + placed.length * spacing);
  }
  return placed;
}

/** Names and values at the ends of several lines, as DOM text, 16 px apart. */
export class EndLabels {
  readonly element = node('div', 'sv-metric-ends');
  readonly #rows: { readonly row: HTMLElement; readonly name: HTMLElement; readonly value: HTMLElement }[] = [];
  /** Centre of each line's label, stage px; NaN where it has none. */
  centers = new Float64Array(0);

  constructor() {
    this.element.setAttribute('aria-hidden', 'true');
  }

  /** Places all labels. More lines than fit: those with the largest values stay, and the last place says how many more. */
  place(
    ends: readonly LineEnd[],
    area: { readonly top: number; readonly bottom: number; readonly left: number },
  ): void {
    if (this.centers.length !== ends.length) this.centers = new Float64Array(ends.length);
    this.centers.fill(Number.NaN);
    const low = area.top;
    const room = Math.max(1, Math.floor((area.bottom - area.top + HALF_PX) / SPACING_PX) + 1);
    const order = ends.map((_, index) => index).filter((index) => Number.isFinite(ends[index]!.y));
    order.sort((a, b) => ends[a]!.y - ends[b]!.y);
    const hidden = order.length > room ? order.length - room + 1 : 0;
    const shown = hidden > 0 ? order.slice(0, room - 1) : order;
    const wishes = shown.map((index) => ends[index]!.y);
    if (hidden > 0) wishes.push(area.bottom);
    const places = spreadLabels(wishes, low, area.bottom);
    for (const [at, y] of places.entries()) {
      const index = shown[at];
      const end = index === undefined ? null : (ends[index] ?? null);
      if (index !== undefined) this.centers[index] = y;
      this.#show(at, y, area.left, end?.name ?? `+ ${hidden} more`, end?.value ?? '');
    }
    for (let at = places.length; at < this.#rows.length; at++) this.#rows[at]!.row.hidden = true;
  }

  #show(at: number, y: number, left: number, name: string, value: string): void {
    let cells = this.#rows[at];
    if (cells === undefined) {
      const row = node('div', 'sv-metric-end');
      cells = { row, name: node('span', 'sv-metric-end-name'), value: node('b', 'sv-metric-end-value') };
      row.append(cells.name, cells.value);
      this.element.append(row);
      this.#rows[at] = cells;
    }
    const transform = `translateY(${Math.round(y - HALF_PX)}px)`;
    if (cells.row.style.transform !== transform) cells.row.style.transform = transform;
    if (cells.row.style.left !== `${left}px`) cells.row.style.left = `${left}px`;
    if (cells.row.hidden) cells.row.hidden = false;
    if (cells.name.textContent !== name) cells.name.textContent = name;
    if (cells.value.textContent !== value) cells.value.textContent = value;
  }
}
