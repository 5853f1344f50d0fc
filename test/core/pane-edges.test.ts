import { expect, test } from 'vitest';
import { copyPane, createPaneFields, mergePaneInto, mergeRunInto, paneAt, paneOf } from '../../src/core/pane.ts';

test('a run has the samples of its range alone, of any length and with missing ones anywhere', () => {
  for (let length = 0; length <= 9; length += 1) {
    for (let missing = 0; missing < 1 << Math.min(length, 5); missing += 1) {
      const values = Float64Array.from({ length: length + 4 }, (_, i) => {
        if (i < 2 || i >= length + 2) return i < 2 ? -1000 : 1000;
        return (missing >> (i - 2)) & 1 ? Number.NaN : ((i * 7) % 5) - 2;
      });
      const times = Float64Array.from(values, (_, i) => i * 10);
      const fields = createPaneFields(1);
      mergeRunInto(fields, 0, times, values, 2, 2 + length);
      const held = [...values.keys()].filter((i) => i >= 2 && i < 2 + length && !Number.isNaN(values[i]));
      const taken = held.map((i) => values[i]!);
      expect(paneAt(fields, 0)).toEqual(
        held.length === 0
          ? null
          : {
              count: held.length,
              sum: taken.reduce((sum, value) => sum + value, 0),
              min: Math.min(...taken),
              max: Math.max(...taken),
              first: taken[0],
              firstTime: held[0]! * 10,
              last: taken.at(-1),
              lastTime: held.at(-1)! * 10,
            },
      );
    }
  }
});

test('of equal times the first to come is the first, the last to come the last; no samples change nothing', () => {
  const fields = createPaneFields(3);
  const at = (row: number, time: number, value: number): void =>
    mergeRunInto(fields, row, Float64Array.of(time), Float64Array.of(value), 0, 1);
  at(0, 5, 1);
  at(1, 5, 2);
  mergePaneInto(fields, 0, fields, 1);
  expect(paneAt(fields, 0)).toMatchObject({ first: 1, last: 2, firstTime: 5, lastTime: 5, count: 2 });
  at(0, 5, 3);
  expect(paneAt(fields, 0)).toMatchObject({ first: 1, last: 3, count: 3 });
  at(0, 4, 9);
  expect(paneAt(fields, 0)).toMatchObject({ first: 9, firstTime: 4, last: 3, lastTime: 5 });
  mergePaneInto(fields, 0, fields, 2);
  mergePaneInto(fields, 2, fields, 1);
  expect([paneAt(fields, 0)?.count, paneAt(fields, 2)]).toEqual([4, paneOf(5, 2)]);
  copyPane(fields, 0, createPaneFields(1), 0);
  expect(paneAt(fields, 0)).toBeNull();
});

test('a sum that leaves the range of a double on its way is that of its samples one by one', () => {
  const fields = createPaneFields(1);
  const values = Float64Array.of(1.5e308, -1.5e308, 1.5e308, -1.5e308, 1);
  mergeRunInto(fields, 0, Float64Array.of(1, 2, 3, 4, 5), values, 0, 5);
  expect(paneAt(fields, 0)).toMatchObject({ count: 5, sum: 1, min: -1.5e308, max: 1.5e308 });
});
