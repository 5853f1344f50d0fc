import { expect, test } from 'vitest';
import { parseAggregation } from '../../../src/core/windows/aggregation.ts';
import { PaneWindows } from '../../../src/core/windows/pane-windows.ts';
import { type WindowInput, windowShape } from '../../../src/core/windows/window-shape.ts';

const windowsOf = (input: WindowInput): PaneWindows =>
  new PaneWindows({ shape: windowShape(input), aggregations: [parseAggregation('avg')] });

/** The same numbers, and how often any of them was read. */
function countReads(numbers: Float64Array): { readonly counted: Float64Array; readonly reads: () => number } {
  let reads = 0;
  const counted = new Proxy(numbers, {
    get(target, key) {
      reads += 1;
      return Reflect.get(target, key, target) as unknown;
    },
  });
  return { counted, reads: () => reads };
}

test('times are read a few times each, also where windows of one sample and of several take turns', () => {
  for (const isLastLate of [false, true]) {
    const times = Float64Array.from({ length: 3000 }, (_, i) => 20 * Math.floor(i / 3) + [0, 1, 10][i % 3]!);
    if (isLastLate) times[2999] = 19_980;
    const { counted, reads } = countReads(times);
    const windows = windowsOf({ window: 10 });
    windows.add(counted, new Float64Array(3000).fill(1), 0, 3000, Number.NaN);
    windows.close();
    expect(windows.results.length).toBe(isLastLate ? 1999 : 2000);
    expect(reads()).toBeLessThan(20 * 3000);
  }
});

test('windows at the last whole microsecond of a double close', () => {
  const last = Number.MAX_SAFE_INTEGER;
  for (const input of [{ window: 1 }, { window: 2, slide: 1 }, { window: 5 }]) {
    const windows = windowsOf(input);
    windows.add(Float64Array.of(last - 1, last - 1, last, last), Float64Array.of(1, 2, 3, 5), 0, 4, Number.NaN);
    windows.close();
    expect(windows.results.length).toBeGreaterThan(0);
    expect(windows.results.value(0, 0)).toBe(input.window === 5 ? 2.75 : 1.5);
  }
});
