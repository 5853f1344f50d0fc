import { mergePaneInto } from '../../../../src/core/pane.ts';
import { QuantileSketch } from '../../../../src/core/sketch/quantile-sketch.ts';
import { type CellRows, createCellRows, gatherCells } from './cell-rows.ts';

/** Cells of all lists, of equal starts merged: a later list came after. What is not known of one is not known of both. */
export function mergedCells(lists: readonly CellRows[]): CellRows {
  const all = gatherCells(lists, () => true);
  let isDistinct = true;
  for (let i = 1; i < all.length && isDistinct; i += 1) isDistinct = all.start[i] !== all.start[i - 1];
  return isDistinct ? all : withEqualsMerged(all);
}

/** Cells of which no two start at one time; those that did are merged in their order. */
function withEqualsMerged(all: CellRows): CellRows {
  const starts = new Set(all.start).size;
  const out = createCellRows(starts);
  let at = -1;
  for (let i = 0; i < all.length; i += 1) {
    if (at < 0 || out.start[at] !== all.start[i]) {
      at += 1;
      out.start[at] = all.start[i]!;
      mergePaneInto(out, at, all, i);
      out.m2[at] = all.m2[i]!;
      out.increase[at] = all.increase[i]!;
      out.sketch[at] = all.sketch[i] ?? null;
    } else mergeCell(out, at, all, i);
  }
  return out;
}

function mergeCell(out: ReturnType<typeof createCellRows>, at: number, from: CellRows, row: number): void {
  const [n, m] = [out.count[at]!, from.count[row]!];
  const distance = from.sum[row]! / m - out.sum[at]! / n;
  out.m2[at] = out.m2[at]! + from.m2[row]! + (distance * distance * n * m) / (n + m);
  out.increase[at] =
    out.lastTime[at]! <= from.firstTime[row]!
      ? out.increase[at]! + stepUp(out.last[at]!, from.first[row]!) + from.increase[row]!
      : Number.NaN;
  out.sketch[at] = mergedSketch(out.sketch[at] ?? null, from.sketch[row] ?? null);
  mergePaneInto(out, at, from, row);
}

/** The increase from one value of a counter to the next: after a fall it counts from 0. */
export const stepUp = (before: number, after: number): number => (after >= before ? after - before : after);

/** Of what only one of both knows the sketch covers that much. */
function mergedSketch(a: Uint8Array | null, b: Uint8Array | null): Uint8Array | null {
  if (a === null || b === null) return a ?? b;
  const sketch = QuantileSketch.decode(a);
  sketch.merge(QuantileSketch.decode(b));
  return sketch.encode();
}
