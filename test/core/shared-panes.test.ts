import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { mergePanes, type Pane, paneOf } from '../../src/core/pane.ts';
import { QuantileSketch } from '../../src/core/sketch/quantile-sketch.ts';

/** One pane of the file, which test/python/engine/shared_panes.py writes and test_shared_panes.py checks. */
interface SharedPane extends Pane {
  readonly start: number;
  readonly mean: number;
  readonly m2: number;
  readonly increase: number;
  readonly sketch: string;
}

interface SharedCase {
  readonly name: string;
  readonly duration: number;
  readonly times: readonly number[];
  readonly values: readonly (number | null)[];
  readonly panes: readonly SharedPane[];
}

type Row = readonly [time: number, value: number];

const file = new URL('../fixtures/panes/panes.json', import.meta.url);
const { cases } = JSON.parse(readFileSync(file, 'utf8')) as { readonly cases: readonly SharedCase[] };

/** Rows of each pane in order of arrival, by start. */
function grouped({ times, values, duration }: SharedCase): Map<number, Row[]> {
  const cells = new Map<number, Row[]>();
  times.forEach((time, i) => {
    const value = values[i]!;
    if (value === null) return;
    const start = Math.floor(time / duration) * duration;
    cells.set(start, [...(cells.get(start) ?? []), [time, value]]);
  });
  return new Map([...cells].sort(([a], [b]) => a - b));
}

function sketchHex(rows: readonly Row[]): string {
  const sketch = new QuantileSketch();
  for (const [, value] of rows) sketch.add(value);
  return Buffer.from(sketch.encode()).toString('hex');
}

/** Steps between rows in time order, ties by arrival; a fall is a reset and adds the new value. */
function increaseOf(rows: readonly Row[]): number {
  const ordered = rows.toSorted(([a], [b]) => a - b);
  let sum = 0;
  for (let i = 1; i < ordered.length; i++) {
    const [before, after] = [ordered[i - 1]![1], ordered[i]![1]];
    sum += after >= before ? after - before : after;
  }
  return sum;
}

function near(actual: number, expected: number, allowed: number): void {
  expect(Math.abs(actual - expected)).toBeLessThanOrEqual(allowed);
}

describe('test/fixtures/panes, which Python writes', () => {
  test.each(cases)('$name: the core computes the same panes and the same sketch bytes', (shared) => {
    const cells = grouped(shared);
    expect(shared.panes.map(({ start }) => start)).toEqual([...cells.keys()]);
    for (const { start, sum, mean, m2, increase, sketch, ...plain } of shared.panes) {
      const rows = cells.get(start)!;
      const pane = rows.reduce<Pane | null>((held, [time, value]) => mergePanes(held, paneOf(time, value)), null)!;
      const { sum: mySum, ...mine } = pane;
      expect(mine).toEqual(plain);
      expect(sketchHex(rows)).toBe(sketch);
      const size = rows.reduce((total, [, value]) => total + Math.abs(value), 0);
      const allowed = 1e-12 * size + Number.MIN_VALUE;
      const myMean = mySum / rows.length;
      near(mySum, sum, allowed);
      near(myMean, mean, allowed);
      near(increaseOf(rows), increase, 2 * allowed);
      const myM2 = rows.reduce((total, [, value]) => total + (value - myMean) ** 2, 0);
      near(myM2, m2, 1e-9 * m2 + 1e-24 * size * size + Number.MIN_VALUE);
    }
  });
});
