// What windows of many panes are merged with, against merging their panes afresh.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DistinctSet } from '../../../src/core/distinct-set.ts';
import { QuantileSketch } from '../../../src/core/sketch/quantile-sketch.ts';
import { COUNT, MARKS, mergeRow, ROW, ROW_SHIFT } from '../../../src/core/windows/pane-row.ts';
import { PaneTree } from '../../../src/core/windows/pane-tree.ts';
import { SlidingPanes } from '../../../src/core/windows/sliding-panes.ts';
import { WindowPanes } from '../../../src/core/windows/window-panes.ts';

const LIMIT = 12;
const keep = { spread: false, counter: false, anchored: false, sketch: true, distinct: true, distinctLimit: LIMIT };

function addTo(panes: WindowPanes, index: number, values: readonly number[]): void {
  const times = new Float64Array(values.length).fill(index);
  panes.addRun(panes.ensure(index), times, Float64Array.from(values), 0, values.length);
}

/** Sketch and distinct values of the slots, merged afresh. */
function afresh(panes: WindowPanes, low: number, high: number) {
  const sketch = new QuantileSketch();
  const distinct = new DistinctSet(LIMIT);
  for (let slot = low; slot < high; slot += 1) {
    const [held, values] = [panes.sketchAt(slot), panes.distinctAt(slot)];
    if (held) sketch.merge(held);
    if (values) distinct.merge(values);
  }
  return { bytes: sketch.count > 0 ? sketch.encode() : null, exact: sketch.exact, distinct };
}

const paneValues = fc.oneof(
  { weight: 5, arbitrary: fc.array(fc.nat({ max: 15 }), { maxLength: 8 }) },
  { weight: 1, arbitrary: fc.array(fc.nat({ max: 30 }), { minLength: 30, maxLength: 45 }) },
);
/** How the window's first pane and length change from one result to the next, and a pane that changes before it. */
const moves = fc.array(
  fc.record({
    by: fc.oneof({ weight: 6, arbitrary: fc.nat({ max: 3 }) }, fc.integer({ min: -4, max: 30 })),
    length: fc.oneof({ weight: 6, arbitrary: fc.constant(8) }, fc.integer({ min: 1, max: 20 })),
    change: fc.option(fc.nat({ max: 60 }), { freq: 3 }),
    leaves: fc.boolean(),
  }),
  { maxLength: 60 },
);

test('sketch and distinct values that move with a window are those of its panes merged afresh', () => {
  fc.assert(
    fc.property(fc.array(paneValues, { minLength: 1, maxLength: 60 }), moves, (values, steps) => {
      const panes = new WindowPanes(keep);
      for (const [i, held] of values.entries()) if (held.length > 0) addTo(panes, i, held);
      const sliding = new SlidingPanes(panes, keep);
      let from = 0;
      for (const { by, length, change, leaves } of steps) {
        from += by;
        if (change !== null) {
          sliding.touch(change);
          addTo(panes, change, [change % 7, 100]);
        }
        const low = panes.seek(from);
        const high = panes.seek(from + length);
        if (high <= low) continue;
        sliding.moveTo(low, high);
        const truth = afresh(panes, low, high);
        const sketch = sliding.sketchOf(low, high);
        expect([sketch?.encode() ?? null, sketch?.exact ?? true]).toEqual([truth.bytes, truth.exact]);
        expect([sliding.distinct?.size, sliding.distinct?.overflowed]).toEqual([
          truth.distinct.size,
          truth.distinct.overflowed,
        ]);
        if (leaves) sliding.leave(from + 1);
      }
    }),
    { numRuns: 400 },
  );
});

test('a hundred thousand values that come and go leave the room of those that stay', () => {
  const panes = new WindowPanes({ ...keep, distinctLimit: 1e6 });
  const sliding = new SlidingPanes(panes, { ...keep, distinctLimit: 1e6 });
  for (let pane = 0; pane < 100; pane += 1) {
    addTo(
      panes,
      pane,
      Array.from({ length: 1000 }, (_, i) => pane * 1000 + i),
    );
    sliding.moveTo(panes.seek(pane - 1), panes.seek(pane + 1));
    expect(sliding.distinct?.size).toBe(pane === 0 ? 1000 : 2000);
    sliding.leave(pane);
    panes.evict(pane);
  }
  expect(sliding.distinct?.bytes).toBeLessThan(100_000);
});

test('panes merged through a tree are those merged one after another, whatever changed in between', () => {
  const change = fc.tuple(fc.integer({ min: -70, max: 70 }), fc.integer({ min: -5, max: 5 }));
  const query = fc.tuple(fc.integer({ min: -80, max: 80 }), fc.integer({ min: 1, max: 64 }));
  fc.assert(
    fc.property(fc.array(change, { maxLength: 150 }), fc.array(fc.tuple(change, query)), (held, steps) => {
      const panes = new WindowPanes({ ...keep, spread: true, sketch: false, distinct: false });
      const tree = new PaneTree(panes, 64);
      for (const [index, value] of held) addTo(panes, index, [value]);
      const merged = new Float64Array(ROW);
      for (const [[index, value], [from, length]] of steps) {
        tree.touch(index);
        addTo(panes, index, [value]);
        panes.rows[(panes.ensure(index) << ROW_SHIFT) + MARKS]! |= value & 3;
        tree.mergeInto(merged, from, from + length);
        const truth = new Float64Array(ROW);
        for (let slot = panes.seek(from); slot < panes.seek(from + length); slot += 1) {
          mergeRow(truth, 0, panes.rows, panes.at(slot));
        }
        expect([merged[COUNT], merged[MARKS]]).toEqual([truth[COUNT], truth[MARKS]]);
        if (truth[COUNT]! > 0) expect([...merged.subarray(2, 9)]).toEqual([...truth.subarray(2, 9)]);
      }
    }),
    { numRuns: 200 },
  );
});

test('a tree forgets what it merged when it is told to, and after a pane changed without a word only then', () => {
  const panes = new WindowPanes({ ...keep, sketch: false, distinct: false });
  for (let index = 0; index < 32; index += 1) addTo(panes, index, [1]);
  const tree = new PaneTree(panes, 32);
  const merged = new Float64Array(ROW);
  const countOf = () => {
    tree.mergeInto(merged, 0, 32);
    return merged[COUNT];
  };
  expect(countOf()).toBe(32);
  addTo(panes, 5, [1]);
  expect(countOf()).toBe(32);
  tree.clear();
  expect(countOf()).toBe(33);
});
